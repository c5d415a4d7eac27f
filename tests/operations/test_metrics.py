"""What the service counts, read back the way Prometheus reads it."""

from prometheus_client.parser import text_string_to_metric_families

from clinic_bot.events import Reason
from clinic_bot.operations.metrics import Metrics


def value(metrics: Metrics, name: str, **labels: str) -> float | None:
    for family in text_string_to_metric_families(metrics.render().decode()):
        for sample in family.samples:
            if sample.name == f"clinic_bot_{name}" and sample.labels == labels:
                return sample.value
    return None


def test_webhooks_are_counted_by_answer_and_timed() -> None:
    metrics = Metrics()
    metrics.webhook_answered("queued", seconds=0.004)
    metrics.webhook_answered("ignored", seconds=0.004, reason="group")
    metrics.webhook_answered("503", seconds=5)
    assert value(metrics, "webhooks_total", answer="queued", reason="") == 1
    assert value(metrics, "webhooks_total", answer="ignored", reason="group") == 1
    assert value(metrics, "webhooks_total", answer="503", reason="") == 1
    assert value(metrics, "ack_seconds_count") == 3
    assert value(metrics, "ack_seconds_bucket", le="0.005") == 2


def test_every_answer_shows_before_it_was_ever_given() -> None:
    metrics = Metrics()
    assert value(metrics, "webhooks_total", answer="401", reason="") == 0
    for reason in Reason:
        assert value(metrics, "webhooks_total", answer="ignored", reason=reason.value) == 0


def test_a_turn_is_told_from_its_deadline_to_its_end() -> None:
    metrics = Metrics()
    metrics.turn_started(late_seconds=-0.0004)  # a timer may fire a hair early
    metrics.model_called("m", "ok", seconds=1.5, prompt_tokens=2900, completion_tokens=80)
    metrics.reply_left(after_answer_seconds=0.003)
    metrics.send_ended("sent")
    metrics.turn_ended("sent")
    assert value(metrics, "lateness_seconds_sum") == 0
    assert value(metrics, "model_calls_total", model="m", outcome="ok") == 1
    assert value(metrics, "model_seconds_sum", model="m") == 1.5
    assert value(metrics, "model_tokens_total", model="m", kind="prompt") == 2900
    assert value(metrics, "model_tokens_total", model="m", kind="completion") == 80
    assert value(metrics, "answer_to_send_seconds_count") == 1
    assert value(metrics, "sends_total", outcome="sent") == 1
    assert value(metrics, "turns_total", state="sent") == 1


def test_emergencies_and_takeovers_are_counted() -> None:
    metrics = Metrics()
    metrics.emergency("physical")
    metrics.taken_over()
    assert value(metrics, "emergencies_total", kind="physical") == 1
    assert value(metrics, "takeovers_total") == 1


def test_gauges_say_how_many_there_are_now() -> None:
    metrics = Metrics()
    metrics.open_windows.set(12)
    metrics.turns_thinking.inc()
    metrics.uncertain_sends.set(1)
    metrics.stuck_conversations.set(0)
    assert value(metrics, "open_windows") == 12
    assert value(metrics, "turns_thinking") == 1
    assert value(metrics, "uncertain_sends") == 1
    assert value(metrics, "stuck_conversations") == 0


def test_two_services_in_one_process_count_apart() -> None:
    first, second = Metrics(), Metrics()
    first.taken_over()
    assert value(second, "takeovers_total") == 0


def test_every_class_of_outcome_shows_before_it_happened() -> None:
    metrics = Metrics()
    assert value(metrics, "sends_total", outcome="uncertain") == 0
    assert value(metrics, "turns_total", state="dead") == 0
    assert value(metrics, "switch_on", switch="paused") == 0
    assert value(metrics, "dead_turns") == value(metrics, "held_sends") == 0


def test_switches_show_which_one_is_on() -> None:
    metrics = Metrics()
    metrics.switches({"paused"})
    assert value(metrics, "switch_on", switch="paused") == 1
    metrics.switches({"zapi_account"})
    assert value(metrics, "switch_on", switch="paused") == 0
    assert value(metrics, "switch_on", switch="zapi_account") == 1


def test_alerts_are_counted_as_raised_and_as_delivered() -> None:
    metrics = Metrics()
    metrics.alert_raised("rule9", suppressed=False)
    metrics.alert_raised("rule9", suppressed=True)
    metrics.alert_delivered("hook", "failed")
    metrics.loop_stopped()
    assert value(metrics, "alerts_total", kind="rule9", fate="told") == 1
    assert value(metrics, "alerts_total", kind="rule9", fate="held_back") == 1
    assert value(metrics, "alert_deliveries_total", channel="hook", outcome="failed") == 1
    assert value(metrics, "stopped_loops_total") == 1
