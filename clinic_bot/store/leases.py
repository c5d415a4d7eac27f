"""What this process holds, and until when that is sure without asking anybody.

A process may be stopped, or cut off from the database, for longer than its leases last, and go on as if nothing had
happened. So before something leaves it looks at its own steady clock: from the beginning of the last renewal that
succeeded no lease is shorter than this says.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from clinic_bot.clock import Clock
from clinic_bot.store.lease import Claim

#: So long a send may take from the look at the clock to its first byte, and so much may two steady clocks differ.
_MARGIN_MS = 2_000


@dataclass(slots=True)
class _Held:
    claim: Claim
    sure_until_ms: int  #: by the steady clock


class Leases:
    """The claims of the turns that this process runs.

    Args:
        owner: unique to this process.
        shared: whether other processes claim from the same database, and take what is not renewed.
    """

    def __init__(self, clock: Clock, *, owner: str, lease_ms: int, shared: bool) -> None:
        self.owner = owner
        self.lease_ms = lease_ms
        self.shared = shared
        self._clock = clock
        self._held: dict[int, _Held] = {}

    @property
    def by_server(self) -> bool:
        """Whether leases go by the server's clock; a clock that was given its start is all there is in a sandbox."""
        return self.shared and self._clock.is_real

    def hold(self, claim: Claim, asked_ms: int) -> None:
        """A transaction made this claim ours, or proved that it is.

        Args:
            asked_ms: what the steady clock said before that transaction began.
        """
        self._held[claim.conversation_id] = _Held(claim, self._sure_from(asked_ms))

    def drop(self, claim: Claim) -> None:
        """Its turn has ended."""
        if self.get(claim.conversation_id, claim.epoch) is not None:
            del self._held[claim.conversation_id]

    def get(self, conversation_id: int, epoch: int) -> Claim | None:
        """The claim of that epoch, if it is still held."""
        held = self._held.get(conversation_id)
        return held.claim if held is not None and held.claim.epoch == epoch else None

    def all(self) -> Sequence[Claim]:
        return [held.claim for held in self._held.values()]

    def renewed(self, conversations: Collection[int], asked_ms: int) -> None:
        """A renewal that began at ``asked_ms`` of the steady clock reached these."""
        for conversation_id in conversations:
            if conversation_id in self._held:
                self._held[conversation_id].sure_until_ms = self._sure_from(asked_ms)

    def is_sure(self, claim: Claim) -> bool:
        """Whether nobody else can have taken this claim's conversation until now, nor will in the next moment."""
        if not self.shared:
            return True
        held = self._held.get(claim.conversation_id)
        in_time = held is not None and self._clock.steady_ms() < held.sure_until_ms
        return in_time and self.get(claim.conversation_id, claim.epoch) is not None

    def _sure_from(self, asked_ms: int) -> int:
        return asked_ms + self.lease_ms - _MARGIN_MS
