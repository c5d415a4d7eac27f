"""Who is asked before a call to Groq, and told what came of it: this process alone, or all replicas together."""

from collections.abc import Callable
from typing import Protocol

from clinic_bot.agent.breaker import Why
from clinic_bot.agent.limits import Figures, Told
from clinic_bot.agent.shared_model import Hold, Leave
from clinic_bot.agent.telling import Said, SaidHere
from clinic_bot.agent.together import View

#: A model's name, how it stands by now, and how many tokens wait to be taken of it.
Heard = Callable[[str, View, float], None]


class Sharing(Said, Protocol):
    """Who is asked before a call, and told what came of it."""

    def listen(self, heard: Heard) -> None: ...

    async def reserve(self, model: str, tokens: float, *, begun: bool) -> Leave | Hold: ...

    def not_made(self, leave: Leave) -> None:
        """The call was not made after all."""
        ...

    def answered(self, leave: Leave, told: Told | None, *, news: bool) -> None:
        """Groq was reached.

        Args:
            told: what it counted of the tokens of the minute.
            news: it had not been before, or not been asked.
        """
        ...

    def limited(self, leave: Leave, told: Told | None, said: Figures | None, wait_ms: float) -> None:
        """Groq refused the call because a minute is full."""
        ...

    def stated(self, model: str, wait_ms: float, why: Why) -> None: ...

    def account_refused(self, what: str, wait_ms: float) -> None: ...

    def ask_again(self) -> None:
        """What was stated before may be tried once more."""
        ...

    async def close(self) -> None: ...


class Alone(SaidHere):
    """One process: its own count is all there is."""

    def listen(self, heard: Heard) -> None: ...

    async def reserve(self, model: str, tokens: float, *, begun: bool) -> Leave | Hold:
        return Leave(model, tokens, 0)

    def not_made(self, leave: Leave) -> None: ...

    def answered(self, leave: Leave, told: Told | None, *, news: bool) -> None: ...

    def limited(self, leave: Leave, told: Told | None, said: Figures | None, wait_ms: float) -> None: ...

    def stated(self, model: str, wait_ms: float, why: Why) -> None: ...

    def account_refused(self, what: str, wait_ms: float) -> None: ...

    def ask_again(self) -> None: ...

    async def close(self) -> None: ...
