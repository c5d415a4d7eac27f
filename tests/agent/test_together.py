"""What replicas know together, beside the models' minutes: kept as a text, in a time that does not go back."""

import json

import pytest

from clinic_bot.agent.breaker import Why
from clinic_bot.agent.limits import Told
from clinic_bot.agent.shared_model import Stated, Want
from clinic_bot.agent.together import Together

NOW_MS = 1_790_000_000_000


def known() -> Together:
    together = Together()
    together.model("m").learn(Told(60_000, 60_000), NOW_MS, NOW_MS)
    return together


def test_time_does_not_go_back_between_clocks_that_differ_a_little() -> None:
    together = Together()
    assert together.now(NOW_MS) == NOW_MS
    assert together.now(NOW_MS - 40) == NOW_MS, "else the span would drain twice"
    assert together.now(NOW_MS + 1) == NOW_MS + 1
    assert together.now(NOW_MS - 3_600_000) == NOW_MS - 3_600_000, "somebody set the server's clock"


def test_the_text_says_everything_that_counts() -> None:
    together = known()
    together.now(NOW_MS)
    together.reserve(Want("m", 1_000, False, "a", 0), NOW_MS)
    together.model("m").held.clear()
    together.model("n").take(Want("n", 5, True, "a", 0), NOW_MS)
    together.model("n").state(Stated(Why.GONE, NOW_MS, NOW_MS + 5))
    together.account = Stated("the key", NOW_MS, NOW_MS + 5)
    assert together.once("out", NOW_MS, None)
    again = Together.of_text(together.text())
    assert again == together
    assert not again.once("out", NOW_MS, None)


@pytest.mark.parametrize(
    "text", ["", "null", "[]", "{", '{"models":{"m":{}},"said":{},"account":null,"at_ms":0}', "STATED"]
)
def test_what_another_version_kept_otherwise_is_begun_anew(text: str) -> None:
    if text == "STATED":
        together = known()
        together.model("m").state(Stated(Why.DAY, 0, 0))
        kept = json.loads(together.text())
        kept["models"]["m"]["stated"]["why"] = "a word of later"
        text = json.dumps(kept)
    assert Together.of_text(text) == Together()
