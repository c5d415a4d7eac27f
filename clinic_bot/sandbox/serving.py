"""Serve an ASGI app on 127.0.0.1 inside the running loop, and let it cut the connection.

uvicorn's own ``Server`` installs signal handlers, writes start-up lines and looks at its stop flag ten times
a second; a stand-in that lives for one test wants none of that. So this opens uvicorn's protocol on a socket
and drives the app's lifespan itself.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

ABORT = "clinic_bot.abort"
BACKLOG = 4096
# A server that closes idle connections races with the client's next request: one spurious failure in a
# thousand. The stand-ins fail only when told to.
KEEP_ALIVE_S = 3600


class _Protocol(HttpToolsProtocol):
    """uvicorn's protocol, with its transport's ``abort`` handed to the app as an ASGI extension."""

    def __init__(self, config: uvicorn.Config, state: ServerState, app_state: dict[str, Any]) -> None:
        super().__init__(config, state, app_state)
        inner: ASGIApp = self.app

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            scope.setdefault("extensions", {})[ABORT] = lambda: self.transport.abort()
            try:
                await inner(scope, receive, send)
            except (asyncio.CancelledError, ClientDisconnect):
                if not self.transport.is_closing():
                    raise
                # The client went away, or the server stops: nobody reads the answer.

        self.app = app


@asynccontextmanager
async def serving(app: ASGIApp, *, port: int = 0) -> AsyncIterator[str]:
    """Serve ``app`` until the block ends, and give its base URL, such as ``http://127.0.0.1:40123``.

    Leaving the block drops open connections and running requests at once.
    """
    config = uvicorn.Config(
        app,
        lifespan="off",
        access_log=False,
        log_config=None,
        log_level=None,
        timeout_keep_alive=KEEP_ALIVE_S,
    )
    config.load()
    state = ServerState()
    loop = asyncio.get_running_loop()
    lifespan = app.router.lifespan_context(app) if isinstance(app, Starlette) else nullcontext()
    async with lifespan as app_state:
        kept: dict[str, Any] = dict(app_state or {})
        server = await loop.create_server(
            lambda: _Protocol(config, state, kept), host="127.0.0.1", port=port, backlog=BACKLOG
        )
        try:
            yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        finally:
            server.close()
            await _drop(state)
            await server.wait_closed()


async def _drop(state: ServerState) -> None:
    for connection in list(state.connections):
        transport: asyncio.Transport | None = getattr(connection, "transport", None)
        if transport is not None:
            transport.abort()
    await asyncio.sleep(0)  # connection_lost runs in the next step of the loop
    await asyncio.sleep(0)
    tasks = list(state.tasks)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


class Cut(Response):
    """Not an answer: the connection is dropped, after ``sent`` bytes of a body that promised more."""

    def __init__(self, sent: bytes | None = None) -> None:
        super().__init__()
        self.sent = sent

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.sent is not None:
            length = str(len(self.sent) + 1000).encode()
            headers = [(b"content-type", b"application/json"), (b"content-length", length)]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": self.sent, "more_body": True})
            await asyncio.sleep(0.05)  # let the bytes leave: aborting throws away what waits to be written
        scope["extensions"][ABORT]()
        await _until_gone(receive)


class Hang(Response):
    """Not an answer: silence until the client goes away."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await _until_gone(receive)


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
