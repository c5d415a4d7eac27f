"""The yardstick: the same web framework and server, parsing the same body, storing nothing.

``python -m bench_suite.bare`` prints its port and serves until it is killed.
"""

import socket

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route


async def take(request: Request) -> JSONResponse:
    await request.json()
    return JSONResponse({"status": "queued"})


def main() -> None:
    app = Starlette(routes=[Route("/webhook/zapi/{secret}", take, methods=["POST"])])
    # As clinic_bot/serve.py configures its own.
    config = uvicorn.Config(
        app, access_log=False, log_config=None, lifespan="off", server_header=False, proxy_headers=False
    )
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(4096)
    print(f"listening on http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
