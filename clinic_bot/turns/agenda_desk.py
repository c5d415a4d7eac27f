"""The reception's commands on the agenda, as the desk is asked for them."""

from dataclasses import asdict
from functools import partial

import structlog

from clinic_bot.clinic.spelling import name_key
from clinic_bot.events import Contact
from clinic_bot.store import agenda, belonging, cells
from clinic_bot.store.appointments import AppointmentRow, Wanted
from clinic_bot.store.belonging import Refused
from clinic_bot.store.cells import Place
from clinic_bot.store.database import Database
from clinic_bot.store.policy import Policy
from clinic_bot.turns.asked import Body, NotUnderstood, number, period, text, text_or_none

log = structlog.get_logger(__name__)


class AgendaDesk:
    """Blocks, books and cancels for one instance. What is in the way is answered, never overwritten."""

    def __init__(self, database: Database, policy: Policy, *, instance: str) -> None:
        self._database = database
        self._policy = policy
        self._instance = instance

    async def block(self, asked: Body, now_ms: int) -> Body:
        start_ms, end_ms = period(asked)
        whose = asked.get("professionals")
        if whose is not None and not (isinstance(whose, list) and all(isinstance(one, str) for one in whose)):
            raise NotUnderstood("professionals")
        job = partial(
            agenda.block,
            instance=self._instance,
            professionals=whose,
            start_ms=start_ms,
            end_ms=end_ms,
            reason=str(asked.get("reason") or ""),
            now_ms=now_ms,
            despite=asked.get("despite") is True,
        )
        done = await self._database.write(job)
        if done.ids:
            log.info("agenda", command="block", blocks=len(done.ids), booked=len(done.booked))
        return {"ok": True, "ids": list(done.ids), "booked": [asdict(one) for one in done.booked]}

    async def unblock(self, asked: Body, now_ms: int) -> Body:
        block_id = number(asked, "id")
        if not await self._database.write(partial(cells.unblock, instance=self._instance, block_id=block_id)):
            return {"ok": False, "error": f"não há bloqueio {block_id}"}
        log.info("agenda", command="unblock")
        return {"ok": True}

    async def book(self, asked: Body, now_ms: int) -> Body:
        patient, service = text(asked, "patient"), text(asked, "service")
        place = Place(self._instance, text(asked, "professional"), *period(asked))
        job = partial(
            agenda.book_outside,
            instance=self._instance,
            contact=self._contact(asked),
            wanted=Wanted(patient, name_key(patient), service, place, text_or_none(asked, "born")),
            now_ms=now_ms,
            policy=self._policy,
        )
        done = await self._database.write(job)
        if isinstance(done, Refused):
            return {"ok": False, "error": done.why}
        if not isinstance(done, AppointmentRow):
            return {"ok": True, "id": None, **asdict(done)}
        log.info("agenda", command="book", appointment=done.id)
        return {"ok": True, "id": done.id}

    async def give_phone(self, asked: Body, now_ms: int) -> Body:
        appointment_id, contact = number(asked, "id"), self._contact(asked)
        if contact is None:
            raise NotUnderstood("phone")
        job = partial(
            belonging.give_phone,
            instance=self._instance,
            appointment_id=appointment_id,
            contact=contact,
            born=text_or_none(asked, "born"),
            now_ms=now_ms,
            policy=self._policy,
        )
        if (refused := await self._database.write(job)) is not None:
            return {"ok": False, "error": refused.why}
        log.info("agenda", command="phone", appointment=appointment_id)
        return {"ok": True}

    async def correct(self, asked: Body, _now_ms: int) -> Body:
        appointment_id = number(asked, "id")
        patient, born = text_or_none(asked, "patient") or "", text_or_none(asked, "born")
        if not (patient or born):
            raise NotUnderstood("patient")
        job = partial(
            belonging.correct,
            instance=self._instance,
            appointment_id=appointment_id,
            name=patient,
            name_key=name_key(patient),
            born=born,
        )
        done = await self._database.write(job)
        if isinstance(done, Refused):
            return {"ok": False, "error": done.why}
        log.info("agenda", command="correct", appointments=done)
        return {"ok": True, "appointments": done}

    def _contact(self, asked: Body) -> Contact | None:
        """By whose phone it is to be, or by whose chat that WhatsApp knows without one."""
        phone, key, lid = (text_or_none(asked, name) or None for name in ("phone", "phone_key", "lid"))
        return Contact(self._instance, phone, key, lid, None) if phone or lid else None

    async def move(self, asked: Body, now_ms: int) -> Body:
        appointment_id = number(asked, "id")
        job = partial(
            agenda.move,
            instance=self._instance,
            appointment_id=appointment_id,
            start_ms=number(asked, "start_ms"),
            professional=text_or_none(asked, "professional"),
            now_ms=now_ms,
        )
        done = await self._database.write(job)
        if done is None:
            return {"ok": False, "error": f"não há consulta {appointment_id} que esteja marcada"}
        if not isinstance(done, AppointmentRow):
            return {"ok": True, "id": None, **asdict(done)}
        log.info("agenda", command="move", appointment=appointment_id)
        return {"ok": True, "id": done.id, "professional": done.professional, "service": done.service}

    async def cancel(self, asked: Body, now_ms: int) -> Body:
        appointment_id = number(asked, "id")
        job = partial(agenda.cancel, instance=self._instance, appointment_id=appointment_id, now_ms=now_ms)
        if await self._database.write(job) is None:
            return {"ok": False, "error": f"não há consulta {appointment_id}"}
        log.info("agenda", command="cancel", appointment=appointment_id)
        return {"ok": True}
