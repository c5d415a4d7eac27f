"""Builds what hears and sees, from the settings."""

from typing import Protocol

import structlog
from groq import AsyncGroq

from clinic_bot.agent.reading import PROVIDER
from clinic_bot.agent.replicas import name_for
from clinic_bot.clock import Clock
from clinic_bot.events import Kind
from clinic_bot.media import asking
from clinic_bot.media.allowed import AllowedTogether
from clinic_bot.media.asking import Asking, Tell
from clinic_bot.media.ears import Ears, Senses
from clinic_bot.media.fetch import Fetcher, Limits
from clinic_bot.media.see import Seeing
from clinic_bot.media.transcribe import Hearing
from clinic_bot.operations.alerts import AlertKind, Alerts
from clinic_bot.operations.metrics import Metrics
from clinic_bot.settings import Settings
from clinic_bot.store.database import Database
from clinic_bot.store.media import Settled
from clinic_bot.store.policy import Policy
from clinic_bot.turns import alert_words

log = structlog.get_logger(__name__)

_OFF = "off"
_CALL_TIMEOUT_S = 45.0  # with the fetch before it within a lease


class Wakeful(Protocol):
    """Who wants to know what a commit changed; the dispatcher."""

    def notice(self, conversation_id: int, wake_at_ms: int | None, *, emergency: bool = False) -> None: ...
    def newer(self, conversation_id: int, revision: int) -> None: ...


def models_of(settings: Settings) -> dict[Kind, str]:
    """The model that reads each kind of message."""
    named = {Kind.AUDIO: _model(settings.whisper_model), Kind.IMAGE: _model(settings.vision_model)}
    return {kind: model for kind, model in named.items() if model is not None}


def fetched_kinds(settings: Settings) -> frozenset[Kind]:
    """Which messages are put on the list: those that there is a model for."""
    return frozenset(models_of(settings))


def ears_of(
    settings: Settings,
    database: Database,
    clock: Clock,
    policy: Policy,
    metrics: Metrics,
    alerts: Alerts,
    dispatcher: Wakeful,
    *,
    groq: tuple[str, str],
    stand_in: str | None,
    alone: bool,
) -> tuple[Ears, AsyncGroq]:
    """The ears, and the client to be closed after them. Call it inside the running loop.

    Args:
        groq: key and base URL.
        stand_in: where the sandbox's files are; nothing else outside the internet is ever fetched.
        alone: no other process works the same records.
    """
    sdk = asking.client(*groq)
    fetcher = Fetcher(clock, Limits(round(settings.media_max_mb * 1_000_000)), stand_in=stand_in)

    def ask(model: str, what: str) -> Asking:
        tell = _telling(alerts, what)
        account = f"{name_for(PROVIDER, groq[0])} {model}"
        allowed = None if alone else AllowedTogether(database, account, clock)
        return Asking(sdk, clock, timeout_s=_CALL_TIMEOUT_S, tell=tell, model=model, allowed=allowed)

    models = models_of(settings)
    hears, sees = models.get(Kind.AUDIO), models.get(Kind.IMAGE)
    senses = Senses(
        fetcher,
        None
        if hears is None
        else Hearing(ask(hears, "audio"), longest_s=settings.audio_max_s, billed=metrics.audio_billed),
        None if sees is None else Seeing(ask(sees, "image")),
    )

    def told(settled: Settled) -> None:
        _tell(dispatcher, clock, alerts, settled)

    return Ears(database, senses, clock, policy, metrics, tell=told, alone=alone), sdk


def _model(name: str | None) -> str | None:
    return None if not name or name.lower() == _OFF else name


_NOT_READ = {
    "audio": "Os áudios dos pacientes não estão sendo ouvidos; o assistente pede que escrevam",
    "image": "As imagens dos pacientes não estão sendo vistas",
}


_KINDS = {"audio": AlertKind.AUDIO_UNHEARD, "image": AlertKind.IMAGE_UNSEEN}


def _telling(alerts: Alerts, what: str) -> Tell:
    kind = _KINDS[what]

    def tell(reason: str | None) -> None:
        if reason is None:
            alerts.end(kind)
        else:
            alerts.begin(kind, f"{_NOT_READ[what]}. Avise quem cuida do assistente: {reason}.")

    return tell


def _tell(dispatcher: Wakeful, clock: Clock, alerts: Alerts, settled: Settled) -> None:
    """As the webhook does after a message."""
    person_has_it = settled.person_has_it or (settled.wake_at_ms or 0) > clock.now_ms()
    if settled.emergency and person_has_it:
        log.error("emergency while a person has the chat", conversation=settled.conversation_id)
        phone, lid = (settled.whose.phone, settled.whose.lid) if settled.whose else (None, None)
        alerts.alert(AlertKind.EMERGENCY, alert_words.emergency_with_a_person(phone, lid))
    if settled.person_has_it:
        return
    if settled.revision is not None:
        dispatcher.newer(settled.conversation_id, settled.revision)
    dispatcher.notice(settled.conversation_id, settled.wake_at_ms, emergency=settled.emergency)
