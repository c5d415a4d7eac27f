"""Two patients say yes to one slot at the same moment: the gates of two turns, on one database."""

import asyncio
import json
from datetime import datetime
from functools import partial

from sqlalchemy import Connection

from clinic_bot.agent.booking import FrontDesk
from clinic_bot.agent.toolbox import ChangingTool, Toolbox
from clinic_bot.agent.tools import CARRY_OUT, PROPOSE
from clinic_bot.errors import ChangeRefused
from clinic_bot.store import claims, closing, gate, inbox
from clinic_bot.store.database import Database
from clinic_bot.store.gate import Draft, Gate
from clinic_bot.store.lease import Claim
from clinic_bot.store.tables import TurnState
from clinic_bot.turns.attempt import Attempt
from tests.support import builders as b
from tests.support.agenda import agenda_violations, standing
from tests.support.clock import FakeClock
from tests.support.desk import FACTS, JOANA, MARIA

NAMES = {MARIA: "Maria Souza", JOANA: "Joana Prado"}


class Rivals:
    """Each wants what the other wants, in a burst that leaves nothing to be asked."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.clock = FakeClock()
        desk = FrontDesk(FACTS, lambda: datetime.fromtimestamp(self.clock.now_ms() / 1000, FACTS.timezone))
        self.tools = Toolbox(desk.booking().tools)
        self.count = 0

    async def turn(self, phone: str, when: str) -> Attempt:
        self.count += 1
        text = f"quero dermato {when}, meu nome é {NAMES[phone]}, pode marcar"
        event = b.message(text, id=f"m{self.count}", who=b.contact(phone))
        taken = await self.database.write(
            partial(inbox.take_in, event=event, body=b"{}", now_ms=self.clock.now_ms(), policy=b.POLICY)
        )
        assert taken.conversation_id is not None
        self.clock.advance(b.CAP_MS)
        job = partial(
            claims.claim,
            conversation_id=taken.conversation_id,
            owner="p1",
            lease_ms=b.LEASE_MS,
            policy=b.POLICY,
        )
        claim = await self.database.write(partial(job, now_ms=self.clock.now_ms()))
        assert isinstance(claim, Claim)
        return Attempt(self.database, self.clock, b.POLICY, claim, "")

    async def books(self, attempt: Attempt, phone: str, when: str) -> bool:
        given = {"acao": "marcar", "servico": "dermato", "quando": when, "paciente": NAMES[phone]}
        try:
            told = await self._call(attempt, PROPOSE, given)
            label = told.partition(":")[0]
            return (await self._call(attempt, CARRY_OUT, {"proposta": label})).startswith("Feito")
        except ChangeRefused:
            return False

    async def _call(self, attempt: Attempt, name: str, given: dict[str, str]) -> str:
        tool = self.tools.find(name)
        assert isinstance(tool, ChangingTool)

        def effect(connection: Connection, conversation_id: int) -> str:
            return tool.change(connection, conversation_id, given)

        return await attempt.change(name, json.dumps(given), effect)


async def test_of_two_turns_that_want_one_slot_one_books_it(database: Database) -> None:
    rivals = Rivals(database)
    whens = [
        f"dia {day:02d}/10 às {hour}"
        for day in (1, 8, 15, 22, 29)
        for hour in ("14h", "14h30", "15h", "15h30")
    ]
    for n, when in enumerate(whens, start=1):
        attempts = {phone: await rivals.turn(phone, when) for phone in NAMES}
        won = await asyncio.gather(*(rivals.books(attempts[phone], phone, when) for phone in NAMES))
        assert sorted(won) == [False, True]
        assert len(await database.read(standing)) == n
        for attempt in attempts.values():
            await close(database, attempt, rivals.clock)
    assert await database.read(agenda_violations) == []


async def close(database: Database, attempt: Attempt, clock: FakeClock) -> None:
    """The turn's reply leaves and arrives."""
    claim, now_ms = attempt.claim, clock.now_ms()
    intent = partial(
        gate.write_intent, claim=claim, draft=Draft("?", "Certo."), now_ms=now_ms, policy=b.POLICY
    )
    decided, _ = await database.write(intent)
    assert decided is Gate.OPEN
    sent = partial(closing.record_outcome, claim=claim, state=TurnState.SENT, now_ms=now_ms, policy=b.POLICY)
    await database.write(sent)
