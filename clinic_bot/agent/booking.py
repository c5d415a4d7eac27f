"""The agenda's tools. The model chooses words; whose records, which slot and whether it may be done is decided here.

Whose the records are comes from the turn's conversation. A day or an hour comes as the patient's phrase and is resolved
in code. What changes the agenda was proposed before, and the patient has said yes to it in words that are stored: a
model that books without asking, invents a slot or names somebody else's appointment is told so, and nothing happens.
"""

import re
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection

from clinic_bot.agent import booking_words as words
from clinic_bot.agent.booking_case import MOST_LISTED, Case, Given, later, text_of
from clinic_bot.agent.booking_schemas import SCHEMAS
from clinic_bot.agent.toolbox import Booking, ChangingTool, RecordTool
from clinic_bot.agent.tools import CARRY_OUT, CONFIRM, FREE_SLOTS, OWN_APPOINTMENTS, PROPOSE
from clinic_bot.clinic import consent, dates, short_answers, team
from clinic_bot.clinic.consent import Deed
from clinic_bot.clinic.dates import When
from clinic_bot.clinic.facts import ClinicFacts
from clinic_bot.clinic.spelling import plain, words_of
from clinic_bot.errors import ChangeRefused
from clinic_bot.store import appointments, patients, proposals
from clinic_bot.store.appointments import AppointmentRow, Wanted
from clinic_bot.store.clinic_tables import Action, ProposalState
from clinic_bot.store.heard import Heard

_OF_COMING = re.compile(
    r"\b(?:confirm\w+|presenca|comparec\w+|vou|irei|iremos|vamos|vira|vem|estarei|estaremos)\b"
)
_ACTIONS = {"marcar": Action.BOOK, "remarcar": Action.MOVE, "cancelar": Action.CANCEL}


class FrontDesk:
    """Keeps one clinic's agenda for its patients.

    Args:
        now: the present moment in the clinic's zone; asked inside the transactions, from any thread.
        binding: False where replies are only drafted: nothing is held, booked or changed that nobody will be told of.
    """

    def __init__(self, facts: ClinicFacts, now: Callable[[], datetime], *, binding: bool = True) -> None:
        self._facts = facts
        self._now = now
        self._binding = binding

    def booking(self) -> Booking:
        return Booking(
            (
                RecordTool(SCHEMAS[FREE_SLOTS], self.free_slots),
                RecordTool(SCHEMAS[OWN_APPOINTMENTS], self.own_appointments),
                ChangingTool(SCHEMAS[PROPOSE], self.propose),
                ChangingTool(SCHEMAS[CARRY_OUT], self.carry_out),
                ChangingTool(SCHEMAS[CONFIRM], self.confirm),
            ),
            self.standing,
        )

    def _case(self, connection: Connection, conversation_id: int) -> Case:
        return Case(self._facts, connection, patients.owner(connection, conversation_id), self._now())

    # What is there.

    def standing(self, connection: Connection, conversation_id: int) -> str:
        """What this patient was asked, and that there is something booked; names stay out until they are needed."""
        now_ms = round(self._now().timestamp() * 1000)
        found = proposals.standing(connection, conversation_id, now_ms=now_ms)
        parts: list[str] = []
        if found.asked:
            case = self._case(connection, conversation_id)
            asked = [case.proposed(one) for one in proposals.open_ones(connection, case.who, now_ms=now_ms)]
            parts.append(f"Propostas em aberto: {'; '.join(asked)}.")
        if found.booked:
            parts.append(f"Consultas futuras deste telefone: {found.booked} ({OWN_APPOINTMENTS}).")
        return " ".join(parts)

    def free_slots(self, connection: Connection, conversation_id: int, given: Given) -> str:
        case = self._case(connection, conversation_id)
        asked, phrase = text_of(given, "servico"), text_of(given, "quando")
        service = case.service(asked)
        if isinstance(service, str):
            return service
        when = dates.resolve(phrase, case.now)
        about = f"{asked} {phrase}"
        title = words.titled(service, team.bookable(self._facts)[service.key])
        doubt = f"\nDúvida, pergunte: {when.doubt}" if when.doubt else ""
        if slots := case.slots(service, when, about=about):
            return f"{title}. Livres:\n{words.offered(slots)}{doubt}"
        nearest = case.slots(service, When(), about=about)
        if not nearest:
            return f"{title}: nenhum horário livre; ofereça a recepção.{doubt}"
        closed = words.closed(self._facts, () if when.spread else when.days)
        return (
            f"{title}: nada livre nesse pedido{closed}. Outros:\n{words.offered(later(nearest, when))}{doubt}"
        )

    def own_appointments(self, connection: Connection, conversation_id: int, given: Given) -> str:
        case = self._case(connection, conversation_id)
        rows = case.upcoming()
        wanted = set(words_of(text_of(given, "quem")))
        chosen = [row for row in rows if wanted & set(words_of(row.patient))] or rows
        if not chosen:
            return "Nenhuma consulta futura marcada por este telefone. De outras pessoas não se informa nada."
        return "\n".join(case.listed(row) for row in chosen[:MOST_LISTED])

    # What changes.

    def propose(self, connection: Connection, conversation_id: int, given: Given) -> str:
        case = self._case(connection, conversation_id)
        said = case.heard()
        action = _ACTIONS.get(text_of(given, "acao"))
        if action is None:
            raise ChangeRefused(f"acao deve ser {', '.join(_ACTIONS)}.")
        if action is Action.BOOK:
            return self._propose(case, said, action, case.to_book(given, said), None)
        of = case.own(text_of(given, "consulta"))
        case.check_in_time(of)
        wanted = case.to_move(of, given) if action is Action.MOVE else case.as_it_is(of)
        return self._propose(case, said, action, wanted, of)

    def _propose(
        self, case: Case, said: Heard, action: Action, wanted: Wanted, of: AppointmentRow | None
    ) -> str:
        minutes = self._facts.agenda.hold_minutes if self._binding else 0
        proposal = proposals.propose(
            case.connection,
            case.who,
            action,
            wanted,
            appointment_id=of.id if of else None,
            turn_id=said.turn_id,
            now_ms=case.now_ms,
            held_until_ms=case.now_ms + minutes * 60_000,
        )
        if proposal is None:
            raise ChangeRefused("esse horário acabou de ser ocupado. Consulte de novo.")
        if len(proposals.open_ones(case.connection, case.who, now_ms=case.now_ms)) > proposals.MOST_OPEN:
            raise ChangeRefused("já há propostas demais em aberto; peça uma resposta a elas antes.")
        held = "" if action is Action.CANCEL else f" Horário guardado por {minutes} min."
        told = f"{case.proposed(proposal)}.{held}"
        if case.missing(proposal, said) is None:
            return f"{told} O paciente já deu a ordem completa: chame {CARRY_OUT} agora."
        return f"{told} Escreva serviço, dia, hora e nome e peça o sim; só depois {CARRY_OUT}."

    def carry_out(self, connection: Connection, conversation_id: int, given: Given) -> str:
        case = self._case(connection, conversation_id)
        said = self._bound(case)
        proposal = case.proposal(text_of(given, "proposta"))
        if proposal.state == ProposalState.OPEN:
            case.check_wanted(proposal, said)
        done = proposals.carry_out(connection, case.who, proposal, turn_id=said.turn_id, now_ms=case.now_ms)
        if done is None:
            raise ChangeRefused("esse horário acabou de ser ocupado. Consulte de novo e ofereça outro.")
        return words.done(Action(proposal.action), case.visit(done)) + case.about_children(done)

    def confirm(self, connection: Connection, conversation_id: int, given: Given) -> str:
        case = self._case(connection, conversation_id)
        said = self._bound(case)
        row = case.own(text_of(given, "consulta"))
        if not (consent.orders(Deed.BOOK, said.words) or (_agrees(said.words) and _is_of_coming(said))):
            raise ChangeRefused("o paciente não confirmou a presença; pergunte.")
        done = appointments.confirm(connection, case.who, row.id, now_ms=case.now_ms)
        assert done is not None
        return words.present(case.visit(done))

    def _bound(self, case: Case) -> Heard:
        """What was said, where it may lead to something."""
        if not self._binding:
            raise ChangeRefused("só observação: nada muda aqui. Diga que a recepção confirma.")
        return case.heard()


def _agrees(words: str) -> bool:
    """A yes, or the short answer that a reminder asks for among other lines: ``1``, then a question."""
    answers = {short_answers.counted_answer([line])[0] for line in words.splitlines()} - {None}
    return consent.agrees(words) or answers == {short_answers.Short.CONFIRM}


def _is_of_coming(said: Heard) -> bool:
    """Whether a yes is one to coming: a bare one answers whatever was asked last."""
    asked = said.replies[0].text if said.replies else ""
    return said.person_since or bool(_OF_COMING.search(plain(f"{said.words}\n{asked}")))
