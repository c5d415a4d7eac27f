"""The processes under test: one on a file, or several replicas on a PostgreSQL."""

import asyncio
from collections import Counter
from collections.abc import Sequence

from chaos_suite.server import Server, ServerFailed

#: A supervisor starts again what found no database; so often, before something else must be wrong.
_STARTS, _BETWEEN_REAL_S = 10, 0.5


class Fleet:
    """Every delivery reaches any of them, as behind a load balancer that knows nothing of its backends."""

    def __init__(self, servers: Sequence[Server]) -> None:
        self.servers = servers

    @property
    def webhooks(self) -> list[str]:
        return [server.webhook for server in self.servers]

    async def start(self) -> int:
        """All at once, as a deployment does; how often one was started. Raises ServerFailed."""
        before = sum(server.starts for server in self.servers)
        async with asyncio.TaskGroup() as group:
            for server in self.servers:
                group.create_task(self.start_one(server))
        return sum(server.starts for server in self.servers) - before

    async def start_one(self, server: Server) -> None:
        """Raises ServerFailed, for a replica not before its database had time to come back."""
        for _ in range(_STARTS - 1 if len(self.servers) > 1 else 0):
            try:
                await server.start()
            except ServerFailed:
                await asyncio.sleep(_BETWEEN_REAL_S)
            else:
                return
        await server.start()

    async def stop(self) -> bool:
        """One after the other, as a rolling deployment does; whether all of them left in order."""
        return [await server.stop() for server in self.servers] == [0] * len(self.servers)

    async def close(self) -> None:
        for server in self.servers:
            await server.close()

    def logged(self) -> list[int]:
        """How long each log is."""
        return [server.log.stat().st_size if server.log.exists() else 0 for server in self.servers]

    def complaints(self, since: Sequence[int]) -> Counter[str]:
        """What the logs say that points to a fault of the service's own."""
        found: Counter[str] = Counter()
        for server, at in zip(self.servers, since, strict=True):
            found.update(server.complaints(since=at))
        return found
