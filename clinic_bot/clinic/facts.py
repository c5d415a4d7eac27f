"""What the clinic says about itself: the only source the agent may answer from.

The file is TOML (``example.toml`` shows every field); the JSON of recorded scenarios is read as well.
"""

import json
import re
import tomllib
from datetime import date, datetime
from decimal import Decimal
from importlib import resources
from pathlib import Path
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
    ValidationError,
    field_validator,
    model_validator,
)

from clinic_bot.clinic import attending, lookup, reminders, team, texts
from clinic_bot.clinic.fixture import from_fixture
from clinic_bot.clinic.hours import Period, Week, parse_periods
from clinic_bot.clinic.lookup import Section
from clinic_bot.clinic.mistakes import explain, explain_toml
from clinic_bot.errors import Misconfigured

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
        return self.id or team.key_of(self.name)

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
        return self.id or team.key_of(self.name)

    def price_text(self) -> str:
        parts = [texts.money(self.price) if self.price is not None else "", self.price_note]
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


class ClinicFacts(_Table):
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
    def _agenda_is_clear(self) -> Self:
        team.check(self)
        return self

    @property
    def has_agenda(self) -> bool:
        """Whether the assistant may book: somebody has hours, and a service of theirs has a length."""
        return bool(team.bookable(self))

    def about(self, topic: str) -> str:
        """What the clinic wrote about ``topic``, in Portuguese and bounded, or that there is nothing."""
        return lookup.about(self.sections(), topic)

    def sections(self) -> tuple[Section, ...]:
        return (*lookup.sections_of(self), *attending.sections_of(self))

    def is_open(self, at: datetime) -> bool:
        return self.hours.week().is_open(at.astimezone(self.timezone))

    def next_opening(self, at: datetime) -> datetime | None:
        """The next opening after ``at``, in the clinic's zone; None when none is in sight."""
        return self.hours.week().next_opening(at.astimezone(self.timezone))

    def reception_answers(self, at: datetime) -> str:
        """When a person reads this: ``amanhã (terça) a partir das 8h``; while open, ``assim que possível``."""
        opening = None if self.is_open(at) else self.next_opening(at)
        if opening is None:
            return "assim que possível"
        return texts.opening_phrase(opening, at.astimezone(self.timezone))

    def says_when(self, text: str, at: datetime) -> bool:
        """Whether ``text`` tells when a person reads this; while open, and where no opening is in sight, any does."""
        opening = None if self.is_open(at) else self.next_opening(at)
        return opening is None or texts.says_when(text, opening, at.astimezone(self.timezone))

    def hand_over_text(self, at: datetime) -> str:
        return self._with_opening(self.texts.hand_over, at)

    def unavailable_text(self, at: datetime) -> str:
        return self._with_opening(self.texts.unavailable, at)

    def data_request_text(self, reply: str) -> str:
        """What is added to a reply; with the clinic's line on privacy, unless the reply already names who answers."""
        privacy = self.policies.privacy
        where = [word.strip(".,;:()") for word in privacy.split() if "@" in word] or [privacy]
        told = not privacy or any(one in f"{reply}{self.texts.data_request}" for one in where)
        return self.texts.data_request if told else f"{self.texts.data_request} {privacy}"

    def _with_opening(self, text: str, at: datetime) -> str:
        if self.is_open(at):
            return text
        return f"{text} A recepção responde {self.reception_answers(at)}."

    @classmethod
    def read(cls, data: object, *, path: Path) -> Self:
        """Check what a file held. Raises Misconfigured, naming the file and each wrong field."""
        try:
            return cls.model_validate(data)
        except ValidationError as exc:
            # Not chained: pydantic's own text quotes what stood there, listed phones included.
            raise Misconfigured(f"clinic file {path}: {explain(exc, cls)}") from None


def load_clinic(path: Path) -> ClinicFacts:
    """Read the clinic's facts from TOML, or from the JSON of recorded scenarios.

    Raises:
        Misconfigured: names the file, the line or field, and what to do.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as exc:
        problem = exc.strerror or type(exc).__name__
        todo = "set CLINIC_BOT_CLINIC_FILE to a file"
        if isinstance(exc, PermissionError):
            todo = "the user that clinic-bot runs as has to read it (in the container that is number 10001)"
        raise Misconfigured(f"clinic file {path}: {problem}; {todo}") from exc
    except UnicodeDecodeError as exc:
        line = exc.object.count(b"\n", 0, exc.start) + 1
        raise Misconfigured(f"clinic file {path}: line {line} is not UTF-8; save the file as UTF-8") from exc
    try:
        data = from_fixture(json.loads(text)) if path.suffix == ".json" else tomllib.loads(text)
    except json.JSONDecodeError as exc:
        raise Misconfigured(f"clinic file {path}: line {exc.lineno}: {exc.msg}") from exc
    except tomllib.TOMLDecodeError as exc:
        raise Misconfigured(f"clinic file {path}: {explain_toml(exc, text)}") from exc
    except ValueError as exc:
        raise Misconfigured(f"clinic file {path}: {exc}") from exc
    return ClinicFacts.read(data, path=path)


def example_clinic() -> ClinicFacts:
    """The made-up clinic that ships with the package."""
    with resources.as_file(resources.files("clinic_bot.clinic") / "example.toml") as path:
        return load_clinic(path)
