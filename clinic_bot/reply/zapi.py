"""Z-API's operations, as the clinic needs them.

Nobody else knows Z-API's interface than this file and the two below it: ``zapi_http.py`` is the way there and what goes
wrong on it, ``zapi_answers.py`` what comes back.
"""

import re
from typing import Any

from clinic_bot.errors import ProviderDown, SendRefused
from clinic_bot.reply import zapi_answers
from clinic_bot.reply.zapi_answers import Account, ChatRow, PhoneExists, Queued, Sent, Status
from clinic_bot.reply.zapi_http import PROVIDER, ZapiHttp, read_error, send_error

_QUEUE_PAGE = 30  # the most Z-API gives at once
_QUEUE_PAGES = 40  # its queue holds at most 1,000
CHATS_PAGE = 100
_DELAY_S = (1, 15)
_RECIPIENT = re.compile(r"\d{6,20}(@lid)?")


def recipient(phone: str | None, lid: str | None) -> str | None:
    """What to send to: the number in the spelling received, else the LID, else nothing."""
    return phone or (f"{lid}@lid" if lid else None)


class ZapiClient(ZapiHttp):
    """What can be asked of one instance."""

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
        status, answer = await self._exchange("send-text", "POST", "send-text", body)
        sent = zapi_answers.sent_of(answer) if status == 200 else None
        if sent is None:
            raise send_error(status, answer)
        return sent

    async def phone_exists(self, phone: str) -> PhoneExists | None:
        """WhatsApp's own spelling of a number and its LID; None when the answer says nothing usable.

        Raises AccountRefused and ProviderDown, as all the reading calls do.
        """
        try:
            answer = await self._read("phone-exists", "GET", f"phone-exists/{phone}")
        except SendRefused:  # not a number it knows how to look up
            return None
        return zapi_answers.phone_of(answer)

    async def queue(self) -> tuple[Queued, ...]:
        """Everything that waits in Z-API's queue. That something is absent proves nothing."""
        rows: list[Queued] = []
        paging: object = None
        for _ in range(_QUEUE_PAGES):
            body = {"pageSize": _QUEUE_PAGE} | ({"pagingState": paging} if paging else {})
            answer = _object("queue", await self._read("queue", "POST", "queue", body))
            rows += zapi_answers.queued_of(answer)
            paging = answer.get("pagingState")
            if not answer.get("hasMore") or not paging:
                break
        return tuple(rows)

    async def delete_queued(self, zaap_id: str) -> bool:
        """Take one message out of the queue; False when it was not there any more."""
        if not re.fullmatch(r"[\w-]+", zaap_id):
            return False
        status, answer = await self._ask("delete queued", "DELETE", f"queue/{zaap_id}")
        if status not in (200, 204, 404):
            raise read_error("delete queued", status, answer)
        return status != 404 and not (isinstance(answer, dict) and answer.get("error"))

    async def status(self) -> Status:
        return zapi_answers.status_of(_object("status", await self._read("status", "GET", "status")))

    async def account(self) -> Account:
        """Ask for the instance itself, which Z-API answers only to who may use it."""
        return zapi_answers.account_of(_object("me", await self._read("me", "GET", "me")))

    async def chats(self, page: int, page_size: int = CHATS_PAGE) -> tuple[ChatRow, ...]:
        """One page of the chats, from 1; empty after the last. Their order is not documented."""
        answer = await self._read("chats", "GET", f"chats?page={page}&pageSize={page_size}")
        if not isinstance(answer, list):
            raise ProviderDown(PROVIDER, "chats: unreadable answer")
        return tuple(zapi_answers.chats_of(answer))

    async def refuse_while_disconnected(self) -> None:
        """Have sends refused while WhatsApp is away. Z-API's default queues them and lets them go hours later."""
        body = {"disableEnqueueWhenDisconnected": True}
        answer = await self._read("queue settings", "PUT", "update-queue-settings", body)
        if not zapi_answers.confirmed(answer, "success", "value"):
            raise ProviderDown(PROVIDER, "queue settings: the answer does not confirm it")

    async def set_webhooks(self, url: str) -> None:
        """Have every event posted to ``url``, hand-written answers included."""
        body = {"value": url, "notifySentByMe": True}
        answer = await self._read("set webhooks", "PUT", "update-every-webhooks", body)
        if not zapi_answers.confirmed(answer, "value"):
            raise ProviderDown(PROVIDER, "set webhooks: the answer does not confirm it")


def _object(what: str, answer: object) -> dict[str, Any]:
    if not isinstance(answer, dict):
        raise ProviderDown(PROVIDER, f"{what}: unreadable answer")
    return answer


def _whole_delay(seconds: float) -> int:
    low, high = _DELAY_S
    return min(high, max(low, round(seconds)))
