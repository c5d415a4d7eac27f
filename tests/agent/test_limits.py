import json
from pathlib import Path

import pytest

from clinic_bot.agent.limits import DAY_MS, Bucket, Figures, ModelLimits, duration_s, figures, stated_wait_s
from clinic_bot.sandbox.groq_bodies import refusals

SAMPLES = json.loads(
    (Path(__file__).parent.parent / "data" / "groq-samples.json").read_text(encoding="utf-8")
)
NOW = 1_790_000_000_000


def headers(limit: int, left: int, reset: str) -> dict[str, str]:
    return {
        "x-ratelimit-limit-tokens": str(limit),
        "x-ratelimit-remaining-tokens": str(left),
        "x-ratelimit-reset-tokens": reset,
    }


def test_an_unknown_limit_holds_nothing_back() -> None:
    limits = ModelLimits()
    for _ in range(1000):
        limits.reserve(100_000, NOW)
    assert limits.wait_ms(100_000, 1, NOW) == 0


def test_the_limits_of_the_settings_hold_before_the_first_answer() -> None:
    limits = ModelLimits(tokens_per_minute=8_000, requests_per_minute=2)
    limits.reserve(3_000, NOW)
    assert limits.wait_ms(3_000, 1, NOW) == 0
    limits.reserve(3_000, NOW)
    assert limits.wait_ms(100, 1, NOW) == pytest.approx(30_000), "two requests a minute"
    assert limits.wait_ms(8_000, 1, NOW) == pytest.approx(45_000), "6,000 of 8,000 have to drain"
    assert limits.wait_ms(8_000, 1, NOW + 45_000) == 0


def test_every_answer_says_what_is_left_and_when_it_is_all_back() -> None:
    sample = refusals()["rate_limit_429_tpm"]["headers"]
    limits = ModelLimits()
    limits.read(sample, 0, NOW)
    assert limits.tokens.used(NOW) == 8_000 - 790
    assert limits.wait_ms(1_443, 1, NOW) == pytest.approx(4_897.5, abs=1), "as the recorded refusal counts it"
    assert limits.tokens.used(NOW + 54_075) == pytest.approx(0, abs=1)
    assert limits.requests_of_the_day.used(NOW) == 30
    assert limits.requests_of_the_day.used(NOW + 43 * 60_000 + 12_000) == pytest.approx(0, abs=0.01)


def test_what_is_still_on_its_way_is_added_to_what_an_answer_says() -> None:
    limits = ModelLimits()
    first = limits.reserve(2_000, NOW - 5_000)
    mine = limits.reserve(2_500, NOW - 100)
    limits.reserve(3_000, NOW - 50)
    limits.read(headers(8_000, 6_000, "15s"), mine, NOW)
    assert limits.tokens.used(NOW) == 2_000 + 3_000, (
        "the first one was long counted, and this is the second's answer"
    )
    assert first != mine


@pytest.mark.parametrize(
    "odd",
    [
        {},
        headers(0, 0, "0s"),
        {"x-ratelimit-limit-tokens": "many", "x-ratelimit-remaining-tokens": "8000"},
        headers(8_000, -1, "soon"),
    ],
    ids=["none", "zero", "no number", "negative"],
)
def test_headers_that_make_no_sense_change_nothing(odd: dict[str, str]) -> None:
    limits = ModelLimits(tokens_per_minute=8_000)
    limits.reserve(5_000, NOW - 10_000)
    before = limits.tokens.used(NOW)
    limits.read(odd, 0, NOW)
    assert limits.tokens.used(NOW) == before
    assert limits.tokens.limit == 8_000


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("rate_limit_429_tpm", Figures("TPM", 8000, 7210, 1443)),
        ("rate_limit_429_tpd", Figures("TPD", 200000, 197050, 3619)),
        ("rate_limit_429_rpm", Figures("RPM", 30, 30, 1)),
        ("rate_limit_429_audio", Figures("ASPH", 7200, 7170, 230)),
        ("request_too_large_413_tpm", Figures("TPM", 8000, None, 34041)),
        ("otpm_refused", Figures("OTPM", 1000, None, 1024)),
        ("request_too_large_413_body", None),
        ("over_capacity_503", None),
    ],
)
def test_the_numbers_of_a_refusal_are_read(name: str, expected: Figures | None) -> None:
    assert figures(refusals()[name]["body"]["error"]["message"]) == expected


def test_a_refusal_teaches_the_limit_that_no_header_tells() -> None:
    limits = ModelLimits()
    limits.refused(Figures("RPM", 30, 30, 1), NOW)
    assert limits.wait_ms(1, 1, NOW) == pytest.approx(2_000)
    limits.refused(Figures("ASPH", 7200, 7170, 230), NOW)  # not one of a chat
    limits.refused(None, NOW)
    assert limits.wait_ms(1, 1, NOW + 2_000) == 0


def test_what_was_refused_before_it_ran_is_given_back() -> None:
    limits = ModelLimits(tokens_per_minute=8_000, requests_per_minute=1)
    limits.release(limits.reserve(8_000, NOW), 8_000, NOW)
    assert limits.wait_ms(8_000, 1, NOW) == 0


def test_a_clock_that_goes_back_does_not_fill_a_bucket() -> None:
    bucket = Bucket(DAY_MS)
    bucket.learn(1_000, 500, NOW)
    assert bucket.used(NOW - 3_600_000) == 500


@pytest.mark.parametrize(
    ("given", "text", "wait_s"),
    [
        ({"retry-after": "5"}, "Please try again in 4.897s.", 5.0),
        ({"retry-after": "nan"}, "Please try again in 4.897s.", 4.897),
        ({"retry-after": "inf"}, "nothing", 5.0),
        ({"retry-after": "-3"}, "Please try again in 644ms. Need", 0.644),
    ],
)  # fmt: skip
def test_the_stated_wait_is_the_header_or_else_the_text(
    given: dict[str, str], text: str, wait_s: float
) -> None:
    assert stated_wait_s(given, text) == pytest.approx(wait_s)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("9m38.016s", 578.016), ("577ms", 0.577), ("6s", 6.0), ("2m59.56s", 179.56), ("1h40m48s", 6048.0),
        ("1.984999999s", 1.984999999), ("120µs", 0.00012), ("", None), ("5", None), ("abc", None),
    ],
)  # fmt: skip
def test_durations_are_read_as_go_writes_them(text: str, seconds: float | None) -> None:
    assert duration_s(text) == (None if seconds is None else pytest.approx(seconds))
