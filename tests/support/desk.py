"""Patients and a model at the agenda's tools: real records, the real gate, and a clock that the test sets."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from clinic_bot.agent.booking import FrontDesk
from clinic_bot.agent.toolbox import ChangingTool, ReadingTool, RecordTool, Toolbox, standard
from clinic_bot.agent.tools import CARRY_OUT, CONFIRM, FREE_SLOTS, OWN_APPOINTMENTS, PROPOSE
from clinic_bot.clinic.facts import ClinicFacts
from clinic_bot.errors import ChangeRefused
from clinic_bot.store import gate
from clinic_bot.store.appointments import AppointmentRow
from clinic_bot.store.gate import Gate
from clinic_bot.store.lease import Claim
from tests.support import builders as b
from tests.support.agenda import agenda_violations, standing
from tests.support.store import Store

#: Seen from Monday, 21 September 2026, 11:13, which is the tests' first instant.
FACTS = ClinicFacts.model_validate(
    {
        "name": "Clínica Teste",
        "assistant_name": "Lu",
        "hours": dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), "08:00-18:00"),
        "professionals": [
            {
                "id": "ana",
                "name": "Dra. Ana Reis",
                "specialty": "dermatologia",
                "hours": {"thursday": "14:00-16:00", "friday": "08:00-09:00"},
            },
            {"id": "rui", "name": "Dr. Rui Sá", "specialty": "pediatria", "hours": {"friday": "09:00-12:00"}},
        ],
        "services": [
            {"id": "derma", "name": "Consulta de dermatologia", "minutes": 30},
            {"id": "pedia", "name": "Consulta de pediatria", "minutes": 30},
        ],
    }
)
MARIA, JOANA = b.PHONE, "5511987650002"


@dataclass
class Desk:
    """One claim at a time for each phone, as the runner has it."""

    store: Store
    facts: ClinicFacts = FACTS
    binding: bool = True
    claims: dict[str, Claim] = field(default_factory=dict)
    _count: int = 0

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.store.now_ms / 1000, self.facts.timezone)

    @property
    def tools(self) -> Toolbox:
        desk = FrontDesk(self.facts, self.now, binding=self.binding)
        return Toolbox((*standard(self.facts), *desk.booking().tools))

    def says(self, text: str, phone: str = MARIA, *, name: str | None = None) -> Claim:
        """The patient writes, and a turn begins."""
        self._count += 1
        who = b.contact(phone, name=name)
        taken = self.store.take(b.message(text, id=f"m{self._count}", who=who))
        assert taken.conversation_id is not None
        claim = self.store.claim_when_due(taken.conversation_id)
        self.claims[phone] = claim
        return claim

    def call(self, name: str, phone: str = MARIA, **arguments: str) -> str:
        """What the model reads after it called a tool."""
        tool, claim = self.tools.find(name), self.claims[phone]
        if isinstance(tool, ReadingTool):
            return tool.run(json.dumps(arguments), self.now()).text
        if isinstance(tool, RecordTool):
            return self.store.run(lambda c: tool.read(c, claim.conversation_id, arguments))
        try:
            change = self.change(name, claim, **arguments)
        except ChangeRefused as exc:
            return f"Erro: {exc.told}"
        assert change.gate is Gate.OPEN, change
        return change.result

    def change(self, name: str, claim: Claim, **arguments: str) -> gate.Change:
        """A changing tool at the gate, for whatever claim. Raises ChangeRefused."""
        tool = self.tools.find(name)
        assert isinstance(tool, ChangingTool)
        return self.store.run(
            partial(
                gate.record_change,
                claim=claim,
                tool=name,
                arguments=json.dumps(arguments),
                effect=lambda c: tool.change(c, claim.conversation_id, arguments),
                now_ms=self.store.now_ms,
                policy=b.POLICY,
            )
        )

    def reply(self, text: str, phone: str = MARIA) -> None:
        """The turn's answer leaves and arrives."""
        claim = self.claims.pop(phone)
        assert self.store.intent(claim, text) is Gate.OPEN
        assert self.store.outcome(claim, message_id=f"r{claim.turn_id}").ours

    def standing(self, phone: str = MARIA) -> str:
        desk = FrontDesk(self.facts, self.now)
        return self.store.run(lambda c: desk.standing(c, self.claims[phone].conversation_id))

    # The tools by what the model wants of them.

    def free(self, service: str, when: str, phone: str = MARIA) -> str:
        return self.call(FREE_SLOTS, phone, servico=service, quando=when)

    def own(self, phone: str = MARIA, *, who: str = "") -> str:
        return self.call(OWN_APPOINTMENTS, phone, quem=who)

    def book(self, service: str, when: str, patient: str, phone: str = MARIA) -> str:
        return self._propose("marcar", phone, servico=service, quando=when, paciente=patient)

    def move(self, label: str, when: str, phone: str = MARIA) -> str:
        return self._propose("remarcar", phone, consulta=label, quando=when)

    def cancel(self, label: str, phone: str = MARIA) -> str:
        return self._propose("cancelar", phone, consulta=label)

    def _propose(self, action: str, phone: str, **given: str) -> str:
        blank = {"consulta": "", "servico": "", "quando": "", "paciente": ""}
        return self.call(PROPOSE, phone, acao=action, **{**blank, **given})

    def carry_out(self, label: str = "proposta#1", phone: str = MARIA) -> str:
        return self.call(CARRY_OUT, phone, proposta=label)

    def confirm(self, label: str = "consulta#1", phone: str = MARIA) -> str:
        return self.call(CONFIRM, phone, consulta=label)

    # What came of it.

    def booked(self) -> list[AppointmentRow]:
        assert self.store.run(agenda_violations) == []
        return [row for _, row in self.store.run(standing)]

    def has(
        self, phone: str, service: str = "dermato", when: str = "quinta às 14h", patient: str = ""
    ) -> None:
        """Somebody who booked an appointment the proper way, some time ago."""
        name = patient or {MARIA: "Maria Souza", JOANA: "Joana Prado"}[phone]
        self.says(f"quero {service} {when}, é para {name}, pode marcar", phone)
        label = self.book(service, when, name, phone).partition(":")[0]
        assert self.carry_out(label, phone).startswith("Feito")
        self.reply("Marcado!", phone)
