"""The store's and the screening's rules, as the settings and the clinic's file say them."""

from collections.abc import Sequence

import structlog

from clinic_bot.clinic.facts import ClinicFacts
from clinic_bot.debounce.listener import Listener
from clinic_bot.debounce.patience import Limits
from clinic_bot.debounce.patience_model import load_model
from clinic_bot.debounce.window import Timing
from clinic_bot.events import Contact, Kind
from clinic_bot.intake.identity import listed_key, phone_key, with_country
from clinic_bot.intake.screening import ScreeningLists, is_automatic_text, is_give_back_phrase, normalised
from clinic_bot.settings import Settings
from clinic_bot.store.policy import Policy
from clinic_bot.store.pruning import Periods
from clinic_bot.turns.emergency import find_emergency, is_other_danger, may_be_emergency

log = structlog.get_logger(__name__)

_DAY_MS = 86_400_000


def policy_of(settings: Settings, lists: ScreeningLists, *, fetches: frozenset[Kind] = frozenset()) -> Policy:
    """Args:
    fetches: kinds of messages whose files are fetched and read.
    """
    limits = limits_of(settings)
    return Policy(
        timing=Timing(
            quiet_ms=max(limits.floor_ms, min(limits.fixed_ms, limits.ceiling_ms)),
            cap_ms=round(settings.max_wait_s * 1000),
            hold_ms=round(settings.typing_hold_s * 1000),
        ),
        # Where nothing is sent, a person answers everything, and each burst is to be drafted all the same.
        human_ms=round(settings.human_mode_s * 1000) if settings.mode.sends else 0,
        alert_ms=round(settings.human_alert_s * 1000),
        horizon_ms=periods_of(settings).inbox_ms,
        records_ms=periods_of(settings).records_ms,
        may_be_emergency=may_be_emergency,
        is_emergency=_is_emergency,
        is_other_danger=is_other_danger,
        is_listed=lambda phone_key, lid: phone_key in lists.never_answer or lid in lists.never_answer,
        is_automatic=lambda text: is_automatic_text(text, lists),
        is_give_back=lambda text: is_give_back_phrase(text, lists),
        listener=_listener(limits),
        fetches=fetches,
        hear_ms=round(settings.hear_wait_s * 1000),
    )


def periods_of(settings: Settings) -> Periods:
    """How long records stay."""
    return Periods(
        inbox_ms=round(settings.inbox_days * _DAY_MS), records_ms=round(settings.records_days * _DAY_MS)
    )


def _listener(limits: Limits) -> Listener | None:
    """None where floor and ceiling leave nothing to decide: then no patient's writing is remembered either."""
    if limits.floor_ms == limits.ceiling_ms:
        return None
    model = load_model()
    if model is None:
        log.error("patience model cannot be read, so every wait is the fixed one", fixed_ms=limits.fixed_ms)
    return Listener(limits, model, tell=_Faults())


class _Faults:
    """Logs each kind of fault once: every message may have it, and none of its words belong into a log."""

    def __init__(self) -> None:
        self._told: set[str] = set()

    def __call__(self, fault: str) -> None:
        if fault not in self._told:
            self._told.add(fault)
            log.error("waits are fixed: what a patient wrote could not be weighed", fault=fault)


def _is_emergency(texts: Sequence[str]) -> bool:
    """Never keeps a message from being stored: a fault of the detector is ours to fix, and the turn looks again."""
    try:
        return find_emergency(texts) is not None
    except Exception:
        log.exception("emergency detector failed")
        return False


def screening_lists(facts: ClinicFacts) -> ScreeningLists:
    return ScreeningLists(
        never_answer=frozenset(listed_key(number) for number in facts.whatsapp.never_answer),
        automatic_texts=frozenset(normalised(text) for text in facts.whatsapp.automatic_texts),
        give_back_phrase=normalised(facts.whatsapp.give_back_phrase),
    )


def contact_of(number: str, instance: str) -> Contact:
    """A number as the clinic writes it, as somebody to write to; without country code, a Brazilian one."""
    phone = with_country(number)
    return Contact(instance, phone, phone_key(phone), None, None)


def limits_of(settings: Settings) -> Limits:
    """The clinic's choices about waiting for the next piece."""
    return Limits(
        fixed_ms=round(settings.quiet_s * 1000),
        floor_ms=round(settings.patience_floor_s * 1000),
        ceiling_ms=round(settings.patience_ceiling_s * 1000),
        care=settings.patience_care,
    )
