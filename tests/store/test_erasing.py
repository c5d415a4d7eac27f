"""Erasing what is kept about a patient: nothing is left of the words, in no table and in no byte of a file."""

import json
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import Connection
from sqlmodel import SQLModel

from clinic_bot.store import appointments, contacts, erasing, gate, privacy, pruning
from clinic_bot.store.database import Database, Job
from clinic_bot.store.gate import Gate
from clinic_bot.store.inbox import Answer
from clinic_bot.store.personal import ERASED, ERASED_NAME, HELD, NOBODYS, Fate
from clinic_bot.store.places import Place, open_database
from clinic_bot.store.session import session_on
from clinic_bot.store.tables import TurnState
from tests.support import builders as b
from tests.support.agenda import agenda_violations
from tests.support.fixtures import ON_SQLITE
from tests.support.personal import (
    CANARY,
    JOANA,
    JOANAS_WORDS,
    RITA,
    RITAS_LID,
    body,
    early,
    much,
    places_of,
    rita,
    stands_in_files,
    write_everything,
)
from tests.support.store import Store

T = TypeVar("T")
KEY = "551187650001"
WHO = (CANARY, RITA, KEY, RITAS_LID)


async def erase(place: Place, store: Store, number: str = KEY, *, cancel: bool = False) -> erasing.Erased:
    database = open_database(place)
    try:
        return await erasing.erase(database, number, now_ms=store.now_ms, cancel=cancel)
    finally:
        await database.close()


def test_every_column_of_every_table_is_said_to_be_somebodys_or_nobodys() -> None:
    """A table or a column that is new belongs into ``store/personal.py`` before it holds a patient's words."""
    tables = {
        table.name: {column.name for column in table.columns} for table in SQLModel.metadata.sorted_tables
    }
    assert set(HELD) | set(NOBODYS) == set(tables)
    assert not set(HELD) & set(NOBODYS)
    assert {name: set(held.columns) for name, held in HELD.items()} == {name: tables[name] for name in HELD}


async def test_nothing_is_left_of_a_patient_and_all_of_another(place: Place, store: Store) -> None:
    write_everything(store)
    texts = {
        f"{name}.{column}" for name, held in HELD.items() for column, what in held.columns.items()
        if what.fate is not Fate.STAYS
    }  # fmt: skip
    assert texts - {"message.provider_id"} <= store.run(lambda c: places_of(c, *WHO))
    others = store.run(lambda c: places_of(c, JOANA, JOANAS_WORDS))
    done = await erase(place, store)
    assert store.run(lambda c: places_of(c, *WHO)) == set()
    assert store.run(lambda c: places_of(c, JOANA, JOANAS_WORDS)) == others
    assert done.left is None
    assert (done.booked, done.cancelled) == (1, 0)
    assert {"message", "turn", "step", "patient", "proposal", "inbox", "unreadable", "early_change"} <= {
        name for name, count in done.rows.items() if count
    }
    again = await erase(place, store, RITAS_LID)
    assert (again.rows, again.booked) == ({}, 0)


@ON_SQLITE
async def test_no_byte_of_the_files_holds_a_word(place: Path, store: Store) -> None:
    store.run(as_before_it_was_overwritten)
    write_everything(store)
    store.run(much)
    for old in (pruning.bodies, pruning.unreadable, pruning.early_changes):
        store.run(partial(old, before_ms=store.now_ms))
    assert stands_in_files(place, *WHO, JOANAS_WORDS) == {*WHO, JOANAS_WORDS}
    await erase(place, store)
    assert stands_in_files(place, *WHO, JOANAS_WORDS) == {JOANAS_WORDS}


def as_before_it_was_overwritten(connection: Connection) -> None:
    """An older version left what it deleted in the pages that it freed."""
    connection.exec_driver_sql("PRAGMA secure_delete=OFF")


async def test_a_redelivery_brings_nothing_back(place: Place, store: Store) -> None:
    message = b.message(f"oi {CANARY}", who=rita())
    store.take(message, body(RITA, CANARY))
    edit = early()
    store.take(edit, body(RITA, CANARY, id="m9"))
    await erase(place, store)
    assert store.take(message, body(RITA, CANARY)).answer is Answer.DUPLICATE
    assert store.take(edit, body(RITA, CANARY, id="m9")).answer is Answer.DUPLICATE
    assert store.run(lambda c: places_of(c, *WHO)) == set()


@ON_SQLITE
async def test_a_lid_leads_to_everything_as_well(place: Place, store: Store) -> None:
    store.take(b.message(f"oi {CANARY}", who=rita(RITAS_LID)), body(f"{RITAS_LID}@lid", CANARY))
    await erase(place, store, RITAS_LID)
    assert store.run(lambda c: places_of(c, *WHO)) == set()


@ON_SQLITE
async def test_who_writes_again_is_somebody_new(place: Place, store: Store) -> None:
    store.take(b.message(who=rita()))
    await erase(place, store)
    taken = store.take(b.message("oi de novo", id="m2", who=rita()))
    assert taken.conversation_id != 1
    assert [one.phone for one in store.conversations()] == [None, RITA]
    assert store.claim_when_due(taken.conversation_id or 0).messages[0].text == "oi de novo"


async def test_a_turn_that_thinks_is_taken_away(place: Place, store: Store) -> None:
    store.take(b.message(f"oi {CANARY}", who=rita()))
    claim = store.claim_when_due()
    told: list[int] = []
    database = open_database(place)
    await erasing.erase(database, KEY, now_ms=store.now_ms, interrupt=told.append)
    await database.close()
    assert told == [1]
    change = partial(
        gate.record_change, claim=claim, tool="t", arguments=CANARY, effect=lambda _c: CANARY,
        now_ms=store.now_ms, policy=b.POLICY,
    )  # fmt: skip
    assert store.run(change).gate is Gate.STALE
    assert store.intent(claim, f"Bom dia {CANARY}") is Gate.STALE
    assert not store.give_back(claim).ours
    assert not store.outcome(claim).ours
    assert [(turn.state, turn.reason) for turn in store.turns()] == [(TurnState.WITHDRAWN, ERASED)]
    assert store.run(lambda c: places_of(c, *WHO)) == set()
    assert store.conversation().wake_at_ms is None


async def test_a_reply_that_is_being_sent_ends_as_evidence_without_words(place: Place, store: Store) -> None:
    store.take(b.message(f"oi {CANARY}", who=rita()))
    claim = store.claim_when_due()
    assert store.intent(claim, f"Bom dia {CANARY}") is Gate.OPEN
    store.take(b.message(f"mais {CANARY}", id="m2", who=rita()))
    await erase(place, store)
    assert store.outcome(claim, message_id="r1").wake_at_ms is None
    (turn,) = store.turns()
    assert (turn.state, turn.message_id, turn.reply) == (TurnState.SENT, "r1", None)
    echo = b.echo(f"Bom dia {CANARY}", id="r1", who=rita())
    store.take(echo, body(RITA, CANARY, id="r1"))
    assert store.take(echo, body(RITA, CANARY, id="r1")).answer is Answer.DUPLICATE
    assert store.run(lambda c: places_of(c, *WHO)) == set()


@ON_SQLITE
@pytest.mark.parametrize("state", [TurnState.UNKNOWN, TurnState.UNDELIVERED])
async def test_nobody_has_to_decide_about_an_erased_reply(
    place: Place, store: Store, state: TurnState
) -> None:
    store.take(b.message(who=rita()))
    claim = store.claim_when_due()
    store.intent(claim)
    store.outcome(claim, state, reason=f"{RITA} {CANARY}")
    await erase(place, store)
    (turn,) = store.turns()
    assert turn.state == (TurnState.SILENT if state is TurnState.UNKNOWN else state)
    assert store.run(lambda c: places_of(c, *WHO)) == set()


@ON_SQLITE
@pytest.mark.parametrize("cancel", [False, True], ids=["they stay booked", "cancelled"])
async def test_appointments_stay_without_a_name(place: Place, store: Store, cancel: bool) -> None:
    write_everything(store)
    before = store.run(lambda c: appointments.of_clinic(c, b.INSTANCE))
    done = await erase(place, store, cancel=cancel)
    assert (done.booked, done.cancelled) == ((0, 1) if cancel else (1, 0))
    after = store.run(lambda c: appointments.of_clinic(c, b.INSTANCE))
    assert [row.start_ms for _, row in after] == [row.start_ms for _, row in before]
    assert {row.patient for _, row in after} == {ERASED_NAME}
    assert [row.status for _, row in after] == ["scheduled", "cancelled" if cancel else "scheduled"]
    held = "SELECT count(*) FROM agenda_cell WHERE proposal_id IS NOT NULL"
    assert store.run(lambda c: c.exec_driver_sql(held).scalar_one()) == 0
    assert store.run(agenda_violations) == []


@ON_SQLITE
async def test_another_number_within_a_longer_one_is_not_meant(place: Place, store: Store) -> None:
    longer = f"{RITA}7"
    store.take(b.message("oi", who=b.contact(longer)), body(longer, f"oi {CANARY}"))
    done = await erase(place, store)
    assert not any(done.rows.values())
    assert store.run(lambda c: places_of(c, CANARY)) == {"inbox.body"}


@ON_SQLITE
async def test_what_another_patient_wrote_of_a_number_is_that_others(place: Place, store: Store) -> None:
    """Nobody gets a stranger's words by asking for a copy, or has them erased, because their number stands in them."""
    card = {
        "contact": {"displayName": "Rita", "phones": [RITA]},
        "text": {"message": f"é a {RITA}, {JOANAS_WORDS}"},
    }
    told = json.dumps({"phone": JOANA, "connectedPhone": "551133330000", "messageId": "j1", **card})
    store.take(b.message(JOANAS_WORDS, id="j1", who=b.contact(JOANA)), told.encode())
    for number in (KEY, "551133330000"):  # the clinic's own number stands in every body, too
        assert not any(store.run(partial(privacy.gather, whom=number)).values())
    assert len(store.run(partial(privacy.gather, whom=JOANA))["inbox"]) == 1
    done = await erase(place, store)
    assert not any(done.rows.values())
    assert "inbox.body" in store.run(lambda c: places_of(c, JOANAS_WORDS))


@ON_SQLITE
async def test_nothing_is_found_of_nobody(database: Database) -> None:
    done = await erasing.erase(database, "5511900000000", now_ms=0)
    assert (sum(done.rows.values()), done.booked) == (0, 0)


class BrokenOff(Exception):
    """The process ends here."""


class BreaksOff:
    """A database that goes as far as its ``nth`` job, which is done, and no further."""

    def __init__(self, database: Database, nth: int) -> None:
        self._database = database
        self._left = nth

    async def read(self, job: Job[T]) -> T:
        return self._counted(await self._database.read(job))

    async def write(self, job: Job[T], *, urgent: bool = False) -> T:
        return self._counted(await self._database.write(job, urgent=urgent))

    async def reclaim(self, tables: Sequence[str]) -> str | None:
        return self._counted(await self._database.reclaim(tables))

    def _counted(self, done: T) -> T:
        self._left -= 1
        if self._left == 0:
            raise BrokenOff
        return done


@pytest.mark.parametrize("nth", range(1, 11))
async def test_broken_off_anywhere_the_same_again_does_the_rest(place: Place, store: Store, nth: int) -> None:
    write_everything(store)
    database = open_database(place)
    with suppress(BrokenOff):
        await erasing.erase(BreaksOff(database, nth), KEY, now_ms=store.now_ms)  # type: ignore[arg-type]
    await database.close()
    assert store.violations() == []
    await erase(place, store)
    assert store.run(lambda c: places_of(c, *WHO)) == set()


async def test_who_waits_to_become_one_conversation_is_erased_as_one(place: Place, store: Store) -> None:
    """Number and LID turn out to be one person while a reply to the LID's chat is on its way."""
    by_lid = b.contact(None, lid=RITAS_LID, name=f"Rita {CANARY}")
    store.take(b.message(f"oi {CANARY}", who=by_lid), body(f"{RITAS_LID}@lid", CANARY))
    claim = store.claim_when_due()
    assert store.intent(claim, f"Bom dia {CANARY}") is Gate.OPEN
    store.take(b.message(f"e isto {CANARY}", id="m2", who=rita()), body(RITA, CANARY, id="m2"))
    store.take(b.message(f"também {CANARY}", id="m3", who=rita(RITAS_LID)), body(RITA, CANARY, id="m3"))
    assert store.conversation(1).merge_into == 2
    await erase(place, store)
    assert store.run(lambda c: places_of(c, *WHO)) == set()
    # Who writes before the send has closed is somebody new, under the number and under the LID.
    again = store.take(
        b.message("oi de novo", id="m4", who=b.contact(RITA, lid=RITAS_LID)), body(RITA, "oi", id="m4")
    )
    assert again.conversation_id == 3
    assert store.outcome(claim, message_id="r1").ours
    store.take(b.echo(f"Bom dia {CANARY}", id="r1", who=by_lid), body(RITAS_LID, CANARY, id="r1"))
    assert store.run(lambda c: places_of(c, CANARY)) == set()
    assert [one.wake_at_ms is None for one in store.conversations()] == [True, True, False]
    assert store.claim_when_due(3).messages[0].text == "oi de novo"


async def test_a_lid_that_z_api_names_too_late_is_nobodys(place: Place, store: Store) -> None:
    """A turn asked for it, and was taken away before the answer came."""
    store.take(b.message(f"oi {CANARY}", who=rita()))
    store.claim_when_due()
    await erase(place, store)
    store.run(partial(learn, store=store))
    assert store.conversation(1).lid is None
    again = store.take(b.message("oi de novo", id="m2", who=b.contact(RITA, lid=RITAS_LID)))
    assert again.conversation_id == 2


def learn(connection: Connection, store: Store) -> None:
    with session_on(connection) as session:
        contacts.learn_lid(session, 1, RITAS_LID, b.POLICY, store.now_ms)
