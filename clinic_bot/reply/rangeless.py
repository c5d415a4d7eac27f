"""Steps two and three of a send without a range, an alert's or a reminder's: send once, say how it ended (rule 17)."""

import asyncio
import contextlib
from dataclasses import dataclass
from functools import partial

from clinic_bot.clock import Clock
from clinic_bot.errors import AccountRefused, NotSent, SendRefused, Stale, StorageUnavailable, Uncertain
from clinic_bot.reply.zapi import ZapiClient
from clinic_bot.reply.zapi_answers import Sent
from clinic_bot.store import notices
from clinic_bot.store.database import Database
from clinic_bot.store.notices import Concluded, Intent
from clinic_bot.store.policy import Policy
from clinic_bot.store.tables import NoticeState

#: So much of its lease a send may have used before it leaves; the request itself takes less than the rest.
_SURE_PART = 1 / 3
#: At the end of the process, for a request that is under way.
_STOP_WITHIN_S = 1.0


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of a send."""

    state: NoticeState  #: WAITING where it certainly did not leave and may be tried again
    reason: str | None = None
    sent: Sent | None = None
    fault: Exception | None = None  #: ours, to be raised once the end is written down
    refused: AccountRefused | None = None  #: nothing of this instance leaves, whoever it is for


async def send_once(
    database: Database, zapi: ZapiClient, clock: Clock, intent: Intent, *, asked_ms: int, lease_ms: int
) -> Ended:
    """Send what was intended.

    Args:
        asked_ms: by the steady clock, before the intent.

    Raises:
        Stale: the number is somebody else's by now, who may be answering there; nothing left.
    """
    try:
        await _pass_fence(database, clock, intent, asked_ms=asked_ms, lease_ms=lease_ms)
        sent = await zapi.send_text(intent.phone, intent.text)
    except Stale:
        raise
    except NotSent as exc:
        return Ended(NoticeState.WAITING, str(exc))
    except AccountRefused as exc:
        return Ended(NoticeState.WAITING, str(exc), refused=exc)
    except SendRefused as exc:
        return Ended(NoticeState.UNDELIVERED, str(exc))
    except Uncertain as exc:
        return Ended(NoticeState.UNKNOWN, str(exc))
    except Exception as exc:
        return Ended(NoticeState.UNKNOWN, "broke off after the intent", fault=exc)
    return Ended(NoticeState.SENT, sent=sent)


async def conclude(
    database: Database, clock: Clock, policy: Policy, intent: Intent, ended: Ended
) -> Concluded:
    """Write the end down and let the conversation go. Raises StorageUnavailable."""
    outcome = partial(
        notices.conclude,
        intent=intent,
        state=ended.state,
        now_ms=clock.now_ms(),
        policy=policy,
        zaap_id=ended.sent.zaap_id if ended.sent else None,
        message_id=ended.sent.message_id if ended.sent else None,
        reason=ended.reason,
    )
    return await database.write(outcome)


async def let_finish(task: asyncio.Task[None]) -> None:
    """Give whoever sends a moment to bring a request that is under way to its end, then stop it."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_STOP_WITHIN_S):
            await asyncio.shield(task)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def _pass_fence(
    database: Database, clock: Clock, intent: Intent, *, asked_ms: int, lease_ms: int
) -> None:
    """Return where the send may begin at once: this process may have stood still since its intent.

    Raises:
        NotSent: nobody can say whose the number is; nothing left.
        Stale: it is somebody else's by now.
    """
    while clock.steady_ms() >= asked_ms + lease_ms * _SURE_PART:
        asked_ms = clock.steady_ms()
        prove = partial(notices.prove, intent=intent, now_ms=clock.now_ms(), lease_ms=lease_ms)
        try:
            still_ours = await database.write(prove, urgent=True)
        except StorageUnavailable as exc:
            raise NotSent("the lease ran out, and the database does not answer") from exc
        if not still_ours:
            raise Stale("another replica took the number before this left")
