"""Ten thousand instants at which something arrives around the commits of a turn: before, between, after, with them.

The store's own transactions on a real file, one turn's life after the other, with the order drawn by a seed.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, Protocol, TypeVar

import pytest
from sqlalchemy import Connection

from clinic_bot.events import Event
from clinic_bot.store import claims, closing, gate
from clinic_bot.store.claims import MAX_SUPERSEDED
from clinic_bot.store.gate import Draft, Gate
from clinic_bot.store.inbox import Answer, Arrival, take_in_all
from clinic_bot.store.lease import Claim
from clinic_bot.store.places import Place
from clinic_bot.store.session import driver_of
from clinic_bot.store.sqlite import writer_engine
from clinic_bot.store.tables import TurnState
from tests.support import builders as b
from tests.support.clock import START_MS
from tests.support.invariants import violations
from tests.support.store import Store

INSTANTS, BATCHES = 10_000, 40
#: So many bursts of one patient, one after the other; the chat is the bot's again by then.
OF_ONE, BETWEEN_MS = 5, b.HUMAN_MS + b.CAP_MS
#: Beyond so many steps a turn would go on for ever.
MOST_STEPS = 200

Job = Callable[[Connection], Any]
T = TypeVar("T")


class Records(Protocol):
    """A database, written by the test alone; nothing here is about what survives a loss of power."""

    def look(self, query: str, *parameters: object) -> list[tuple[Any, ...]]:
        """Read between two transactions, straight from the driver: it happens at every step."""
        ...

    def commit(self, *jobs: Job) -> list[Any]:
        """Run the jobs in one transaction, as the executor does with what waits."""
        ...


class File:
    """SQLite's, in the test's own thread."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def look(self, query: str, *parameters: object) -> list[tuple[Any, ...]]:
        return driver_of(self._connection).execute(query, parameters).fetchall()

    def commit(self, *jobs: Job) -> list[Any]:
        with self._connection.begin():
            return [job(self._connection) for job in jobs]


class Server:
    def __init__(self, store: Store) -> None:
        self._store = store

    def look(self, query: str, *parameters: object) -> list[tuple[Any, ...]]:
        return self._store.run(lambda connection: driver_of(connection).execute(query, parameters).fetchall())

    def commit(self, *jobs: Job) -> list[Any]:
        return self._store.run(lambda connection: [job(connection) for job in jobs])


@contextmanager
def records_at(place: Place) -> Iterator[Records]:
    if not isinstance(place, Path):
        store = Store(place)
        yield Server(store)
        store.close()
        return
    engine = writer_engine(place)
    with engine.connect() as connection:
        driver_of(connection).execute("PRAGMA synchronous=OFF")
        yield File(connection)
    engine.dispose()


@dataclass(frozen=True, slots=True)
class Row:
    """What a step looks at of its conversation."""

    wake_at_ms: int | None
    owner: str | None
    revision: int
    superseded: int
    emergency_seq: int
    human_until_ms: int
    first_pending_ms: int | None
    waits: bool


_ROW = """
SELECT wake_at_ms, owner, revision, superseded, emergency_seq, human_until_ms, first_pending_ms, EXISTS (
    SELECT 1 FROM message WHERE conversation_id = id AND seq > done_seq AND author = 'patient'
    AND deleted_ms IS NULL AND handled_ms IS NULL)
FROM conversation WHERE id = ?"""
_MESSAGES = """
SELECT seq, text, deleted_ms IS NOT NULL OR handled_ms IS NOT NULL FROM message
WHERE conversation_id = ? AND author = 'patient'"""


@dataclass
class Trial:
    """One patient, and what happens to him.

    Args:
        answered: what each reply was an answer to, as (seq, text).
    """

    file: Records
    draw: Random
    phone: str
    left: int = 0  #: so many instants are still to come at which something arrives
    now_ms: int = START_MS
    key: int = 0
    instants: int = 0
    written: list[str] = field(default_factory=list)
    answered: list[tuple[int, str]] = field(default_factory=list)

    # The patient and the clinic.

    def event(self) -> Event:
        """Something that arrives: mostly more words."""
        who = b.contact(self.phone)
        n = f"{self.phone}:{len(self.written)}"
        kind = self.draw.choices(["more", "edit", "deletion", "staff", "emergency"], [75, 8, 7, 5, 5])[0]
        match kind:
            case "edit":
                return b.edit(f"melhor {n}", of=self.draw.choice(self.written), n=self.now_ms, who=who)
            case "deletion":
                return b.deletion(of=self.draw.choice(self.written), who=who)
            case "staff":
                return b.staff(id=f"s{self.phone}:{self.now_ms}:{self.draw.random()}", who=who)
            case "emergency":
                return self.words(f"{b.EMERGENCY_TEXT} {n}")
        return self.words(f"oi {n}")

    def words(self, text: str) -> Event:
        self.written.append(f"m{self.phone}:{len(self.written)}")
        return b.message(text, id=self.written[-1], who=b.contact(self.phone))

    def arriving(self) -> Job:
        """One instant: one or two events that wait for the same commit."""
        self.left -= 1
        self.instants += 1
        events = [self.event() for _ in range(self.draw.choice([1, 1, 2]))]
        arrivals = [Arrival(event, b"{}", self.now_ms) for event in events]
        return partial(take_in_all, arrivals=arrivals, policy=b.POLICY)

    def maybe(self) -> bool:
        return self.left > 0 and self.draw.random() < 0.4

    def pause(self, most_ms: int) -> None:
        """Time in which something may arrive, once or twice, each in a commit of its own."""
        ends_ms = self.now_ms + most_ms
        for _ in range(2):
            if self.maybe():
                self.now_ms += self.draw.choice([0, 1, self.draw.randint(0, max(0, ends_ms - self.now_ms))])
                self.file.commit(self.arriving())
                self.check()
        self.now_ms = max(self.now_ms, self.draw.choice([self.now_ms, ends_ms]))

    # The runner.

    def step(self, job: Callable[[Connection], T]) -> T:
        """A commit of the turn, with something in the same commit or without. Claims and intents go first."""
        with_it = [self.arriving()] if self.maybe() else []
        result: T = self.file.commit(job, *with_it)[0]
        self.check()
        return result

    def row(self) -> Row:
        return Row(*self.file.look(_ROW, self.key)[0])

    def play(self, instants: int) -> None:
        """Begin a burst, and go on until nothing is pending and nothing more comes."""
        self.left = instants
        self.now_ms += BETWEEN_MS
        first = [Arrival(self.words("oi"), b"{}", self.now_ms)]
        (taken,) = self.file.commit(partial(take_in_all, arrivals=first, policy=b.POLICY))
        assert taken[0].answer is Answer.QUEUED
        self.key = taken[0].conversation_id
        for _ in range(MOST_STEPS):
            wake_at_ms = self.row().wake_at_ms
            if wake_at_ms is not None:
                self.pause(max(0, wake_at_ms - self.now_ms))
                self.turn()
            elif self.left:
                self.now_ms += self.draw.choice([0, 1, 5_000])
                self.file.commit(self.arriving())
                self.check()
            else:
                return
        raise AssertionError("it never ends")

    def turn(self) -> None:
        wake_at_ms = self.row().wake_at_ms
        if wake_at_ms is None:
            return
        self.now_ms = max(self.now_ms, wake_at_ms)
        claim = self.step(
            partial(
                claims.claim, conversation_id=self.key, owner="p1", now_ms=self.now_ms,
                lease_ms=b.LEASE_MS, policy=b.POLICY,
            )
        )  # fmt: skip
        if not isinstance(claim, Claim):
            return
        assert claim.messages
        self.pause(self.draw.choice([0, 800, 8_000, 30_000]))
        newer = self.row().revision > claim.revision and self.now_ms < claim.newer_until_ms
        if newer and self.draw.random() < 0.5:  # else its cancelling comes too late, and the gate decides
            self.give_back(claim)
        elif self.intent(claim) is Gate.OPEN:
            self.answered += [(message.seq, message.text) for message in claim.messages]
            self.pause(self.draw.choice([0, 200, 3_000]))
            done = self.step(
                partial(
                    closing.record_outcome, claim=claim, state=TurnState.SENT,
                    now_ms=self.now_ms, policy=b.POLICY,
                )
            )  # fmt: skip
            assert done.ours

    def give_back(self, claim: Claim) -> None:
        back = partial(closing.give_back, wake_at_ms=None, now_ms=self.now_ms, policy=b.POLICY)
        assert self.step(partial(back, claim=claim)).ours

    def intent(self, claim: Claim) -> Gate:
        superseded = self.row().superseded
        draft = Draft("pergunta", "Bom dia!", emergency="sign" if claim.emergency else None)
        decided, _ = self.step(
            partial(gate.write_intent, claim=claim, draft=draft, now_ms=self.now_ms, policy=b.POLICY)
        )
        if decided is Gate.NEWER:
            assert superseded < MAX_SUPERSEDED, "it joined too often"
            assert self.now_ms < claim.first_ms + b.CAP_MS, "it joined past the cap"
        assert decided is not Gate.STALE
        return decided

    # What must hold.

    def check(self) -> None:
        """At every moment: whoever waits is looked at, within the cap."""
        row = self.row()
        assert row.wake_at_ms is not None or not row.waits, "nobody will look at it"
        assert row.superseded <= MAX_SUPERSEDED or row.emergency_seq, "superseded too often"
        if row.owner is None and row.wake_at_ms is not None and row.human_until_ms <= self.now_ms:
            assert row.wake_at_ms <= max(self.now_ms, (row.first_pending_ms or 0) + b.CAP_MS), "past the cap"

    def faults(self) -> list[str]:
        """In the end: each message is answered once, in its last words; or deleted; or a person's."""
        found = []
        times = [seq for seq, _ in self.answered]
        for seq, text, needs_no_answer in self.file.look(_MESSAGES, self.key):
            if times.count(seq) > 1:
                found.append(f"{self.phone}: message {seq} was answered {times.count(seq)} times")
            if not needs_no_answer and (seq, text) not in self.answered:
                found.append(f"{self.phone}: message {seq} was not answered")
        return found


@pytest.mark.parametrize("batch", range(BATCHES))
def test_whatever_arrives_around_a_commit_is_answered_once(place: Place, batch: int) -> None:
    draw, instants = Random(batch), 0
    with records_at(place) as file:
        while instants < INSTANTS // BATCHES:
            trial = Trial(file, draw, f"55119{instants:08}")
            for _ in range(OF_ONE):
                trial.play(draw.choice([1, 1, 2, 2, 3, 4, 8]))
                assert trial.faults() == []
            instants += trial.instants
        assert file.commit(violations) == [[]]
        assert file.look("SELECT id FROM conversation WHERE wake_at_ms IS NOT NULL") == []
