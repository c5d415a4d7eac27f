"""``clinic-bot patient``."""

import json
from pathlib import Path

import pytest

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
