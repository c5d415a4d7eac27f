"""Misbehaviour on demand: what the stand-ins are told to do wrong, how often and to whom.

A fault is a JSON object: ``{"kind": "slow", "seconds": 5, "count": 3, "probability": 0.5}``. ``count`` is how
many times it strikes (absent: until cleared). The other keys belong to the kind; one that names something
about the request, such as ``phone`` or ``model``, narrows the fault to requests with that value.
"""

import json
import random
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from clinic_bot.events import Json

_COMMON = frozenset({"kind", "count", "probability"})


class FaultError(ValueError):
    """The description of a fault makes no sense; the text says why."""


@dataclass(slots=True)
class Fault:
    kind: str
    options: Mapping[str, Json]
    count: int | None = None  #: strikes left; None means without end
    probability: float = 1.0
    struck: int = 0

    def number(self, name: str, default: float = 0.0) -> float:
        value = self.options.get(name, default)
        return float(value) if isinstance(value, int | float | str) else default

    def text(self, name: str, default: str = "") -> str:
        value = self.options.get(name, default)
        return value if isinstance(value, str) else default

    def as_json(self) -> dict[str, Json]:
        return {
            "kind": self.kind, "count": self.count, "probability": self.probability, "struck": self.struck,
            **self.options,
        }  # fmt: skip


class Faults:
    """The faults in force. ``kinds`` is the closed list that this stand-in knows."""

    def __init__(self, kinds: Iterable[str], *, seed: int = 0) -> None:
        self.kinds = frozenset(kinds)
        self._active: list[Fault] = []
        self._random = random.Random(seed)

    def add(self, description: Mapping[str, Json]) -> Fault:
        """Put one fault in force.

        Raises:
            FaultError: unknown kind, or a number that is none.
        """
        kind = description.get("kind")
        if not isinstance(kind, str) or kind not in self.kinds:
            raise FaultError(f"kind must be one of {', '.join(sorted(self.kinds))}")
        count, chance = description.get("count"), description.get("probability", 1.0)
        if count is not None and (not isinstance(count, int) or isinstance(count, bool) or count < 1):
            raise FaultError("count must be a whole number of at least 1")
        if not isinstance(chance, int | float) or not 0 <= chance <= 1:
            raise FaultError("probability must be between 0 and 1")
        options = {key: value for key, value in description.items() if key not in _COMMON}
        fault = Fault(kind, options, count, float(chance))
        self._active.append(fault)
        return fault

    def take(
        self, kind: str, only: Callable[[Fault], bool] | None = None, /, **context: Json
    ) -> Fault | None:
        """The first fault of this kind that strikes now, and count it; None when all is well.

        Args:
            only: whether a fault is about this request, where its options alone do not tell.
        """
        for fault in self._active:
            if fault.kind != kind or any(
                fault.options.get(name, value) != value for name, value in context.items()
            ):
                continue
            if only is not None and not only(fault):
                continue
            if fault.probability < 1 and self._random.random() >= fault.probability:
                continue
            fault.struck += 1
            if fault.count is not None:
                fault.count -= 1
                if fault.count == 0:
                    self._active.remove(fault)
            return fault
        return None

    def clear(self, kind: str | None = None) -> None:
        self._active = [] if kind is None else [fault for fault in self._active if fault.kind != kind]

    def as_json(self) -> list[Json]:
        return [fault.as_json() for fault in self._active]


class ControlError(Exception):
    """A control request that cannot be followed; the text goes back with 400."""


async def read_object(request: Request) -> dict[str, Json]:
    try:
        body = json.loads(await request.body() or b"{}")
    except ValueError as exc:
        raise ControlError("the body is not JSON") from exc
    if not isinstance(body, dict):
        raise ControlError("the body must be a JSON object")
    return body


def control(handler: Callable[[Request], Awaitable[Json]]) -> Callable[[Request], Awaitable[Response]]:
    """Answer with what ``handler`` returns, as JSON, and with 400 when it raises ``ControlError``."""

    async def endpoint(request: Request) -> Response:
        try:
            return JSONResponse(await handler(request))
        except (ControlError, ValueError) as exc:
            return JSONResponse({"error": str(exc)}, status_code=400)

    return endpoint


def fault_routes(
    faults: Faults, add: Callable[[dict[str, Json]], None], clear: Callable[[str | None], None]
) -> list[Route]:
    """``/control/faults``: GET lists, POST adds one (or ``{"faults": [...]}``), DELETE clears."""

    async def listed(request: Request) -> Json:
        return faults.as_json()

    async def added(request: Request) -> Json:
        body = await read_object(request)
        several = body.get("faults", [body])
        for one in several if isinstance(several, list) else []:
            if not isinstance(one, dict):
                raise ControlError("a fault is an object")
            add(one)
        return faults.as_json()

    async def cleared(request: Request) -> Json:
        clear(request.query_params.get("kind"))
        return faults.as_json()

    path = "/control/faults"
    return [
        Route(path, control(listed), methods=["GET"]),
        Route(path, control(added), methods=["POST"]),
        Route(path, control(cleared), methods=["DELETE"]),
    ]
