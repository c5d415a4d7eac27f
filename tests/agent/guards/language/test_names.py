"""What people are called by, and what their titles end."""

import pytest

from clinic_bot.agent.guards.language.names import first_name, first_names, without_title_stops


@pytest.mark.parametrize(
    ("name", "called"),
    [
        pytest.param("Enf. Rosângela Dutra", ["rosangela"], id="not by a title"),
        pytest.param("Dra. Ana Reis", ["ana", "reis"], id="by both where the first is short"),
        pytest.param("Rui", ["rui"], id="by the one there is"),
    ],
)
def test_people_are_called_by_their_first_names(name: str, called: list[str]) -> None:
    assert first_names(name) == called


@pytest.mark.parametrize(
    ("name", "called"),
    [
        pytest.param("Prof. Dr. José Prado", "jose", id="behind all of the titles"),
        pytest.param("Enf. Rosângela Dutra", "rosangela", id="behind a calling"),
        pytest.param("Dra.", "dra.", id="by the title where there is no other"),
    ],
)
def test_one_word_tells_somebody_apart(name: str, called: str) -> None:
    assert first_name(name) == called


def test_the_stop_of_a_title_ends_nothing() -> None:
    text = "A Dra. Ana e a ENF. Rosa atendem na Av. Brasil. Até logo."
    assert without_title_stops(text) == "A Dra Ana e a ENF Rosa atendem na Av Brasil. Até logo."
