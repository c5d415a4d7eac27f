"""A patient of whom everything is kept that can be kept, and where in a database a text stands."""

import json
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Connection, LargeBinary, String, func, select, update
from sqlmodel import SQLModel

from clinic_bot.clinic.spelling import name_key
from clinic_bot.events import Contact, Edit
from clinic_bot.intake import keys
from clinic_bot.store import appointments, inbox, notices, patients, proposals
from clinic_bot.store.appointments import Wanted
from clinic_bot.store.clinic_tables import Action
from clinic_bot.store.personal import HELD, Fate
from clinic_bot.store.privacy import table_of
from tests.support import builders as b
from tests.support.agenda import MINUTE_MS, place
from tests.support.clock import START_MS
from tests.support.store import Store

#: Stands in everything that Rita wrote and was told, and nowhere else.
CANARY = "canarioxqz"
RITA, RITAS_LID = "5511987650001", "90210000000007"
#: Of whom nothing may be lost when Rita is erased.
JOANA = "5511987650002"
JOANAS_WORDS = "sou a Joana e fico"
DAY_MS = 86_400_000


def body(phone: str, words: str, *, id: str = "m1") -> bytes:
    return json.dumps({"phone": phone, "messageId": id, "text": {"message": words}}).encode()


def rita(lid: str | None = None) -> Contact:
    return b.contact(RITA, lid=lid, name=f"Rita {CANARY}")


def much(connection: Connection) -> None:
    """So much of both that pages were split and texts replaced: what that leaves stands in room that nobody uses."""
    for n in range(300):
        hers = b.message(f"{n} {CANARY} " * 20, id=f"n{n}", who=rita())
        others = b.message(JOANAS_WORDS, id=f"k{n}", who=b.contact(JOANA))
        edited = b.edit("nada", of=f"n{n}", who=rita())
        for event, sent in (
            (hers, body(RITA, CANARY * 30)),
            (others, body(JOANA, "oi")),
            (edited, body(RITA, "a")),
        ):
            if event is not edited or n % 7 == 0:
                inbox.take_in(connection, event, sent, START_MS + n, b.POLICY)


def early() -> Edit:
    """An edit whose message has not come, under a key as intake builds it."""
    event = b.edit(f"cedo {CANARY}", of="m9", who=rita())
    return replace(event, key=keys.edit(b.INSTANCE, event.target_id, None, event.content.text))


def write_everything(store: Store) -> None:
    """Rita, with rows in every table that can hold something of hers, and Joana."""
    store.take(b.message(f"oi {CANARY}", who=rita()), body(RITA, CANARY))
    # Her chat as the clinic's phone knows it, a conversation of its own until both are seen to be one.
    by_lid = b.contact(None, lid=RITAS_LID, name=f"Rita {CANARY}")
    store.take(b.message(f"e isto {CANARY}", id="m2", who=by_lid), body(f"{RITAS_LID}@lid", CANARY, id="m2"))
    store.take(b.message(f"também {CANARY}", id="m3", who=rita(RITAS_LID)), body(RITA, CANARY, id="m3"))
    store.take(early(), body(RITA, CANARY, id="m9"))
    store.take(b.message(JOANAS_WORDS, id="j1", who=b.contact(JOANA)), body(JOANA, JOANAS_WORDS, id="j1"))
    claim = store.claim_when_due()
    store.intent(claim, f"Bom dia! {CANARY}", hand_over=f"pediu {CANARY}")
    store.outcome(claim, message_id="r1")
    store.run(lambda c: _records(c, store, claim.conversation_id))
    store.run(_fill)


def _records(connection: Connection, store: Store, conversation_id: int) -> None:
    now_ms, who = store.now_ms, patients.owner(connection, conversation_id)
    for days, service in ((-3, "ontem"), (3, "dermato")):
        name = f"Rita {CANARY}"
        wanted = Wanted(name, name_key(name), service, place(now_ms + days * DAY_MS))
        assert appointments.book(connection, who, wanted, now_ms=now_ms, turn_id=1)
    asked = Wanted(f"Rita {CANARY}", "rita", "dermato", place(now_ms + 4 * DAY_MS))
    held = {"appointment_id": None, "turn_id": 1, "now_ms": now_ms, "held_until_ms": now_ms + 15 * MINUTE_MS}
    assert proposals.propose(connection, who, Action.BOOK, asked, **held)  # type: ignore[arg-type]
    for text in (f"lembrete {CANARY}", "Possível emergência no chat 55119*****001."):
        notices.add(connection, kind="reminder", text=text, now_ms=now_ms)
    table = table_of("notice")
    mine = table.c.text.contains(CANARY)
    connection.execute(update(table).where(mine).values(conversation_id=conversation_id))
    inbox.keep_unreadable(connection, body(RITA, CANARY), "not JSON", now_ms)
    inbox.keep_unreadable(connection, body(JOANA, JOANAS_WORDS), "not JSON", now_ms)
    turn = {"turn_id": 1, "n": 1, "tool": "x", "arguments": CANARY, "result": CANARY, "state": "done"}
    connection.execute(table_of("step").insert().values(turn))
    old = {"key": f"i:receipt:r1:READ:{RITA}", "received_ms": now_ms, "outcome": "queued", "body": b"{}"}
    connection.execute(table_of("inbox").insert().values(old))


_JSON = json.dumps([CANARY])
#: Rows of Rita by something that is no text to be overwritten.
_HERS = {"notice": "conversation_id IS NOT NULL", "unreadable": "id = 1", "early_change": "target_id = 'm9'"}


def _fill(connection: Connection) -> None:
    """The canary in every other column that erasing empties: a column that is forgotten shows."""
    for name, held in HELD.items():
        table = table_of(name)
        for column, what in held.columns.items():
            is_text = isinstance(table.c[column].type, String)
            if what.fate is Fate.EMPTIED and is_text and column not in ("phone", "phone_key", "lid"):
                whose = _HERS.get(name) or {"id": "id IN (1, 2)", "turn_id": "turn_id = 1"}.get(
                    held.whose, "conversation_id IN (1, 2)"
                )
                connection.exec_driver_sql(f"UPDATE {name} SET {column} = '{_JSON}' WHERE {whose}")


def places_of(connection: Connection, *words: str) -> set[str]:
    """The columns of any table, known here or not, in which one of these stands."""
    return {
        f"{table.name}.{column.name}"
        for table in SQLModel.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, String | LargeBinary)
        for (value,) in connection.execute(select(column).where(func.length(column) > 0))
        if any(
            word in (value if isinstance(value, str) else bytes(value).decode(errors="replace"))
            for word in words
        )
    }


def stands_in_files(place: Path, *words: str) -> set[str]:
    """The words that can be read in the bytes of the files."""
    held = b"".join(
        file.read_bytes()
        for file in place.parent.iterdir()
        if file.name.startswith(place.name) and file.is_file()
    )
    return {word for word in words if word.encode() in held}
