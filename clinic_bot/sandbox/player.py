"""Plays patients against a real server: sends each piece at its time, and notes when which reply left.

A reply's time is when it leaves Z-API's queue, which is what the patient sees.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from clinic_bot.sandbox import payloads, posting
from clinic_bot.sandbox.effects import OPTED_OUT, Effect, between
from clinic_bot.sandbox.expectations import BUBBLE_MS, Failure, Kind, Reply, grouped, judge
from clinic_bot.sandbox.external import External
from clinic_bot.sandbox.grounding import Grounds
from clinic_bot.sandbox.in_flight import arrives
from clinic_bot.sandbox.outcome import PhaseOutcome
from clinic_bot.sandbox.payloads import Payload, hex_of
from clinic_bot.sandbox.requested import data_requests
from clinic_bot.sandbox.scenario import Event, Phase, Scenario
from clinic_bot.sandbox.scene import Now, Scene
from clinic_bot.sandbox.stage import ServerFailed, Stage, Theatre
from clinic_bot.sandbox.watcher import Watcher

#: How often the stand-ins are looked at, in machine seconds.
_LOOK_S = 0.01
#: After the last piece the phone is watched this long for a reply that should not be there.
_WATCH_MS = 22_000
#: A reply that did not come by its latest time is waited for this much longer, to tell late from never.
_LATE_MS = 30_000
#: A turn that is under way is waited for: until nothing moved for this long, but not for ever.
_AT_REST_MS = 1_500
_BUSY_MS = 120_000
#: How long the model thinks when a scenario has something happen meanwhile.
_IN_FLIGHT_LATENCY_S = 5.0


#: What of an event its sender said.
_WORDS = ("text", "caption", "transcript", "file_name")


async def play(
    theatre: Theatre, scenario: Scenario, *, presence: bool = True, scene: Scene | None = None
) -> tuple[PhaseOutcome, ...]:
    """Play one scenario on a stage of its own; a server that does not start fails every phase of it."""
    scene = scene or Scene(scenario)
    try:
        async with theatre.stage(scenario.now, phone=scenario.phone, state=scenario.state) as stage:
            player = Player(stage, scenario, scene, presence=presence)
            try:
                async with player.watching():
                    return await player.play()
            finally:
                scene.bills = await stage.bills()  # they are paid for, also when it is interrupted
    except ServerFailed as exc:
        failure = Failure(Kind.COUNT, str(exc))
        return tuple(PhaseOutcome(scenario.id, n, (), (failure,)) for n in range(1, len(scenario.phases) + 1))
    finally:
        scene.now = Now.DONE


class Player:
    """One scenario on its stage."""

    def __init__(self, stage: Stage, scenario: Scenario, scene: Scene, *, presence: bool) -> None:
        self._stage = stage
        self._clock = stage.clock
        self._zapi = stage.pair.zapi
        self._scenario = scenario
        self._presence = presence
        self._said: dict[str, Payload] = {}  # by key, for redeliveries, edits and deletions
        self._posts: set[asyncio.Task[None]] = set()
        self._refused: list[str] = []
        self._opted_out: set[str] = set()
        self._count = 0
        self._watcher = Watcher(stage, scene)
        self._in_flight = any(event.at_ms is None for phase in scenario.phases for event in phase.events)

    async def play(self) -> tuple[PhaseOutcome, ...]:
        groq = self._stage.pair.groq
        if self._in_flight and not self._scenario.state.get("llm"):
            groq.latency_s = _IN_FLIGHT_LATENCY_S
        began_ms = start_ms = self._clock.now_ms()
        await self._sleep_until(start_ms + self._scenario.phases[0].delay_ms)
        outcomes: list[PhaseOutcome] = []
        for one in self._scenario.bookings:
            self._meanwhile(self._book(one, start_ms))
        for one in self._scenario.bookings:
            if one.is_there_before:
                await self._stage.book_for_others(one)
        kept = await self._stage.appointments()
        for n, phase in enumerate(self._scenario.phases):
            start_ms = self._clock.now_ms()
            last_ms = await self._send(phase, start_ms)
            following = self._scenario.phases[n + 1] if n + 1 < len(self._scenario.phases) else None
            await self._watch(phase, start_ms, last_ms, following)
            if following is not None:
                # What comes before the next phase begins belongs to this one.
                since_ms = self._last_reply_ms(start_ms) if following.after_reply else began_ms
                for one in self._scenario.bookings:
                    if one.after_phase == n + 1:
                        await self._stage.book_for_others(one)
                await self._sleep_until(since_ms + following.delay_ms)
            cut_before = any(outcome.cuts for outcome in outcomes)
            kept, before = await self._stage.appointments(), kept
            changes = between(before, kept)
            outcomes.append(await self._judge(n, phase, start_ms, changes, cut_before=cut_before))
        return tuple(outcomes)

    async def _book(self, one: External, start_ms: int) -> None:
        """What somebody else books when its time has come."""
        if one.after_phase is not None or one.is_there_before:
            return
        if one.at_ms is not None:
            await self._sleep_until(start_ms + one.at_ms)
        else:
            await arrives(one.at, self._stage, since_ms=start_ms)
        await self._stage.book_for_others(one)

    async def _judge(
        self, n: int, phase: Phase, start_ms: int, changes: Sequence[Effect], *, cut_before: bool
    ) -> PhaseOutcome:
        replies = grouped(self._replies_since(start_ms))
        tallies = await self._stage.tally(since_ms=start_ms)
        hand_overs = sum(one.hand_overs for one in tallies)
        opted_out = {one.phone for one in tallies if one.opted_out}
        changes = [
            *changes,
            *({"type": OPTED_OUT, "phone": one} for one in sorted(opted_out - self._opted_out)),
            *(effect for one in tallies for effect in data_requests(one.phone, one.for_reception)),
        ]
        self._opted_out = opted_out
        verdict = judge(
            phase.expect,
            replies,
            hand_overs=hand_overs,
            changes=changes,
            grounds=self._grounds(n),
            presence=self._presence,
            cut_before=cut_before,
        )
        judged = [
            one for one in verdict.failures if not (self._unheard(n) and one.kind in (Kind.TEXT, Kind.EFFECT))
        ]
        failures = (*judged, *(Failure(Kind.EFFECT, text) for text in self._refused))
        self._refused.clear()
        return PhaseOutcome(
            id=self._scenario.id,
            phase=n + 1,
            replies=replies,
            failures=failures,
            cuts=verdict.cuts,
        )

    def _grounds(self, n: int) -> Grounds | None:
        """What the answers of phase ``n`` may build on: the clinic's file, and what was written until then."""
        clinic = self._stage.clinic
        if clinic is None:
            return None
        phases = self._scenario.phases[: n + 1]
        said = [event.text(name) for phase in phases for event in phase.events for name in _WORDS]
        return Grounds(
            clinic.facts,
            clinic.data,
            "\n".join([str(self._scenario.state.get("last_bot_message") or ""), *said]),
        )

    def _unheard(self, n: int) -> bool:
        """Whether a voice note was never given to a transcriber: then nobody can be held to what it said."""
        events = [event for phase in self._scenario.phases[: n + 1] for event in phase.events]
        asked = (request.operation for request in self._stage.pair.groq.requests)
        return any(event.text("transcript") for event in events) and "transcription" not in asked

    def _last_reply_ms(self, start_ms: int) -> int:
        """When the patient had the last reply of this phase; now, if none came."""
        left = [one.left_ms for one in self._zapi.sent if one.left_ms >= start_ms]
        return max(left, default=self._clock.now_ms())

    def _replies_since(self, start_ms: int) -> Iterable[Reply]:
        for left in list(self._zapi.sent):
            if left.left_ms >= start_ms and left.went_out:
                yield Reply(left.phone, left.left_ms - start_ms, left.text)

    # The patients' side.

    async def _send(self, phase: Phase, start_ms: int) -> int:
        """Everything that happens in a phase, in its order; when the last of it happened."""
        last_ms = start_ms
        for event in phase.events:
            if event.type == "presence" and not self._presence:
                continue
            if event.at_ms is None:
                await arrives(event.at, self._stage, since_ms=last_ms)
            else:
                await self._sleep_until(start_ms + event.at_ms)
            at_ms = self._clock.now_ms()
            await self._post(event, at_ms)
            if event.type != "presence":
                last_ms = at_ms
        return last_ms

    async def _post(self, event: Event, at_ms: int) -> None:
        """Send one event. The answer is not waited for longer than a quick server takes."""
        payload = self._payload(event, at_ms)
        self._watcher.note(event, at_ms)
        await asyncio.wait({self._meanwhile(self._emit(payload, event.type))}, timeout=0.05)

    def _meanwhile(self, doing: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(doing)
        self._posts.add(task)
        task.add_done_callback(self._posts.discard)
        return task

    async def _emit(self, payload: Payload, what: str) -> None:
        posted = await self._zapi.emit(payload)
        if posted is not None and not posted.accepted:
            answer = posted.status if posted.status is not None else posted.error
            self._refused.append(f"the webhook answered {answer} to {what}")

    def _payload(self, event: Event, at_ms: int) -> Payload:
        line, phone = self._zapi.line, event.phone or self._scenario.phone
        if event.type == "presence":
            return payloads.presence(line, phone, event.text("status"))
        if event.type == "redelivery":
            return self._said[event.text("of")]
        about = str(self._said[event.text("of")]["messageId"]) if event.type in ("edit", "delete") else ""
        self._count += 1
        message_id = "3A" + hex_of(self._scenario.id, self._count, length=18)
        url = self._recorded(event, message_id)
        payload = posting.message(
            line, phone, event, message_id=message_id, at_ms=at_ms, about=about, url=url
        )
        if event.key:
            self._said[event.key] = payload
        return payload

    def _recorded(self, event: Event, message_id: str) -> str | None:
        """Where the voice note of an event can be fetched; what is said in it only the stand-in for Whisper knows."""
        if event.type != "audio":
            return None
        return self._stage.pair.record(message_id, posting.seconds(event), event.text("transcript"))

    # Watching.

    async def _watch(self, phase: Phase, start_ms: int, last_ms: int, following: Phase | None) -> None:
        """Until nothing more can be expected, or the next phase begins."""
        expect = phase.expect
        wanted = max(1, expect.min_replies) if expect.max_replies != 0 else 0
        deadline_ms = last_ms + _WATCH_MS
        if expect.latest_ms is not None:
            deadline_ms = max(deadline_ms, start_ms + expect.latest_ms)
        busy_ms = last_ms
        while True:
            now_ms = self._clock.now_ms()
            replies = grouped(self._replies_since(start_ms))
            enough = len(replies) >= wanted > 0 and start_ms + replies[-1].at_ms >= last_ms
            if enough and following is not None and following.after_reply:
                wait_ms = min(BUBBLE_MS, max(0, following.delay_ms - 1))
                if now_ms >= start_ms + replies[-1].at_ms + wait_ms:
                    return
            if following is not None and not following.after_reply and self._begins(following) <= now_ms:
                return
            if self._zapi.queue or self._stage.model_runs:
                busy_ms = now_ms
            missing_ms = 0 if len(replies) >= expect.min_replies else _LATE_MS
            at_rest = now_ms - busy_ms > _AT_REST_MS or now_ms > deadline_ms + _BUSY_MS
            if now_ms >= deadline_ms + missing_ms and at_rest:
                return
            await asyncio.sleep(_LOOK_S)

    def _begins(self, phase: Phase) -> int:
        return self._stage.now_ms + phase.delay_ms

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """Keep the scene up to date until the block ends, and leave no post behind."""
        try:
            async with self._watcher.watching():
                yield
        finally:
            for post in list(self._posts):
                post.cancel()
            await asyncio.gather(*self._posts, return_exceptions=True)

    async def _sleep_until(self, at_ms: int) -> None:
        await self._clock.sleep(at_ms - self._clock.now_ms())


async def play_all(
    theatre: Theatre,
    scenarios: Iterable[Scenario],
    *,
    jobs: int,
    presence: bool,
    begun: Callable[[Scene], Any],
    ended: Callable[[Scene, tuple[PhaseOutcome, ...]], Any],
) -> list[PhaseOutcome]:
    """Play scenarios, ``jobs`` at a time, and tell the watcher of each; outcomes in the order of the file."""
    free = asyncio.Semaphore(jobs)

    async def one(scenario: Scenario) -> tuple[PhaseOutcome, ...]:
        async with free:
            scene = Scene(scenario)
            begun(scene)
            outcomes = await play(theatre, scenario, presence=presence, scene=scene)
            ended(scene, outcomes)
            return outcomes

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(scenario)) for scenario in scenarios]
    return [outcome for task in tasks for outcome in task.result()]
