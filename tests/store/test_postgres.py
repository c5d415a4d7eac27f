"""The executor of several replicas on a real server: races between two of them, and what the server refuses."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import asyncpg
import pytest
from sqlalchemy import URL, Connection, text
from sqlalchemy.util import await_only

from clinic_bot.errors import ChangeRefused, StorageUnavailable
from clinic_bot.events import Event
from clinic_bot.store import claims
from clinic_bot.store.claims import Later
from clinic_bot.store.closing import Closed
from clinic_bot.store.database import Grouped, Job
from clinic_bot.store.inbox import Answer, Arrival, Taken, grouped, keep, take_in_all
from clinic_bot.store.lease import Claim
from clinic_bot.store.outcomes import Outcome, record_all
from clinic_bot.store.postgres import PostgresDatabase, engine
from clinic_bot.store.postgres_driver import numbered
from clinic_bot.store.postgres_faults import is_connection_lost, is_database_fault, is_drivers, problem_of
from clinic_bot.store.session import driver_of
from clinic_bot.store.tables import TurnState
from tests.support import builders as b
from tests.support.clock import START_MS
from tests.support.invariants import violations
from tests.support.postgres import Server
from tests.support.store import Store
from tests.support.waiting import until_async

NEW = b.contact("5511987650009")
SECRET_TEXT = "tenho uma dor que não conto a ninguém"


@pytest.fixture
def place(postgres_server: Server) -> Any:
    with postgres_server.clone() as url:
        yield url


@pytest.fixture
async def replicas(place: URL, anyio_backend: str) -> AsyncIterator[Sequence[PostgresDatabase]]:
    """Two processes' executors on one database."""
    both = [PostgresDatabase(place), PostgresDatabase(place)]
    yield both
    assert await both[1].read(violations) == []
    for replica in both:
        await replica.close()


def arriving(event: Event, *, after_ms: int = 0) -> Grouped[Arrival, Taken]:
    arrival = Arrival(event, b"{}", START_MS + after_ms)
    return grouped(arrival, partial(take_in_all, policy=b.POLICY))


def claiming(conversation_id: int, *, owner: str) -> Job[Claim | Later]:
    return partial(
        claims.claim, conversation_id=conversation_id, owner=owner, now_ms=START_MS + 60_000, lease_ms=b.LEASE_MS,
        policy=b.POLICY,
    )  # fmt: skip


@asynccontextmanager
async def row_held(place: URL, conversation_id: int = 1) -> AsyncIterator[None]:
    """Another replica is in the middle of a transaction that has the conversation."""
    other = engine(place)
    async with other.begin() as connection:
        await connection.execute(text(f"SELECT id FROM conversation WHERE id = {conversation_id} FOR UPDATE"))
        yield
    await other.dispose()


# Two replicas at once.


async def test_of_one_delivery_at_two_replicas_one_is_the_duplicate(
    replicas: Sequence[PostgresDatabase],
) -> None:
    for n in range(20):
        event = b.message(id=f"m{n}", who=b.contact(f"55119876500{n:02d}"))
        taken = await asyncio.gather(*(replica.write(arriving(event)) for replica in replicas))
        assert sorted(one.answer for one in taken) == [Answer.DUPLICATE, Answer.QUEUED]


async def test_first_messages_of_one_person_at_two_replicas_open_one_conversation(
    replicas: Sequence[PostgresDatabase], store: Store
) -> None:
    for n in range(20):
        who = b.contact(f"55119876500{n:02d}")
        taken = await asyncio.gather(
            *(
                replica.write(arriving(b.message(id=f"{n}-{k}", who=who)))
                for k, replica in enumerate(replicas)
            )
        )
        assert len({one.conversation_id for one in taken}) == 1
    assert len(store.conversations()) == 20
    assert {one.next_seq for one in store.conversations()} == {3}


async def test_an_edit_at_one_replica_finds_the_first_message_at_another(
    replicas: Sequence[PostgresDatabase], store: Store
) -> None:
    """Neither saw the other before its commit, and the edit waited for ever for a message that was there."""
    for n in range(20):
        who = b.contact(f"55119876500{n:02d}")
        first, edit = b.message("oi", id=f"m{n}", who=who), b.edit("oi, bom dia", of=f"m{n}", who=who)
        await asyncio.gather(replicas[0].write(arriving(first)), replicas[1].write(arriving(edit)))
    assert {text for one in store.conversations() for text in store.texts(one.id or 0)} == {"oi, bom dia"}
    assert store.count("early_change") == 0


async def test_what_two_replicas_add_to_the_same_conversations_has_no_gap(
    replicas: Sequence[PostgresDatabase], store: Store
) -> None:
    people = [b.contact(f"55119876500{n:02d}") for n in range(8)]
    events = [b.message(id=f"m{n}", who=people[n % 8]) for n in range(400)]
    taken = await asyncio.gather(
        *(replicas[n % 2].write(arriving(event, after_ms=n)) for n, event in enumerate(events))
    )
    assert {one.answer for one in taken} == {Answer.QUEUED}
    assert [one.next_seq for one in store.conversations()] == [51] * 8
    assert [one.revision for one in store.conversations()] == [50] * 8


async def test_of_two_claims_one_has_the_conversation(
    replicas: Sequence[PostgresDatabase], store: Store
) -> None:
    store.take(b.message())
    taken = await asyncio.gather(
        *(replica.write(claiming(1, owner=f"p{n}"), urgent=True) for n, replica in enumerate(replicas))
    )
    assert sorted(type(one).__name__ for one in taken) == ["Claim", "Later"]


async def test_a_claim_does_not_wait_for_another_replicas_transaction(
    replicas: Sequence[PostgresDatabase], store: Store, place: URL
) -> None:
    store.take(b.message())
    async with row_held(place):
        later = await replicas[0].write(claiming(1, owner="p"), urgent=True)
    assert isinstance(later, Later)
    assert later.wake_at_ms == START_MS + 60_020  # at once again: the other one may have moved the window
    assert isinstance(await replicas[0].write(claiming(1, owner="p"), urgent=True), Claim)


@pytest.mark.parametrize(
    "held",
    [
        pytest.param("SELECT id FROM conversation WHERE id = 1 FOR UPDATE", id="somebody known"),
        pytest.param(
            f"SELECT pg_advisory_xact_lock(hashtextextended('{b.INSTANCE}:{NEW.phone_key}', 0))",
            id="somebody new",
        ),
    ],
)
async def test_a_person_whom_another_replica_has_just_then_holds_up_nobody_else(
    replicas: Sequence[PostgresDatabase], store: Store, place: URL, held: str
) -> None:
    """One batch of webhooks waited for another, and that for a third: after a restart they stood for ten seconds."""
    store.take(b.message("oi", id="m1"))
    who = b.contact() if "conversation" in held else NEW
    events: list[Event] = [b.message("queria", id="m2", who=who), b.edit("queria remarcar", of="m2", who=who)]
    other = engine(place)
    async with other.begin() as connection:
        await connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        await connection.execute(text(held))
        waiting = [asyncio.ensure_future(replicas[1].write(arriving(event))) for event in events]
        people = [b.contact(f"55119876500{n:02d}") for n in range(20, 40)]
        arrivals = (arriving(b.message(id=f"o{n}", who=one)) for n, one in enumerate(people))
        taken = await asyncio.gather(*(replicas[1].write(arrival) for arrival in arrivals))
        assert {one.answer for one in taken} == {Answer.QUEUED}
        assert not any(one.done() for one in waiting)
    await other.dispose()
    assert [one.answer for one in await asyncio.gather(*waiting)] == [Answer.QUEUED, Answer.QUEUED]
    texts = [text for one in store.conversations() for text in store.texts(one.id or 0)]
    assert texts.count("queria remarcar") == 1
    assert "queria" not in texts


async def test_webhooks_that_take_long_are_stored_in_several_transactions(
    replicas: Sequence[PostgresDatabase], store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each keeps its conversations from other replicas only for a moment, and those of one patient stay in order."""
    monkeypatch.setattr("clinic_bot.store.inbox._LONGEST_S", 0.0)
    people = [b.contact(f"55119876500{n:02d}") for n in range(3)]
    events: list[Event] = [b.message(f"{n}", id=f"m{n}", who=people[n % 3]) for n in range(12)]
    events += [b.edit(f"{n}!", of=f"m{n}", who=people[n % 3]) for n in range(12)]
    taken = await asyncio.gather(*(replicas[0].write(arriving(event)) for event in events))
    assert {one.answer for one in taken} == {Answer.QUEUED}
    texts = {one.phone: store.texts(one.id or 0) for one in store.conversations()}
    assert texts == {who.phone: [f"{n}!" for n in range(k, 12, 3)] for k, who in enumerate(people)}


async def test_who_is_urgent_does_not_wait_behind_the_webhooks(
    replicas: Sequence[PostgresDatabase], store: Store, place: URL
) -> None:
    for n in (1, 2):
        store.take(b.message(id=f"m{n}", who=b.contact(f"551198765000{n}")))
    async with row_held(place, 2):
        stuck = asyncio.ensure_future(
            replicas[0].write(arriving(b.message(id="m3", who=b.contact("5511987650002"))))
        )
        assert isinstance(await replicas[0].write(claiming(1, owner="p"), urgent=True), Claim)
        assert not stuck.done()
    assert (await stuck).answer is Answer.QUEUED


# Group commit.


def transaction_id(connection: Connection, item: str) -> int:
    keep(connection, item, b"{}", START_MS, "queued")
    return int(driver_of(connection).execute("SELECT txid_current()").fetchone()[0])


def together(connection: Connection, items: Sequence[str]) -> list[int]:
    return [transaction_id(connection, item) for item in items]


async def test_webhooks_that_wait_together_share_one_transaction(
    replicas: Sequence[PostgresDatabase],
) -> None:
    ids = await asyncio.gather(*(replicas[0].write(Grouped(f"k{n}", together)) for n in range(200)))
    assert len(set(ids)) <= 2


async def test_one_that_comes_when_the_last_is_answered_is_not_left_waiting(
    replicas: Sequence[PostgresDatabase],
) -> None:
    """It was once: its lane took a worker that had just found nothing more to do for one that would look again."""
    async with asyncio.timeout(20):
        for n in range(100):
            await replicas[0].write(Grouped(f"k{n}", together))


async def test_one_that_fails_costs_its_neighbours_nothing(
    replicas: Sequence[PostgresDatabase], store: Store
) -> None:
    def refusing(connection: Connection, items: Sequence[str]) -> list[int]:
        if "bad" in items:
            raise ChangeRefused("não")
        return together(connection, items)

    outcomes = await asyncio.gather(
        *(replicas[0].write(Grouped(name, refusing)) for name in ("a", "bad", "c")), return_exceptions=True
    )
    assert [type(one) for one in outcomes] == [int, ChangeRefused, int]
    assert store.count("inbox") == 2


async def test_who_gave_up_waiting_does_not_undo_what_was_written(
    replicas: Sequence[PostgresDatabase], store: Store
) -> None:
    async with row_held_for_job(replicas[0]) as (writing, release):
        writing.cancel()
        release.set()
        await replicas[0].close()
    assert store.count("inbox") == 1


@asynccontextmanager
async def row_held_for_job(
    database: PostgresDatabase,
) -> AsyncIterator[tuple[asyncio.Future[None], asyncio.Event]]:
    """A write that has begun, and ends when it is let go."""
    begun, release = asyncio.Event(), asyncio.Event()

    def job(connection: Connection) -> None:
        begun.set()
        await_only(release.wait())
        keep(connection, "k", b"{}", START_MS, "queued")

    writing = asyncio.ensure_future(database.write(job))
    await begun.wait()
    yield writing, release


async def test_a_replica_that_stands_still_in_a_transaction_holds_up_the_webhooks_of_the_others_for_seconds_only(
    replicas: Sequence[PostgresDatabase], store: Store
) -> None:
    """Seen when replicas were frozen under load: hundreds of webhooks of other patients at the others got a 503."""
    store.take(b.message(id="m1"))
    released = asyncio.Event()

    def stand_still(connection: Connection) -> None:
        connection.execute(text("SELECT id FROM conversation FOR UPDATE"))
        stands.set()
        await_only(released.wait())

    stands = asyncio.Event()
    frozen = asyncio.ensure_future(replicas[0].write(stand_still))
    await stands.wait()
    events = [b.message(id="m2"), b.message(id="n1", who=b.contact("5511987650002"))]
    async with asyncio.timeout(4):  # a webhook is refused after 5 s
        taken = await asyncio.gather(*(replicas[1].write(arriving(event)) for event in events))
    released.set()
    await frozen  # the server had undone it, and it ran again
    assert [one.answer for one in taken] == [Answer.QUEUED, Answer.QUEUED]


# What the server refuses.


async def test_a_deadlock_is_tried_again(
    replicas: Sequence[PostgresDatabase], store: Store, place: URL
) -> None:
    for n in (1, 2):
        store.take(b.message(id=f"m{n}", who=b.contact(f"551198765000{n}")))

    def locking(*keys: int) -> Callable[[Connection], int]:
        tries = 0

        def job(connection: Connection) -> int:
            nonlocal tries
            tries += 1
            for key in keys:
                connection.execute(text(f"SELECT id FROM conversation WHERE id = {key} FOR UPDATE"))
                if tries == 1:
                    connection.execute(text("SELECT pg_sleep(0.05)"))
            return tries

        return job

    tries = await asyncio.gather(replicas[0].write(locking(1, 2)), replicas[1].write(locking(2, 1)))
    assert min(tries) == 1 < max(tries)


async def test_no_word_of_a_patient_stands_in_an_error(replicas: Sequence[PostgresDatabase]) -> None:
    def broken_type(connection: Connection) -> None:
        driver_of(connection).execute("SELECT ?::bigint", (SECRET_TEXT,))

    def broken_key(connection: Connection) -> None:
        for _ in range(2):
            connection.execute(
                text("INSERT INTO early_change VALUES (:instance, 't', 0, '')"), {"instance": SECRET_TEXT}
            )

    for job in (broken_type, broken_key):
        with pytest.raises(StorageUnavailable) as caught:
            await replicas[0].write(job)
        assert SECRET_TEXT not in str(caught.value)
        assert caught.value.__cause__ is None
        assert caught.value.__context__ is None


async def test_an_error_that_a_job_swallowed_is_no_commit(
    replicas: Sequence[PostgresDatabase], store: Store
) -> None:
    def job(connection: Connection) -> None:
        keep(connection, "k", b"{}", START_MS, "queued")
        try:
            driver_of(connection).execute("SELECT 1/0")
        except Exception:
            return

    with pytest.raises(StorageUnavailable, match="failed before its commit"):
        await replicas[0].write(job)
    assert store.count("inbox") == 0


async def test_a_reader_changes_nothing(replicas: Sequence[PostgresDatabase]) -> None:
    with pytest.raises(StorageUnavailable, match="ReadOnly"):
        await replicas[0].read(lambda connection: keep(connection, "k", b"{}", START_MS, "queued"))


def keeping(key: str) -> Job[bool]:
    return partial(keep, key=key, body=b"{}", now_ms=START_MS, outcome="queued")


def cut_others(connection: Connection) -> None:
    """What a server that is started anew does to every session."""
    driver_of(connection).execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
        "AND application_name = 'clinic_bot' AND pid <> pg_backend_pid()"
    )


@pytest.mark.parametrize("below", [True, False], ids=["below SQLAlchemy", "under SQLAlchemy's eyes"])
async def test_after_a_cut_connection_the_next_job_opens_another(
    replicas: Sequence[PostgresDatabase], store: Store, below: bool
) -> None:
    """SQLAlchemy lets go of a connection whose end it has seen, and then asking it for one hid what was wrong."""

    def cut(connection: Connection) -> None:
        ends = "SELECT pg_terminate_backend(pg_backend_pid())"
        driver_of(connection).execute(ends) if below else connection.execute(text(ends))

    with pytest.raises(StorageUnavailable):
        await replicas[0].write(cut)
    assert await replicas[0].write(keeping("k"))
    assert store.count("inbox") == 1


def test_a_command_that_crosses_the_servers_farewell_is_the_databases_fault() -> None:
    """Seen when connections were cut under load: a webhook got a 500, and a turn waited 10 s for its next try."""
    crossed = asyncpg.InternalClientError("cannot switch to state 13; another operation (2) is in progress")
    assert is_database_fault(crossed)
    assert is_connection_lost(crossed)
    assert is_drivers(crossed)
    assert problem_of(crossed) == "PostgreSQL: InternalClientError"


async def test_connections_that_were_cut_while_nobody_used_them_fail_no_job(
    replicas: Sequence[PostgresDatabase],
) -> None:
    cut, whole = replicas
    for urgent in (False, True):
        await asyncio.gather(*(cut.write(keeping(f"{urgent} {n}"), urgent=urgent) for n in range(8)))
    await asyncio.gather(*(cut.read(violations) for _ in range(8)))
    await whole.write(cut_others)
    assert await asyncio.gather(*(cut.write(keeping(f"after {n}"), urgent=n % 2 == 0) for n in range(8)))
    assert await cut.read(violations) == []


@pytest.mark.parametrize("frozen", [False, True], ids=["while its loop runs", "while its loop is blocked"])
async def test_a_job_that_the_server_cut_short_runs_again(
    replicas: Sequence[PostgresDatabase], store: Store, frozen: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when a process stood still inside a transaction for longer than the server allows."""
    monkeypatch.setattr("clinic_bot.store.postgres._LONG_S", 0.0)
    tries = 0

    def job(connection: Connection) -> bool:
        nonlocal tries
        tries += 1
        stored = keep(connection, "k", b"{}", START_MS, "queued")
        if tries == 1:
            driver_of(connection).execute("SET LOCAL idle_in_transaction_session_timeout = 1")
            if frozen:
                store.run(wait_until_cut)  # of another thread's loop; ours hears of nothing meanwhile
            else:
                await_only(until_cut(replicas[1]))
        return stored

    assert await replicas[0].write(job)
    assert tries == 2
    assert store.count("inbox") == 1


async def test_who_hears_nothing_from_the_server_takes_another_connection(
    replicas: Sequence[PostgresDatabase],
) -> None:
    """As when the way to it swallows everything."""
    database, tries = replicas[0], 0
    database._urgent.within_s = 0.2

    def job(connection: Connection) -> int:
        nonlocal tries
        tries += 1
        if tries == 1:
            driver_of(connection).execute("SELECT pg_sleep(20)")
        return tries

    async with asyncio.timeout(10):
        assert await database.write(job, urgent=True) == 2


CUT = (
    "SELECT count(*) = 0 FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction' "
    "AND pid <> pg_backend_pid()"
)


def is_cut(connection: Connection) -> bool:
    return bool(driver_of(connection).execute(CUT).fetchone()[0])


async def until_cut(other: PostgresDatabase) -> None:
    await until_async(lambda: other.read(is_cut))


def wait_until_cut(connection: Connection) -> None:
    for _ in range(5_000):
        if is_cut(connection):
            return
        driver_of(connection).execute("SELECT pg_stat_clear_snapshot(), pg_sleep(0.003)")
    raise AssertionError("the server let it be")


async def test_a_server_that_is_not_there_is_named_without_its_password() -> None:
    database = PostgresDatabase(URL.create("postgresql", "ana", "senha-secreta", "127.0.0.1", 1, "clinic"))
    with pytest.raises(StorageUnavailable, match="PostgreSQL") as caught:
        await database.read(violations)
    assert "senha-secreta" not in str(caught.value)
    await database.close()


@pytest.mark.parametrize(
    ("sql", "numbers"),
    [("VALUES (?, ?, ?)", "VALUES ($1, $2, $3)"), ("?2 AND ?1 OR ?2", "$2 AND $1 OR $2"), ("now()", "now()")],
    ids=["in their order", "numbered", "none"],
)
def test_placeholders_become_postgres_own(sql: str, numbers: str) -> None:
    assert numbered(sql) == numbers


async def test_turns_that_end_one_after_the_other_are_recorded_together(
    replicas: Sequence[PostgresDatabase], store: Store
) -> None:
    """And one that ends alone at once: what a killed process had not recorded is uncertain."""
    together: list[int] = []

    def record(connection: Connection, outcomes: Sequence[Outcome]) -> Sequence[Closed]:
        together.append(len(outcomes))
        return record_all(connection, outcomes, b.POLICY)

    for n in range(4):
        store.take(b.message(id=f"m{n}", who=b.contact(f"55119876500{n:02d}")))
    ended = [store.claim_when_due(n + 1) for n in range(4)]
    for claim in ended:
        store.intent(claim)
    jobs = [Grouped(Outcome(claim, TurnState.SENT, store.now_ms), record) for claim in reversed(ended)]
    assert (await replicas[0].write(jobs[0], urgent=True)).ours
    closed = await asyncio.gather(*(replicas[0].write(job, urgent=True) for job in jobs[1:]))
    assert all(one.ours for one in closed)
    assert together == [1, 3]
    assert {turn.state for turn in store.turns()} == {TurnState.SENT}
