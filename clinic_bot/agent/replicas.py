"""What is known of Groq's limits, together with the other replicas.

While there is plenty a replica takes what it needs, and tells it within its next question (``room.py``). Else it asks
before each call, in one short transaction that also carries what it learned since the last one; calls that wait at
the same moment share it. What a call used less than it took is told at once only while somebody may have to wait for
it. So a quiet minute costs a transaction every few seconds, and a full one a transaction a call.

Where the database does not answer nobody waits for it: each replica then goes by its own count and by Groq's headers,
which count everybody's calls, and what Groq refuses all the same it is told to wait for.
"""

import asyncio
import hashlib
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from clinic_bot.agent.breaker import Why
from clinic_bot.agent.exchange import Change, Exchange
from clinic_bot.agent.limits import Figures, Told
from clinic_bot.agent.room import Room
from clinic_bot.agent.shared_model import Hold, Leave, Stated, Want
from clinic_bot.agent.sharing import Heard, Sharing
from clinic_bot.agent.together import Together, View
from clinic_bot.clock import Clock
from clinic_bot.store.database import Database

#: The machine's seconds that a call waits for the database.
_WAIT_S = 0.5


@dataclass(slots=True, eq=False)
class _Call:
    """Somebody who waits for leave, or did.

    Args:
        gone: he waits no longer; ``made``: because he went without leave.
    """

    want: Want
    future: asyncio.Future[Leave | Hold]
    answer: Leave | Hold | None = None
    gone: bool = False
    made: bool = False

    def ask(self, together: Together, now_ms: int) -> Leave | Hold | None:
        if not self.gone:
            return together.reserve(self.want, now_ms)
        return together.model(self.want.model).take(self.want, now_ms) if self.made else None


class Replicas(Sharing):
    """Several of them on one database. Build it inside the running loop, and close it.

    Args:
        name: under which they find each other, and nobody else does: see ``name_for``.
        tokens_per_minute, requests_per_minute: of each model, until somebody knows better; 0: unknown.
    """

    def __init__(
        self,
        database: Database,
        name: str,
        clock: Clock,
        *,
        tokens_per_minute: int = 0,
        requests_per_minute: int = 0,
    ) -> None:
        self._clock = clock
        self._given = (Told(tokens_per_minute, 0), Told(requests_per_minute, 0))
        self._replica = uuid.uuid4().hex[:12]
        self._since_ms = clock.now_ms()
        self._heard: Heard | None = None
        self._tight: set[str] = set()
        self._limits: dict[str, float] = {}
        self._rooms: dict[str, Room | None] = {}
        self._exchange = Exchange(database, name, self._replica, clock, begin=self._begin, heard=self._hear)

    @property
    def is_idle(self) -> bool:
        """Whether no transaction is under way."""
        return self._exchange.is_idle

    def listen(self, heard: Heard) -> None:
        self._heard = heard

    async def reserve(self, model: str, tokens: float, *, begun: bool) -> Leave | Hold:
        """Ask whether a call fits into what all replicas have; without an answer in time it does."""
        if self._exchange.is_away:
            return self._own_leave(model, tokens)
        if (room := self._rooms.get(model)) is not None and room.takes(tokens, self._clock.steady_ms()):
            return self._taken(model, tokens)
        want = Want(model, tokens, begun, self._replica, self._since_ms)
        call = _Call(want, asyncio.get_running_loop().create_future())
        answered, lost = partial(self._answer, call), partial(self._answer_lost, call)
        self._exchange.put(Change(call.ask, (model,), tokens, answered, lost), now=True)
        try:
            async with asyncio.timeout(_WAIT_S):
                return await call.future
        except TimeoutError:
            self._exchange.went_away("no answer in time")
            call.gone = call.made = True
            self._settle(call)
            return self._own_leave(model, tokens)
        except asyncio.CancelledError:
            call.gone = True
            self._settle(call)
            raise

    def not_made(self, leave: Leave) -> None:
        def give_back(together: Together, now_ms: int) -> None:
            together.model(leave.model).give_back(leave, now_ms)

        self._exchange.put(Change(give_back, (leave.model,)), now=leave.model in self._tight)

    def answered(self, leave: Leave, told: Told | None, *, news: bool) -> None:
        at_ms = self._clock.now_ms()

        def answered(together: Together, now_ms: int) -> None:
            together.answered(leave)
            if told is not None:
                together.model(leave.model).learn(told, at_ms, now_ms)

        new_limit = told is not None and told.limit != self._limits.get(leave.model)
        now = news or new_limit or leave.model in self._tight
        self._exchange.put(Change(answered, (leave.model,)), now=now)

    def limited(self, leave: Leave, told: Told | None, said: Figures | None, wait_ms: float) -> None:
        at_ms = self._clock.now_ms()
        stated = Stated(Why.LIMIT, at_ms, round(at_ms + wait_ms))

        def limited(together: Together, now_ms: int) -> None:
            model = together.model(leave.model)
            model.give_back(leave, now_ms)
            if told is not None:
                model.learn(told, at_ms, now_ms)
            if said is not None and said.used is not None:
                counted = Told(said.limit, said.used)
                if said.dimension == "TPM":
                    model.learn(counted, at_ms, now_ms)
                elif said.dimension == "RPM":
                    model.learn_requests(counted, at_ms, now_ms)
            model.state(stated)

        self._exchange.put(Change(limited, (leave.model,), keeps=True), now=True)

    def stated(self, model: str, wait_ms: float, why: Why) -> None:
        at_ms = self._clock.now_ms()
        stated = Stated(why, at_ms, round(at_ms + wait_ms))
        self._exchange.put(
            Change(lambda together, _: together.model(model).state(stated), keeps=True), now=True
        )

    def account_refused(self, what: str, wait_ms: float) -> None:
        at_ms = self._clock.now_ms()
        stated = Stated(what, at_ms, round(at_ms + wait_ms))

        def refused(together: Together, now_ms: int) -> None:
            together.account = stated

        self._exchange.put(Change(refused, keeps=True), now=True)

    def ask_again(self) -> None:
        self._since_ms = self._clock.now_ms() + 1

    def once(self, key: str, say: Callable[[], None], *, now_ms: int, again_ms: int | None = None) -> None:
        """``now_ms`` is this process's own; the clock of all counts here. Twice is better than never."""

        def then(is_first: bool) -> None:
            if is_first:
                say()

        def once(together: Together, now_ms: int) -> bool:
            return together.once(key, now_ms, again_ms)

        self._exchange.put(Change(once, then=then, lost=say), now=True)

    def over(self, key: str) -> None:
        self._exchange.put(Change(lambda together, _: together.said.pop(key, None), keeps=True), now=True)

    async def close(self) -> None:
        await self._exchange.close()

    def _taken(self, model: str, tokens: float) -> Leave:
        """Of the room that was left for this replica; the others hear of it with what is put next."""
        leave = Leave(model, tokens, self._clock.now_ms())

        def took(together: Together, now_ms: int) -> None:
            together.model(model).took(leave, now_ms)

        self._exchange.put(Change(took, (model,), tokens), now=False)
        return leave

    def _own_leave(self, model: str, tokens: float) -> Leave:
        return Leave(model, tokens, self._clock.now_ms(), counted=False)

    def _begin(self, together: Together, name: str) -> None:
        model = together.model(name)
        for bucket, given in zip((model.tokens, model.requests), self._given, strict=True):
            if not bucket.limit:
                bucket.learn(given.limit, 0, 0)

    def _hear(self, name: str, view: View, waiting: float) -> None:
        (self._tight.add if view.is_tight else self._tight.discard)(name)
        self._limits[name] = view.tokens.limit
        self._rooms[name] = Room.of(view, untold=waiting, now_ms=self._clock.steady_ms())
        if self._heard is not None:
            self._heard(name, view, waiting)

    def _answer(self, call: _Call, answer: Leave | Hold | None) -> None:
        call.answer = answer
        if answer is not None and not call.future.done():
            call.future.set_result(answer)
        else:
            self._settle(call)

    def _answer_lost(self, call: _Call) -> None:
        if not call.future.done():
            call.future.set_result(self._own_leave(call.want.model, call.want.tokens))

    def _settle(self, call: _Call) -> None:
        """Put right what was answered to somebody who had gone."""
        if not call.gone:
            return
        if isinstance(call.answer, Leave) and not call.made:
            self.not_made(call.answer)
        elif isinstance(call.answer, Hold) and call.made:
            want = call.want
            take = Change(
                lambda together, now_ms: together.model(want.model).take(want, now_ms), (want.model,)
            )
            self._exchange.put(take, now=False)


def name_for(provider: str, api_key: str) -> str:
    """Under which those find each other who have the same key: another one may be another account's."""
    return f"{provider} {hashlib.sha256(api_key.encode()).hexdigest()[:16]}"
