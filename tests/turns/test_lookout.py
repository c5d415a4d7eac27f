"""What one look a minute finds, and that a person is told of it once."""

from collections.abc import Callable, Sequence
from functools import partial

import pytest
from sqlalchemy import Connection

from clinic_bot.errors import StorageUnavailable
from clinic_bot.operations.alerts import Alerts
from clinic_bot.operations.metrics import Metrics
from clinic_bot.store import inbox, switches
from clinic_bot.store.database import Database, Job, T
from clinic_bot.store.tables import SwitchName
from clinic_bot.turns.lookout import Lookout
from tests.operations.test_alerts import total
from tests.support import builders as b
from tests.support.clock import START_MS, FakeClock

PLENTY = 10_000_000_000


class Told(Alerts):
    """Keeps what was told, with the memory of the real one."""

    def __init__(self) -> None:
        super().__init__(FakeClock(), Metrics())
        self.kinds: list[str] = []
        self.texts: list[str] = []

    def alert(self, kind: str, text: str) -> None:
        self.kinds.append(str(kind))
        self.texts.append(text)


class Lost:
    """A database that answers nothing."""

    async def write(self, job: Job[T], *, urgent: bool = False) -> T:
        raise StorageUnavailable("disk I/O error")

    async def read(self, job: Job[T]) -> T:
        raise StorageUnavailable("disk I/O error")

    async def reclaim(self, tables: Sequence[str]) -> str | None:
        raise StorageUnavailable("it is gone")

    async def close(self) -> None: ...


def lookout(
    database: Database | Lost, told: Told, metrics: Metrics, room: Callable[[], int] = lambda: PLENTY
) -> Lookout:
    return Lookout(database, metrics, told, instance=b.INSTANCE, room_bytes=room)


async def execute(database: Database, sql: str) -> None:
    def job(connection: Connection) -> None:
        connection.exec_driver_sql(sql)

    await database.write(job)


async def add_turn(database: Database, conversation_id: int, state: str) -> None:
    await execute(
        database,
        "INSERT INTO turn (conversation_id, low, high, epoch, state, closed_by, due_ms, claimed_ms, outcome_ms,"
        " prompt_tokens, completion_tokens, calls)"
        f" VALUES ({conversation_id}, 1, 1, 1, '{state}', 'quiet', 0, 0, 0, 0, 0, 0)",
    )


async def test_a_clinic_that_is_well_is_told_nothing(database: Database) -> None:
    told, metrics = Told(), Metrics()
    await lookout(database, told, metrics).look()
    assert told.kinds == []
    assert total(metrics, "stuck_conversations") == 0


async def test_stuck_conversations_are_told_once_and_again_when_they_come_back(
    database: Database,
) -> None:
    told, metrics = Told(), Metrics()
    watching = lookout(database, told, metrics)
    await database.write(
        partial(inbox.take_in, event=b.message(), body=b"{}", now_ms=START_MS, policy=b.POLICY)
    )
    await execute(database, "UPDATE conversation SET wake_at_ms = NULL")
    await watching.look()
    await watching.look()
    assert told.kinds == ["rule9"]
    assert told.texts[0].startswith("Há 1 conversa com mensagem sem resposta")
    assert total(metrics, "stuck_conversations") == 1
    await execute(database, "UPDATE conversation SET wake_at_ms = 1")
    await watching.look()
    assert total(metrics, "stuck_conversations") == 0
    await execute(database, "UPDATE conversation SET wake_at_ms = NULL")
    await watching.look()
    assert told.kinds == ["rule9", "rule9"]
    await execute(database, "UPDATE conversation SET wake_at_ms = 1")


async def test_each_turn_that_came_to_wait_for_a_person_is_told(database: Database) -> None:
    told, metrics = Told(), Metrics()
    watching = lookout(database, told, metrics)
    await add_turn(database, 100, "held")
    await watching.look()
    await watching.look()
    await add_turn(database, 101, "dead")
    await watching.look()
    await add_turn(database, 102, "dead")
    await execute(database, "UPDATE turn SET state = 'sent' WHERE conversation_id = 100")
    await watching.look()
    await watching.look()
    assert told.kinds == ["send_held", "turn_dead", "turn_dead"]
    assert told.texts[2].startswith("Há 2 conversas sem resposta")
    assert total(metrics, "held_sends") == 0
    assert total(metrics, "dead_turns") == 2


async def test_what_another_replica_tells_is_only_counted_here(database: Database) -> None:
    told, metrics = Told(), Metrics()
    on_duty = False
    watching = Lookout(database, metrics, told, instance=b.INSTANCE, room_bytes=None, on_duty=lambda: on_duty)
    await add_turn(database, 100, "dead")
    await watching.look()
    assert told.kinds == []
    assert total(metrics, "dead_turns") == 1
    on_duty = True  # the other one died, and perhaps before it told
    await watching.look()
    assert told.kinds == ["turn_dead"]


async def test_the_switches_show_in_the_metrics(database: Database) -> None:
    told, metrics = Told(), Metrics()
    await database.write(
        partial(
            switches.turn_on, instance=b.INSTANCE, name=SwitchName.PAUSED, reason="a test", now_ms=START_MS
        )
    )
    await lookout(database, told, metrics).look()
    assert total(metrics, "switch_on", switch="paused") == 1
    assert total(metrics, "switch_on") == 1


async def test_a_disk_that_fills_is_told_also_when_the_database_answers_no_more() -> None:
    told, room = Told(), [100_000_000, 600_000_000, PLENTY, 100_000_000]
    watching = lookout(Lost(), told, Metrics(), lambda: room.pop(0))
    for _ in range(4):
        with pytest.raises(StorageUnavailable):
            await watching.look()
    assert told.kinds == ["disk", "disk"]
    assert "(100 MB livres)" in told.texts[0]


async def test_a_disk_that_cannot_be_measured_is_no_alarm(database: Database) -> None:
    def gone() -> int:
        raise OSError(2, "No such file or directory")

    told = Told()
    await lookout(database, told, Metrics(), gone).look()
    assert told.kinds == []
