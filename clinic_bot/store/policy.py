"""The clinic's choices that transactions need, handed in once at start. Durations are milliseconds."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from clinic_bot.debounce.listener import Listener
from clinic_bot.debounce.window import Timing, Window, due_ms
from clinic_bot.events import Kind


def _never(_text: str) -> bool:
    return False


def _same(_answered: Sequence[str], _texts: Sequence[str]) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Policy:
    timing: Timing
    human_ms: int  #: silence of the bot after a hand-written answer or a hand-over
    alert_ms: int  #: a patient who waits this long for a person is reported
    horizon_ms: int  #: age past which a redelivery is no longer known: such an event is stored, not armed
    may_be_emergency: Callable[[str], bool]  #: cheap; true whenever this message could complete an emergency
    is_emergency: Callable[[Sequence[str]], bool]  #: on the pending texts, in the order written
    is_listed: Callable[[str | None, str | None], bool]  #: (phone key, LID) of somebody never to be answered
    is_automatic: Callable[[str], bool]  #: a greeting or away text of WhatsApp Business
    is_give_back: Callable[[str], bool] = (
        _never  #: the words by which the clinic gives a chat back to the bot
    )
    #: (signs of danger that were just answered, pending texts): whether the fixed text for these is another one
    is_other_danger: Callable[[Sequence[str], Sequence[str]], bool] = _same
    #: age past which what was said is forgotten: such an event is a redelivery of something that is gone
    records_ms: int = 365 * 86_400_000
    listener: Listener | None = None  #: None: every wait is the fixed window's
    fetches: frozenset[Kind] = frozenset()  #: kinds of messages whose files are fetched and read
    hear_ms: int = 0  #: so long after its receipt a voice note that is still being heard is waited for

    @property
    def first_look_ms(self) -> int:
        """The patience while nothing was decided about the last piece."""
        return self.timing.quiet_ms if self.listener is None else self.listener.floor_ms


def next_wake_ms(
    policy: Policy,
    *,
    first_ms: int | None,
    last_ms: int | None,
    hold_until_ms: int,
    patience_ms: int | None,
    human_until_ms: int,
    alerted: bool,
    emergency: bool,
    now_ms: int,
    not_before_ms: int = 0,
) -> int | None:
    """When to look at a conversation that nobody owns; None when nothing is pending.

    While a person has the chat its messages wait for the earlier of the alert and the end of the take-over.

    Args:
        not_before_ms: when a provider that refused may be asked again; only an emergency does not wait for it.
    """
    if first_ms is None or last_ms is None:
        return None
    if human_until_ms > now_ms:
        return human_until_ms if alerted else min(first_ms + policy.alert_ms, human_until_ms)
    if emergency:
        return now_ms
    if patience_ms is None:
        patience_ms = policy.first_look_ms
    return max(due_ms(Window(first_ms, last_ms, hold_until_ms, patience_ms), policy.timing), not_before_ms)
