"""The webhook: authenticate, read, store, answer. Nothing slow, and 200 only after the commit (rule 1)."""

import asyncio
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from types import MappingProxyType
from typing import Protocol, TypeVar

import structlog
from sqlalchemy import Connection
from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive, Scope, Send

from clinic_bot.clock import Clock
from clinic_bot.errors import StorageUnavailable
from clinic_bot.events import Contact, Reason
from clinic_bot.events import Message as PatientMessage
from clinic_bot.intake.limits import Limit
from clinic_bot.intake.payloads import MalformedBody, TooLarge, inflate, parse_body, read_event
from clinic_bot.intake.screening import ScreeningLists, screen
from clinic_bot.operations.health import FORWARDING_HEADERS
from clinic_bot.operations.metrics import Metrics
from clinic_bot.store import inbox
from clinic_bot.store.database import Database
from clinic_bot.store.inbox import Answer, Arrival, Taken
from clinic_bot.store.policy import Policy

log = structlog.get_logger(__name__)

T = TypeVar("T")

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

    def refuses(self, scope: Scope, given: str) -> bool:
        if self.secret is None:
            return any(_header(scope, name.encode()) is not None for name in FORWARDING_HEADERS)
        if not hmac.compare_digest(given.encode(), self.secret.encode()):
            return True
        token = _header(scope, b"z-api-token")
        if token is None or self.zapi_token is None:
            return False
        return not hmac.compare_digest(token.encode(), self.zapi_token.encode())


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back, as the two messages of ASGI, and its words for the metrics."""

    start: Message
    body: Message
    answer: str
    reason: str = ""


def _nobody() -> None:
    """Where nobody watches the connection."""


def _to_nobody(_contact: Contact | None) -> None:
    """Where nobody is told."""


class Webhook:
    """``POST /webhook/zapi/{secret}``: every event of Z-API on one URL.

    Speaks ASGI itself: Starlette's request, response and middleware took as long as reading and storing together.
    """

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
        connection_changed: Callable[[], None] = _nobody,
        danger_with_a_person: Callable[[Contact | None], None] = _to_nobody,
        file_came: Callable[[], None] = _nobody,
    ) -> None:
        """Args:
        danger_with_a_person: told of an emergency in a chat where the bot is silent; must not wait or raise.
        connection_changed: told when Z-API says that WhatsApp came or went; must not wait or raise.
        file_came: likewise, after a message with a file to read was stored.
        """
        self._database = database
        self._dispatcher = dispatcher
        self._clock = clock
        self._take_in_all = partial(inbox.take_in_all, policy=policy)
        self._fetches = policy.fetches
        self._metrics = metrics
        self._door = door
        self._lists = lists
        self._instance_id = instance_id
        self._connection_changed = connection_changed
        self._danger_with_a_person = danger_with_a_person
        self._file_came = file_came
        self._arrives = Limit(_BODY_WITHIN_S)
        self._commits = Limit(_STORE_WITHIN_S)

    async def __call__(self, scope: Scope, receive: Receive, send: Send, secret: str) -> None:
        """Take one request whose path carried ``secret``."""
        loop = asyncio.get_running_loop()
        started_s = loop.time()
        reply = await self._take_in(scope, receive, secret)
        self._metrics.webhook_answered(reply.answer, seconds=loop.time() - started_s, reason=reply.reason)
        await send(reply.start)
        await send(reply.body)

    async def _take_in(self, scope: Scope, receive: Receive, secret: str) -> Reply:
        if self._door.refuses(scope, secret):
            return _refusal(401, "unknown webhook secret; see CLINIC_BOT_WEBHOOK_SECRET")
        raw = b""
        try:
            raw = await self._arrives(_body(scope, receive))
            body = inflate(raw, _header(scope, b"content-encoding"), BODY_LIMIT)
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
            ours = _refusal(500, "this could not be read; it was kept, and the log says why")
            return await self._unreadable(body, "the reader failed", ours)
        job = inbox.grouped(Arrival(event, body, now_ms), self._take_in_all)
        try:
            taken = await self._commits(self._store(job))
        except (StorageUnavailable, TimeoutError) as exc:
            log.error("webhook not stored", problem=str(exc) or "no answer within 5 s")
            return _not_stored()
        self._tell(taken, getattr(event, "contact", None))
        if isinstance(event, PatientMessage) and event.content.kind in self._fetches:
            self._file_came()
        return _answer(taken.answer, taken.reason)

    async def _store(self, job: Callable[[Connection], T]) -> T:
        """Keep trying for as long as a webhook may wait."""
        ends_s = asyncio.get_running_loop().time() + self._commits.seconds
        while True:
            try:
                return await self._database.write(job)
            except StorageUnavailable:
                if asyncio.get_running_loop().time() + _STORE_RETRY_S > ends_s:
                    raise
                await asyncio.sleep(_STORE_RETRY_S)

    def _tell(self, taken: Taken, contact: Contact | None) -> None:
        if taken.reason is Reason.CONNECTION:
            self._connection_changed()  # what is true now Z-API is asked itself: this may be old, or forged
        if taken.conversation_id is None:
            return
        if taken.taken_over:
            self._metrics.taken_over()
            self._dispatcher.taken_over(taken.conversation_id)
        if taken.emergency and (taken.wake_at_ms or 0) > self._clock.now_ms():
            # A person has written here, and the bot speaks into it not even now (rule 15); she has to look at once.
            log.error("emergency while a person has the chat", conversation=taken.conversation_id)
            self._danger_with_a_person(contact)
        if taken.revision is not None:
            self._dispatcher.newer(taken.conversation_id, taken.revision)
        self._dispatcher.notice(taken.conversation_id, taken.wake_at_ms, emergency=taken.emergency)

    async def _unreadable(self, body: bytes, problem: str, answer: Reply | None = None) -> Reply:
        """Keep it for the day the reader is mended; what cannot be kept is asked for again, as any other body."""
        keep = partial(inbox.keep_unreadable, body=body, problem=problem, now_ms=self._clock.now_ms())
        try:
            await self._commits(self._store(keep))
        except (StorageUnavailable, TimeoutError) as exc:
            log.error("unreadable body not kept", problem=str(exc))
            return _not_stored()
        return answer or _refusal(400, problem)


def _not_stored() -> Reply:
    return _refusal(503, "cannot store it now; send it again", {"Retry-After": "5"})


def _header(scope: Scope, name: bytes) -> str | None:
    for key, value in scope["headers"]:
        if key == name:
            return bytes(value).decode("latin-1")
    return None


async def _body(scope: Scope, receive: Receive) -> bytes:
    """The whole body within its limit of size, whether its length was announced or not.

    Raises TooLarge, ClientDisconnect.
    """
    announced = _header(scope, b"content-length") or ""
    if announced.isdigit() and int(announced) > BODY_LIMIT:
        raise TooLarge
    parts, size, more = [], 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > BODY_LIMIT:
            raise TooLarge
        more = message.get("more_body", False)
    return parts[0] if len(parts) == 1 else b"".join(parts)


@cache
def _answer(answer: Answer, reason: Reason | None) -> Reply:
    """One reply for each answer there is: it holds nothing of the request."""
    said = {"status": answer.value} if reason is None else {"status": answer.value, "reason": reason.value}
    return _reply(200, said, answer=answer.value, reason=reason or "")


def _refusal(status: int, problem: str, headers: dict[str, str] | None = None) -> Reply:
    return _reply(status, {"error": problem}, headers or {}, answer=str(status))


def _reply(
    status: int,
    said: dict[str, str],
    headers: Mapping[str, str] = MappingProxyType({}),
    *,
    answer: str,
    reason: str = "",
) -> Reply:
    body = json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()
    sent = [(b"content-length", b"%d" % len(body)), (b"content-type", b"application/json")]
    sent += [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    return Reply(
        {"type": "http.response.start", "status": status, "headers": sent},
        {"type": "http.response.body", "body": body},
        answer,
        reason,
    )
