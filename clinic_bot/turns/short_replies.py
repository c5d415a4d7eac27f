"""What is understood without the model: a word that answers a reminder, and PARAR or VOLTAR.

All of it is cautious. Only a burst in which every word says the one thing is answered here, only where it is clear what
it answers, and what is booked is given up only for a plain order. Everything else the model reads, with the reminder
before its eyes.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import structlog
from sqlalchemy import Connection

from clinic_bot.agent import disclosure
from clinic_bot.clinic import team
from clinic_bot.clinic.facts import ClinicFacts
from clinic_bot.clinic.opt_out import Wish, wish_of
from clinic_bot.clinic.reminders import Visit, line
from clinic_bot.clinic.short_answers import Short, counted_answer
from clinic_bot.clinic.spelling import plain
from clinic_bot.clock import Clock, local
from clinic_bot.errors import ChangeRefused
from clinic_bot.events import Kind, Said
from clinic_bot.store import appointments, patients, reminded
from clinic_bot.store.appointments import AppointmentRow
from clinic_bot.store.database import Database
from clinic_bot.store.gate import Draft
from clinic_bot.store.lease import Claim
from clinic_bot.store.reminded import Asked
from clinic_bot.store.reminders import Answer
from clinic_bot.turns.added import below
from clinic_bot.turns.attempt import Attempt

log = structlog.get_logger(__name__)

#: What the step is called in the turn's journal; its result is the reply.
STEP = "resposta_ao_lembrete"
_SPOKEN = (Kind.TEXT, Kind.CHOICE)
_ANSWERS = {Short.CONFIRM: Answer.CONFIRMED, Short.OTHER: Answer.WANTS_OTHER, Short.CANCEL: Answer.CANCELLED}
#: What the reception is told of an answer, once the reply to it has left.
_FOR_RECEPTION = {
    Short.OTHER: "um paciente respondeu ao lembrete que não pode vir ou quer outro horário; nada foi cancelado",
    Short.CANCEL: "um paciente cancelou a consulta em resposta ao lembrete, e o horário está livre",
}
_LATE = "não pode vir, e é tarde para mudar por aqui"
_STOPPED = (
    "[registrado agora: este telefone não recebe mais lembretes. Diga isso, e que VOLTAR os traz de volta]"
)
#: A reply that tells of it already; that something else stays booked is no such thing.
_SAYS_SO = re.compile(
    r"\bvoltar\b"
    r"|\b(?:nao|sem|par(?:ei|am|amos|aram)|cancel\w+|desativ\w+|suspen\w+|encerr\w+)\b[^.!?\n]{0,40}\blembretes?\b"
    r"|\blembretes?\b[^.!?\n]{0,40}\b(?:nao|par(?:am|aram)|cancel\w+|desativ\w+|suspen\w+|encerr\w+)\b"
)
_SAYS_BACK = re.compile(
    r"\b(?:volt\w+|receb\w+|ativ\w+|reativ\w+|de novo|novamente)\b[^.!?\n]{0,40}\blembretes?\b"
    r"|\blembretes?\b[^.!?\n]{0,40}\b(?:volt\w+|ativ\w+|reativ\w+|de novo|novamente)\b"
)
_RESUMED = "[registrado agora: este telefone volta a receber lembretes. Diga isso]"


class ShortReplies:
    """Drafts that cost no call.

    Args:
        binding: False where replies are only drafted: there nothing is changed that nobody will be told of.
    """

    def __init__(
        self,
        database: Database,
        facts: ClinicFacts,
        clock: Clock,
        *,
        binding: bool,
    ) -> None:
        self._database = database
        self._facts = facts
        self._clock = clock
        self._binding = binding

    async def draft(self, attempt: Attempt, text: str, said: Sequence[Said]) -> Draft | None:
        """The reply to a burst that is understood here; None where the model is to be asked.

        Raises:
            NotChanged, StorageUnavailable: as a tool's change does.
        """
        claim = attempt.claim
        done = [step for step in claim.done_steps if step.tool == STEP]
        if done:  # an earlier try changed it, and its reply never left
            return _replied(text, Short(done[-1].arguments), done[-1].result)
        if (opted := await self._opted(claim)) is not None:
            words = self._facts.texts
            said_so = words.opted_out if opted is Wish.STOP else words.opted_in
            return Draft(text, disclosure.open_about_it(said_so, self._facts, history=said, asked=text))
        return await self._answered(attempt, text)

    # PARAR and VOLTAR.

    async def _opted(self, claim: Claim) -> Wish | None:
        """What the burst asks for where it asks for nothing else."""
        wish = wish_in(claim)
        if wish is None or any(wish_of(message.text) is None for message in claim.messages):
            return None
        return wish if wish is Wish.STOP or await self._is_out(claim) else None

    async def noted(self, claim: Claim, text: str) -> str:
        """The burst as the model reads it, with what it asked for among other things and has by then."""
        wish = wish_in(claim)
        if wish is Wish.STOP:
            return f"{text}\n{_STOPPED}"
        return f"{text}\n{_RESUMED}" if wish is Wish.RESUME and await self._is_out(claim) else text

    async def _is_out(self, claim: Claim) -> bool:
        return await self._database.read(
            partial(reminded.is_opted_out, conversation_id=claim.conversation_id)
        )

    # Answers to reminders.

    async def _answered(self, attempt: Attempt, text: str) -> Draft | None:
        claim = attempt.claim
        short, count = _short(claim)
        if short is None or not self._binding:
            return None
        found = await self._database.read(partial(self._asked, claim=claim))
        if found is None or not _may_answer(short, count, found):
            return None
        if short is not Short.CONFIRM and not self._in_time(found.appointments):
            sentence = self._facts.hand_over_text(self._clock.local(self._facts.timezone))
            return Draft(text, sentence, hand_over=_LATE, for_reception=_LATE)
        try:
            reply = await attempt.change(STEP, short.value, partial(self._act, claim, short, count))
        except ChangeRefused:
            return None
        log.info(
            "reminder answered", turn=claim.turn_id, conversation=claim.conversation_id, answer=short.value
        )
        return _replied(text, short, reply)

    def _asked(self, connection: Connection, claim: Claim) -> Asked | None:
        return reminded.asked(
            connection,
            patients.owner(connection, claim.conversation_id),
            turn_id=claim.turn_id,
            first_ms=min(message.received_ms for message in claim.messages),
            quoted=[message.quoted_id for message in claim.messages if message.quoted_id],
            now_ms=self._clock.now_ms(),
        )

    def _act(
        self, claim: Claim, short: Short, count: int | None, connection: Connection, _conversation_id: int
    ) -> str:
        """Inside the gate's transaction: what it answers is looked up anew, done, and written down."""
        found = self._asked(connection, claim)
        if found is None or not _may_answer(short, count, found):
            raise ChangeRefused("o lembrete não vale mais")
        who, now_ms = patients.owner(connection, claim.conversation_id), self._clock.now_ms()
        act = {Short.CONFIRM: appointments.confirm, Short.CANCEL: appointments.cancel}.get(short)
        for row in found.appointments if act else ():
            assert act is not None
            act(connection, who, row.id, now_ms=now_ms)
        reminded.write(connection, found, _ANSWERS[short], turn_id=claim.turn_id, now_ms=now_ms)
        return self._reply(short, found.appointments)

    def _in_time(self, rows: Sequence[AppointmentRow]) -> bool:
        latest_ms = self._clock.now_ms() + self._facts.agenda.change_hours * 3_600_000
        return all(row.start_ms >= latest_ms for row in rows)

    def _reply(self, short: Short, rows: Sequence[AppointmentRow]) -> str:
        listed = "\n".join(self._line(row, len(rows)) for row in rows)
        if short is Short.CONFIRM:
            return f"Presença confirmada ✅\n{listed}"
        if short is Short.CANCEL:
            return (
                f"Cancelado, como você pediu:\n{listed}\n\nSe quiser outro horário, diga o dia e o período."
            )
        if len(rows) > 1:
            stands = f"Tudo bem! Por enquanto tudo continua marcado:\n{listed}"
            return f"{stands}\n\nQual delas você quer mudar, e para quando?"
        return (
            f"Tudo bem! Por enquanto continua marcado:\n{listed}\n\nPara remarcar, diga o dia e o período que prefere. "
            "Se quiser cancelar, responda *CANCELAR*."
        )

    def _line(self, row: AppointmentRow, count: int) -> str:
        zone = self._facts.timezone
        what = team.visit_words(self._facts, row.service, row.professional)
        visit = Visit(row.patient, what, local(row.start_ms, zone), confirmed=True)
        return f"{'• ' if count > 1 else ''}{line(visit, self._clock.local(zone))}"


def _replied(text: str, short: Short, reply: str) -> Draft:
    return Draft(text, reply, for_reception=_FOR_RECEPTION.get(short))


def opting(claim: Claim, draft: Draft, facts: ClinicFacts) -> Draft:
    """Whatever is said to a burst that wants no more reminders, or wants them again: with it that takes effect."""
    wish = wish_in(claim)
    if wish is None:
        return draft
    draft = replace(draft, opt_out=wish is Wish.STOP)
    if wish is Wish.STOP:
        return saying_that_they_stop(draft, facts)
    return saying_that_they_are_back(draft, facts) if _RESUMED in draft.question else draft


def saying_that_they_stop(draft: Draft, facts: ClinicFacts) -> Draft:
    """Who wants no reminders reads that there will be none, also where the model answered only the rest.

    An emergency's fixed text stays as it is.
    """
    return _saying(draft, facts.texts.opted_out, said_so=_SAYS_SO)


def saying_that_they_are_back(draft: Draft, facts: ClinicFacts) -> Draft:
    """Who wants them again reads so, also where the model answered only the rest."""
    return _saying(draft, facts.texts.opted_in, said_so=_SAYS_BACK)


def _saying(draft: Draft, sentence: str, *, said_so: re.Pattern[str]) -> Draft:
    if draft.emergency is not None or said_so.search(plain(draft.reply)):
        return draft
    return replace(draft, reply=below(draft.reply, sentence))


def wish_in(claim: Claim) -> Wish | None:
    """The last one in the burst."""
    wishes = [wish_of(message.text) for message in claim.messages if message.kind in _SPOKEN]
    return next((wish for wish in reversed(wishes) if wish is not None), None)


def _short(claim: Claim) -> tuple[Short | None, int | None]:
    if any(message.kind not in (*_SPOKEN, Kind.REACTION) for message in claim.messages):
        return None, None
    return counted_answer([message.text for message in claim.messages])


def _may_answer(short: Short, count: int | None, found: Asked) -> bool:
    """After "which other time?" only a plain order to cancel is clear; one of several is never cancelled by a word.

    Args:
        count: of how many the patient speaks: "confirmo as duas" answers a reminder of two.
    """
    if found.chooses and short is not Short.CANCEL:
        return False
    if count is not None and count != len(found.appointments):
        return False
    return short is not Short.CANCEL or len(found.appointments) == 1
