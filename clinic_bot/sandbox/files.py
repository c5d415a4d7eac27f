"""The file store behind Z-API's media links: plain GETs without any header, and what goes wrong with them.

The real one is another host; here it is the Z-API stand-in itself, under ``/file/``.
"""

from collections import OrderedDict
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from clinic_bot.clock import Clock
from clinic_bot.sandbox.faults import Faults
from clinic_bot.sandbox.payloads import hex_of
from clinic_bot.sandbox.serving import Cut, Hang

_KEPT = 2_000


@dataclass(frozen=True, slots=True)
class File:
    data: bytes
    mime_type: str


class Files:
    """What patients sent, by the path of its link; the oldest is forgotten first.

    Args:
        base_url: where this is served, once it is; until then links lead nowhere.
    """

    def __init__(self, instance_id: str, base_url: str = "") -> None:
        self.base_url = base_url
        self._instance_id = instance_id
        self._kept: OrderedDict[str, File] = OrderedDict()
        self.fetched: list[str] = []  #: paths that were asked for, in order

    def put(self, message_id: str, data: bytes, *, mime_type: str, ending: str) -> str:
        """Keep a file; its link, with a part that nobody can guess, as the real ones have."""
        name = f"{hex_of('media', message_id, length=16)}==.{ending}"
        path = f"temp-file-download/instances/{self._instance_id}/{message_id}/{name}"
        self._kept[path] = File(data, mime_type)
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return f"{self.base_url}/file/{path}"

    def get(self, path: str) -> File | None:
        self.fetched.append(path)
        return self._kept.get(path)


def file_routes(files: Files, faults: Faults, clock: Clock) -> list[BaseRoute]:
    """Where a ``file`` fault strikes: ``status``, ``location`` of a redirect, ``seconds``, ``how`` (cut or hang).

    ``message_id`` narrows it to one message.
    """

    async def serve(request: Request) -> Response:
        path: str = request.path_params["path"]
        file = files.get(path)
        fault = faults.take("file", message_id=(path.split("/")[-2:] or [""])[0])
        if fault is not None:
            await clock.sleep(fault.number("seconds") * 1000)
            if location := fault.text("location"):
                return RedirectResponse(location, status_code=302)
            if how := fault.text("how"):
                return Hang() if how == "hang" else Cut()
            if status := int(fault.number("status")):
                return Response("no", status_code=status, media_type="text/plain")
        if file is None:
            return Response("File not present", status_code=404, media_type="text/plain")
        return Response(file.data, headers={"content-type": file.mime_type})

    return [Route("/file/{path:path}", serve, methods=["GET"])]
