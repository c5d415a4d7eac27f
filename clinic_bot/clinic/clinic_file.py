"""The clinic's file: its tables and fields, and what makes one of them wrong. Pure.

``facts.py`` reads such a file and answers from it; ``example.toml`` shows every field.
"""

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    NaiveDatetime,
    StringConstraints,
    field_validator,
    model_validator,
)

from clinic_bot.clinic import reminders, texts
from clinic_bot.clinic.hours import Period, Week, parse_periods
from clinic_bot.clinic.matching import normalise

Line = Annotated[str, StringConstraints(strip_whitespace=True)]
Required = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class _Table(BaseModel):
    # A misspelt field must not be a fact that silently goes missing.
    model_config = ConfigDict(frozen=True, extra="forbid")


def _day(value: str) -> str:
    parse_periods(value)
    return value


def _yearly(value: str) -> str:
    day, month = (int(part) for part in value.split("/"))
    try:
        date(2024, month, day)  # a leap year, so 29/02 passes
    except ValueError:
        raise ValueError('is no day of the year; write day/month, such as "25/12"') from None
    return value


def _with_hour(value: object) -> object:
    if isinstance(value, date) and not isinstance(value, datetime):  # it would be read as midnight
        raise ValueError("is a day and an hour; write 2026-10-24T09:00:00, without quotes")
    return value


Day = Annotated[Line, AfterValidator(_day)]
Yearly = Annotated[
    str, StringConstraints(strip_whitespace=True, pattern=r"^\d{1,2}/\d{1,2}$"), AfterValidator(_yearly)
]
Slot = Annotated[NaiveDatetime, BeforeValidator(_with_hour)]


class Days(_Table):
    """The periods of each weekday."""

    monday: Day = ""
    tuesday: Day = ""
    wednesday: Day = ""
    thursday: Day = ""
    friday: Day = ""
    saturday: Day = ""
    sunday: Day = ""

    def periods(self) -> tuple[tuple[Period, ...], ...]:
        """Monday first, shape (7,)."""
        days = (
            self.monday,
            self.tuesday,
            self.wednesday,
            self.thursday,
            self.friday,
            self.saturday,
            self.sunday,
        )
        return tuple(parse_periods(day) for day in days)


class Hours(Days):
    holidays: tuple[date, ...] = ()
    yearly_holidays: tuple[Yearly, ...] = ()
    holiday_note: Line = ""

    def week(self) -> Week:
        yearly = (value.split("/") for value in self.yearly_holidays)
        return Week(
            days=self.periods(),
            closed_dates=frozenset(self.holidays),
            closed_yearly=frozenset((int(day), int(month)) for day, month in yearly),
        )


class Away(_Table):
    """Days without appointments, both ends included."""

    first: date
    last: date

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last < self.first:
            raise ValueError("last must not come before first")
        return self


def key_of(name: str) -> str:
    """``Dra. Ana Reis`` as records call her where the file gives no id: ``dra-ana-reis``."""
    return "-".join(re.findall(r"\w+", normalise(name)))


class Professional(_Table):
    """Somebody patients see; with ``hours`` or ``slots`` the assistant books appointments with them."""

    id: Line = ""
    name: Required
    specialty: Line = ""
    notes: Line = ""
    services: tuple[Required, ...] = ()
    hours: Days | None = None
    slots: tuple[Slot, ...] = ()  #: single starts in the clinic's zone, beside the weekly hours
    away: tuple[Away, ...] = ()

    @property
    def key(self) -> str:
        """What appointments call them; it must not change with the spelling of a name, so ``id`` can keep it."""
        return self.id or key_of(self.name)

    @property
    def has_agenda(self) -> bool:
        return bool(self.slots) or (self.hours is not None and any(self.hours.periods()))


class Service(_Table):
    id: Line = ""
    name: Required
    price: Annotated[Decimal, Field(ge=0)] | None = None
    price_note: Line = ""
    minutes: Annotated[int, Field(ge=5, le=1_440)] | None = None
    walk_in: Line = ""
    preparation: Line = ""
    notes: Line = ""

    @property
    def key(self) -> str:
        return self.id or key_of(self.name)

    def price_text(self) -> str:
        """The price and its note; what is free is said to be so, as nobody says ``R$ 0``."""
        price = "" if self.price is None else texts.money(self.price) if self.price else texts.FREE
        parts = ["" if price == texts.FREE and texts.says_free(self.price_note) else price, self.price_note]
        return "; ".join(filter(None, parts)) or "valor com a recepção"


class Insurance(_Table):
    accepted: tuple[Required, ...] = ()
    notes: Line = ""


class Policies(_Table):
    cancel: Line = ""
    late: Line = ""
    minors: Line = ""
    return_visit: Line = ""
    privacy: Line = ""
    reminders: Line = ""


class Topic(_Table):
    """Anything else patients ask about."""

    topic: Required
    text: Required


class AgendaRules(_Table):
    """How appointments are made."""

    step_minutes: Annotated[int, Field(ge=5)] | None = None
    notice_minutes: Annotated[int, Field(ge=0)] = 30
    days_ahead: Annotated[int, Field(ge=1, le=366)] = 60
    hold_minutes: Annotated[int, Field(ge=1, le=120)] = 15
    change_hours: Annotated[int, Field(ge=0)] = 0


def _one_period(value: str) -> str:
    if len(parse_periods(value)) != 1:
        raise ValueError(f'write one period, such as "08:00-20:00", not {value!r}')
    return value


class ReminderRules(_Table):
    """When patients are reminded of what they have booked; with no ``hours_before`` nobody is."""

    hours_before: tuple[Annotated[int, Field(ge=2, le=168)], ...] = (24, 3)
    between: Annotated[Line, AfterValidator(_one_period)] = "08:00-20:00"

    def rules(self) -> reminders.Rules:
        return reminders.Rules(self.hours_before, parse_periods(self.between)[0])


Template = Annotated[Required, AfterValidator(reminders.check_template)]


class Texts(_Table):
    """Sent as they are, without the model."""

    emergency: Required = texts.EMERGENCY
    emotional_crisis: Required = texts.EMOTIONAL_CRISIS
    hand_over: Required = texts.HAND_OVER
    unavailable: Required = texts.UNAVAILABLE
    missed_call: Required = texts.MISSED_CALL
    payment_receipt: Required = texts.PAYMENT_RECEIPT
    exam_file: Required = texts.EXAM_FILE
    data_request: Required = texts.DATA_REQUEST
    opted_out: Required = texts.OPTED_OUT
    opted_in: Required = texts.OPTED_IN
    reminder: Template = reminders.REMINDER
    reminder_confirmed: Template = reminders.REMINDER_CONFIRMED

    @field_validator("emergency")
    @classmethod
    def _names_samu(cls, value: str) -> str:
        if not re.search(r"(?<!\d)192(?!\d)", value):
            raise ValueError("must name 192 (SAMU)")
        return value

    @field_validator("emotional_crisis")
    @classmethod
    def _names_cvv(cls, value: str) -> str:
        if not re.search(r"(?<!\d)188(?!\d)", value):
            raise ValueError("must name 188 (CVV)")
        return value


def _digits(value: object) -> object:
    """A plus before it stays: it says that a short number is no Brazilian one."""
    return re.sub(r"(?!^\+)[\s()+.-]", "", value.strip()) if isinstance(value, str) else value


Phone = Annotated[str, BeforeValidator(_digits), StringConstraints(pattern=r"^\+?\d{8,15}$")]


class WhatsApp(_Table):
    never_answer: tuple[Phone, ...] = ()
    automatic_texts: tuple[Required, ...] = ()
    give_back_phrase: Line = "#bot"
    alerts_to: Phone | None = None


class ClinicFile(_Table):
    """The whole file."""

    name: Required
    assistant_name: Required
    ai_disclosure: Line = ""
    timezone: ZoneInfo = ZoneInfo("America/Sao_Paulo")
    address: Line = ""
    landmark: Line = ""
    map_url: Line = ""
    parking: Line = ""
    accessibility: Line = ""
    phone: Line = ""
    payment: Line = ""
    preparation: Line = ""  #: what holds for every visit; a service may add its own
    hours: Hours
    professionals: tuple[Professional, ...] = ()
    services: tuple[Service, ...] = ()
    insurance: Insurance = Insurance()
    policies: Policies = Policies()
    agenda: AgendaRules = AgendaRules()
    reminders: ReminderRules = ReminderRules()
    more: tuple[Topic, ...] = ()
    texts: Texts = Texts()
    whatsapp: WhatsApp = WhatsApp()

    @field_validator("timezone", mode="before")
    @classmethod
    def _known_zone(cls, value: object) -> object:
        if isinstance(value, ZoneInfo):
            return value
        try:
            return ZoneInfo(str(value))
        except (ValueError, OSError, KeyError) as exc:  # ZoneInfoNotFoundError is a KeyError
            raise ValueError(f"no such time zone: {value!r}; write one such as America/Sao_Paulo") from exc

    @model_validator(mode="after")
    def _keys_differ(self) -> Self:
        """Records go by keys, so no two may share one."""
        for kind, keys in (
            ("professionals", [one.key for one in self.professionals]),
            ("services", [one.key for one in self.services]),
        ):
            twice = next((key for key in keys if keys.count(key) > 1), None)
            if twice is not None:
                raise ValueError(f"two {kind} are called {twice!r}; give each an id of its own")
        return self

    @model_validator(mode="after")
    def _services_are_known(self) -> Self:
        known = {normalise(text) for one in self.services for text in (one.name, one.id)}
        for professional in self.professionals:
            for name in professional.services:
                if normalise(name) not in known:
                    raise ValueError(f"{professional.name} attends {name!r}, which is none of the services")
        return self
