"""Raising an alert: who raises it waits for nothing, and a person learns it once."""

import asyncio
import io
from dataclasses import dataclass, field

from prometheus_client.parser import text_string_to_metric_families

from clinic_bot.clock import Clock
from clinic_bot.operations.alert_limits import Rates
from clinic_bot.operations.alerts import Alert, AlertKind, Alerts
from clinic_bot.operations.metrics import Metrics
from tests.support.clock import FakeClock
from tests.support.waiting import until

PHONE = "5511987650001"


@dataclass
class Heard:
    """A channel that keeps what it gets, and may be stuck or broken."""

    name: str = "ear"
    alerts: list[Alert] = field(default_factory=list)
    free: asyncio.Event = field(default_factory=asyncio.Event)
    broken: bool = False
    closed: bool = False

    def __post_init__(self) -> None:
        self.free.set()

    async def deliver(self, alert: Alert) -> None:
        await self.free.wait()
        if self.broken:
            raise RuntimeError("a fault of ours")
        self.alerts.append(alert)

    async def close(self) -> None:
        self.closed = True

    @property
    def kinds(self) -> list[str]:
        return [alert.kind for alert in self.alerts]


def total(metrics: Metrics, name: str, **labels: str) -> float:
    return sum(
        sample.value
        for family in text_string_to_metric_families(metrics.render().decode())
        for sample in family.samples
        if sample.name == f"clinic_bot_{name}" and labels.items() <= sample.labels.items()
    )


async def test_an_alert_reaches_every_channel() -> None:
    first, second, clock = Heard("one"), Heard("two"), FakeClock()
    alerts = Alerts(clock, Metrics())
    alerts.start([first, second])
    alerts.alert(AlertKind.TURN_DEAD, "Uma conversa ficou sem resposta.")
    await until(lambda: len(first.alerts) == len(second.alerts) == 1)
    assert first.alerts == [Alert("turn_dead", "Uma conversa ficou sem resposta.", clock.now_ms())]
    await alerts.close()
    assert first.closed
    assert second.closed


async def test_what_is_raised_before_there_is_a_channel_is_told_then() -> None:
    heard, alerts = Heard(), Alerts(FakeClock(), Metrics())
    alerts.alert("rule9", "x")
    alerts.start([heard])
    await until(lambda: heard.kinds == ["rule9"])
    await alerts.close()


async def test_a_stuck_channel_holds_up_neither_the_raiser_nor_the_other_channel() -> None:
    stuck, heard, metrics = Heard("stuck"), Heard("free"), Metrics()
    stuck.free.clear()
    alerts = Alerts(FakeClock(), metrics, rates=Rates(of_a_kind=500, of_all=500))
    alerts.start([stuck, heard])
    for _ in range(150):
        alerts.alert("rule9", "x")
        await asyncio.sleep(0)
    await until(lambda: len(heard.alerts) == 150)
    assert total(metrics, "alert_deliveries_total", channel="stuck", outcome="dropped") >= 49
    await alerts.close(within_s=0.01)


async def test_a_broken_channel_goes_on_with_the_next_alert(written_log: io.StringIO) -> None:
    heard, metrics = Heard(broken=True), Metrics()
    alerts = Alerts(FakeClock(), metrics)
    alerts.start([heard])
    alerts.alert("rule9", "x")
    await until(lambda: total(metrics, "alert_deliveries_total", outcome="failed") == 1)
    heard.broken = False
    alerts.alert("rule9", "y")
    await until(lambda: [alert.text for alert in heard.alerts] == ["y"])
    await alerts.close()


async def test_too_many_of_a_kind_are_summed_up_when_nothing_more_happens() -> None:
    heard, clock, metrics = Heard(), FakeClock(), Metrics()
    alerts = Alerts(clock, metrics, rates=Rates(of_a_kind=1, of_a_kind_ms=600_000))
    alerts.start([heard])
    await asyncio.sleep(0)
    for n in range(4):
        alerts.alert("send_held", f"n. {n}")
    await until(lambda: len(heard.alerts) == 1)
    for _ in range(20):
        clock.advance(30_000)
        await asyncio.sleep(0)
    await until(lambda: len(heard.alerts) == 2)
    assert (heard.alerts[1].text, heard.alerts[1].suppressed) == ("n. 3", 2)
    assert total(metrics, "alerts_total", kind="send_held", fate="held_back") == 3
    await alerts.close()


async def test_what_lasts_is_told_once_until_it_is_over() -> None:
    heard, alerts = Heard(), Alerts(FakeClock(), Metrics())
    alerts.start([heard])
    for _ in range(50):
        alerts.begin(AlertKind.GROQ_OUT, "fora do ar")
    alerts.end(AlertKind.GROQ_OUT, "voltou")
    alerts.end(AlertKind.GROQ_OUT, "voltou")
    alerts.begin(AlertKind.GROQ_OUT, "fora do ar")
    await until(lambda: len(heard.alerts) == 3)
    assert [alert.text for alert in heard.alerts] == ["fora do ar", "voltou", "fora do ar"]
    await alerts.close()


async def test_no_phone_leaves_and_no_alert_raises(written_log: io.StringIO) -> None:
    heard, alerts = Heard(), Alerts(FakeClock(), Metrics())
    alerts.start([heard])
    alerts.alert("patient_waits", f"O número {PHONE} espera")
    alerts.alert("patient_waits", None)  # type: ignore[arg-type]
    await until(lambda: len(heard.alerts) == 1)
    assert heard.alerts[0].text == "O número 55119*****001 espera"
    assert PHONE not in written_log.getvalue()
    await alerts.close()


async def test_closing_lets_what_waits_leave_but_not_for_long() -> None:
    heard, alerts = Heard(), Alerts(Clock(), Metrics())
    alerts.start([heard])
    alerts.alert("disk", "x")
    await alerts.close()
    assert heard.kinds == ["disk"]
    stuck = Heard()
    stuck.free.clear()
    alerts = Alerts(Clock(), Metrics())
    alerts.start([stuck])
    alerts.alert("disk", "x")
    await alerts.close(within_s=0.01)
    assert stuck.closed
