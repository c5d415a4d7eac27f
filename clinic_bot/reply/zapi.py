"""Z-API's HTTP interface, and the only file that knows it.

The instance token stands in the URL, and error bodies echo tokens: no URL and no body leaves this file,
neither in an error nor in a log. What an error says is one of the fixed words below.
"""

import asyncio
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from clinic_bot.clock import Clock
from clinic_bot.errors import (
    AccountRefused,
    ClinicBotError,
    NotSent,
    ProviderDown,
    SendRefused,
    Uncertain,
)
from clinic_bot.events import Trouble, Verdict
from clinic_bot.reply import outcomes
from clinic_bot.storable import storable

PROVIDER = "Z-API"
_CONNECTIONS = 32  # Z-API answers in well under a second
_KEEP_ALIVE_S = 20
_QUEUE_PAGE = 30  # the most Z-API gives at once
_QUEUE_PAGES = 40  # its queue holds at most 1,000
CHATS_PAGE = 100
_DELAY_S = (1, 15)
_RECIPIENT = re.compile(r"\d{6,20}(@lid)?")


@dataclass(frozen=True, slots=True)
class Sent:
    """Queued at Z-API, which is not yet sent."""

    zaap_id: str | None
    message_id: str  #: WhatsApp's id, the one that every webhook cites


@dataclass(frozen=True, slots=True)
class PhoneExists:
    exists: bool
    phone: str | None  #: WhatsApp's own spelling, digits
    lid: str | None  #: digits


@dataclass(frozen=True, slots=True)
class Queued:
    """A message that Z-API has accepted and not handed to WhatsApp yet."""

    zaap_id: str
    message_id: str | None
    phone: str
    message: str
    created_ms: int | None


@dataclass(frozen=True, slots=True)
class Status:
    connected: bool
    smartphone_connected: bool

    @property
    def healthy(self) -> bool:
        return self.connected and self.smartphone_connected

    @property
    def trouble(self) -> Trouble | None:
        if self.healthy:
            return None
        return Trouble.PHONE_OFFLINE if self.connected else Trouble.DISCONNECTED


@dataclass(frozen=True, slots=True)
class Account:
    """What ``/me`` says of the instance; its token stays where it is.

    Args:
        due_ms: until when it is paid.
        webhooks: what Z-API posts, by its word for people, to which address. The secret stands in it: show none.
        posts_sent_by_me: whether what somebody writes by hand is posted; None where Z-API does not say.
    """

    due_ms: int | None
    webhooks: Mapping[str, str | None] = field(default_factory=dict, repr=False)
    posts_sent_by_me: bool | None = None

    def lapsed(self, now_ms: int) -> bool:
        return self.due_ms is not None and self.due_ms <= now_ms


@dataclass(frozen=True, slots=True)
class ChatRow:
    """One chat as ``/chats`` lists it; ``phone`` as it came, which may be a LID, a group or a channel."""

    phone: str
    lid: str | None
    name: str | None
    last_message_ms: int | None  #: of the last message either way, to the second
    is_group: bool


def recipient(phone: str | None, lid: str | None) -> str | None:
    """What to send to: the number in the spelling received, else the LID, else nothing."""
    return phone or (f"{lid}@lid" if lid else None)


class ZapiClient:
    """One client for the life of the process; build it inside the running loop and close it."""

    def __init__(
        self,
        base_url: str,
        instance_id: str,
        token: str,
        client_token: str | None,
        timeout_s: float,
        clock: Clock,
    ) -> None:
        self.instance_id = instance_id
        self._timeout_s = clock.real_s(timeout_s * 1000)
        # aiohttp, which costs a fifth of httpx's time a send and a twentieth when many are under way.
        self._http = aiohttp.ClientSession(
            base_url=f"{base_url.rstrip('/')}/instances/{instance_id}/token/{token}/",
            headers=_HEADERS | ({"Client-Token": client_token} if client_token else {}),
            connector=aiohttp.TCPConnector(limit=_CONNECTIONS, keepalive_timeout=_KEEP_ALIVE_S),
            cookie_jar=aiohttp.DummyCookieJar(),
            # The deadline of a whole call is in _call; connecting and the TLS handshake end well before it.
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=self._timeout_s / 3),
            trace_configs=[_tracing()],
            trust_env=True,
        )

    async def close(self) -> None:
        await self._http.close()

    async def send_text(
        self, phone: str, message: str, *, delay_typing_s: float = 0, delay_s: float | None = None
    ) -> Sent:
        """Queue one message at Z-API; called once per reply, never repeated by this client.

        Args:
            phone: digits, or ``<digits>@lid``.
            delay_typing_s: how long the patient sees "typing"; under 1 means not at all.
            delay_s: pause before it leaves Z-API's queue, 1 to 15; None: Z-API's 1 to 3 s, at random.

        Raises:
            NotSent: it certainly was not accepted, and the same call may work later.
            SendRefused: a definite no to this message.
            AccountRefused: every send will be refused until a person acts.
            Uncertain: it may or may not have left.
        """
        if not _RECIPIENT.fullmatch(phone):
            raise SendRefused("Z-API send-text: the recipient is neither a number nor a LID")
        body: dict[str, Any] = {"phone": phone, "message": message}
        if delay_typing_s >= 1:
            body["delayTyping"] = _whole_delay(delay_typing_s)
        if delay_s is not None:
            body["delayMessage"] = _whole_delay(delay_s)
        status, answer = await self._call("send-text", "POST", "send-text", body)
        sent = _sent(answer) if status == 200 else None
        if sent is None:
            raise _send_error(status, answer)
        return sent

    async def phone_exists(self, phone: str) -> PhoneExists | None:
        """WhatsApp's own spelling of a number and its LID; None when the answer says nothing usable.

        Raises AccountRefused and ProviderDown, as all the reading calls do.
        """
        try:
            answer = await self._read("phone-exists", "GET", f"phone-exists/{phone}")
        except SendRefused:  # not a number it knows how to look up
            return None
        row = answer[0] if isinstance(answer, list) and answer else answer
        if not isinstance(row, dict) or "exists" not in row:
            return None
        lid = (_text(row.get("lid")) or "").removesuffix("@lid")
        return PhoneExists(_truth(row["exists"]), _text(row.get("phone")), lid if lid.isdigit() else None)

    async def queue(self) -> tuple[Queued, ...]:
        """Everything that waits in Z-API's queue. That something is absent proves nothing."""
        rows: list[Queued] = []
        paging: object = None
        for _ in range(_QUEUE_PAGES):
            body = {"pageSize": _QUEUE_PAGE} | ({"pagingState": paging} if paging else {})
            answer = await self._read("queue", "POST", "queue", body)
            if not isinstance(answer, dict):
                raise ProviderDown(PROVIDER, "queue: unreadable answer")
            messages = answer.get("messages")
            rows += filter(None, map(_queued, messages if isinstance(messages, list) else []))
            paging = answer.get("pagingState")
            if not answer.get("hasMore") or not paging:
                break
        return tuple(rows)

    async def delete_queued(self, zaap_id: str) -> bool:
        """Take one message out of the queue; False when it was not there any more."""
        if not re.fullmatch(r"[\w-]+", zaap_id):
            return False
        try:
            status, answer = await self._call("delete queued", "DELETE", f"queue/{zaap_id}")
        except (NotSent, Uncertain) as exc:
            raise ProviderDown(PROVIDER, "delete queued: no answer") from exc
        if status not in (200, 204, 404):
            raise _read_error("delete queued", status, answer)
        return status != 404 and not (isinstance(answer, dict) and answer.get("error"))

    async def status(self) -> Status:
        answer = await self._read("status", "GET", "status")
        if not isinstance(answer, dict):
            raise ProviderDown(PROVIDER, "status: unreadable answer")
        # `error` is present even when all is well, so it decides nothing here.
        return Status(_truth(answer.get("connected")), _truth(answer.get("smartphoneConnected")))

    async def account(self) -> Account:
        """Ask for the instance itself, which Z-API answers only to who may use it."""
        answer = await self._read("me", "GET", "me")
        if not isinstance(answer, dict):
            raise ProviderDown(PROVIDER, "me: unreadable answer")
        sent_by_me = answer.get("receiveCallbackSentByMe")
        return Account(
            _seconds_to_ms(answer.get("due")),
            dict(_webhooks(answer)),
            posts_sent_by_me=None if sent_by_me is None else _truth(sent_by_me),
        )

    async def chats(self, page: int, page_size: int = CHATS_PAGE) -> tuple[ChatRow, ...]:
        """One page of the chats, from 1; empty after the last. Their order is not documented."""
        answer = await self._read("chats", "GET", f"chats?page={page}&pageSize={page_size}")
        if not isinstance(answer, list):
            raise ProviderDown(PROVIDER, "chats: unreadable answer")
        return tuple(filter(None, map(_chat, answer)))

    async def refuse_while_disconnected(self) -> None:
        """Have sends refused while WhatsApp is away. Z-API's default queues them and lets them go hours later."""
        body = {"disableEnqueueWhenDisconnected": True}
        answer = await self._read("queue settings", "PUT", "update-queue-settings", body)
        if not isinstance(answer, dict) or not (_truth(answer.get("success")) or _truth(answer.get("value"))):
            raise ProviderDown(PROVIDER, "queue settings: the answer does not confirm it")

    async def set_webhooks(self, url: str) -> None:
        """Have every event posted to ``url``, hand-written answers included."""
        body = {"value": url, "notifySentByMe": True}
        answer = await self._read("set webhooks", "PUT", "update-every-webhooks", body)
        if not isinstance(answer, dict) or not _truth(answer.get("value")):
            raise ProviderDown(PROVIDER, "set webhooks: the answer does not confirm it")

    async def _read(self, what: str, method: str, path: str, body: Mapping[str, Any] | None = None) -> object:
        """A call that is safe to repeat: what goes wrong is either the account or passing."""
        try:
            status, answer = await self._call(what, method, path, body)
        except (NotSent, Uncertain) as exc:
            raise ProviderDown(PROVIDER, f"{what}: no answer") from exc
        # `status` carries an error text even when all is well.
        failed = isinstance(answer, dict) and bool(answer.get("error")) and "connected" not in answer
        if not 200 <= status < 300 or failed:
            raise _read_error(what, status, answer)
        return answer

    async def _call(
        self, what: str, method: str, path: str, body: Mapping[str, Any] | None = None
    ) -> tuple[int, object]:
        """One HTTP exchange within the deadline: status and decoded body (None when it is not JSON).

        Raises NotSent when no byte of the request was written, Uncertain when some may have been.
        """
        progress = _Progress()
        try:
            async with asyncio.timeout(self._timeout_s):
                response = await self._http.request(
                    method, path, json=body, allow_redirects=False, trace_request_ctx=progress
                )
                async with response:
                    status, content = response.status, await response.read()
        except (aiohttp.ClientError, OSError) as exc:  # a TimeoutError is an OSError
            name = type(exc).__name__
            # Without the cause: aiohttp names the URL in some of its errors, and ours holds the token.
            if not progress.connected:
                raise NotSent(f"{PROVIDER} {what}: no connection ({name})") from None
            problem = "no answer in time" if isinstance(exc, TimeoutError) else "broken off"
            raise Uncertain(f"{PROVIDER} {what}: {problem} ({name})") from None
        try:
            return status, json.loads(content)
        except ValueError:  # not JSON, or not even text
            return status, None


@dataclass(slots=True)
class _Progress:
    """How far a request came. From the connection on it counts as begun: what of it was written nobody knows."""

    connected: bool = False


def _tracing() -> aiohttp.TraceConfig:
    async def connected(_session: aiohttp.ClientSession, context: Any, _params: object) -> None:
        context.trace_request_ctx.connected = True

    tracing = aiohttp.TraceConfig()
    tracing.on_connection_create_end.append(connected)  # after the TLS handshake
    tracing.on_connection_reuseconn.append(connected)
    return tracing


# Z-API answers 415 without it, also where there is no body.
_HEADERS = {"Content-Type": "application/json"}


def _error_text(answer: object) -> str:
    return f"{answer.get('error') or ''} {answer.get('message') or ''}" if isinstance(answer, dict) else ""


def _send_error(status: int, answer: object) -> ClinicBotError:
    """What an answer that is no success means for the message it was about."""
    failure = outcomes.of_answer(status, _error_text(answer))
    word = outcomes.WORDS[failure.trouble]
    if failure.verdict is Verdict.INSTANCE:
        return AccountRefused(PROVIDER, f"{word} (HTTP {status})", trouble=failure.trouble)
    what = f"{PROVIDER} send-text: HTTP {status}: {word}"
    if failure.verdict is Verdict.NOT_SENT:
        return NotSent(what, trouble=failure.trouble)
    return Uncertain(what) if failure.verdict is Verdict.UNKNOWN else SendRefused(what)


def _read_error(what: str, status: int, answer: object) -> ClinicBotError:
    """The same for a call that changes nothing: all but the account's matters may be tried again."""
    text = _error_text(answer)
    failure = outcomes.of_answer(status, text)
    if failure.verdict is Verdict.INSTANCE:
        word = f"{outcomes.WORDS[failure.trouble]} (HTTP {status})"
        return AccountRefused(PROVIDER, word, trouble=failure.trouble)
    known = outcomes.of_text(text) if status < 500 else None
    if known and known.verdict is Verdict.REFUSED:
        return SendRefused(f"{PROVIDER} {what}: {outcomes.WORDS[known.trouble]}")
    word = f", {outcomes.WORDS[known.trouble]}" if known else ""
    return ProviderDown(PROVIDER, f"{what}: HTTP {status}{word}")


def _sent(answer: object) -> Sent | None:
    """What a success names; a 200 may also carry an error, or nothing."""
    if not isinstance(answer, dict) or answer.get("error"):
        return None
    message_id = _text(answer.get("messageId")) or _text(answer.get("id"))
    return Sent(_text(answer.get("zaapId")), message_id) if message_id else None


_WEBHOOKS = {
    "receivedCallbackUrl": "messages",
    "deliveryCallbackUrl": "deliveries",
    "messageStatusCallbackUrl": "receipts",
    "presenceChatCallbackUrl": "typing signals",
    "connectedCallbackUrl": "connections",
    "disconnectedCallbackUrl": "disconnections",
}


def _webhooks(answer: Mapping[str, Any]) -> Iterator[tuple[str, str | None]]:
    """Those that the answer names; for messages the address that has the say while it is set."""
    for name, word in _WEBHOOKS.items():
        if name in answer:
            wins = answer.get("receivedAndDeliveryCallbackUrl") if word == "messages" else None
            yield word, _text(wins) or _text(answer[name])


def _queued(row: object) -> Queued | None:
    if not isinstance(row, dict) or not (zaap_id := _text(row.get("ZaapId"))):
        return None
    created = row.get("Created")
    return Queued(
        zaap_id=zaap_id,
        message_id=_text(row.get("MessageId")),
        phone=_text(row.get("Phone")) or "",
        message=_text(row.get("Message")) or "",
        created_ms=created if isinstance(created, int) else None,
    )


def _chat(row: object) -> ChatRow | None:
    if not isinstance(row, dict) or not (phone := _text(row.get("phone"))):
        return None
    lid = (_text(row.get("lid")) or "").removesuffix("@lid")
    return ChatRow(
        phone=phone,
        lid=lid if lid.isdigit() else None,
        name=(_text(row.get("name")) or "").strip() or None,
        last_message_ms=_seconds_to_ms(row.get("lastMessageTime")),
        is_group=_truth(row.get("isGroup")),
    )


def _seconds_to_ms(value: object) -> int | None:
    """Epoch seconds, which Z-API writes as a text in places; milliseconds are taken too, other numbers are none."""
    text = _text(value) or ""
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        return None
    seconds = int(text)
    if 1_000_000_000 <= seconds < 100_000_000_000:
        return seconds * 1000
    return seconds if seconds > 1_000_000_000_000 else None


def _text(value: object) -> str | None:
    if not isinstance(value, str | int) or isinstance(value, bool):
        return None
    return storable(str(value)) or None


def _truth(value: object) -> bool:
    return value is True or (isinstance(value, str) and value.lower() == "true")


def _whole_delay(seconds: float) -> int:
    low, high = _DELAY_S
    return min(high, max(low, round(seconds)))
