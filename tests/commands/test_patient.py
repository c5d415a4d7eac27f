"""``clinic-bot patient``."""

import io
import json
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from clinic_bot.clinic.privacy import exported
from clinic_bot.commands import patient
from clinic_bot.store import sqlite
from clinic_bot.store.personal import HELD, Fate
from tests.commands.terminal import Terminal
from tests.support import builders as b
from tests.support.fixtures import ON_SQLITE
from tests.support.personal import CANARY, JOANA, JOANAS_WORDS, RITA, RITAS_LID, places_of, write_everything
from tests.support.store import Store

WRITTEN = "+55 (11) 8765-0001"  # without the ninth digit


def test_the_copy_has_everything_and_nothing_of_others(
    terminal: Terminal, store: Store, tmp_path: Path
) -> None:
    write_everything(store)
    told = json.loads(terminal.said("patient", "export", WRITTEN))
    assert told["formato"] == "clinic_bot-export-1"
    assert told["telefone"] == "551187650001"
    assert [one["texto"] for one in told["mensagens"]] == [json.dumps([CANARY])] * 3
    assert told["consultas"][0]["inicio"].endswith("-03:00")
    assert told["recebido_do_whatsapp"][0]["conteudo"]["text"] == {"message": CANARY}
    for held in HELD.values():
        hers = [
            column.label for column in held.columns.values() if column.fate is not Fate.STAYS and column.label
        ]
        assert all(any(label in row for row in told[held.section]) for label in hers), held.section
    text = json.dumps(told, ensure_ascii=False)
    assert JOANAS_WORDS not in text
    assert JOANA not in text
    output = tmp_path / "rita.json"
    said = terminal.said("patient", "export", WRITTEN, "--output", str(output))
    assert f"about 5511*****001 are in {output}" in said
    assert output.stat().st_mode & 0o777 == 0o600
    assert json.loads(output.read_text())["mensagens"] == told["mensagens"]
    again = terminal.run("patient", "export", WRITTEN, "-o", str(output))
    assert (again.exit_code, "File exists" in again.stderr) == (1, True)


def test_a_number_that_nobody_has_is_said_to_be_none(terminal: Terminal, store: Store) -> None:
    store.take(b.message())
    result = terminal.run("patient", "export", "11 98888-7777")
    assert result.exit_code == 0
    assert "nothing is kept about" in result.stderr
    assert "98888" not in result.stderr
    assert "nothing is kept" not in terminal.run("patient", "export", b.PHONE).stderr


def test_every_column_is_in_the_copy_or_said_not_to_be(terminal: Terminal, store: Store) -> None:
    """One of the two, so that nothing that is kept of a patient is passed over in silence."""
    told = json.loads(terminal.said("patient", "export", WRITTEN))
    untold = {column for one in told["fora_da_copia"] for column in one["campos"] if one["porque"]}
    assert len({held.section for held in HELD.values()}) == len(HELD)
    for name, held in HELD.items():
        assert held.section in told
        row = dict.fromkeys(held.columns, "1")
        labels = exported(held.labels, row, ZoneInfo("America/Sao_Paulo"))
        left_out = {column for column in held.columns if f"{name}.{column}" in untold}
        assert len(labels) == len(held.columns) - len(left_out), f"two columns of {name} have one label"
        assert {column for column, what in held.columns.items() if not what.label} == left_out
    # What is a patient's own is left out only where the same stands beside it, or where it is no word of anybody's.
    own = {f"{name}.{column}" for name, held in HELD.items() for column, what in held.columns.items()
           if what.fate is not Fate.STAYS}  # fmt: skip
    assert own & untold == {
        "conversation.phone_key", "patient.name_key", "proposal.patient_key", "message.media_owner",
    }  # fmt: skip


@ON_SQLITE
@pytest.mark.parametrize(
    "fault", [OSError(28, "No space left on device"), KeyboardInterrupt()], ids=["full", "Ctrl-C"]
)
def test_half_a_copy_is_not_left(
    terminal: Terminal, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: BaseException
) -> None:
    class Broken(io.StringIO):
        def write(self, _text: str) -> int:
            raise fault

    monkeypatch.setattr(patient, "open", lambda *_given, **_more: Broken(), raising=False)
    output = tmp_path / "rita.json"
    assert terminal.run("patient", "export", WRITTEN, "--output", str(output)).exit_code != 0
    assert not output.exists()


def test_it_asks_and_erases_and_names_nobody(terminal: Terminal, store: Store) -> None:
    write_everything(store)
    terminal.environment["CLINIC_BOT_SANDBOX_CLOCK"] = "2026-09-21T11:13:00-03:00"
    refused = terminal.run("patient", "erase", WRITTEN, typed="n\n")
    assert refused.exit_code == 1
    assert "stays booked, without a name" in refused.stdout
    assert store.run(lambda c: places_of(c, CANARY))
    said = terminal.run("patient", "erase", WRITTEN, "--cancel", typed="y\n")
    assert said.exit_code == 0, said.output
    assert "1 appointments still to come were cancelled." in said.stdout
    assert "Backups made before keep it" in said.stdout
    assert store.run(lambda c: places_of(c, CANARY, RITA, RITAS_LID)) == set()
    for word in (CANARY, RITA, "551187650001", RITAS_LID):
        assert word not in refused.output + said.output
    assert (
        "About 5511*****001 there are: no rows."
        in terminal.run("patient", "erase", WRITTEN, typed="n").output
    )


@ON_SQLITE
def test_a_file_too_large_to_be_written_anew_is_said_to_be(
    terminal: Terminal, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.take(b.message(CANARY))
    monkeypatch.setattr(sqlite, "REWRITE_BYTES", 0)
    said = terminal.said("patient", "erase", WRITTEN, "--yes")
    assert "But the file has 0 MiB, too many to be written anew" in said
    assert store.run(lambda c: places_of(c, CANARY)) == set()


@ON_SQLITE
@pytest.mark.parametrize("command", ["export", "erase"])
@pytest.mark.parametrize("number", ["8765-0001", "ninguém", "5511987650001-group@g.us"])
def test_what_is_no_persons_number_is_refused(terminal: Terminal, command: str, number: str) -> None:
    result = terminal.run("patient", command, number)
    assert (result.exit_code, "no number of a person" in result.stderr) == (1, True)


# Who has no phone here.

DESK = (
    "agenda",
    "book",
    "--service",
    "clínica geral",
    "--professional",
    "marta",
    "--patient",
    "Rita Lima Souza",
)


@pytest.fixture
def reception(terminal: Terminal) -> Terminal:
    terminal.environment["CLINIC_BOT_SANDBOX_CLOCK"] = "2026-09-21T11:13:00-03:00"
    return terminal


def test_who_was_booked_without_a_phone_is_exported_and_erased_by_the_booking(
    reception: Terminal, store: Store
) -> None:
    reception.said(*DESK, "quinta 15h", "--born", "02/01/1980")
    reception.said(*DESK, "quinta 16h", "--born", "03/05/2019")
    told = json.loads(reception.said("patient", "export", "--booking", "1"))
    assert told["consultas_sem_telefone"] == [1]
    assert "sobre estas consultas, marcadas pela recepção sem telefone" in told["sobre"]
    assert [(one["nome"], one["nascimento"]) for one in told["pacientes"]] == [
        ("Rita Lima Souza", "1980-01-02")
    ]
    assert len(told["consultas"]) == 1
    asked = reception.run("patient", "erase", "--booking", "1", typed="n\n")
    assert (
        "1: 2026-09-24 15:00 Consulta de clínica geral, Dra. Marta Figueira, born 1980-01-02\n"
        in asked.stdout
    )
    said = reception.said("patient", "erase", "--booking", "1", "--cancel", typed="y\n")
    assert "Erased: what was kept about appointment 1." in said
    assert store.run(lambda c: places_of(c, "1980-01-02")) == set()
    assert store.run(lambda c: places_of(c, "2019-05-03")) == {"patient.born"}
    again = reception.run("patient", "erase", "--booking", "1", "--yes")
    assert (again.exit_code, "its patient was erased" in again.stderr) == (1, True)
    assert "não recebe mais telefone" in reception.run("agenda", "phone", "1", WRITTEN).stderr


def test_a_name_finds_all_that_was_booked_without_a_phone_and_nothing_else(
    reception: Terminal, store: Store
) -> None:
    for hour, more in (("14h", ()), ("15h", ()), ("16h", ("--phone", WRITTEN))):
        reception.said(*DESK, f"quinta {hour}", *more)
    told = json.loads(reception.said("patient", "export", "--name", "rita LIMA souza"))
    assert told["consultas_sem_telefone"] == [1, 2]
    reception.said(*DESK, "quinta 17h", "--born", "02/01/1980")
    unclear = reception.run("patient", "erase", "--name", "Rita Lima Souza", "--yes")
    assert (unclear.exit_code, "(1980-01-02, without a birth date): give --born" in unclear.stderr) == (
        1,
        True,
    )
    reception.said("patient", "erase", "--name", "Rita Lima Souza", "--born", "1980-01-02", "--yes")
    reception.said("patient", "erase", "--name", "Rita Lima Souza", "--yes")
    assert store.count("patient") == 4
    assert reception.said("agenda", "list", "--full").count("Rita Lima Souza") == 1
    with_phone = reception.run("patient", "erase", "--booking", "3", "--yes")
    assert (with_phone.exit_code, "is by 5511*****001: give that number" in with_phone.stderr) == (1, True)


def test_a_phone_that_speaks_for_several_is_said_to(reception: Terminal, store: Store) -> None:
    for hour, name in (("15h", "Ana Souza"), ("16h", "Bia Souza")):
        reception.said(*DESK[:-1], name, f"quinta {hour}", "--phone", WRITTEN)
    asked = reception.run("patient", "erase", WRITTEN, typed="n\n").stdout
    assert "This phone speaks for 2 patients: what is kept about all of them is erased." in asked
    assert store.run(lambda c: places_of(c, "Bia Souza")) == {"patient.name"}


@ON_SQLITE
@pytest.mark.parametrize(
    ("given", "said"),
    [
        ((), "by a number, by --booking, or by --name"),
        ((WRITTEN, "--booking", "1"), "one of them"),
        ((WRITTEN, "--born", "1980-01-02"), "--born goes with --name"),
        (("--booking", "7"), "there is no appointment 7"),
        (("--name", "Rita Lima"), "nobody of that name was booked without a phone"),
        (("--name", "Rita Lima", "--born", "ontem"), "is no birth date"),
    ],
    ids=str,
)
def test_who_is_not_said_clearly_is_asked_for(reception: Terminal, given: tuple[str, ...], said: str) -> None:
    result = reception.run("patient", "erase", *given, "--yes")
    assert (result.exit_code, said in result.stderr) == (1, True)
