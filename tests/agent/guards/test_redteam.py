"""Replies as a misbehaving model would write them, and as an honest one does, over four clinics."""

import pytest

from tests.support.redteam import Case, cases


def named(name: str) -> list[object]:
    return [pytest.param(case, id=case.id) for case in cases(name)]


@pytest.mark.parametrize("case", named("adverse"))
def test_it_does_not_get_through(case: Case) -> None:
    assert case.objection() is not None, f"{case.said!r} may not be answered by {case.reply!r}"


@pytest.mark.parametrize("case", named("honest"))
def test_it_gets_through(case: Case) -> None:
    assert case.objection() is None, f"{case.said!r} may be answered by {case.reply!r}"
