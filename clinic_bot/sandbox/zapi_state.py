"""What lives behind the Z-API stand-in: its queue, its connection, and the callbacks that follow a send."""

import asyncio
import random
from collections import deque
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from clinic_bot.clock import Clock
from clinic_bot.events import Json
from clinic_bot.sandbox import payloads
from clinic_bot.sandbox.faults import Fault, FaultError, Faults
from clinic_bot.sandbox.files import Files
from clinic_bot.sandbox.payloads import Line, Payload
from clinic_bot.sandbox.webhooks import Posted, Webhooks

LOG_SIZE = 100_000
QUEUE_LIMIT = 1000  # while disconnected; beyond it Z-API rejects

# DeliveryCallback's error strings, by what the sender should do about them.
DELIVERY_ERRORS: dict[str, tuple[str, ...]] = {
    "restricted": (
        "The message was not sent due to a likely shadow ban",
        "Whatsapp rejected sending this message",
        "Whatsapp did not allow sending this message",
        "Did not have permission to send this message.",
    ),
    "bad_recipient": (
        "Phone number does not exist",
        "Message has not been sent because it got invalid phone number",
        "You can't message this group as you don't have permission",
        "This type of message can only be sent in groups",
    ),
    "bad_content": (
        "Message not send caused by invalid media url",
        "Got a 404 error while trying to send message",
        "Message has not been sent because it got invalid request params.",
    ),
    "too_late": ("Message has not been edited because it has been more than 7 days",),
    "uncertain": ("Timeout on send message", "Error on send message"),
    "never_queued": ("It was not possible to send message to queue due to request error.",),
}

_OF_THE_API = ("slow", "refuse", "fail", "cut", "hang")
FAULT_KINDS = (
    *_OF_THE_API, "slow_queue", "delivery_error", "unknown_phone",
    "webhook_duplicate", "webhook_reorder", "webhook_lose", "disconnect", "connect", "file",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message in Z-API's queue."""

    zaap_id: str
    message_id: str
    phone: str
    text: str
    delay_message_s: float | None
    delay_typing_s: float
    accepted_ms: int

    def as_json(self, instance_id: str) -> dict[str, Json]:
        created = datetime.fromtimestamp(self.accepted_ms / 1000, UTC)
        return {
            "_id": self.zaap_id[:24],
            "ZaapId": self.zaap_id,
            "MessageId": self.message_id,
            "Phone": self.phone,
            "Message": self.text,
            "DelayMessage": self.delay_message_s,
            "DelayTyping": self.delay_typing_s,
            "Created": self.accepted_ms,
            "CreatedAt": created.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "InstanceId": instance_id,
            "Beta": False,
            "IsTrial": False,
        }


@dataclass(frozen=True, slots=True)
class Left:
    """A message that left the queue. ``error`` is what the DeliveryCallback said; then nobody got it, unless
    ``went_out``."""

    n: int
    phone: str
    text: str
    zaap_id: str
    message_id: str
    accepted_ms: int
    left_ms: int
    error: str | None = None
    went_out: bool = True

    def as_json(self) -> dict[str, Json]:
        return {
            "n": self.n, "phone": self.phone, "text": self.text, "zaapId": self.zaap_id,
            "messageId": self.message_id, "accepted_ms": self.accepted_ms, "left_ms": self.left_ms,
            "error": self.error, "went_out": self.went_out,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Call:
    """One request to the API, for tests that count."""

    operation: str
    phone: str
    status: int | None  #: None: the connection was cut or hung
    at_ms: int


class ZapiState:
    """Everything the stand-in knows. The owner may read ``sent``, ``queue``, ``calls`` and ``webhooks.log``.

    Args:
        client_token: None means that the account's security token was never activated.
        spacing_s: shortest and longest wait before a message leaves the queue.
        statuses: which MessageStatusCallbacks follow a send, with seconds after the message left.
    """

    def __init__(
        self,
        clock: Clock,
        line: Line,
        *,
        token: str,
        client_token: str | None,
        webhook_url: str | None,
        seed: int = 0,
        spacing_s: tuple[float, float] = (1.0, 3.0),
    ) -> None:
        self.clock = clock
        self.line = line
        self.token = token
        self.client_token = client_token
        self.spacing_s = spacing_s
        self.statuses: tuple[tuple[str, float], ...] = (("SENT", 0.4), ("RECEIVED", 1.0), ("READ", 4.0))
        self.echo_by_number = True
        self.notify_sent_by_me = True
        self.auto_read = False
        self.refuse_while_disconnected = False
        self.connected = True
        self.lapsed = False  #: the subscription; sends are refused until it is paid
        self.faults = Faults(FAULT_KINDS, seed=seed)
        self.webhooks = Webhooks(clock, self.faults, token=token, seed=seed)
        self.webhooks.set_all(webhook_url)
        self.files = Files(line.instance_id)
        self.queue: dict[str, Outgoing] = {}  #: by zaapId, in order
        self.sent: deque[Left] = deque(maxlen=LOG_SIZE)
        self.calls: deque[Call] = deque(maxlen=LOG_SIZE)
        self.read: deque[tuple[str, str]] = deque(maxlen=LOG_SIZE)
        self.chats: dict[str, int] = {}  #: phone -> epoch ms of the last message, either way
        self.chat_names: dict[str, str] = {}
        self._random = random.Random(f"zapi{seed}")
        self._changed = asyncio.Event()
        self._tasks: set[asyncio.Task[object]] = set()
        self._n_sent = 0
        self._n_ids = 0

    # -- life ---------------------------------------------------------------------------------------------

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Work the queue until the block ends."""
        self.webhooks.open()
        self._spawn(self._work_queue())
        try:
            yield
        finally:
            for task in list(self._tasks):
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await self.webhooks.close()

    def _spawn(self, work: Coroutine[object, object, object]) -> None:
        task: asyncio.Task[object] = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # -- ids ----------------------------------------------------------------------------------------------

    def new_message_id(self, prefix: str) -> str:
        """An id in one of WhatsApp's shapes: ``3A`` for what a phone sent, ``3EB0`` for the API."""
        return prefix + f"{self._random.getrandbits(72):018X}"

    def new_zaap_id(self) -> str:
        return f"{self._random.getrandbits(128):032X}"

    # -- the queue ----------------------------------------------------------------------------------------

    def enqueue(self, phone: str, text: str, *, delay_s: float | None, typing_s: float) -> Outgoing:
        item = Outgoing(
            self.new_zaap_id(),
            self.new_message_id("3EB0"),
            phone,
            text,
            delay_s,
            typing_s,
            self.clock.now_ms(),
        )
        self.queue[item.zaap_id] = item
        self._changed.set()
        return item

    async def _work_queue(self) -> None:
        while True:
            if not self._may_leave():
                self._changed.clear()
                await self._changed.wait()
                continue
            item = next(iter(self.queue.values()))
            wait_s = item.delay_message_s if item.delay_message_s is not None else self._spacing()
            if (held := self.faults.take("slow_queue", phone=item.phone)) is not None:
                wait_s += held.number("seconds", 10.0)
            await self.clock.sleep((wait_s + item.delay_typing_s) * 1000)
            if self._may_leave() and self.queue.pop(item.zaap_id, None) is not None:
                self._leave(item)

    def _may_leave(self) -> bool:
        return self.connected and bool(self.queue)

    def _spacing(self) -> float:
        return self._random.uniform(*self.spacing_s)

    def _leave(self, item: Outgoing) -> None:
        fault = self.faults.take("delivery_error", phone=item.phone)
        error = _error_text(fault) if fault is not None else None
        went_out = fault is None or bool(fault.options.get("went_out", False))
        self._n_sent += 1
        now = self.clock.now_ms()
        left = Left(
            self._n_sent,
            item.phone,
            item.text,
            item.zaap_id,
            item.message_id,
            item.accepted_ms,
            now,
            error,
            went_out,
        )
        self.sent.append(left)
        if went_out:
            self.chats[item.phone] = now
        code = "SHADOW_BAN" if error is not None and "shadow ban" in error else None
        self._spawn(self._call_back_delivery(left, code))
        if went_out:
            self._spawn(self._call_back_echo(left))
            for name, after_s in self.statuses:
                self._spawn(self._call_back_status(left, name, after_s))

    async def _call_back_delivery(self, left: Left, code: str | None) -> None:
        await self.clock.sleep(self._random.uniform(50, 400))
        # In the documented failure messageId repeats the queue id: WhatsApp never gave one.
        message_id = left.message_id if left.error is None else left.zaap_id
        await self.emit(
            payloads.delivery(
                self.line, left.phone, message_id=message_id, zaap_id=left.zaap_id, at_ms=self.clock.now_ms(),
                error=left.error, error_code=code,
            )
        )  # fmt: skip

    async def _call_back_echo(self, left: Left) -> None:
        if not self.notify_sent_by_me:
            return
        await self.clock.sleep(self._random.uniform(50, 500))
        number = left.phone.removesuffix("@lid")
        await self.emit(
            payloads.echo_text(
                self.line, left.phone, left.text, message_id=left.message_id, at_ms=self.clock.now_ms(),
                by_number=self.echo_by_number and number == left.phone,
            )
        )  # fmt: skip

    async def _call_back_status(self, left: Left, name: str, after_s: float) -> None:
        await self.clock.sleep(after_s * 1000 * self._random.uniform(0.8, 1.2))
        await self.emit(
            payloads.status(
                self.line, left.phone, ids=[left.message_id], status=name, at_ms=self.clock.now_ms()
            )
        )

    # -- the patients' side -------------------------------------------------------------------------------

    async def emit(self, payload: Payload) -> Posted | None:
        """Post a webhook; None when it was lost for good: disconnected, no URL, a fault."""
        phone, name = payload.get("phone"), payload.get("chatName")
        if payload.get("type") == "ReceivedCallback" and isinstance(phone, str):
            # Also while disconnected: WhatsApp itself knows, and shows it in the chats afterwards.
            self.chats[phone] = self.clock.now_ms()
            if isinstance(name, str):
                self.chat_names[phone] = name
        if not self.connected and payload.get("type") not in ("DisconnectedCallback", "ConnectedCallback"):
            return None
        return await self.webhooks.post(payload)

    # -- the connection -----------------------------------------------------------------------------------

    def connect(self, connected: bool) -> None:
        if connected == self.connected:
            return
        self.connected = connected
        now = self.clock.now_ms()
        make = payloads.connected if connected else payloads.disconnected
        self._spawn(self.emit(make(self.line, at_ms=now)))
        self._changed.set()

    def add_fault(self, description: dict[str, Json]) -> None:
        """As ``faults.add``; ``disconnect`` (with ``seconds`` until it heals) and ``connect`` act at once.

        Faults of the API strike ``send-text``, or the ``operation`` they name; ``*`` means all of them.
        """
        if description.get("kind") in ("disconnect", "connect"):
            self.connect(description["kind"] == "connect")
            seconds = description.get("seconds")
            if isinstance(seconds, int | float):
                self._spawn(self._heal(float(seconds)))
            return
        if description.get("kind") == "delivery_error":
            _error_text(Fault("delivery_error", description))
        if description.get("kind") in _OF_THE_API:
            description = {"operation": "send-text", **description}
            if description["operation"] == "*":
                del description["operation"]
        self.faults.add(description)

    async def _heal(self, seconds: float) -> None:
        await self.clock.sleep(seconds * 1000)
        self.connect(not self.connected)

    def as_json(self) -> dict[str, Json]:
        return {
            "connected": self.connected,
            "now_ms": self.clock.now_ms(),
            "queued": len(self.queue),
            "sent": self._n_sent,
            "calls": len(self.calls),
            "webhooks_posted": len(self.webhooks.log),
            "webhooks_refused": sum(not posted.accepted for posted in self.webhooks.log),
            "spacing_s": [*self.spacing_s],
            "notify_sent_by_me": self.notify_sent_by_me,
            "faults": self.faults.as_json(),
        }


def _error_text(fault: Fault) -> str:
    if exact := fault.text("error"):
        return exact
    name = fault.text("class", "bad_recipient")
    with suppress(KeyError):
        return DELIVERY_ERRORS[name][0]
    raise FaultError(f"class must be one of {', '.join(DELIVERY_ERRORS)}")
