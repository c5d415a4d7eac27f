"""Whether a reply agrees with the clinic's file, what tools answered and what the clinic said before. Pure."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from clinic_bot.agent.guards import inventions
from clinic_bot.agent.guards.health import fasting
from clinic_bot.agent.guards.house import places
from clinic_bot.agent.guards.house.access import Access
from clinic_bot.agent.guards.house.catalogue import Catalogue
from clinic_bot.agent.guards.language.clauses import sentences
from clinic_bot.agent.guards.language.figures import Kind
from clinic_bot.agent.guards.language.known import Known
from clinic_bot.agent.guards.language.marks import unmarked
from clinic_bot.agent.guards.language.service_words import VISITS
from clinic_bot.agent.guards.money.fees import Fees
from clinic_bot.agent.guards.money.paying import Paying
from clinic_bot.agent.guards.money.plans import Plans
from clinic_bot.agent.guards.money.prices import Prices
from clinic_bot.agent.guards.money.terms import Terms
from clinic_bot.agent.guards.people import praise
from clinic_bot.agent.guards.people.age_limits import AgeLimits
from clinic_bot.agent.guards.people.minors import Minors
from clinic_bot.agent.guards.people.staff import Staff
from clinic_bot.agent.guards.times import slots
from clinic_bot.agent.guards.times.attendance import Attendance
from clinic_bot.agent.guards.times.durations import Lengths
from clinic_bot.agent.guards.times.mixups import MixUps
from clinic_bot.agent.guards.times.opening import Opening
from clinic_bot.clinic import texts
from clinic_bot.clinic.facts import ClinicFacts
from clinic_bot.clinic.spelling import plain

_COMMON = VISITS | {"tratamento", "hora", "horas"}


class FactsCheck:
    """Knows one clinic's file by heart.

    Args:
        books: whether there is an agenda to take times of the day from.
    """

    def __init__(self, facts: ClinicFacts, *, books: bool) -> None:
        self.file = "\n".join(_everything(facts))  #: all that it says
        self._books = books
        bare = plain(self.file)
        # The hot line's being free is no offer of the clinic's.
        self._facts = (Known(self.file), Known("\n".join(_fixed(facts)), offers=False))
        self._lengths = Lengths([self.file, *_fixed(facts), *_of_the_agenda(facts)], _subjects(facts))
        self._where = places.Told(bare)
        self._bare = bare
        self._access = Access(facts)
        self._minors = Minors(facts)
        self._age_limits = AgeLimits(facts)
        self._fasting = fasting.Fasting(facts)
        self._prices = Prices(facts)
        self._terms = Terms(facts)
        self._fees = Fees(facts)
        self._plans = Plans(facts, bare)
        self._paying = Paying(facts, bare)
        self._catalogue = Catalogue(facts, self.file)
        self._opening = Opening(facts, bare)
        self._staff = Staff(facts, self.file)
        self._mix_ups = MixUps(facts)
        self._attendance = Attendance(facts)
        beside_hours = "\n".join(one.text for one in facts.sections() if one.title != "Horário")
        self._times = [value for kind, value in Known(beside_hours).figures if kind is Kind.TIME]

    def mistake(
        self,
        text: str,
        told: Sequence[str],
        heard: Sequence[str],
        said: Sequence[str],
        now: datetime | None,
    ) -> str | None:
        """What is wrong with ``text``, in Portuguese for the model; None for nothing.

        Args:
            told: to the model, by anybody but the patient.
            heard: of that, results of tools and earlier messages of the clinic.
            said: by the patient: the burst that is answered, then what came before.
        """
        text = unmarked(text)
        asked, bare_heard = plain(said[0]) if said else "", [plain(one) for one in heard]
        known, theirs = Known("\n".join(told)), Known("\n".join(said), loosely=True)
        return (
            inventions.invented(text, (*self._facts, known), (theirs,), asked=asked, times=self._books)
            or self._sentence_by_sentence(text, asked, told, heard, said)
            or self._prices.mistake(text, asked, bare_heard)
            or self._terms.mistake(text, asked)
            or self._fees.mistake(text, asked)
            or self._plans.mistake(text, asked, heard)
            or self._paying.mistake(text, asked)
            or self._catalogue.mistake(text, asked, heard)
            or self._access.mistake(text)
            or self._opening.mistake(text, asked, now)
            or (slots.mistake(text, heard, self._times, now) if self._books else None)
            or self._mix_ups.mistake(text, heard, now)
            or self._attendance.mistake(text, heard, asked, now)
            or praise.mistake(text, [self._bare, *bare_heard])
        )

    def _sentence_by_sentence(
        self, text: str, asked: str, told: Sequence[str], heard: Sequence[str], said: Sequence[str]
    ) -> str | None:
        heard_lengths, said_lengths = Lengths(heard), Lengths(said)
        whole, theirs = plain(text), plain("\n".join(said))
        bare_told, bare_heard = [plain(one) for one in told], [plain(one) for one in heard]
        # The agent's own remark has the hour and the date in it, which are no door's number.
        where = places.Told(" ".join(bare_heard), self._where)
        patient = places.Told(theirs)
        for sentence in sentences(text):
            bare = plain(sentence)
            if problem := self._fasting.mistake(bare, asked, whole, bare_heard):
                return problem
            if problem := self._minors.mistake(bare):
                return problem
            if problem := self._age_limits.mistake(bare, asked):
                return problem
            if fasting.untold_hours(bare, [self._bare, *bare_told], [theirs]):
                return "cita um tempo de jejum que não é o da ficha"
            if self._lengths.untold(bare, heard_lengths, said_lengths, asked):
                return "cita um prazo, uma duração ou uma idade que ninguém informou"
            problem = self._staff.mistake(sentence, bare_told, theirs) or places.mistake(
                sentence, where, patient
            )
            if problem:
                return problem
        return None


def _subjects(facts: ClinicFacts) -> set[str]:
    """The words that tell its services apart."""
    words = (word for one in facts.services for word in re.findall(r"\w{4,}", plain(one.name)))
    return {word for word in words if word not in _COMMON}


def _everything(facts: ClinicFacts) -> Iterable[str]:
    yield from (facts.name, facts.assistant_name, facts.ai_disclosure)
    yield from (f"{section.title}: {section.text}" for section in facts.sections())


def _of_the_agenda(facts: ClinicFacts) -> Iterable[str]:
    """Lengths that the program itself holds to, and the file's texts may leave out."""
    rules = facts.agenda
    yield f"A agenda vai até os próximos {rules.days_ahead} dias."
    if rules.change_hours:
        yield f"Remarcar ou cancelar com {rules.change_hours} horas de antecedência."
    yield from (f"Lembretes {hours} horas antes." for hours in facts.reminders.hours_before)


def _fixed(facts: ClinicFacts) -> Iterable[str]:
    own = facts.texts
    yield from (own.emergency, own.emotional_crisis, own.hand_over, own.unavailable, own.data_request)
    yield from (texts.EMERGENCY, texts.EMOTIONAL_CRISIS)
