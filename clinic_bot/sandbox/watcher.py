"""What a scenario looks like from outside while it plays: the pieces, the window as it should be, the replies."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from clinic_bot.debounce.listener import Listener
from clinic_bot.debounce.patience import DEFAULT
from clinic_bot.debounce.patience_model import load_model
from clinic_bot.debounce.window import Window, due_ms, hold_until_ms
from clinic_bot.events import Content, PresenceStatus
from clinic_bot.events import Kind as MessageKind
from clinic_bot.sandbox import posting
from clinic_bot.sandbox.receptionist import HAND_OVER
from clinic_bot.sandbox.scenario import Event
from clinic_bot.sandbox.scene import Now, Scene
from clinic_bot.sandbox.stage import Stage, window_timing

#: How often it is looked, in machine seconds.
_LOOK_S = 0.05
_KINDS = {"audio": MessageKind.AUDIO, "image": MessageKind.IMAGE, "document": MessageKind.DOCUMENT}


class Watcher:
    """Keeps a scene up to date."""

    def __init__(self, stage: Stage, scene: Scene) -> None:
        self._stage = stage
        self._zapi = stage.pair.zapi
        self._scene = scene
        self._scenario = scene.scenario
        self._timing = window_timing()
        self._listener = Listener(DEFAULT, load_model())
        self._talk: str | None = None
        self._window: Window | None = None
        self._seen = 0

    def note(self, event: Event, at_ms: int) -> None:
        """A piece, and the window as the server should see it."""
        ours = event.type != "group_text" and (event.phone or self._scenario.phone) == self._scenario.phone
        if event.type == "presence":
            self._hold(event.text("status"), at_ms)
        elif ours and event.type != "redelivery":
            text = event.text("text") or event.text("caption") or event.text("transcript")
            content = Content(_KINDS.get(event.type, MessageKind.TEXT), text)
            heard = self._listener.hear(self._talk, [(content, at_ms)])
            self._talk = heard.talk
            first_ms = self._window.first_ms if self._window else at_ms
            self._window = Window(first_ms, at_ms, patience_ms=heard.patience_ms)
        self._scene.lines.append((at_ms - self._stage.now_ms, "patient", posting.shown(event)))

    def _hold(self, status: str, at_ms: int) -> None:
        if self._window is None:
            return
        until_ms = hold_until_ms(PresenceStatus(status), self._window.hold_until_ms, at_ms, self._timing)
        self._listener.signal_ms = at_ms
        self._window = replace(self._window, hold_until_ms=until_ms)

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """Until the block ends; then what left meanwhile is noted, too."""
        task = asyncio.create_task(self._keep())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            self._look()

    async def _keep(self) -> None:
        while True:
            await self._stage.look()
            self._look()
            await asyncio.sleep(_LOOK_S)

    def _look(self) -> None:
        scene, now_ms = self._scene, self._stage.clock.now_ms()
        for left in list(self._zapi.sent)[self._seen :]:
            scene.lines.append((left.left_ms - self._stage.now_ms, "clinic", left.text))
            self._talk = self._listener.spoke(self._talk, left.left_ms, left.text)
            self._seen += 1
        if self._zapi.queue:
            scene.now, self._window = Now.SENDING, None
        elif self._stage.model_runs:
            scene.now, self._window = Now.TURN, None
        elif self._window is not None:
            due = due_ms(self._window, self._timing)
            scene.window_ms, scene.left_ms = due - self._window.last_ms, max(0, due - now_ms)
            scene.now = Now.WINDOW if not self._person_has_it() else Now.PERSON
        else:
            scene.now = Now.QUIET

    def _person_has_it(self) -> bool:
        """As far as it shows out here: from the start, by the agent's tool, or by an emergency's fixed text."""
        asked = self._stage.pair.groq.requests
        return (
            self._scenario.state.get("handoff_active") is True
            or any(request.called == HAND_OVER for request in asked)
            or (self._seen > 0 and not asked and not self._stage.asks_account)
        )
