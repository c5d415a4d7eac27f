import pytest

from clinic_bot.events import Json
from clinic_bot.sandbox.faults import FaultError, Faults


def faults(*described: dict[str, Json]) -> Faults:
    made = Faults({"slow", "cut"}, seed=1)
    for one in described:
        made.add(one)
    return made


def test_a_count_runs_out() -> None:
    made = faults({"kind": "slow", "count": 2, "seconds": 3})
    struck = [made.take("slow") is not None for _ in range(4)]
    assert struck == [True, True, False, False]
    assert made.as_json() == []


def test_without_a_count_it_lasts_until_cleared() -> None:
    made = faults({"kind": "slow"})
    assert all(made.take("slow") for _ in range(5))
    made.clear()
    assert made.take("slow") is None


def test_a_named_value_narrows_it() -> None:
    made = faults({"kind": "cut", "phone": "1"})
    assert made.take("cut", phone="2") is None
    assert made.take("cut", phone="1") is not None


def test_probability_strikes_about_that_often() -> None:
    made = faults({"kind": "slow", "probability": 0.25})
    assert 190 < sum(made.take("slow") is not None for _ in range(1000)) < 310


@pytest.mark.parametrize(
    "described",
    [
        pytest.param({"kind": "fire"}, id="unknown kind"),
        pytest.param({"kind": "slow", "count": 0}, id="count of nothing"),
        pytest.param({"kind": "slow", "probability": 2}, id="more than certain"),
        pytest.param({}, id="no kind"),
    ],
)
def test_nonsense_is_refused(described: dict[str, Json]) -> None:
    with pytest.raises(FaultError):
        faults(described)
