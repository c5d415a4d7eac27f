"""The state a scenario begins with, as the records hold it."""

from functools import partial
from pathlib import Path

from sqlalchemy import Connection

from clinic_bot.debounce.window import Timing
from clinic_bot.events import Contact, Said, Speaker
from clinic_bot.store import appointments, history, patients, seed
from clinic_bot.store.appointments import Wanted
from clinic_bot.store.cells import Place
from clinic_bot.store.migrations import migrate
from clinic_bot.store.policy import Policy
from clinic_bot.store.session import session_on
from clinic_bot.store.sqlite import SqliteDatabase
from clinic_bot.store.tables import Conversation, Turn

NOW = 1_790_000_000_000
CONTACT = Contact("INSTANCE", "5511900000001", "551190000001", None)
POLICY = Policy(
    timing=Timing(6_000, 60_000, 12_000),
    human_ms=3_600_000,
    alert_ms=600_000,
    horizon_ms=8 * 86_400_000,
    may_be_emergency=lambda _text: False,
    is_emergency=lambda _texts: False,
    is_listed=lambda _phone_key, _lid: False,
    is_automatic=lambda _text: False,
)


async def test_what_the_bot_said_last_is_history_and_answers_nothing(tmp_path: Path) -> None:
    database = SqliteDatabase(tmp_path / "a.sqlite")
    await database.write(migrate)
    await database.write(
        partial(seed.bot_said, contact=CONTACT, text="Qual prefere?", at_ms=NOW, policy=POLICY)
    )
    look = partial(history.background, conversation_id=1, turn_id=0, since_ms=0, turns=5, quoted=())
    known = await database.read(look)
    (tally,) = await database.read(seed.tally)
    await database.close()
    assert known.said == (Said(Speaker.BOT, "Qual prefere?", NOW),)
    assert (tally.phone, tally.stored, tally.unanswered, tally.turns) == (CONTACT.phone, 0, 0, 1)


async def test_a_person_who_has_the_chat_keeps_it(tmp_path: Path) -> None:
    database = SqliteDatabase(tmp_path / "a.sqlite")
    await database.write(migrate)
    await database.write(partial(seed.person_has_it, contact=CONTACT, at_ms=NOW, policy=POLICY))

    def human_until_ms(connection: object) -> int:
        with session_on(connection) as session:  # type: ignore[arg-type]
            return session.get_one(Conversation, 1).human_until_ms

    until_ms = await database.read(human_until_ms)
    await database.close()
    assert until_ms == NOW + POLICY.human_ms


async def test_what_a_phone_has_booked_before_is_an_appointment_like_any_other(tmp_path: Path) -> None:
    database = SqliteDatabase(tmp_path / "a.sqlite")
    await database.write(migrate)
    names = [("Bento Reis", "bento reis"), ("Alice Reis", "alice reis")]
    who = await database.write(partial(seed.knows, contact=CONTACT, names=names, at_ms=NOW, policy=POLICY))
    place = Place(CONTACT.instance, "ana", NOW + 3_600_000, NOW + 5_400_000)
    wanted = Wanted("Alice Reis", "alice reis", "derma", place)
    job = partial(seed.has_booked, contact=CONTACT, wanted=wanted, at_ms=NOW, policy=POLICY)
    booked, again = await database.write(job), await database.write(job)
    (row,) = await database.read(partial(appointments.upcoming, who=who, now_ms=NOW))
    known = await database.read(partial(patients.of, who=who))
    await database.close()
    assert booked == again == row.id
    assert [one.name for one in known] == ["Bento Reis", "Alice Reis"]
    assert row.patient == "Alice Reis"


async def test_what_is_said_again_to_who_was_just_handed_over_opens_no_second_hand_over(
    tmp_path: Path,
) -> None:
    database = SqliteDatabase(tmp_path / "a.sqlite")
    await database.write(migrate)
    for n, reason in enumerate(("emergência", "emergência", None, "quer uma pessoa")):
        say = partial(seed.bot_said, contact=CONTACT, text="oi", at_ms=NOW + n, policy=POLICY)
        await database.write(say)

        def mark(connection: Connection, number: int = n + 1, why: str | None = reason) -> None:
            with session_on(connection) as session:
                session.get_one(Turn, number).hand_over = why

        await database.write(mark)
    (tally,) = await database.read(seed.tally)
    await database.close()
    assert (tally.turns, tally.hand_overs) == (4, 2)
