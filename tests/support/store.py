"""A real database, written one transaction a call, as the executor runs them: SQLite's in the test's own thread."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Protocol, TypeVar

from sqlalchemy import URL, Connection
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import Session, col, select

from clinic_bot.events import Event
from clinic_bot.store import claims, closing, gate, inbox, recovery
from clinic_bot.store.claims import Later
from clinic_bot.store.gate import Draft, Gate
from clinic_bot.store.inbox import Taken
from clinic_bot.store.lease import Claim
from clinic_bot.store.migrations import migrate
from clinic_bot.store.places import Place
from clinic_bot.store.policy import Policy
from clinic_bot.store.postgres import engine
from clinic_bot.store.sqlite import writer_engine
from clinic_bot.store.tables import Conversation, Message, Turn, TurnState
from tests.support.builders import LEASE_MS, POLICY
from tests.support.clock import START_MS
from tests.support.invariants import violations
from tests.support.postgres import Background

T = TypeVar("T")


def create_database(path: Path) -> None:
    """A file with the schema of this version and nothing in it."""
    engine = writer_engine(path)
    with engine.begin() as connection:
        migrate(connection)
    engine.dispose()


def url_of(place: Place) -> str:
    """A place as CLINIC_BOT_DATABASE_URL says it."""
    return f"sqlite:///{place}" if isinstance(place, Path) else place.render_as_string(hide_password=False)


class _Hands(Protocol):
    """One connection, for transactions of the test."""

    def run(self, job: Callable[[Connection], T]) -> T: ...
    def close(self) -> None: ...


class _OnFile:
    def __init__(self, path: Path) -> None:
        self._engine = writer_engine(path)
        self._connection = self._engine.connect()

    def run(self, job: Callable[[Connection], T]) -> T:
        return _in_transaction(self._connection, job)

    def close(self) -> None:
        self._connection.close()
        self._engine.dispose()


class _OnServer:
    """asyncpg wants a loop, and the test may be a plain function or have one already: so it is another thread's."""

    def __init__(self, url: URL) -> None:
        self._background = Background()
        self._engine = engine(url)
        self._connection = self._background.run(self._connect())

    def run(self, job: Callable[[Connection], T]) -> T:
        return self._background.run(self._connection.run_sync(_in_transaction, job))

    def close(self) -> None:
        self._background.run(self._connection.close())
        self._background.run(self._engine.dispose())
        self._background.close()

    async def _connect(self) -> AsyncConnection:
        connection = await self._engine.connect()
        # On a busy machine the first statement of a kind takes seconds to be written, between two of a transaction.
        await connection.exec_driver_sql("SET idle_in_transaction_session_timeout = 0")
        await connection.commit()
        return connection


def _in_transaction(connection: Connection, job: Callable[[Connection], T]) -> T:
    with connection.begin():
        return job(connection)


class Store:
    """The transactions of the store, with a clock that the test sets. ``now_ms`` counts from ``START_MS``."""

    def __init__(self, place: Place, policy: Policy = POLICY) -> None:
        self.place = place
        self.policy = policy
        self.now_ms = START_MS
        self._hands: _Hands = _OnFile(place) if isinstance(place, Path) else _OnServer(place)

    def close(self) -> None:
        self._hands.close()

    def run(self, job: Callable[[Connection], T]) -> T:
        return self._hands.run(job)

    def at(self, ms: int) -> "Store":
        """Move to ``ms`` after the start."""
        self.now_ms = START_MS + ms
        return self

    def later(self, ms: int) -> "Store":
        self.now_ms += ms
        return self

    # What happens.

    def take(self, event: Event, body: bytes = b"{}") -> Taken:
        return self.run(
            partial(inbox.take_in, event=event, body=body, now_ms=self.now_ms, policy=self.policy)
        )

    def try_claim(self, conversation_id: int = 1, *, owner: str = "p1") -> Claim | Later:
        return self.run(
            partial(
                claims.claim,
                conversation_id=conversation_id,
                owner=owner,
                now_ms=self.now_ms,
                lease_ms=LEASE_MS,
                policy=self.policy,
            )
        )

    def claim(self, conversation_id: int = 1, *, owner: str = "p1") -> Claim:
        taken = self.try_claim(conversation_id, owner=owner)
        assert isinstance(taken, Claim), taken
        return taken

    def claim_when_due(self, conversation_id: int = 1, *, owner: str = "p1") -> Claim:
        while True:  # the first look may only say how long is waited
            wake = self.conversation(conversation_id).wake_at_ms
            assert wake is not None
            self.now_ms = max(self.now_ms, wake)
            taken = self.try_claim(conversation_id, owner=owner)
            if isinstance(taken, Claim):
                return taken
            assert taken.wake_at_ms is not None
            assert taken.wake_at_ms > self.now_ms, taken

    def intent(
        self,
        claim: Claim,
        reply: str = "Bom dia!",
        *,
        hand_over: str | None = None,
        emergency: str | None = None,
        waits: bool = False,
    ) -> Gate:
        draft = Draft("pergunta", reply, hand_over=hand_over, emergency=emergency)
        decided, _ = self.run(
            partial(
                gate.write_intent,
                claim=claim,
                draft=draft,
                now_ms=self.now_ms,
                policy=self.policy,
                waits=waits,
            )
        )
        return decided

    def outcome(
        self,
        claim: Claim,
        state: TurnState = TurnState.SENT,
        *,
        message_id: str | None = None,
        zaap_id: str | None = None,
        reason: str | None = None,
    ) -> closing.Closed:
        return self.run(
            partial(
                closing.record_outcome,
                claim=claim,
                state=state,
                now_ms=self.now_ms,
                policy=self.policy,
                message_id=message_id,
                zaap_id=zaap_id,
                reason=reason,
            )
        )

    def give_back(
        self,
        claim: Claim,
        *,
        after_ms: int | None = None,
        counts: bool = False,
        withdrawn: str | None = None,
        thrown_tokens: int = 0,
    ) -> closing.Closed:
        return self.run(
            partial(
                closing.give_back,
                claim=claim,
                wake_at_ms=None if after_ms is None else self.now_ms + after_ms,
                now_ms=self.now_ms,
                policy=self.policy,
                counts=counts,
                withdrawn=withdrawn,
                thrown_tokens=thrown_tokens,
            )
        )

    def answer(
        self, conversation_id: int = 1, reply: str = "Bom dia!", *, message_id: str | None = None
    ) -> Claim:
        """A whole turn, from the moment it is due to the provider's yes."""
        claim = self.claim_when_due(conversation_id)
        assert self.intent(claim, reply) is Gate.OPEN
        assert self.outcome(claim, message_id=message_id).ours
        return claim

    def recover(self) -> recovery.Recovered:
        return self.run(partial(recovery.recover, now_ms=self.now_ms, policy=self.policy))

    # What there is.

    def conversation(self, conversation_id: int = 1) -> Conversation:
        def load(connection: Connection) -> Conversation:
            with Session(bind=connection, expire_on_commit=False) as session:
                return session.get_one(Conversation, conversation_id)

        return self.run(load)

    def conversations(self) -> Sequence[Conversation]:
        def load(connection: Connection) -> Sequence[Conversation]:
            with Session(bind=connection, expire_on_commit=False) as session:
                return session.exec(select(Conversation).order_by(col(Conversation.id))).all()

        return self.run(load)

    def messages(self, conversation_id: int = 1) -> Sequence[Message]:
        def load(connection: Connection) -> Sequence[Message]:
            with Session(bind=connection, expire_on_commit=False) as session:
                mine = select(Message).where(Message.conversation_id == conversation_id)
                return session.exec(mine.order_by(col(Message.seq))).all()

        return self.run(load)

    def turns(self) -> Sequence[Turn]:
        def load(connection: Connection) -> Sequence[Turn]:
            with Session(bind=connection, expire_on_commit=False) as session:
                return session.exec(select(Turn).order_by(col(Turn.id))).all()

        return self.run(load)

    def texts(self, conversation_id: int = 1) -> list[str]:
        return [message.text for message in self.messages(conversation_id)]

    def count(self, table: str) -> int:
        def ask(connection: Connection) -> int:
            rows = connection.exec_driver_sql(f"SELECT count(*) FROM {table}")
            return int(rows.scalar_one())

        return self.run(ask)

    @property
    def wake_ms(self) -> int | None:
        """When the only conversation is looked at next, counted from ``START_MS``."""
        wake = self.conversation().wake_at_ms
        return None if wake is None else wake - START_MS

    def violations(self) -> list[str]:
        return self.run(violations)
