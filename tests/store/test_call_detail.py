"""A call in a turn's story: written and read back."""

import pytest

from clinic_bot.store.call_detail import CallDetail


@pytest.mark.parametrize(
    ("detail", "told"),
    [
        (CallDetail("openai/gpt-oss-120b", "ok"), "openai/gpt-oss-120b: ok"),
        (CallDetail("m", "timeout", early=True), "m: timeout, asked before the window closed"),
        (CallDetail("m", "ok", "objected", 2310, 41), "m: ok, review: objected (2310 + 41 tokens)"),
        (
            CallDetail("m:2", "cancelled", "no verdict", 9, 0, early=True),
            "m:2: cancelled, review: no verdict (9 + 0 tokens), asked before the window closed",
        ),
    ],
)
def test_it_is_read_as_it_was_told(detail: CallDetail, told: str) -> None:
    assert detail.told() == told
    assert CallDetail.read(told) == detail


@pytest.mark.parametrize("text", ["", "openai/gpt-oss-120b", "something else"])
def test_of_another_text_nothing_is_read(text: str) -> None:
    assert CallDetail.read(text) == CallDetail("", "")
