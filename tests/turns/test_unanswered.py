"""A patient who was handed over and hears nothing is told of once, in the clinic's own hours."""

from functools import partial

from clinic_bot.clinic.facts import example_clinic
from clinic_bot.store import gate, inbox
from clinic_bot.store.claims import claim as take
from clinic_bot.store.closing import record_outcome
from clinic_bot.store.database import Database
from clinic_bot.store.gate import Draft
from clinic_bot.store.lease import Claim
from clinic_bot.store.tables import TurnState
from clinic_bot.turns.unanswered import Unanswered
from tests.support import builders as b
from tests.support.clock import START_MS, FakeClock

HOUR_MS = 3_600_000


async def hand_over(database: Database, now_ms: int) -> None:
    write = partial(inbox.take_in, event=b.message(), body=b"{}", now_ms=now_ms, policy=b.POLICY)
    taken = await database.write(write)
    assert taken.conversation_id is not None
    due_ms = now_ms + 60_000
    claimed = await database.write(
        partial(
            take,
            conversation_id=taken.conversation_id,
            owner="p1",
            now_ms=due_ms,
            lease_ms=b.LEASE_MS,
            policy=b.POLICY,
        )
    )
    assert isinstance(claimed, Claim)
    draft = Draft("oi", "Avisei.", hand_over="quer alguém", for_reception="pediu para falar com uma pessoa")
    await database.write(
        partial(gate.write_intent, claim=claimed, draft=draft, now_ms=due_ms, policy=b.POLICY)
    )
    await database.write(
        partial(record_outcome, claim=claimed, state=TurnState.SENT, now_ms=due_ms, policy=b.POLICY)
    )


async def test_a_night_s_hand_over_is_told_of_when_the_clinic_opens(database: Database) -> None:
    clock, facts, told = FakeClock(START_MS), example_clinic(), list[tuple[str, str]]()

    def alert(kind: str, text: str) -> None:
        told.append((kind, text))

    look = Unanswered(database, clock, facts, alert, alert_ms=600_000).look
    idle = Unanswered(database, clock, facts, alert, alert_ms=600_000, on_duty=lambda: False).look
    clock.advance(10 * HOUR_MS)  # START_MS is Monday, 11:13
    assert not facts.is_open(clock.local(facts.timezone))
    await hand_over(database, clock.now_ms())
    for _ in range(10):
        clock.advance(HOUR_MS)
        await look()
    assert told == []  # 7h13, and the clinic is closed
    clock.advance(HOUR_MS)
    await idle()
    assert told == []
    await look()
    await look()
    ((kind, text),) = told
    assert kind == "patient_waits"
    assert text.startswith("Há 10 h a recepção recebeu a conversa no chat 55119*****001 e ninguém respondeu")
