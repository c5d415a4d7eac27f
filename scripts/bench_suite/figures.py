"""The figures by name, with their bars."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bench_suite import (
    at_once,
    claims,
    flood,
    memory,
    pace,
    replicas,
    restart,
    slow_model,
    statements,
    throughput,
)
from bench_suite.bench import Bench, Measured

#: From this fsync on the bars for slow disks hold, where a figure has one.
SLOW_FSYNC_MS = 5.0


@dataclass(frozen=True, slots=True)
class Figure:
    """What is measured and what it must keep. A bar is the most it may be, unless ``at_least``; None: as measured."""

    unit: str
    bar: float | None
    measure: Callable[[Bench], Awaitable[Measured]]
    at_least: bool = False
    slow_bar: float | None = None  #: where an fsync takes ``SLOW_FSYNC_MS``

    def bar_at(self, fsync_ms: float) -> float | None:
        return self.slow_bar if self.slow_bar is not None and fsync_ms >= SLOW_FSYNC_MS else self.bar

    def holds(self, value: float, fsync_ms: float) -> bool:
        bar = self.bar_at(fsync_ms)
        if bar is None:
            return True
        return value >= bar if self.at_least else value <= bar


FIGURES = {
    "ack_throughput_ratio_sqlite": Figure("×", 0.4, throughput.ack_throughput_ratio, at_least=True),
    "ack_p99_ms_300": Figure("ms", 25, pace.ack_p99_ms),
    "ack_p99_ms_1000_slow_groq": Figure("ms", 100, slow_model.ack_p99_ms),
    "lateness_p99_ms_embedded": Figure("ms", 20, pace.lateness_p99_ms, slow_bar=60),
    "lateness_max_ms_50_at_once": Figure("ms", 150, at_once.lateness_max_ms),
    "answer_to_send_p99_ms": Figure("ms", 10, pace.answer_to_send_p99_ms, slow_bar=30),
    "restart_10000_windows_s": Figure("s", 2, restart.restart_s),
    "rss_100000_windows_mb": Figure("MB", 300, memory.rss_100000_windows_mb),
    "rss_growth_1000000_phones_mb": Figure("MB", 20, memory.rss_growth_mb),
    "flood_lateness_ratio": Figure("×", 1.1, flood.flood_lateness_ratio),
    "ack_throughput_ratio_postgres": Figure(
        "×", 0.35, throughput.ack_throughput_ratio_postgres, at_least=True
    ),
    "lateness_p99_ms_3_replicas": Figure("ms", 100, replicas.lateness_p99_ms),
    "takeover_s": Figure("s", 16, replicas.takeover_s),
    "claim_ratio_1000000_idle": Figure("×", 1.5, claims.claim_ratio),
    "transactions_per_turn": Figure("", 4, statements.transactions_per_turn),
    "statements_per_message": Figure("", None, statements.statements_per_message),
    **{f"turns_per_s_{n}_replicas": Figure("/s", None, replicas.turns_per_s(n)) for n in (1, 2, 3)},
}
