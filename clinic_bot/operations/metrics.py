"""What the service counts and times, for Prometheus. Built by app.py; nothing registers itself globally.

Callers in other rooms pass plain words and seconds, so none of them knows Prometheus. Durations of a sandbox
are the clock's, as everything else there; only ``ack_seconds`` is the machine's.
"""

from collections.abc import Callable, Collection, Iterable
from typing import TypeVar

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from clinic_bot.events import Reason

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

# Around the bars that the bench holds: 25 and 100 ms for an answer to a webhook, 20 and 150 ms of lateness,
# 10 ms from the model's answer to the send.
_QUICK_S = (0.001, 0.0025, 0.005, 0.01, 0.02, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 5)
_MODEL_S = (0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 90)

# What a reply's way may end in; written out, since this room knows neither the outbox nor the tables.
_SEND_OUTCOMES = ("sent", "not_sent", "refused", "account_refused", "uncertain")
_TURN_ENDS = (
    *("sent", "unknown", "undelivered", "withdrawn", "silent", "no_reply", "empty", "dead"),
    *("stale", "given_back", "superseded"),
)
_SWITCHES = ("paused", "zapi_account", "zapi_disconnected")

_WEBHOOK_ANSWERS = ("queued", "duplicate", "400", "401", "408", "413", "503")
_REVIEWS = ("sendable", "objected", "unreadable", "busy", "late", "down", "refused")

_Metric = TypeVar("_Metric")


_REMINDER_ENDS = ("sent", "unknown", "undelivered", "skipped")


class _Children(dict[tuple[str, ...], _Metric]):
    """The children of one labelled metric, looked up once: ``labels()`` costs more than the increment."""

    def __init__(self, resolve: Callable[..., _Metric]) -> None:
        super().__init__()
        self._resolve: Callable[..., _Metric] = resolve

    def start_at_zero(self, known: Iterable[tuple[str, ...]]) -> None:
        """Show what can be counted before it ever was, so that its first time is an increase."""
        for labels in known:
            _ = self[labels]

    def __missing__(self, labels: tuple[str, ...]) -> _Metric:
        child = self[labels] = self._resolve(*labels)
        return child


class Metrics:
    """Every figure of one process. All methods are cheap and never raise."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._webhooks = self._counters("webhooks", "Webhooks by answer and reason.", "answer", "reason")
        self._turns = self._counters("turns", "Turns by the state they ended in.", "state")
        self._calls = self._counters("model_calls", "Calls to the model.", "model", "outcome")
        self._tokens = self._counters("model_tokens", "Tokens, by kind.", "model", "kind")
        self._thrown = self._counter(
            "thrown_tokens", "Tokens spent on answers that something newer made useless."
        )
        self._ahead = self._counters(
            "asked_ahead", "Answers asked for before their window closed, by what became of them.", "fate"
        )
        self._reviews = self._counters(
            "reviews", "Replies that a second model was asked about, by what it found.", "found"
        )
        self._sends = self._counters("sends", "Requests to Z-API's send-text, by outcome.", "outcome")
        self._emergencies = self._counters("emergencies", "Turns recognised as an emergency.", "kind")
        self._handovers = self._counter("handovers", "Chats that a reply of the bot handed to the reception.")
        self._takeovers = self._counter("takeovers", "Times that a person of the clinic took a chat over.")
        self._ack = self._histogram("ack_seconds", "From a webhook's arrival to its answer.", _QUICK_S)
        self._lateness = self._histogram(
            "lateness_seconds", "From a window's deadline to the request to the model.", _QUICK_S
        )
        self._model = _Children(
            self._histogram("model_seconds", "One call to the model.", _MODEL_S, "model").labels
        )
        self._answer_to_send = self._histogram(
            "answer_to_send_seconds", "From the model's answer to the request to Z-API.", _QUICK_S
        )
        self.open_windows = self._gauge("open_windows", "Bursts that wait for their deadline.")
        self.turns_thinking = self._gauge("turns_thinking", "Turns at the agent now.")
        self.uncertain_sends = self._gauge("uncertain_sends", "Sends that may or may not have left.")
        self.stuck_conversations = self._gauge(
            "stuck_conversations", "Conversations with a pending message that nothing will wake (rule 9)."
        )
        self.dead_turns = self._gauge("dead_turns", "Turns set aside, which an operator retries or discards.")
        self.held_sends = self._gauge("held_sends", "Sends that stayed uncertain, which an operator settles.")
        self._switches = _Children(
            self._gauge("switch_on", "Whether something stops all answers.", "switch").labels
        )
        self._alerts = self._counters(
            "alerts", "Alerts by kind, and whether a rate held them back.", "kind", "fate"
        )
        self._deliveries = self._counters(
            "alert_deliveries", "Alerts by channel and outcome.", "channel", "outcome"
        )
        self._reminders = self._counters("reminders", "Reminders by how they ended, or skipped.", "outcome")
        self._media = self._counters(
            "media",
            "Voice notes and pictures by what came of them, and why not.",
            "kind",
            "outcome",
            "reason",
        )
        self._media_seconds = _Children(
            self._histogram(
                "media_seconds", "From the receipt of a voice note or picture to its words.", _MODEL_S, "kind"
            ).labels
        )
        self._audio = self._counters("audio_seconds", "Seconds of audio, as they are billed.", "model")
        self._loops = self._counter("stopped_loops", "Chats handed over for too many replies in an hour.")
        self._pruned = self._counters("pruned_rows", "Rows that went with time.", "table")
        self._reminders.start_at_zero((outcome,) for outcome in _REMINDER_ENDS)
        self._sends.start_at_zero((outcome,) for outcome in _SEND_OUTCOMES)
        self._reviews.start_at_zero((found,) for found in _REVIEWS)
        self._ahead.start_at_zero((fate,) for fate in ("used", "thrown_away"))
        self._turns.start_at_zero((state,) for state in _TURN_ENDS)
        self._switches.start_at_zero((name,) for name in _SWITCHES)
        self._webhooks.start_at_zero((answer, "") for answer in _WEBHOOK_ANSWERS)
        self._webhooks.start_at_zero(("ignored", reason.value) for reason in Reason)

    def webhook_answered(self, answer: str, *, seconds: float, reason: str = "") -> None:
        """``answer`` is ``queued``, ``duplicate`` or ``ignored`` (with its reason), or the HTTP status."""
        self._webhooks[answer, reason].inc()
        self._ack.observe(seconds)

    def turn_ended(self, state: str) -> None:
        self._turns[state,].inc()

    def turn_started(self, *, late_seconds: float) -> None:
        self._lateness.observe(max(0.0, late_seconds))

    def model_called(
        self, model: str, outcome: str, *, seconds: float, prompt_tokens: int = 0, completion_tokens: int = 0
    ) -> None:
        """``outcome`` is a word of ``agent.chat.Outcome``; a call that was held back never left."""
        self._calls[model, outcome].inc()
        if outcome != "held_back":
            self._model[model,].observe(seconds)
        self._tokens[model, "prompt"].inc(prompt_tokens)
        self._tokens[model, "completion"].inc(completion_tokens)

    def tokens_thrown_away(self, tokens: int) -> None:
        self._thrown.inc(tokens)

    def asked_ahead(self, fate: str) -> None:
        """``used`` or ``thrown_away``; what was thrown away is counted in tokens besides."""
        self._ahead[fate,].inc()

    def reply_reviewed(self, found: str) -> None:
        """``found`` is a word of ``agent.review.Found``; all but the first two went out unread."""
        self._reviews[found,].inc()

    def reply_left(self, *, after_answer_seconds: float) -> None:
        self._answer_to_send.observe(max(0.0, after_answer_seconds))

    def send_ended(self, outcome: str) -> None:
        """One word: ``sent``, ``not_sent``, ``refused``, ``account_refused``, ``uncertain``, ``fenced``."""
        self._sends[outcome,].inc()

    def emergency(self, kind: str) -> None:
        self._emergencies[kind,].inc()

    def handed_over(self) -> None:
        self._handovers.inc()

    def taken_over(self) -> None:
        self._takeovers.inc()

    def loop_stopped(self) -> None:
        self._loops.inc()

    def switches(self, on: Collection[str]) -> None:
        """Which switches are on now; all others are off."""
        for name in {*_SWITCHES, *on}:
            self._switches[name,].set(name in on)

    def media_read(self, kind: str, outcome: str, *, reason: str, seconds: float) -> None:
        """``outcome`` is ``read``, ``unclear``, ``failed`` or ``late``; ``reason`` is one word, or nothing."""
        self._media[kind, outcome, reason].inc()
        self._media_seconds[kind,].observe(max(0.0, seconds))

    def audio_billed(self, model: str, seconds: float) -> None:
        self._audio[model,].inc(seconds)

    def alert_raised(self, kind: str, *, suppressed: bool) -> None:
        self._alerts[kind, "held_back" if suppressed else "told"].inc()

    def alert_delivered(self, channel: str, outcome: str) -> None:
        """``outcome`` is one word: ``delivered``, ``failed``, ``dropped``, and of WhatsApp also how a notice ended."""
        self._deliveries[channel, outcome].inc()

    def pruned(self, table: str, rows: int) -> None:
        self._pruned[table,].inc(rows)

    def reminder_ended(self, outcome: str) -> None:
        """``outcome`` is how its notice ended, or ``skipped``."""
        self._reminders[outcome,].inc()

    def render(self) -> bytes:
        """Prometheus's text format; ``CONTENT_TYPE`` goes with it."""
        return generate_latest(self._registry)

    def _counters(self, name: str, text: str, *labels: str) -> _Children[Counter]:
        return _Children(self._counter(name, text, *labels).labels)

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(name, text, labels, namespace="clinic_bot", registry=self._registry)

    def _gauge(self, name: str, text: str, *labels: str) -> Gauge:
        return Gauge(name, text, labels, namespace="clinic_bot", registry=self._registry)

    def _histogram(self, name: str, text: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
        return Histogram(name, text, labels, namespace="clinic_bot", buckets=buckets, registry=self._registry)
