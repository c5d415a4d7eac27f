import re

import pytest

from clinic_bot.clock import Clock
from clinic_bot.sandbox.groq_limits import FREE, Bucket, Limits, Plan, go_duration

STILL = Clock(start_ms=1_790_000_000_000, rate=1e-9)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0s"),
        (0.577, "577ms"),
        (7.66, "7.66s"),
        (6, "6s"),
        (179.56, "2m59.56s"),
        (2592, "43m12s"),
        (6048, "1h40m48s"),
    ],
)
def test_durations_are_written_as_go_writes_them(seconds: float, text: str) -> None:
    assert go_duration(seconds) == text


def test_a_bucket_drains_evenly() -> None:
    bucket = Bucket(8_000, 60_000)
    bucket.add(7_210, 0)
    assert bucket.wait_s(1_443, 0) == pytest.approx(4.8975), "as the recorded refusal counts it"
    assert bucket.reset_s(0) == pytest.approx(54.075)
    assert bucket.remaining(30_000) == 8_000 - 3_210
    assert bucket.wait_s(1_443, 5_000) == 0


@pytest.mark.parametrize(
    ("plan", "tokens", "name", "kind"),
    [
        (Plan(1, 9, 9_000, 9_000), 10, "requests per minute (RPM): Limit 1, Used 1, Requested 1.", "requests"),
        (Plan(9, 1, 9_000, 9_000), 10, "requests per day (RPD): Limit 1, Used 1, Requested 1.", "requests"),
        (Plan(9, 9, 9_000, 99_000), 5_000, "tokens per minute (TPM): Limit 9000, Used 5000, Requested 5000.", "tokens"),
        (Plan(9, 9, 9_000, 9_000), 5_000, "tokens per minute (TPM)", "tokens"),
        (Plan(9, 9, 90_000, 9_000), 5_000, "tokens per day (TPD): Limit 9000, Used 5000, Requested 5000.", "tokens"),
    ],
    ids=["RPM", "RPD", "TPM", "the minute before the day", "TPD"],
)  # fmt: skip
def test_each_limit_refuses_with_its_name_and_a_wait(plan: Plan, tokens: int, name: str, kind: str) -> None:
    limits = Limits("openai/gpt-oss-120b", plan, STILL)
    assert limits.reserve(tokens) is None
    refusal = limits.reserve(tokens)
    assert refusal is not None
    assert refusal.status == 429
    assert isinstance(refusal.body, dict)
    error = refusal.body["error"]
    assert isinstance(error, dict)
    assert (error["code"], error["type"]) == ("rate_limit_exceeded", kind)
    assert name in str(error["message"])
    said = re.search(r"Please try again in ([0-9hms.]+)\.", str(error["message"]))
    assert said is not None
    assert refusal.retry_after_s > 0


def test_one_request_above_the_minute_is_too_large_even_when_idle() -> None:
    refusal = Limits("openai/gpt-oss-120b", FREE, STILL).reserve(34_041)
    assert refusal is not None
    assert refusal.status == 413
    assert "Limit 8000, Requested 34041, please reduce" in str(refusal.body)


def test_what_was_not_written_is_given_back() -> None:
    limits = Limits("openai/gpt-oss-120b", FREE, STILL)
    limits.reserve(3_000)
    limits.settle(3_000, 1_000)
    assert limits.headers()["x-ratelimit-remaining-tokens"] == "7000"
    assert limits.headers()["x-ratelimit-remaining-requests"] == "999"
