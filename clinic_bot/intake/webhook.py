"""The webhook: authenticate, read, store, answer. Nothing slow, and 200 only after the commit (rule 1)."""

import asyncio
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import Protocol

import structlog
from sqlalchemy import Connection
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from clinic_bot.clock import Clock
from clinic_bot.errors import StorageUnavailable
from clinic_bot.events import Reason
from clinic_bot.intake.limits import Limit
from clinic_bot.intake.payloads import MalformedBody, TooLarge, inflate, parse_body, read_event
from clinic_bot.intake.screening import ScreeningLists, screen
from clinic_bot.operations.health import FORWARDING_HEADERS
from clinic_bot.operations.metrics import Metrics
from clinic_bot.store import inbox
from clinic_bot.store.database import Database, Grouped
from clinic_bot.store.inbox import Answer, Arrival, Taken
from clinic_bot.store.policy import Policy

log = structlog.get_logger(__name__)

BODY_LIMIT = 1024 * 1024
#: uvicorn never gives a stalled body up by itself.
_BODY_WITHIN_S = 10.0
_STORE_WITHIN_S = 5.0
_STORE_RETRY_S = 0.2


class Wakeful(Protocol):
    """Who wants to know, right after a commit, what it changed."""

    def notice(self, conversation_id: int, wake_at_ms: int | None, *, emergency: bool = False) -> None: ...
    def newer(self, conversation_id: int, revision: int) -> None: ...
    def taken_over(self, conversation_id: int) -> None: ...


@dataclass(frozen=True, slots=True)
class Door:
    """Who may come in. ``secret`` None lets in this machine alone, never what a proxy forwarded."""

    secret: str | None
    zapi_token: str | None  #: compared with the undocumented ``z-api-token`` header when that is present

    def refuses(self, request: Request) -> bool:
        given = request.path_params["secret"]
        if self.secret is None:
            return any(_header(request, name) is not None for name in FORWARDING_HEADERS)
        if not hmac.compare_digest(given.encode(), self.secret.encode()):
            return True
        token = _header(request, "z-api-token")
        if token is None or self.zapi_token is None:
            return False
        return not hmac.compare_digest(token.encode(), self.zapi_token.encode())


class Webhook:
    """``POST /webhook/zapi/{secret}``: every event of Z-API on one URL."""

    def __init__(
        self,
        database: Database,
        dispatcher: Wakeful,
        clock: Clock,
        policy: Policy,
        metrics: Metrics,
        door: Door,
        lists: ScreeningLists,
        *,
        instance_id: str | None,
    ) -> None:
        self._database = database
        self._dispatcher = dispatcher
        self._clock = clock
        self._take_in_all = partial(inbox.take_in_all, policy=policy)
        self._metrics = metrics
        self._door = door
        self._lists = lists
        self._instance_id = instance_id
        self._arrives = Limit(_BODY_WITHIN_S)
        self._commits = Limit(_STORE_WITHIN_S)

    async def __call__(self, request: Request) -> Response:
        started_s = asyncio.get_running_loop().time()
        response, answer, reason = await self._receive(request)
        took_s = asyncio.get_running_loop().time() - started_s
        self._metrics.webhook_answered(answer, seconds=took_s, reason=reason)
        return response

    async def _receive(self, request: Request) -> tuple[Response, str, str]:
        """The response, and its words for the metrics."""
        if self._door.refuses(request):
            return _refusal(401, "unknown webhook secret; see CLINIC_BOT_WEBHOOK_SECRET")
        raw = b""
        try:
            raw = await self._arrives(_body(request))
            body = inflate(raw, _header(request, "content-encoding"), BODY_LIMIT)
        except TooLarge:
            return _refusal(413, "the body is over 1 MiB")
        except TimeoutError:
            return _refusal(408, "the body did not arrive within 10 s")
        except ClientDisconnect:
            return _refusal(408, "the client went away")  # nobody reads this
        except MalformedBody as exc:
            return await self._unreadable(raw, str(exc))
        try:
            payload = parse_body(body)
        except MalformedBody as exc:
            return await self._unreadable(body, str(exc))
        now_ms = self._clock.now_ms()
        try:
            event = screen(
                read_event(payload, instance_id=self._instance_id, received_ms=now_ms), self._lists
            )
        except Exception:
            log.exception("reader failed")
            await self._unreadable(body, "the reader failed")
            return _refusal(500, "this could not be read; it was kept, and the log says why")
        job = Grouped(Arrival(event, body, now_ms), self._take_in_all)
        try:
            taken = await self._commits(self._store(job))
        except (StorageUnavailable, TimeoutError) as exc:
            log.error("webhook not stored", problem=str(exc) or "no answer within 5 s")
            return _refusal(503, "cannot store it now; send it again", {"Retry-After": "5"})
        self._tell(taken)
        return _answer(taken.answer, taken.reason), taken.answer, taken.reason or ""

    async def _store(self, job: Callable[[Connection], Taken]) -> Taken:
        """Keep trying for as long as a webhook may wait."""
        ends_s = asyncio.get_running_loop().time() + self._commits.seconds
        while True:
            try:
                return await self._database.write(job)
            except StorageUnavailable:
                if asyncio.get_running_loop().time() + _STORE_RETRY_S > ends_s:
                    raise
                await asyncio.sleep(_STORE_RETRY_S)

    def _tell(self, taken: Taken) -> None:
        if taken.conversation_id is None:
            return
        if taken.taken_over:
            self._metrics.taken_over()
            self._dispatcher.taken_over(taken.conversation_id)
        if taken.emergency and (taken.wake_at_ms or 0) > self._clock.now_ms():
            # A person has the chat, and the bot speaks into it not even now (rule 15); somebody has to look.
            log.error("emergency while a person has the chat", conversation=taken.conversation_id)
        if taken.revision is not None:
            self._dispatcher.newer(taken.conversation_id, taken.revision)
        self._dispatcher.notice(taken.conversation_id, taken.wake_at_ms, emergency=taken.emergency)

    async def _unreadable(self, body: bytes, problem: str) -> tuple[Response, str, str]:
        keep = partial(inbox.keep_unreadable, body=body, problem=problem, now_ms=self._clock.now_ms())
        try:
            await self._commits(self._database.write(keep))
        except (StorageUnavailable, TimeoutError) as exc:
            log.error("unreadable body not kept", problem=str(exc))
        return _refusal(400, problem)


def _header(request: Request, name: str) -> str | None:
    """One header; Starlette's mapping raises and catches an error for each that is absent."""
    wanted = name.encode()
    return next((value.decode("latin-1") for key, value in request.scope["headers"] if key == wanted), None)


async def _body(request: Request) -> bytes:
    """The whole body within its limit of size, whether its length was announced or not.

    Raises TooLarge, ClientDisconnect.
    """
    announced = _header(request, "content-length") or ""
    if announced.isdigit() and int(announced) > BODY_LIMIT:
        raise TooLarge
    parts, size, more = [], 0, True
    while more:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > BODY_LIMIT:
            raise TooLarge
        more = message.get("more_body", False)
    return parts[0] if len(parts) == 1 else b"".join(parts)


@cache
def _answer(answer: Answer, reason: Reason | None) -> Response:
    """One response for each answer there is: it holds nothing of the request."""
    return JSONResponse({"status": answer} if reason is None else {"status": answer, "reason": reason})


def _refusal(status: int, problem: str, headers: dict[str, str] | None = None) -> tuple[Response, str, str]:
    return JSONResponse({"error": problem}, status_code=status, headers=headers), str(status), ""
