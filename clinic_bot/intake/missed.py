"""What intake may have missed while nobody listened: Z-API replays nothing, but it lists the chats and their times."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from zoneinfo import ZoneInfo

import structlog

from clinic_bot.errors import AccountRefused, ProviderDown, SendRefused
from clinic_bot.events import Contact
from clinic_bot.intake.identity import Chat, parse_phone, phone_key
from clinic_bot.operations.alerts import AlertKind
from clinic_bot.operations.masking import mask_phone
from clinic_bot.reply.zapi import ZapiClient
from clinic_bot.reply.zapi_answers import ChatRow
from clinic_bot.store import outages
from clinic_bot.store.database import Database

log = structlog.get_logger(__name__)

#: Z-API gives the times of chats to the second.
_SECOND_MS = 1_000
#: So many pages of 100 are read: their order is not documented, so an old chat on one of them does not end it.
_MOST_PAGES = 50
_MOST_NAMES = 15
#: An absence this long is told even when no chat shows anything; a restart is shorter.
_WORTH_TELLING_MS = 150_000


@dataclass(frozen=True, slots=True)
class Missed:
    """A chat in which something was said that never reached us."""

    who: str  #: its name as the clinic's WhatsApp shows it, else the masked number


class MissedReport:
    """Tells the operator after an outage what may be missing.

    Args:
        is_listed: (phone key, LID) of somebody never to be answered.
        zone: the clinic's, for the instants in the text.
    """

    def __init__(
        self,
        database: Database,
        zapi: ZapiClient,
        zone: ZoneInfo,
        *,
        is_listed: Callable[[str | None, str | None], bool],
        alert: Callable[[str, str], None],
    ) -> None:
        self._database = database
        self._zapi = zapi
        self._zone = zone
        self._is_listed = is_listed
        self._alert = alert

    async def __call__(self, since_ms: int, until_ms: int) -> None:
        """Look once, and tell. Raises StorageUnavailable: then the outage is still to be reported."""
        try:
            missed: list[Missed] | None = await self._missed(since_ms)
        except (ProviderDown, AccountRefused, SendRefused) as exc:
            log.warning("chats not compared", problem=str(exc))
            missed = None
        log.warning(
            "messages may have been missed",
            away_s=(until_ms - since_ms) // 1000,
            chats=None if missed is None else len(missed),
        )
        if missed is None or missed or until_ms - since_ms >= _WORTH_TELLING_MS:
            self._alert(AlertKind.MESSAGES_MISSED, told(missed, since_ms, until_ms, self._zone))

    async def _missed(self, since_ms: int) -> list[Missed]:
        found: list[Missed] = []
        for page in range(1, _MOST_PAGES + 1):
            rows = await self._zapi.chats(page)
            if not rows:
                break
            found += [Missed(_shown(row)) for row in rows if await self._is_missed(row, since_ms)]
        return found

    async def _is_missed(self, row: ChatRow, since_ms: int) -> bool:
        """Whether the chat is newer than what is stored, and not only newer than the outage."""
        if row.last_message_ms is None or row.last_message_ms + _SECOND_MS <= since_ms or row.is_group:
            return False
        contact = _contact(self._zapi.instance_id, row)
        if contact is None or self._is_listed(contact.phone_key, contact.lid):
            return False
        known_ms = await self._database.read(partial(outages.known_until, contact=contact))
        return known_ms is None or row.last_message_ms > known_ms + _SECOND_MS


def _contact(instance: str, row: ChatRow) -> Contact | None:
    """None for what is no chat with one person."""
    address = parse_phone(row.phone)
    if address.chat is not Chat.PERSON:
        return None
    key = phone_key(address.phone) if address.phone else None
    return Contact(instance, address.phone, key, address.lid or row.lid, row.name)


def _shown(row: ChatRow) -> str:
    return row.name if row.name and not row.name.isdigit() else mask_phone(row.phone)


def told(missed: list[Missed] | None, since_ms: int, until_ms: int, zone: ZoneInfo) -> str:
    """The sentence for the operator; ``missed`` None: the chats could not be read."""
    text = f"Mensagens podem ter se perdido entre {_at(since_ms, zone)} e {_at(until_ms, zone)}. "
    if missed is None:
        return (
            text + "Não foi possível comparar as conversas: confira as mensagens desse período no WhatsApp."
        )
    if not missed:
        return text + "Nenhuma conversa mostra mensagem que não tenha chegado ao assistente."
    names = ", ".join(one.who for one in missed[:_MOST_NAMES])
    more = f" e mais {len(missed) - _MOST_NAMES}" if len(missed) > _MOST_NAMES else ""
    return f"{text}Abra no WhatsApp e responda à mão: {names}{more}."


def _at(instant_ms: int, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(instant_ms / 1000, UTC).astimezone(zone).strftime("%d/%m às %H:%M")
