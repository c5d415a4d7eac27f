"""Asks a Groq model to judge what was played, over HTTP, and counts what that cost.

Whatever comes instead of verdicts, a limit that lasts, a refusal, broken JSON, makes lines that are not judged, with
the reason; it never ends an evaluation that was paid for.
"""

import asyncio
import json
import time
from dataclasses import dataclass, field, replace
from typing import Any

import aiohttp

from clinic_bot.agent import json_format, reading
from clinic_bot.agent.chat import BadGeneration, Completion, Outcome
from clinic_bot.agent.groq import parameters
from clinic_bot.errors import ClinicBotError, GiveUp, ModelUnusable, Operator, ProviderBusy, ProviderDown
from clinic_bot.sandbox import judge
from clinic_bot.sandbox.evaluated import Evaluated
from clinic_bot.sandbox.judge import BrokenAnswer, Judged, Line
from clinic_bot.store.billing import TurnBill

_PATH = "/openai/v1/chat/completions"
_TRIES = 3
_CALL_S = 90.0
#: A limit of the minute is waited for, one of the day is not.
_MOST_WAIT_S = 65.0
_PAUSE_S = 1.0


@dataclass(slots=True)
class _Asked:
    """The calls for one scenario."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    calls_ms: list[int] = field(default_factory=list)
    outcomes: list[str] = field(default_factory=list)

    def bill(self, model: str) -> TurnBill:
        spent = (self.prompt_tokens, self.completion_tokens, 0)
        return TurnBill(
            model, *spent, tuple(self.calls_ms), (), None, None, None, tuple(map(str, self.outcomes))
        )


class Judge:
    """One model that judges. Build it inside the running loop, and close it.

    Args:
        url: host of Groq, without a path.
        pause_s: before a second try, where nobody said how long.
    """

    def __init__(self, url: str, key: str, model: str, *, pause_s: float = _PAUSE_S) -> None:
        self.model = model
        self._pause_s = pause_s
        self._format = judge.response_format(model)
        self._gone = ""  #: why nothing more is asked: the account or the model is refused
        self._http = aiohttp.ClientSession(
            base_url=url,
            headers={"Authorization": f"Bearer {key}"},
            timeout=aiohttp.ClientTimeout(total=_CALL_S),
            trust_env=True,
        )

    async def close(self) -> None:
        await self._http.close()

    async def judge(self, one: Evaluated, lines: tuple[Line, ...]) -> Evaluated:
        """The scenario with a verdict on each line, and what that cost. Raises nothing but a cancellation."""
        asked = _Asked()
        try:
            if self._gone:
                raise ModelUnusable(self._gone)
            verdicts = await self._verdicts(one, lines, asked)
        except (ClinicBotError, BrokenAnswer) as exc:
            verdicts = judge.not_judged(lines, _words(exc))
            if isinstance(exc, Operator):
                self._gone = str(exc)
        return replace(one, judged=verdicts, judge=asked.bill(self.model))

    async def _verdicts(self, one: Evaluated, lines: tuple[Line, ...], asked: _Asked) -> tuple[Judged, ...]:
        said = judge.messages(lines, one.phases, one.said, one.bills)
        for left in reversed(range(_TRIES)):
            try:
                completion = await self._ask(said, asked)
                if completion.cut:
                    raise BrokenAnswer("the judge wrote too much and was cut off")
                return judge.verdicts(completion.text, lines, one.phases)
            except ProviderBusy as exc:
                if not left or exc.retry_after_s > _MOST_WAIT_S:
                    raise
                await asyncio.sleep(exc.retry_after_s)
            except (ProviderDown, BadGeneration, BrokenAnswer):
                if not left:
                    raise
                await asyncio.sleep(self._pause_s)
            except GiveUp:  # it may take no schema, which the documentation contradicts itself about
                if not left or self._format == json_format.ANY_OBJECT:
                    raise
                self._format = json_format.ANY_OBJECT
        raise AssertionError("the last try returns or raises")

    async def _ask(self, said: list[dict[str, str]], asked: _Asked) -> Completion:
        body = {
            "model": self.model,
            "messages": said,
            "response_format": self._format,
            "max_completion_tokens": judge.MOST_TOKENS,
            **parameters(self.model),
            "temperature": 0,
        }
        began_s = time.monotonic()
        outcome = Outcome.CANCELLED
        try:
            completion, outcome = await self._post(body)
        except _Failed as exc:
            outcome = exc.outcome
            raise exc.error from None
        finally:
            asked.calls_ms.append(round((time.monotonic() - began_s) * 1000))
            asked.outcomes.append(outcome)
        asked.prompt_tokens += completion.prompt_tokens
        asked.completion_tokens += completion.completion_tokens
        return completion

    async def _post(self, body: dict[str, Any]) -> tuple[Completion, Outcome]:
        try:
            async with self._http.post(_PATH, json=body) as response:
                status, headers, content = response.status, dict(response.headers), await response.read()
        except TimeoutError:
            raise _Failed(Outcome.TIMEOUT, ProviderDown(reading.PROVIDER, "no answer in time")) from None
        except aiohttp.ClientError as exc:
            what = f"no answer ({type(exc).__name__})"
            raise _Failed(Outcome.NO_CONNECTION, ProviderDown(reading.PROVIDER, what)) from None
        try:
            data = json.loads(content)
        except ValueError:
            data = None
        if status != 200:
            lowered = {name.lower(): value for name, value in headers.items()}
            refusal = reading.refusal(status, lowered, data)
            raise _Failed(refusal.outcome, refusal.error)
        completion = reading.completion(data, self.model)
        if completion is None:
            raise _Failed(Outcome.UNREADABLE, ProviderDown(reading.PROVIDER, "unreadable answer"))
        return completion, Outcome.OK


class _Failed(Exception):  # on its way to whoever counts
    def __init__(self, outcome: Outcome, error: ClinicBotError) -> None:
        self.outcome = outcome
        self.error = error
        super().__init__()


def _words(exc: Exception) -> str:
    """Why nothing was judged. What the model wrote wrongly is not quoted."""
    if isinstance(exc, BadGeneration):
        return "the judge wrote no JSON, and Groq refused it"
    return str(exc)
