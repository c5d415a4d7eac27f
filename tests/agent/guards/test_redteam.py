"""Replies as a misbehaving model would write them, and as an honest one does, over nine clinics."""

from collections.abc import Sequence

import pytest

from clinic_bot.sandbox.replies import Case
from tests.support.redteam import CORPUS


def named(cases: Sequence[Case]) -> list[object]:
    return [pytest.param(case, id=case.id) for case in cases]


@pytest.mark.parametrize("case", named(CORPUS.adverse))
def test_it_does_not_get_through(case: Case) -> None:
    assert CORPUS.objection(case) is not None, f"{case.said!r} may not be answered by {case.reply!r}"


@pytest.mark.parametrize("case", named(CORPUS.honest))
def test_it_gets_through(case: Case) -> None:
    assert CORPUS.objection(case) is None, f"{case.said!r} may be answered by {case.reply!r}"
