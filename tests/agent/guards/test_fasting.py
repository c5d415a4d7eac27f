"""Hours of a fast, as the file has them and as a reply states them."""

import pytest

from clinic_bot.agent.guards.fasting import untold_hours

TOLD = ["ultrassom: preparo: jejum de 6 horas, bexiga cheia."]
SAID = ["jejum de 12h ne"]


@pytest.mark.parametrize("sentence", ["e preciso jejum de 8 horas.", "sao 12h de jejum."])
def test_hours_that_the_file_does_not_have_are_not_said(sentence: str) -> None:
    assert untold_hours(sentence, TOLD, SAID)
    assert untold_hours(sentence, [], [])


@pytest.mark.parametrize(
    "sentence",
    ["jejum de 6 horas e bexiga cheia.", "sao 6h de jejum.", "voce quis dizer 12h de jejum?", "venha as 8h."],
)
def test_what_the_file_says_and_what_is_asked_back_may_be_said(sentence: str) -> None:
    assert not untold_hours(sentence, TOLD, SAID)


def test_hours_that_are_told_in_words_are_not_compared() -> None:
    assert not untold_hours("jejum de 8 horas.", ["jejum absoluto de oito horas."], [])
