"""``clinic-bot agenda``, with the example clinic, seen from Monday, 21 September 2026, 11:13."""

import pytest

from clinic_bot.store import appointments, patients
from tests.commands.terminal import Terminal
from tests.support import builders as b
from tests.support.agenda import agenda_violations, place, wanted
from tests.support.fixtures import ON_SQLITE
from tests.support.store import Store

NOW = "2026-09-21T11:13:00-03:00"
RITA = "+55 (11) 98765-0001"
ARGUMENTS = ("--service", "clínica geral", "--professional", "marta", "--patient", "Rita Lima Souza")


@pytest.fixture
def reception(terminal: Terminal) -> Terminal:
    terminal.environment["CLINIC_BOT_SANDBOX_CLOCK"] = NOW
    return terminal


def test_what_is_booked_at_the_desk_is_the_patients_in_the_chat(reception: Terminal, store: Store) -> None:
    said = reception.said("agenda", "book", "quinta 15h", *ARGUMENTS, "--phone", RITA)
    assert said == "Booked as 1: 2026-09-24 15:00, Consulta de clínica geral, Dra. Marta Figueira.\n"
    taken = store.take(b.message("que dia é minha consulta?"))
    assert taken.conversation_id is not None
    who = store.run(lambda c: patients.owner(c, taken.conversation_id or 0))
    (hers,) = store.run(lambda c: appointments.upcoming(c, who, now_ms=store.now_ms))
    assert (hers.patient, hers.number, hers.end_ms - hers.start_ms) == ("Rita Lima Souza", 1, 30 * 60_000)
    # Nobody has that time any more: another patient's turn no more than the desk.
    other = store.take(b.message(id="m2", who=b.contact("5511987650002"))).conversation_id
    asked = wanted(place(hers.start_ms, professional="marta"))
    refused = store.run(
        lambda c: appointments.book(c, patients.owner(c, other or 0), asked, now_ms=store.now_ms, turn_id=1)
    )
    assert refused is None
    again = reception.run("agenda", "book", "24/09 15:10", *ARGUMENTS)
    assert again.exit_code == 1
    assert "R. L. S." in again.stdout
    assert "that time cannot be had\n" in again.stderr
    assert len(store.conversations()) == 2  # the attempt left none
    listed = reception.said("agenda", "list")
    assert "Rita" not in listed
    assert "55119*****001" in listed
    assert "Rita Lima Souza" in reception.said("agenda", "list", "hoje", "--full")
    moved = reception.said("agenda", "move", "1", "sexta 9h")
    assert (
        moved
        == "Moved 1: 2026-09-25 09:00, Consulta de clínica geral, Dra. Marta Figueira. Tell the patient.\n"
    )
    reception.said("agenda", "book", "quinta 15h", *ARGUMENTS)
    taken_again = reception.run("agenda", "move", "1", "quinta 14:50")
    assert (taken_again.exit_code, "cannot be had" in taken_again.stderr) == (1, True)
    number = reception.json("agenda", "list", "quinta", "--days", "1")["appointments"][0]["id"]
    reception.said("agenda", "cancel", str(number))
    assert reception.said("agenda", "cancel", "1").endswith("Tell the patient.\n")
    assert reception.said("agenda", "list") == "Nothing is booked or blocked then.\n"
    assert reception.json("agenda", "list", "--cancelled")["appointments"][0]["status"] == "cancelled"
    assert store.run(agenda_violations) == []


def test_a_block_shows_what_is_booked_in_it_and_leaves_it(reception: Terminal, store: Store) -> None:
    reception.said("agenda", "book", "2026-09-24 15:00", *ARGUMENTS)
    met = reception.run("agenda", "block", "quinta", "--reason", "congresso")
    assert met.exit_code == 1
    assert "R. L. S." in met.stdout
    assert "1 appointments stand in that time" in met.stderr
    assert "Blocked as 1" in reception.said("agenda", "block", "quinta", "--until", "sexta", "-p", "Otávio")
    said = reception.said("agenda", "block", "quinta", "--reason", "[red]congresso", "--keep-booked")
    assert "Blocked as 2: 2026-09-24 00:00 to 2026-09-25 00:00.\n1 appointments in it stay booked." in said
    listed = reception.said("agenda", "list")
    assert "[red]congresso" in listed
    assert "2026-09-24 15:00 - 15:30" in listed
    refused = reception.run("agenda", "book", "2026-09-24 16:00", *ARGUMENTS)
    assert (refused.exit_code, "congresso" in refused.stdout) == (1, True)
    assert reception.said("agenda", "unblock", "2") == "Block 2 is gone.\n"
    assert "Booked as" in reception.said("agenda", "book", "2026-09-24 16:00", *ARGUMENTS)
    assert reception.run("agenda", "unblock", "2").stderr == "clinic-bot: there is no block 2\n"
    lunch = reception.said("agenda", "block", "sexta 12h", "--until", "13:30", "-p", "marta")
    assert "2026-09-25 12:00 to 2026-09-25 13:30" in lunch


@ON_SQLITE
@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("block", "um dia"), "which day"),
        (("block", "quinta 12h"), "until when?"),
        (("block", "quinta ou sexta"), "more than one moment"),
        (("block", "quinta", "--until", "quarta dia 23"), "ends before it begins"),
        (("block", "21/08"), "já passou"),
        (("block", "quinta", "-p", "Fulano"), "which professional? Dra. Marta Figueira (marta)"),
        (("book", "quinta", *ARGUMENTS), "Write day and hour"),
        (("book", "hoje 8h", *ARGUMENTS), "that time is over"),
        (("book", "quinta 15h", *ARGUMENTS[:4], "--patient", "Rita"), "full name"),
        (("book", "quinta 15h", *ARGUMENTS, "--phone", "8765"), "no number of a person"),
        (("book", "quinta 15h", "-s", "consulta", *ARGUMENTS[2:]), "which service?"),
        (("cancel", "7"), "there is no appointment 7"),
        (("move", "7", "sexta 9h"), "there is no appointment 7 that stands"),
    ],
    ids=str,
)
def test_what_is_not_clear_is_asked(reception: Terminal, asked: tuple[str, ...], said: str) -> None:
    result = reception.run("agenda", *asked)
    assert result.exit_code == 1, result.output
    assert said in result.stderr


def test_a_child_is_shown_with_who_answers_for_it(reception: Terminal, store: Store) -> None:
    store.take(b.message(who=b.contact(name="Ana Souza")))
    for hour, born in (("15h", "03/05/2019"), ("16h", "1980-01-02"), ("17h", "03/05/2019")):
        reception.said(
            "agenda", "book", f"quinta {hour}", *ARGUMENTS, "--phone", "11 8765-0001", "--born", born
        )
    listed = reception.said("agenda", "list", "--full")
    assert listed.count("(born 2019-05-03; minor, guardian: Ana Souza)") == 2
    assert "(born 1980-01-02)" in listed
    assert store.count("patient") == 2
    assert [one.phone for one in store.conversations()] == [b.PHONE]  # as her WhatsApp spells it
