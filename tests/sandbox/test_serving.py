import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from clinic_bot.sandbox.serving import Cut, Hang, serving


def app_of(response: Response) -> Starlette:
    async def endpoint(request: Request) -> Response:
        await request.body()
        return response

    return Starlette(routes=[Route("/", endpoint, methods=["POST"])])


async def test_the_lifespan_runs_around_the_block() -> None:
    steps: list[str] = []

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        steps.append("up")
        yield
        steps.append("down")

    async with serving(Starlette(lifespan=lifespan)):
        assert steps == ["up"]
    assert steps == ["up", "down"]


async def test_a_given_port_is_taken(http: httpx.AsyncClient) -> None:
    async with serving(app_of(PlainTextResponse("a"))) as first:
        port = httpx.URL(first).port
    async with serving(app_of(PlainTextResponse("b")), port=port or 0) as second:
        assert second == first
        assert (await http.post(second)).text == "b"


@pytest.mark.parametrize("sent", [None, b'{"half": '], ids=["before a byte", "in the middle of the body"])
async def test_a_cut_breaks_the_connection(http: httpx.AsyncClient, sent: bytes | None) -> None:
    async with serving(app_of(Cut(sent))) as base:
        with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
            await http.post(base, content=b"x")


async def test_a_hang_lasts_until_the_client_gives_up(http: httpx.AsyncClient) -> None:
    async with serving(app_of(Hang())) as base:
        with pytest.raises(httpx.ReadTimeout):
            await http.post(base, content=b"x", timeout=0.1)


async def test_the_end_of_the_block_waits_for_nobody(http: httpx.AsyncClient) -> None:
    async def never(request: Request) -> Response:
        started.set()
        await asyncio.Event().wait()
        raise AssertionError("unreachable")

    started = asyncio.Event()
    async with serving(Starlette(routes=[Route("/", never)])) as base:
        call = asyncio.create_task(http.get(base))
        await started.wait()
    with pytest.raises(httpx.TransportError):
        await call
