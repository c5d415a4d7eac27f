"""A clinic's file with a mistake: the field is named, and what to write."""

import errno
import tomllib
from pathlib import Path

import pytest

from clinic_bot.clinic.facts import ClinicFacts, load_clinic
from clinic_bot.errors import Misconfigured

GOOD = {"name": "Maré", "assistant_name": "Zé", "hours": {"monday": "09:00-12:00"}}
PATH = Path("clinica.toml")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "[hours]\nholiday = [2026-11-20]",
            "hours.holiday: unknown field; did you mean holidays? example.toml",
        ),
        ("[[services]]\nname = 'X'\npreco = 3", "services.1.preco: unknown field; "),
        ("adress = 'Rua'", "adress: unknown field; did you mean address?"),
        ("[whatsap]\nalerts_to = '1'", "whatsap: unknown field; did you mean whatsapp?"),
        ("[[services]]\nname = 'X'\nprice = 'R$ 240'", "services.1.price: is a number; write 240"),
        ("[[services]]\nname = 'X'\nminutes = 'meia hora'", "services.1.minutes: is a whole number"),
        ("[hours]\nholidays = ['Natal']", "hours.holidays.1: is a day; write 2026-11-20"),
        ("[hours]\nyearly_holidays = ['natal']", "hours.yearly_holidays.1: is day/month"),
        ("[hours]\nmonday = 8", 'hours.monday: is a text; write it in quotes, such as "08:00-18:00"'),
        ("[hours]\nmonday = '8 às 18'", "hours.monday: write hours as"),
        ("services = 'Consulta'", "services: is a list of tables; write [[services]], in two brackets"),
        ("[professionals]\nname = 'A'", "professionals: is a list of tables; write [[professionals]]"),
        ("[[insurance]]\nnotes = 'x'", "insurance: is a table; write [insurance], in single brackets"),
        (
            "[[professionals]]\nname = 'A'\nhours = '8h-12h'",
            "professionals.1.hours: is a table; write hours = {",
        ),
        ("[[professionals]]\nname = 'A'\naway = { first = 2027-01-01 }", "write away = [{ ... }]"),
        ("[reminders]\nhours_before = 24", "is a list; write it in brackets: hours_before = [...]"),
        ("[reminders]\nhours_before = [1]", "reminders.hours_before.1: must be 2 or more"),
        ("[[services]]\nname = 'X'\nprice = -1", "services.1.price: must be 0 or more"),
        ("[[services]]\nname = 'X'\nminutes = 1441", "services.1.minutes: must be 1440 or less"),
        (
            "[[services]]\nname = 'X'\naddress = 'Rua'",
            "is no field of services; write it at the top of the file",
        ),
        ("[policies]\nagenda = 3", "is no field of policies; write it as a table of its own"),
        ("[hours]\nsegunda = '8h-18h'", "hours.segunda: unknown field; did you mean monday?"),
        ("[[services]]\nname = 'X'\n'Preço' = 3", "unknown field; did you mean price?"),
        ("endereco = 'Rua'", "endereco: unknown field; did you mean address?"),
        ("[hours]\nmonday = '08:00-24:00'", "hours.monday: there is no such hour: '08:00-24:00'"),
        ("[hours]\nmonday = '8h-12h, 11h-18h'", "one period begins before the other ends"),
        ("[hours]\nyearly_holidays = ['31/02']", "is no day of the year; write day/month"),
        ("[[professionals]]\nname = 'A'\nslots = [2026-10-24]", "slots.1: is a day and an hour"),
        ("[whatsapp]\nalerts_to = 5519930000001", "is a number with country and area code, in quotes"),
        ("timezone = -3", "no such time zone: -3; write one such as America/Sao_Paulo"),
        ("hours = '08:00-18:00'", "hours: is a table; write [hours]"),
        ("[insurance]\naccepted = 'Unimed'", "insurance.accepted: is a list"),
        ("[texts]\nemergency = 'Ligue já'", "texts.emergency: must name 192 (SAMU)"),
        ("[texts]\nemotional_crisis = 'Ligue 192'", "texts.emotional_crisis: must name 188 (CVV)"),
        ("assistant_name = ' '", "assistant_name: is empty; write it"),
        ("[[professionals]]\nspecialty = 'pele'", "professionals.1.name: is missing; write it"),
        (
            "[[professionals]]\nname = 'A'\nslots = ['amanhã']",
            "professionals.1.slots.1: is a day and an hour",
        ),
        (
            "[[professionals]]\nname = 'A'\naway = [{ first = 2027-01-02, last = 2027-01-01 }]",
            "last must not come",
        ),
    ],
)
def test_each_mistake_names_its_field_and_what_to_write(text: str, said: str) -> None:
    data = GOOD | tomllib.loads(text)
    with pytest.raises(Misconfigured) as caught:
        ClinicFacts.read(data, path=PATH)
    assert str(caught.value).startswith(f"clinic file {PATH}: ")
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("name = “Maré”", "line 1, column 8); quotes have to be straight"),
        ("name = 'Maré", "a quote is opened there and not closed"),
        ("name = 'Maré'\nname = 'Mar'", "stands there a second time; keep one of them"),
        ("[hours]\nmonday = ''\n[hours]", "stands there a second time"),
        ("[[services]]\nprice = 100,50", "a number with a point: 240.50"),
        ("[hours]\nholidays = [2026-02-30]", "there is no such day or hour"),
        ('map_url = "C:\\mapa"', "write \\\\ where one \\ is meant"),
        ("name: Maré", 'write name = "value"'),
        ("preço = 3", "fields have English names"),
        ("name = Maré", "texts stand in quotes"),
        ('{"name": "Maré"}', "this is JSON"),
    ],
)
def test_what_is_no_toml_says_where_and_what_to_write(written: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "clinica.toml"
    path.write_text(written, encoding="utf-8")
    with pytest.raises(Misconfigured) as caught:
        load_clinic(path)
    assert said in str(caught.value)


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_an_editor_of_windows_may_write_the_file(ending: str, tmp_path: Path) -> None:
    path = tmp_path / "clinica.toml"
    text = ending.join(("name = 'Maré'", "assistant_name = 'Zé'", "[hours]", "monday = '9h-12h'", ""))
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert load_clinic(path).name == "Maré"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(Misconfigured, match="line 1 is not UTF-8; save the file as UTF-8"):
        load_clinic(path)


def test_all_mistakes_are_told_at_once_and_no_phone_is_quoted() -> None:
    data = GOOD | {"adress": "x", "whatsapp": {"never_answer": ["5511x"], "alerts_to": "tel 5599"}}
    with pytest.raises(Misconfigured) as caught:
        ClinicFacts.read(data, path=PATH)
    said = str(caught.value)
    assert said.count(";") >= 2
    assert "whatsapp.never_answer.1: is a number with country and area code" in said
    assert "whatsapp.alerts_to: is a number" in said
    assert "5511x" not in said
    assert "5599" not in said


def test_a_file_that_may_not_be_read_is_no_file_that_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_arguments: object, **_named: object) -> str:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "read_text", refuse)
    with pytest.raises(
        Misconfigured, match="Permission denied; the user that clinic-bot runs as has to read it"
    ):
        load_clinic(tmp_path / "clinica.toml")


def test_names_are_told_apart_whether_or_not_somebody_has_hours() -> None:
    again = [{"name": "Ana"}, {"name": "Ana"}]
    for kind in ("professionals", "services"):
        with pytest.raises(Misconfigured, match=f"toml: two {kind} are called 'ana'; give each an id"):
            ClinicFacts.read(GOOD | {kind: again}, path=PATH)


def test_an_agenda_that_is_not_clear_says_what_to_change() -> None:
    agenda = {"name": "Ana", "specialty": "pele", "hours": {"monday": "09:00-12:00"}}
    service = {"name": "Consulta de pele", "minutes": 30}
    with pytest.raises(Misconfigured, match="give each an id of its own"):
        ClinicFacts.read(GOOD | {"professionals": [agenda, agenda], "services": [service]}, path=PATH)
    wrong = agenda | {"services": ["Consulta de pele", "Botox"]}
    with pytest.raises(Misconfigured, match="'Botox', which is none of the services"):
        ClinicFacts.read(GOOD | {"professionals": [wrong], "services": [service]}, path=PATH)
