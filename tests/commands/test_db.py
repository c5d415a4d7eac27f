"""``clinic-bot db copy``."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL, Connection

from clinic_bot.errors import Misconfigured
from clinic_bot.store.postgres import PostgresDatabase
from clinic_bot.store.sqlite import sole_process
from tests.commands.terminal import Terminal
from tests.support import builders as b
from tests.support.locks import held, waiting
from tests.support.postgres import Server
from tests.support.process import started
from tests.support.store import Store
from tests.support.waiting import until_async

PASSWORD = "a-password-of-the-tests"


@pytest.fixture
def place(database_file: Path) -> Path:
    """Of the terminal: a clinic is copied from its file."""
    return database_file


@pytest.fixture
def url(postgres_server: Server) -> Iterator[URL]:
    with postgres_server.database() as url:
        yield url.set(password=PASSWORD)


def said(url: URL) -> str:
    return url.render_as_string(hide_password=False)


def fill(file: Path) -> None:
    store = Store(file)
    store.take(b.message("oi"))
    store.take(b.message("queria \0 remarcar", id="m2"))
    store.claim_when_due()
    store.close()


def test_it_says_what_arrived_and_what_became_of_the_rest(
    terminal: Terminal, database_file: Path, url: URL
) -> None:
    fill(database_file)
    result = terminal.run("db", "copy", "--to", said(url))
    assert result.exit_code == 0, result.output
    lines = [line.split() for line in result.stdout.splitlines()]
    assert lines[0] == ["table", "rows", "arrived", "sum", "arrived"]
    sums = {line[0]: line[1:] for line in lines[1:] if len(line) == 5}
    assert sums["message"][:2] == ["2", "2"]
    assert all(rows == arrived and sent == found for rows, arrived, sent, found in sums.values())
    assert "1 NUL characters, which PostgreSQL does not store, became U+FFFD." in result.stdout
    assert "1 open turns will be asked again, and of 0 sends" in result.stdout
    assert f"database {url.database} now. {database_file} is as it was" in result.stdout
    assert PASSWORD not in result.output
    terminal.environment["CLINIC_BOT_DATABASE_URL"] = said(url)
    assert terminal.json("turns", "list", "--state", "thinking")["turns"][0]["messages"] == 2


def test_the_configured_database_stands_for_the_one_that_is_not_named(
    terminal: Terminal, database_file: Path, url: URL
) -> None:
    fill(database_file)
    terminal.environment["CLINIC_BOT_DATABASE_URL"] = said(url)
    assert "is as it was" in terminal.said("db", "copy", "--from", f"sqlite:///{database_file}")


@pytest.mark.parametrize(
    ("given", "asked"),
    [
        pytest.param([], "name it with --to", id="only a file"),
        pytest.param(
            ["--from", "postgresql://u@h/d", "--to", "postgresql://u@h/e"],
            "name it with --from",
            id="only servers",
        ),
    ],
)
def test_it_asks_for_what_is_missing(terminal: Terminal, given: list[str], asked: str) -> None:
    result = terminal.run("db", "copy", *given)
    assert isinstance(result.exception, Misconfigured)
    assert asked in str(result.exception)


def test_beside_a_server_it_is_refused(terminal: Terminal, database_file: Path, url: URL) -> None:
    with sole_process(database_file):
        result = terminal.run("db", "copy", "--to", said(url))
    assert result.exit_code == 1
    assert result.stderr.startswith(f"clinic-bot: a clinic-bot runs on {database_file}: stop it first")


async def test_ctrl_c_leaves_the_target_empty(database_file: Path, postgres_server: Server) -> None:
    fill(database_file)
    with postgres_server.clone() as url:
        watching = PostgresDatabase(url)
        # Where the copy waits for a lock it certainly is on its way.
        async with held(url, "LOCK TABLE message"):
            arguments = ("db", "copy", "--from", f"sqlite:///{database_file}", "--to", said(url))
            async with started(database_file.parent, *arguments, CLINIC_BOT_MODE="sandbox") as process:

                async def on_its_way() -> bool:
                    return await watching.read(waiting) == 1

                await until_async(on_its_way)
                process.send_signal(signal.SIGINT)
                out, err = await process.communicate()
                assert err.decode() == "clinic-bot: stopped; the file and the target are as they were\n"
                assert (process.returncode, out.decode()) == (1, "")
        assert await watching.read(messages) == 0
        await watching.close()


def messages(connection: Connection) -> int:
    return int(connection.exec_driver_sql("SELECT count(*) FROM message").scalar_one())
