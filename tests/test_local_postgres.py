"""The PostgreSQL that tests, bench and chaos start for themselves."""

import asyncio
import os
import sys
from pathlib import Path

import asyncpg
import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "scripts"))

import local_postgres
from local_postgres import FORGETFUL


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to run it as another user")
def test_it_starts_from_a_folder_that_lets_nobody_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_postgres, "_open_to_all", lambda _place: False)
    with local_postgres.local_postgres(FORGETFUL) as server:
        assert Path(server._programs).is_relative_to(server._folder)
        dsn = server.url.render_as_string(hide_password=False)

        async def ask() -> object:
            connection = await asyncpg.connect(dsn)
            try:
                return await connection.fetchval("SELECT 1")
            finally:
                await connection.close()

        assert asyncio.run(ask()) == 1


def test_a_folder_is_open_to_all_only_with_those_above_it(tmp_path: Path) -> None:
    inner = tmp_path / "closed" / "inner"
    inner.mkdir(parents=True, mode=0o755)
    (tmp_path / "closed").chmod(0o700)
    assert not local_postgres._open_to_all(inner)
    assert local_postgres._open_to_all(Path("/usr/bin"))
