"""Works the list of what is still to be heard or seen, from a message's arrival on; nothing waits for it but a window.

The list is in the database. What is kept here is only what this process reads at the moment: a restart, or another
replica, goes on with the rest.
"""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import structlog

from clinic_bot.clock import Clock
from clinic_bot.errors import GiveUp, Operator, ProviderBusy, ProviderDown, Retry, StorageUnavailable
from clinic_bot.events import Found, Kind, MediaState
from clinic_bot.media import see, transcribe
from clinic_bot.media.asking import NotAsked, NotRead
from clinic_bot.media.fetch import Fetcher, FetchLater, NotFetched
from clinic_bot.media.see import Seeing
from clinic_bot.media.sniffing import picture, sound
from clinic_bot.media.transcribe import Hearing
from clinic_bot.operations.metrics import Metrics
from clinic_bot.store import media
from clinic_bot.store.database import Database
from clinic_bot.store.media import Settled, Wanted
from clinic_bot.store.policy import Policy

log = structlog.get_logger(__name__)

#: Files that are fetched and read at a time.
_AT_ONCE = 8
#: How often the list is looked at when nobody said that something came: by another replica, before a crash.
_LOOK_MS = 5_000
#: Longer than fetching and reading together may take.
_LEASE_MS = 90_000
#: A file is tried so often, and no later than this after it came: what is answered by then needs no words any more.
_MOST_TRIES, _GIVE_UP_MS = 5, 600_000
_RETRY_MS, _OPERATOR_MS = 1_000, 60_000
#: What was found out is stored for so many tries; then the lease ends, and it is found out again.
_STORE_TRIES = 5

Tell = Callable[[Settled], None]


@dataclass(frozen=True, slots=True)
class Senses:
    """What there is to read files with. A kind of message without its sense is never put on the list."""

    fetcher: Fetcher
    hearing: Hearing | None = None
    seeing: Seeing | None = None

    @property
    def kinds(self) -> frozenset[Kind]:
        found = {Kind.AUDIO: self.hearing, Kind.IMAGE: self.seeing}
        return frozenset(kind for kind, sense in found.items() if sense is not None)


class Ears:
    """Hears and sees for one process.

    Args:
        tell: called after each commit with what it changed; must not wait or raise.
        alone: no other process works this list, so what one before it was reading is free at once.
    """

    def __init__(
        self,
        database: Database,
        senses: Senses,
        clock: Clock,
        policy: Policy,
        metrics: Metrics,
        *,
        tell: Tell,
        alone: bool,
    ) -> None:
        self._database = database
        self._senses = senses
        self._clock = clock
        self._policy = policy
        self._metrics = metrics
        self._tell = tell
        self._alone = alone
        self._came = asyncio.Event()
        self._reading: set[asyncio.Task[None]] = set()

    def came(self) -> None:
        """Something for the list was stored just now."""
        self._came.set()

    async def listen_forever(self) -> None:
        """Work the list until cancelled; what is being read then is left to whoever comes next."""
        try:
            await self._listen()
        finally:
            for task in self._reading:
                task.cancel()
            await asyncio.gather(*self._reading, return_exceptions=True)

    async def _listen(self) -> None:
        fresh = self._alone
        while True:
            self._came.clear()
            wait_ms = _LOOK_MS
            try:
                if fresh:
                    await self._database.write(media.take_back)
                    fresh = False
                wait_ms = await self._begin()
            except StorageUnavailable as exc:
                log.error("files not looked for", problem=str(exc))
            except Exception:  # the next look is another one
                log.exception("looking for files failed")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._clock.real_s(wait_ms)):
                    await self._came.wait()

    async def _begin(self) -> int:
        """Begin what may begin now; in how many milliseconds to look again."""
        now_ms = self._clock.now_ms()
        due_ms = await self._database.read(partial(media.next_due, now_ms=now_ms))
        if due_ms is None:
            return _LOOK_MS
        if due_ms > now_ms:
            return min(_LOOK_MS, due_ms - now_ms)
        free = _AT_ONCE - len(self._reading)
        if free <= 0:
            return _LOOK_MS  # one that ends looks again
        job = partial(media.take, now_ms=now_ms, lease_ms=_LEASE_MS, most=free)
        taken = await self._database.write(job)
        for wanted in taken:
            task = asyncio.create_task(self._attend(wanted))
            self._reading.add(task)
            task.add_done_callback(self._ended)
        return 0 if len(taken) == free else _LOOK_MS if taken else _RETRY_MS

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._reading.discard(task)
        self._came.set()

    async def _attend(self, wanted: Wanted) -> None:
        """Fetch and read one, and store what came of it, whatever that is."""
        began_ms, reason = self._clock.steady_ms(), ""
        try:
            found = await self._find_out(wanted)
        except (NotFetched, NotRead) as exc:
            found, reason = Found(MediaState.FAILED), exc.reason
        except GiveUp as exc:
            found, reason = Found(MediaState.FAILED), type(exc).__name__
        except (Retry, Operator) as exc:
            again_ms = _again_ms(exc, wanted.tries)
            late = self._clock.now_ms() + again_ms - wanted.received_ms > _GIVE_UP_MS
            tried = not isinstance(exc, NotAsked)
            reason = exc.reason if isinstance(exc, FetchLater) else type(exc).__name__
            if not late and (wanted.tries < _MOST_TRIES or not tried):
                await self._later(wanted, again_ms, str(exc), tried=tried)
                return
            found = Found(MediaState.FAILED)
        except Exception:  # ours to mend, and no reason to let the burst wait
            log.exception("reading a file failed", conversation=wanted.conversation_id)
            found, reason = Found(MediaState.FAILED), "fault"
        await self._settle(wanted, found, reason, took_ms=self._clock.steady_ms() - began_ms)

    async def _find_out(self, wanted: Wanted) -> Found:
        if wanted.tries > _MOST_TRIES:  # it may be what ends processes
            raise NotRead("tries")
        hearing, seeing, fetcher = self._senses.hearing, self._senses.seeing, self._senses.fetcher
        if wanted.kind is Kind.AUDIO and hearing is not None:
            recording = sound(await fetcher.fetch(wanted.url, types=transcribe.TYPES))
            if recording is None:
                raise NotRead("type")
            return await hearing.hear(recording, said_s=wanted.seconds)
        if wanted.kind is Kind.IMAGE and seeing is not None:
            shown = picture(await fetcher.fetch(wanted.url, types=see.TYPES))
            if shown is None:
                raise NotRead("type")
            return await seeing.see(shown)
        raise NotRead("off")  # it was put on the list when that was switched on

    async def _settle(self, wanted: Wanted, found: Found, reason: str, *, took_ms: int) -> None:
        settled = await self._store(
            lambda now_ms: partial(
                media.settle, wanted=wanted, found=found, now_ms=now_ms, policy=self._policy
            )
        )
        if settled is None:
            return
        outcome = MediaState.LATE.value if settled.late else found.state.value
        since_s = (self._clock.now_ms() - wanted.received_ms) / 1000
        self._metrics.media_read(wanted.kind.value, outcome, reason=reason, seconds=since_s)
        log.info(
            "file read",
            conversation=settled.conversation_id,
            kind=wanted.kind.value,
            outcome=outcome,
            reason=reason or None,
            seconds=wanted.seconds or None,
            took_ms=took_ms,
        )
        self._tell(settled)

    async def _later(self, wanted: Wanted, wait_ms: int, problem: str, *, tried: bool) -> None:
        log.warning(
            "file is read later", conversation=wanted.conversation_id, problem=problem, wait_ms=wait_ms
        )
        settled = await self._store(
            lambda now_ms: partial(
                media.put_back,
                wanted=wanted,
                at_ms=now_ms + wait_ms,
                now_ms=now_ms,
                policy=self._policy,
                tried=tried,
            )
        )
        if settled is not None:
            self._tell(settled)

    async def _store(self, job: Callable[[int], partial[Settled | None]]) -> Settled | None:
        """Write; a database that is away for longer leaves it to the end of the lease."""
        for _ in range(_STORE_TRIES):
            try:
                return await self._database.write(job(self._clock.now_ms()), urgent=True)
            except StorageUnavailable as exc:
                log.error("what a file says is not stored", problem=str(exc))
                await self._clock.sleep(_RETRY_MS)
        return None


def _again_ms(exc: Exception, tries: int) -> int:
    if isinstance(exc, Operator):
        return _OPERATOR_MS
    stated_s = exc.retry_after_s if isinstance(exc, ProviderBusy | ProviderDown) else None
    backoff_ms = _RETRY_MS * 4 ** (tries - 1)
    return backoff_ms if stated_s is None else max(_RETRY_MS, round(stated_s * 1000))
