"""The reception's commands on a chat, as the desk is asked for them."""

from collections.abc import Callable
from functools import partial

import structlog

from clinic_bot.store import handing
from clinic_bot.store.database import Database
from clinic_bot.store.policy import Policy
from clinic_bot.turns.asked import Body, NotUnderstood

log = structlog.get_logger(__name__)


class ChatDesk:
    """Gives a chat to the reception, or back to the bot, without a word in it.

    Args:
        took_over: told of a chat that a person has from now on, after the commit.
        notice: told when a chat is to be looked at, after the commit.
    """

    def __init__(
        self,
        database: Database,
        policy: Policy,
        *,
        instance: str,
        took_over: Callable[[int], None],
        notice: Callable[[int, int | None], None],
    ) -> None:
        self._database = database
        self._policy = policy
        self._instance = instance
        self._took_over = took_over
        self._notice = notice

    async def take(self, asked: Body, now_ms: int) -> Body:
        return await self._hand(asked, now_ms, to_bot=False)

    async def give_back(self, asked: Body, now_ms: int) -> Body:
        return await self._hand(asked, now_ms, to_bot=True)

    async def _hand(self, asked: Body, now_ms: int, *, to_bot: bool) -> Body:
        who = asked.get("who")
        if not isinstance(who, int | str) or isinstance(who, bool):
            raise NotUnderstood("who")
        job = partial(
            handing.hand, who=who, instance=self._instance, to_bot=to_bot, policy=self._policy, now_ms=now_ms
        )
        done = await self._database.write(job)
        if done is None:
            return {"ok": False, "error": "não há conversa com esse número"}
        log.info("operator", command="give back" if to_bot else "take", conversation=done.conversation_id)
        if not to_bot:
            self._took_over(done.conversation_id)
        self._notice(done.conversation_id, done.wake_at_ms)
        return {"ok": True, "until_ms": done.until_ms}
