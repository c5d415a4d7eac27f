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
    assert (
        said
        == "Marcada a consulta 1: qui 24/09/2026 15:00, Consulta de clínica geral, Dra. Marta Figueira.\n"
    )
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
    assert "esse horário não está livre\n" in again.stderr
    assert len(store.conversations()) == 2  # the attempt left none
    listed = reception.said("agenda", "list")
    assert "Rita" not in listed
    assert "55119*****001" in listed
    assert "Rita Lima Souza" in reception.said("agenda", "list", "--full")
    moved = reception.said("agenda", "move", "1", "sexta 9h")
    assert (
        moved
        == "Consulta 1 remarcada: sex 25/09/2026 09:00, Consulta de clínica geral, Dra. Marta Figueira. "
        "Avise o paciente.\n"
    )
    reception.said("agenda", "book", "quinta 15h", *ARGUMENTS)
    taken_again = reception.run("agenda", "move", "1", "quinta 14:50")
    assert (taken_again.exit_code, "não está livre" in taken_again.stderr) == (1, True)
    number = reception.json("agenda", "list", "quinta", "--days", "1")["appointments"][0]["id"]
    reception.said("agenda", "cancel", str(number))
    assert reception.said("agenda", "cancel", "1").endswith("Avise o paciente.\n")
    assert reception.said("agenda", "list") == "Nada marcado nem bloqueado nesse período.\n"
    assert reception.json("agenda", "list", "--cancelled")["appointments"][0]["status"] == "cancelled"
    assert store.run(agenda_violations) == []


def test_a_block_shows_what_is_booked_in_it_and_leaves_it(reception: Terminal, store: Store) -> None:
    reception.said("agenda", "book", "2026-09-24 15:00", *ARGUMENTS)
    met = reception.run("agenda", "block", "quinta", "--reason", "congresso")
    assert met.exit_code == 1
    assert "R. L. S." in met.stdout
    assert "nesse horário há 1 consulta marcada" in met.stderr
    assert "(número 1): de qui 24/09/2026 a sex 25/09/2026, os dias todos" in reception.said(
        "agenda", "block", "quinta", "--until", "sexta", "-p", "Otávio"
    )
    said = reception.said("agenda", "block", "quinta", "--reason", "[red]congresso", "--keep-booked")
    assert "(número 2): qui 24/09/2026, o dia todo.\nContinua como está: 1 consulta marcada." in said
    listed = reception.said("agenda", "list")
    assert "[red]congresso" in listed
    assert "qui 24/09/2026 15:00 - 15:30" in listed
    refused = reception.run("agenda", "book", "2026-09-24 16:00", *ARGUMENTS)
    assert (refused.exit_code, "congresso" in refused.stdout) == (1, True)
    assert reception.said("agenda", "unblock", "2") == "O bloqueio 2 foi retirado.\n"
    assert "Marcada a consulta" in reception.said("agenda", "book", "2026-09-24 16:00", *ARGUMENTS)
    assert reception.run("agenda", "unblock", "2").stderr == "clinic-bot: não há bloqueio 2\n"
    lunch = reception.said("agenda", "block", "sexta 12h", "--until", "13:30", "-p", "marta")
    assert "sex 25/09/2026 12:00 - 13:30" in lunch


@ON_SQLITE
@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("block", "um dia"), "que dia é"),
        (("block", "quinta 12h"), "até quando?"),
        (("block", "quinta ou sexta"), "mais de um momento"),
        (("block", "quinta", "--until", "quarta dia 23"), "o fim vem antes"),
        (("block", "21/08"), "já passou"),
        (("block", "quinta", "-p", "Fulano"), "qual profissional? Dra. Marta Figueira (marta)"),
        (("book", "quinta", *ARGUMENTS), "Escreva dia e hora"),
        (("book", "hoje 8h", *ARGUMENTS), "esse horário já passou"),
        (("book", "quinta 15h", *ARGUMENTS[:4], "--patient", "Rita"), "nome completo"),
        (("book", "quinta 15h", *ARGUMENTS, "--phone", "8765"), "não é de uma pessoa"),
        (("book", "quinta 15h", "-s", "consulta", *ARGUMENTS[2:]), "qual serviço?"),
        (("cancel", "7"), "não há consulta 7"),
        (("correct", "7"), "o que está errado?"),
        (("correct", "7", "--patient", "Rita"), "nome completo"),
        (("correct", "7", "--born", "03/05/2019"), "não há consulta 7"),
        (("phone", "7", RITA), "não há consulta 7"),
        (("phone", "7", "8765-0001"), "não é de uma pessoa"),
        (("move", "7", "sexta 9h"), "não há consulta 7 que esteja marcada"),
    ],
    ids=str,
)
def test_what_is_not_clear_is_asked(reception: Terminal, asked: tuple[str, ...], said: str) -> None:
    result = reception.run("agenda", *asked)
    assert result.exit_code == 1, result.output
    assert said in result.stderr


@ON_SQLITE
def test_a_day_that_is_named_is_shown_alone_and_without_one_the_week(
    reception: Terminal, store: Store
) -> None:
    for when in ("hoje 16h", "quinta 15h"):
        reception.said("agenda", "book", when, *ARGUMENTS)
    assert len(reception.json("agenda", "list")["appointments"]) == 2
    (today,) = reception.json("agenda", "list", "hoje")["appointments"]
    assert today["start"] == "2026-09-21T16:00-03:00"
    assert len(reception.json("agenda", "list", "hoje", "--days", "4")["appointments"]) == 2
    assert "marcada" in reception.said("agenda", "list", "hoje")


def test_a_child_is_shown_with_who_answers_for_it(reception: Terminal, store: Store) -> None:
    store.take(b.message(who=b.contact(name="Ana Souza")))
    for hour, born in (("15h", "03/05/2019"), ("16h", "1980-01-02"), ("17h", "03/05/2019")):
        reception.said(
            "agenda", "book", f"quinta {hour}", *ARGUMENTS, "--phone", "11 8765-0001", "--born", born
        )
    listed = reception.said("agenda", "list", "--full")
    assert listed.count("(nasc. 03/05/2019; menor, responsável: Ana Souza)") == 2
    assert "(nasc. 02/01/1980)" in listed
    assert store.count("patient") == 2
    assert [one.phone for one in store.conversations()] == [b.PHONE]  # as her WhatsApp spells it


def test_a_booking_without_a_phone_gets_one(reception: Terminal, store: Store) -> None:
    said = reception.said("agenda", "book", "quinta 15h", *ARGUMENTS)
    assert "Sem telefone ninguém é lembrado dela: clinic-bot agenda phone 1 TELEFONE" in said
    assert reception.said("agenda", "phone", "1", RITA) == "A consulta 1 agora é do telefone 55119*****001.\n"
    assert "55119*****001" in reception.said("agenda", "list")
    # A chat that WhatsApp knows without a number is named as `reception --full` shows it.
    store.take(b.message(who=b.contact(None, lid="90210000000007")))
    reception.said("agenda", "phone", "1", "90210000000007@lid")
    reception.said("agenda", "book", "quinta 16h", *ARGUMENTS, "--phone", "90210000000007@lid")
    assert [one.lid for one in store.conversations() if one.lid] == ["90210000000007"]
    assert store.count("patient") == 1


def test_of_two_namesakes_on_one_phone_the_reception_says_which(reception: Terminal, store: Store) -> None:
    for hour, born in (("15h", "03/05/2019"), ("16h", "1980-01-02")):
        reception.said("agenda", "book", f"quinta {hour}", *ARGUMENTS, "--phone", RITA, "--born", born)
    refused = reception.run("agenda", "book", "quinta 17h", *ARGUMENTS, "--phone", RITA)
    assert (refused.exit_code, "há 2 pacientes com esse nome nesse telefone" in refused.stderr) == (1, True)
    reception.said("agenda", "book", "quinta 17h", *ARGUMENTS)
    refused = reception.run("agenda", "phone", "3", RITA)
    assert (refused.exit_code, "há 2 pacientes com esse nome nesse telefone" in refused.stderr) == (1, True)
    reception.said("agenda", "phone", "3", RITA, "--born", "03/05/2019")
    assert reception.said("agenda", "list", "--full").count("(nasc. 03/05/2019") == 2


def test_what_is_wrong_of_a_patient_is_put_right(reception: Terminal, store: Store) -> None:
    """A right of theirs, too (LGPD, art. 18, III)."""
    reception.said("agenda", "book", "quinta 15h", *ARGUMENTS, "--phone", RITA)
    said = reception.said("agenda", "correct", "1", "--patient", "Rita Lima Sousa", "--born", "02/01/1980")
    assert said == "Corrigido. Consultas desse paciente: 1.\n"
    assert "Rita Lima Sousa (nasc. 02/01/1980)" in reception.said("agenda", "list", "--full")
    reception.said("patient", "erase", RITA, "--yes")
    refused = reception.run("agenda", "correct", "1", "--patient", "Rita Lima Sousa")
    assert (refused.exit_code, "foram apagados" in refused.stderr) == (1, True)
