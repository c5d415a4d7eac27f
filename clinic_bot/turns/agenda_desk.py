"""The reception's commands on the agenda, as the desk is asked for them."""

from dataclasses import asdict
from functools import partial
from typing import Any

import structlog

from clinic_bot.clinic.spelling import name_key
from clinic_bot.events import Contact
from clinic_bot.store import agenda, belonging, cells
from clinic_bot.store.appointments import AppointmentRow, Wanted
from clinic_bot.store.belonging import Refused
from clinic_bot.store.cells import Place
from clinic_bot.store.database import Database
from clinic_bot.store.policy import Policy

log = structlog.get_logger(__name__)

Body = dict[str, Any]

_NOT_UNDERSTOOD: Body = {"ok": False, "error": "not understood: what the agenda is asked for is not whole"}


class AgendaDesk:
    """Blocks, books and cancels for one instance. What is in the way is answered, never overwritten."""

    def __init__(self, database: Database, policy: Policy, *, instance: str) -> None:
        self._database = database
        self._policy = policy
        self._instance = instance

    async def block(self, asked: Body, now_ms: int) -> Body:
        start_ms, end_ms, whose = asked.get("start_ms"), asked.get("end_ms"), asked.get("professionals")
        if not (isinstance(start_ms, int) and isinstance(end_ms, int) and start_ms < end_ms):
            return _NOT_UNDERSTOOD
        if whose is not None and not (isinstance(whose, list) and all(isinstance(one, str) for one in whose)):
            return _NOT_UNDERSTOOD
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
        block_id = asked.get("id")
        if not isinstance(block_id, int):
            return _NOT_UNDERSTOOD
        if not await self._database.write(partial(cells.unblock, instance=self._instance, block_id=block_id)):
            return {"ok": False, "error": f"não há bloqueio {block_id}"}
        log.info("agenda", command="unblock")
        return {"ok": True}

    async def book(self, asked: Body, now_ms: int) -> Body:
        start_ms, end_ms = asked.get("start_ms"), asked.get("end_ms")
        words = {name: asked.get(name) for name in ("patient", "service", "professional")}
        if not (isinstance(start_ms, int) and isinstance(end_ms, int) and start_ms < end_ms):
            return _NOT_UNDERSTOOD
        if not all(isinstance(word, str) and word for word in words.values()):
            return _NOT_UNDERSTOOD
        place = Place(self._instance, str(words["professional"]), start_ms, end_ms)
        patient, contact = str(words["patient"]), self._contact(asked)
        job = partial(
            agenda.book_outside,
            instance=self._instance,
            contact=contact,
            wanted=Wanted(patient, name_key(patient), str(words["service"]), place, asked.get("born")),
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
        appointment_id, contact, born = asked.get("id"), self._contact(asked), asked.get("born")
        if not isinstance(appointment_id, int) or contact is None:
            return _NOT_UNDERSTOOD
        if born is not None and not isinstance(born, str):
            return _NOT_UNDERSTOOD
        job = partial(
            belonging.give_phone,
            instance=self._instance,
            appointment_id=appointment_id,
            contact=contact,
            born=born,
            now_ms=now_ms,
            policy=self._policy,
        )
        if (refused := await self._database.write(job)) is not None:
            return {"ok": False, "error": refused.why}
        log.info("agenda", command="phone", appointment=appointment_id)
        return {"ok": True}

    async def correct(self, asked: Body, _now_ms: int) -> Body:
        appointment_id, patient, born = asked.get("id"), asked.get("patient") or "", asked.get("born")
        if not isinstance(appointment_id, int) or not isinstance(patient, str) or not (patient or born):
            return _NOT_UNDERSTOOD
        if born is not None and not isinstance(born, str):
            return _NOT_UNDERSTOOD
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
        phone, key, lid = (asked.get(name) or None for name in ("phone", "phone_key", "lid"))
        return Contact(self._instance, phone, key, lid, None) if phone or lid else None

    async def move(self, asked: Body, now_ms: int) -> Body:
        appointment_id, start_ms, who = asked.get("id"), asked.get("start_ms"), asked.get("professional")
        if not (isinstance(appointment_id, int) and isinstance(start_ms, int)):
            return _NOT_UNDERSTOOD
        if who is not None and not isinstance(who, str):
            return _NOT_UNDERSTOOD
        job = partial(
            agenda.move,
            instance=self._instance,
            appointment_id=appointment_id,
            start_ms=start_ms,
            professional=who,
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
        appointment_id = asked.get("id")
        if not isinstance(appointment_id, int):
            return _NOT_UNDERSTOOD
        job = partial(agenda.cancel, instance=self._instance, appointment_id=appointment_id, now_ms=now_ms)
        if await self._database.write(job) is None:
            return {"ok": False, "error": f"não há consulta {appointment_id}"}
        log.info("agenda", command="cancel", appointment=appointment_id)
        return {"ok": True}
