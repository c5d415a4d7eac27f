"""What replicas know together: changed by one after the other, and never waited for long."""

import asyncio
import time
from functools import partial

import pytest
from sqlalchemy import URL, Connection, text

from clinic_bot.errors import StorageUnavailable
from clinic_bot.store import common
from clinic_bot.store.database import Database
from clinic_bot.store.places import Place
from clinic_bot.store.postgres import PostgresDatabase, engine
from clinic_bot.store.session import driver_of
from tests.support.fixtures import ON_POSTGRES
from tests.support.store import Store


def more(state: str) -> tuple[str, int]:
    number = int(state or 0) + 1
    return str(number), number


def test_a_text_begins_empty_and_is_kept_under_its_name(store: Store) -> None:
    assert [store.run(partial(common.change, name="a", changed=more)) for _ in range(3)] == [1, 2, 3]
    assert store.run(partial(common.change, name="b", changed=more)) == 1


@ON_POSTGRES
async def test_replicas_change_it_one_after_the_other(place: Place) -> None:
    assert isinstance(place, URL)
    replicas = [PostgresDatabase(place) for _ in range(3)]
    job = partial(common.change, name="a", changed=more)
    numbers = await asyncio.gather(*(replica.write(job, urgent=True) for replica in replicas * 20))
    assert sorted(numbers) == list(range(1, 61))
    for replica in replicas:
        await replica.close()


@ON_POSTGRES
async def test_a_row_that_somebody_does_not_let_go_of_is_not_waited_for(
    place: Place, database: Database
) -> None:
    assert isinstance(place, URL)
    await database.write(partial(common.change, name="a", changed=more))
    stopped = engine(place)
    async with stopped.begin() as connection:
        await connection.execute(text("SELECT state FROM common FOR UPDATE"))
        began_s = time.monotonic()
        with pytest.raises(StorageUnavailable, match="55P03"):
            await database.write(partial(common.change, name="a", changed=more), urgent=True)
        assert time.monotonic() - began_s < 5, "the server's own bound for other locks is ten seconds"
    await stopped.dispose()
    assert await database.write(partial(common.change, name="a", changed=more), urgent=True) == 2


@ON_POSTGRES
async def test_a_change_does_not_wait_for_the_disk_and_what_comes_after_it_does(database: Database) -> None:
    def changed_and_waits(connection: Connection) -> str:
        common.change(connection, "a", more)
        return waits(connection)

    assert await database.write(changed_and_waits) == "off"
    assert await database.write(waits) == "on"


def waits(connection: Connection) -> str:
    """Whether this transaction's commit waits for the disk."""
    return str(driver_of(connection).execute("SHOW synchronous_commit").fetchone()[0])
