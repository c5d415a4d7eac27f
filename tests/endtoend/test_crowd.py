"""Five hundred phones at once, over real HTTP, with a real server process; then the same with SIGKILLs."""

import asyncio
import os
import random
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from clinic_bot.clock import Clock
from clinic_bot.sandbox.standins import StandIns, stand_ins
from tests.endtoend.crowd import QUIET_S, Crowd, Ledger, Recorder, covering, crowd, deliver
from tests.endtoend.server import Server
from tests.support.waiting import until

pytestmark = [pytest.mark.alone, pytest.mark.timeout(240)]

PHONES = 500
SEED = int(os.environ.get("CLINIC_BOT_TEST_SEED", "20261122"))


@asynccontextmanager
async def clinic(folder: Path, brain: Recorder) -> AsyncIterator[tuple[Server, StandIns]]:
    async with stand_ins(Clock(), brain=brain, seed=SEED) as pair:
        # The queue's spacing of 1 to 3 s a message is Z-API's; here it would only make the test long.
        pair.zapi.spacing_s = (0.0, 0.0)
        pair.groq.latency_s = 0.3
        server = Server(
            folder,
            groq_url=pair.groq_url,
            zapi_url=pair.zapi_url,
            quiet_s=str(QUIET_S),
            patience_floor_s=str(QUIET_S),
            patience_ceiling_s=str(QUIET_S),
            typing_delay_s="0",
        )
        pair.zapi.webhooks.set_all(server.webhook)
        server.start()
        try:
            await asyncio.to_thread(server.wait_until_ready)
            yield server, pair
        finally:
            server.kill()


def rows(server: Server, query: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(f"file:{server.database}?mode=ro", uri=True) as connection:
        return connection.execute(query).fetchall()


def nothing_pending(server: Server) -> bool:
    pending = rows(
        server, "SELECT count(*) FROM conversation WHERE wake_at_ms IS NOT NULL AND human_until_ms = 0"
    )
    open_turns = rows(server, "SELECT count(*) FROM turn WHERE state IN ('thinking', 'sending')")
    return pending[0][0] == 0 and open_turns[0][0] == 0


async def test_every_phone_gets_exactly_one_reply_with_all_its_words_in_order(tmp_path: Path) -> None:
    brain, people, ledger = Recorder(), crowd(PHONES, seed=SEED), Ledger()
    async with clinic(tmp_path, brain) as (server, pair):
        await deliver(people, server.webhook, ledger)
        await until(lambda: len(pair.zapi.sent) >= PHONES, within_s=60)
        await until(lambda: nothing_pending(server), within_s=30)
        by_phone = Counter(left.phone for left in pair.zapi.sent)
        answered = dict(covering([left.text for left in pair.zapi.sent], brain.asked))

    assert ledger.answers["queued"] == len(people.text_of)
    assert by_phone == Counter(people.bursts.keys())
    assert sorted(answered.values()) == sorted(people.bursts.values())
    assert len(brain.asked) == PHONES


async def test_killed_at_any_moment_nothing_acknowledged_is_lost_or_answered_twice(tmp_path: Path) -> None:
    brain, people, ledger = Recorder(), crowd(PHONES, seed=SEED + 1), Ledger()
    rng = random.Random(SEED)
    async with clinic(tmp_path, brain) as (server, pair):
        delivering = asyncio.create_task(deliver(people, server.webhook, ledger))
        for _ in range(3):
            await asyncio.sleep(rng.uniform(0.5, 2.5))  # the instant of the fault, not a wait for a result
            server.kill()
            server.start()
            await asyncio.to_thread(server.wait_until_ready)
        await delivering
        await until(lambda: nothing_pending(server), within_s=90)
        await until(lambda: not pair.zapi.queue)
        accepted = [left.text for left in pair.zapi.sent]
        check_nothing_lost_or_doubled(server, people, ledger, brain, accepted)


def check_nothing_lost_or_doubled(
    server: Server, people: Crowd, ledger: Ledger, brain: Recorder, accepted: list[str]
) -> None:
    assert ledger.acknowledged == set(people.text_of)
    in_turns = rows(
        server,
        "SELECT m.provider_id, count(t.id) FROM message m LEFT JOIN turn t ON t.conversation_id = m.conversation_id "
        "AND m.seq BETWEEN t.low AND t.high AND t.state != 'withdrawn' GROUP BY m.provider_id",
    )
    assert {row[0] for row in in_turns} == ledger.acknowledged, (
        "a message that was acknowledged is not stored"
    )
    assert {row[1] for row in in_turns} == {1}, "a message is in no turn, or in two"

    heard = Counter(text for _, texts in covering(accepted, brain.asked) for text in texts)
    assert max(heard.values()) == 1, "a message was answered twice"
    unanswered = set(people.text_of.values()) - set(heard)
    explained = {
        str(row[0])
        for row in rows(
            server,
            "SELECT m.text FROM message m JOIN turn t ON t.conversation_id = m.conversation_id AND m.seq BETWEEN t.low "
            "AND t.high WHERE t.state IN ('unknown', 'held') AND t.reason IS NOT NULL",
        )
    }
    assert unanswered <= explained, "a burst without a reply has to be listed with its reason"
