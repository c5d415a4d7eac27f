"""What professionals are called by."""

import pytest

from clinic_bot.agent.guards.language.names import first_names


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
