"""The PostgreSQL that several replicas share, and what is done to it."""

import asyncio

from local_postgres import PostgresServer
from sqlalchemy import Connection, text

from chaos_suite.records import Reader

_CUT = """
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
WHERE application_name LIKE 'clinic_bot%' AND random() < 0.5"""


class SharedDatabase:
    """
    Args:
        server: where it is ours to restart.
    """

    def __init__(self, reader: Reader, server: PostgresServer | None) -> None:
        self._reader = reader
        self._server = server

    async def cut(self) -> int:
        """End about half of the replicas' connections, whatever they are doing; how many those were."""

        def cut(connection: Connection) -> int:
            return int(connection.execute(text(_CUT)).scalar_one())

        return await self._reader.ask(cut)

    async def restart(self, away_real_s: float) -> None:
        """Orderly, and away for a while; or, when for no time at all, as after a crash."""
        server = self._server
        if server is None:
            return
        await asyncio.to_thread(server.stop, "fast" if away_real_s else "immediate")
        await asyncio.sleep(away_real_s)
        await asyncio.to_thread(server.start)
