"""What the doctor finds on this machine, each with what to change."""

import re
import shutil
from collections import deque
from pathlib import Path

import pytest
from sqlalchemy import URL
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from clinic_bot.clock import Clock
from clinic_bot.doctor import Mark
from clinic_bot.sandbox.serving import serving
from clinic_bot.store.sqlite import FileInUse, sole_process, writer_engine
from tests.doctor.surgery import EXAMPLE, Surgery, says
from tests.support.fixtures import ON_POSTGRES
from tests.support.ports import free_port
from tests.support.store import url_of

# Settings and clinic file.


async def test_what_is_missing_is_told_together_with_what_else_is_wrong_here(surgery: Surgery) -> None:
    findings = {one.what: one for one in await surgery.all(groq_api_key="", clinic_file=Path("nowhere.toml"))}
    assert says(findings["settings"], Mark.NO, "GROQ_API_KEY")
    assert says(findings["clinic file"], Mark.NO, "nowhere.toml")
    assert findings["database"].mark is Mark.OK
    assert says(findings["Z-API"], Mark.NO, "before the settings are right")
    assert "Groq" not in findings
    assert surgery.pair.zapi.calls == deque()


async def test_one_account_is_looked_at_while_the_other_is_not_there_yet(surgery: Surgery) -> None:
    findings = {one.what: one for one in await surgery.all(zapi_token="")}
    assert says(findings["settings"], Mark.NO, "ZAPI_TOKEN")
    assert findings["Groq"].mark is Mark.OK
    assert surgery.pair.zapi.calls == deque()


@pytest.mark.parametrize("replies", ["written", "composed"])
async def test_whose_words_patients_read_is_told(surgery: Surgery, replies: str) -> None:
    finding = await surgery.one("settings", replies=replies)
    assert says(finding, Mark.OK, f"CLINIC_BOT_REPLIES={replies}")


async def test_without_a_secret_no_webhook_comes_through_a_proxy(surgery: Surgery) -> None:
    finding = await surgery.one("settings", webhook_secret=None)
    assert says(finding, Mark.NO, "CLINIC_BOT_WEBHOOK_SECRET", "16")
    assert (await surgery.one("Z-API", webhook_secret=None)).mark is Mark.OK


async def test_mistakes_of_the_clinic_file_are_told_with_their_place(surgery: Surgery) -> None:
    file = surgery.folder / "clinic.toml"
    file.write_text(EXAMPLE.read_text("utf-8").replace("[hours]", "[horas]"), "utf-8")
    assert says(await surgery.one("clinic file", clinic_file=file), Mark.NO, "clinic.toml", "horas")


@pytest.mark.parametrize(
    ("left_out", "mark", "said"),
    [
        pytest.param("$^", Mark.OK, "books 5 services, professionals: 4", id="nothing left out"),
        pytest.param("minutes = .*", Mark.NO, "Dra. Marta Figueira, Dr. Otávio Serrano", id="no minutes"),
        pytest.param(r"(hours = \{|slots = ).*", Mark.OK, "go to the reception", id="no hours"),
    ],
)
async def test_hours_that_lead_to_no_appointment_are_told(
    surgery: Surgery, left_out: str, mark: Mark, said: str
) -> None:
    """A service without minutes cannot be booked, and its professional's hours would be there for nothing."""
    file = surgery.folder / "clinic.toml"
    file.write_text(re.sub(rf"(?m)^{left_out}$", "", EXAMPLE.read_text("utf-8")), "utf-8")
    assert says(await surgery.one("agenda", clinic_file=file), mark, said)


async def test_a_clinic_that_never_opens_is_told(surgery: Surgery) -> None:
    file = surgery.folder / "clinic.toml"
    file.write_text('name = "Maré"\nassistant_name = "Zé"\n[hours]\nmonday = "fechado"\n', "utf-8")
    assert says(await surgery.one("clinic file", clinic_file=file), Mark.NO, "opens on no day")


async def test_the_examples_facts_are_noticed(surgery: Surgery) -> None:
    assert says(await surgery.one("clinic file"), Mark.LOOK, "the example's name")


async def test_somebody_has_to_be_told_of_an_emergency(surgery: Surgery) -> None:
    finding = await surgery.one("alerts", alert_url=None)
    assert says(finding, Mark.LOOK, "alerts_to", "CLINIC_BOT_ALERT_URL")


# This machine.


async def test_a_database_in_use_is_no_fault(surgery: Surgery) -> None:
    with sole_process(surgery.folder / "clinic.sqlite"):
        assert says(await surgery.one("database"), Mark.OK, "in use", "no tables yet")
        with pytest.raises(FileInUse), sole_process(surgery.folder / "clinic.sqlite"):
            pass


async def test_tables_of_a_newer_version_are_told(surgery: Surgery) -> None:
    engine = writer_engine(surgery.folder / "clinic.sqlite")
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE alembic_version (version_num TEXT)")
        connection.exec_driver_sql("INSERT INTO alembic_version VALUES ('9999')")
        connection.commit()
    engine.dispose()
    assert says(await surgery.one("database"), Mark.NO, "newer version", "install that newer clinic-bot")


@pytest.mark.parametrize(
    ("begins", "said"),
    [
        pytest.param(b"Ana, 11 90000-0001\n", "no SQLite database", id="another file"),
        pytest.param(b"SQLite format 3\0", "restore a backup", id="a damaged one"),
    ],
)
async def test_a_file_that_is_no_database_is_told_and_left_as_it_was(
    surgery: Surgery, begins: bytes, said: str
) -> None:
    file = surgery.folder / "clinic.sqlite"
    file.write_bytes(begins + bytes(range(256)) * 20)
    before = file.read_bytes()
    assert says(await surgery.one("database"), Mark.NO, said, "CLINIC_BOT_DATABASE_URL")
    assert file.read_bytes() == before


async def test_a_folder_that_cannot_be_is_told(surgery: Surgery) -> None:
    (surgery.folder / "file").touch()
    url = f"sqlite:///{surgery.folder / 'file' / 'clinic.sqlite'}"
    assert says(
        await surgery.one("database", database_url=url), Mark.NO, "cannot write", "CLINIC_BOT_DATABASE_URL"
    )
    assert says(await surgery.one("database", database_url="mysql://x"), Mark.NO, "CLINIC_BOT_DATABASE_URL")


@ON_POSTGRES
async def test_a_server_is_looked_at_and_one_that_is_away_is_named_without_its_password(
    place: URL, surgery: Surgery
) -> None:
    there = await surgery.one("database", database_url=url_of(place))
    assert there.mark is Mark.OK
    assert there.says.endswith("tables of this version, clocks agree")
    nobody = "postgresql://ana:senha-secreta@127.0.0.1:1/clinic"
    away = await surgery.one("database", database_url=nobody)
    assert says(away, Mark.NO, "nobody answers at the host and port of CLINIC_BOT_DATABASE_URL")
    assert "senha-secreta" not in away.says


@pytest.mark.parametrize(
    ("free_mb", "mark"),
    [(100, Mark.NO), (1_000, Mark.LOOK), (100_000, Mark.OK)],
    ids=["full", "scarce", "enough"],
)
async def test_room_on_the_disk(
    surgery: Surgery, monkeypatch: pytest.MonkeyPatch, free_mb: int, mark: Mark
) -> None:
    usage = shutil.disk_usage(surgery.folder)._replace(free=free_mb << 20)
    monkeypatch.setattr("clinic_bot.doctor.here.shutil.disk_usage", lambda _path: usage)
    finding = await surgery.one("disk")
    assert says(finding, mark, f"{free_mb:,} MB are free in {surgery.folder}")
    assert ("CLINIC_BOT_DATABASE_URL" in finding.says) is (mark is not Mark.OK)


async def test_a_port_that_somebody_else_has_is_told(surgery: Surgery) -> None:
    async with serving(Starlette()) as other:
        port = int(other.rpartition(":")[2])
        assert says(await surgery.one("port", port=port), Mark.NO, f"127.0.0.1:{port}", "CLINIC_BOT_PORT")


async def test_a_port_that_a_clinic_bot_has_is_no_fault(surgery: Surgery) -> None:
    async def alive(_request: Request) -> Response:
        return JSONResponse({"status": "alive"})

    async with serving(Starlette(routes=[Route("/health/live", alive)])) as ours:
        port = int(ours.rpartition(":")[2])
        assert says(await surgery.one("port", port=port), Mark.OK, "a clinic-bot listens")
    assert says(await surgery.one("port", port=free_port()), Mark.OK, "is free")


@pytest.mark.parametrize(("by_s", "side"), [(95, "ahead of"), (-3_600, "behind")])
async def test_a_clock_that_is_wrong_is_told(surgery: Surgery, by_s: int, side: str) -> None:
    clock = Clock(start_ms=Clock().now_ms() + by_s * 1000)
    assert says(await surgery.one("clock", clock=clock), Mark.NO, side, "NTP")
