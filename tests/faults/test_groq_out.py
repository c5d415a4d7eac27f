"""The whole service while Groq refuses everybody for minutes."""

import asyncio

from sqlalchemy import Connection
from sqlmodel import Session, select

from clinic_bot.store.places import Place
from clinic_bot.store.tables import Conversation, TurnState
from tests.support.service import clinic
from tests.support.waiting import until, until_async

SENT = TurnState.SENT.value
PATIENTS = [f"55119876500{number:02}" for number in range(12)]


async def test_three_minutes_of_429_lose_nothing_and_spend_no_attempt(place: Place) -> None:
    async with clinic(place, rate=60) as it:
        it.groq_fault(kind="storm", seconds=180, wait_s=5)
        began_ms = it.service.clock.now_ms()
        await asyncio.gather(*(it.patient(phone=phone, text="vcs abrem sabado?") for phone in PATIENTS))
        await until(lambda: len(it.sent) == len(PATIENTS))
        assert it.service.clock.now_ms() - began_ms >= 180_000
        assert sorted(left.phone for left in it.stand_ins.zapi.sent) == sorted(PATIENTS)

        async def closed() -> bool:
            return await it.states() == [SENT] * len(PATIENTS)

        await until_async(closed)
        assert {turn.hand_over for turn in await it.turns()} == {None}
        assert await it.read(_attempts) == [0] * len(PATIENTS)


def _attempts(connection: Connection) -> list[int]:
    with Session(bind=connection) as session:
        return list(session.exec(select(Conversation.attempts)))
