from dataclasses import replace
from typing import Any

import pytest

from clinic_bot.sandbox.effects import (
    CANCELLED,
    CONFIRMED,
    CREATED,
    DATA_REQUEST,
    HAND_OVER,
    MOVED,
    Kept,
    between,
    problems,
)
from clinic_bot.sandbox.requested import data_requests
from clinic_bot.turns.data_requests import DataRequest

OLD = Kept(1, "A1", "5511900000001", "Marina Alves", "derma", "ana", "2026-10-08T15:00", "scheduled")
NEW = Kept(2, "", "5511900000002", "Rafaela Dias", "derma", "ana", "2026-10-08T16:00", "scheduled")


def types(before: list[Kept], after: list[Kept]) -> list[str]:
    return [str(effect["type"]) for effect in between(before, after)]


def test_what_was_done_is_seen_between_two_looks() -> None:
    assert types([OLD], [OLD]) == []
    assert types([OLD], [OLD, NEW]) == [CREATED]
    assert types([], [replace(NEW, status="confirmed")]) == [CREATED, CONFIRMED]
    assert types([OLD], [replace(OLD, start="2026-10-09T15:00")]) == [MOVED]
    assert types([OLD], [replace(OLD, professional="rui")]) == [MOVED]
    assert types([OLD], [replace(OLD, status="cancelled")]) == [CANCELLED]
    assert types([OLD], [replace(OLD, status="confirmed")]) == [CONFIRMED]
    assert types([replace(OLD, status="confirmed")], [OLD]) == []


CREATE = {"type": CREATED, "count": 1, "service": "derma", "start": NEW.start, "patient": "rafaela  dias"}
EITHER: dict[str, Any] = {"type": "any_of", "options": [{"type": "none"}, CREATE]}
MADE = NEW.effect(CREATED)
OTHER = replace(NEW, start="2026-10-08T16:30").effect(CREATED)
HANDED = {"type": HAND_OVER}
AT = f"{CREATED} at {NEW.start}"
GONE = f"was not expected: {CANCELLED} at {OLD.start}"


@pytest.mark.parametrize(
    ("wanted", "happened", "wrong"),
    [
        ([CREATE], [MADE], []),
        ([CREATE], [], [f"did not happen: {CREATED} at {NEW.start}"]),
        ([CREATE], [MADE, MADE], [f"was not expected: {CREATED} at {NEW.start}"]),
        (
            [CREATE],
            [OTHER],
            [
                f"did not happen: {CREATED} at {NEW.start}",
                f"was not expected: {CREATED} at 2026-10-08T16:30",
            ],
        ),
        ([{**CREATE, "count": 2}], [MADE], [f"did not happen: {AT}", f"was not expected: {AT}"]),
        ([EITHER], [MADE], []),
        ([EITHER], [], []),
        ([EITHER], [OTHER], [f"was not expected: {CREATED} at 2026-10-08T16:30"]),
        ([{"type": CANCELLED, "id": "A1"}], [OLD.effect(CANCELLED)], []),
        ([{"type": CANCELLED, "id": "A2"}], [OLD.effect(CANCELLED)], [f"did not happen: {CANCELLED}", GONE]),
        ([], [HANDED], ["was not expected: handoff_opened"]),
        ([{"type": HAND_OVER, "reason": "recibo"}], [HANDED], []),
    ],
)  # fmt: skip
def test_the_list_of_effects_is_complete(
    wanted: list[dict[str, Any]], happened: list[dict[str, Any]], wrong: list[str]
) -> None:
    assert problems(wanted, happened) == wrong


def test_a_request_for_personal_data_is_of_its_kind() -> None:
    happened = data_requests(OLD.phone, [f"reclamação; {DataRequest.DELETION}", "ligação perdida"])
    assert happened == [{"type": DATA_REQUEST, "phone": OLD.phone, "kind": "deletion"}]
    wanted = {"type": DATA_REQUEST, "kind": "deletion", "count": 1}
    assert problems([wanted], happened) == []
    assert problems([{**wanted, "kind": "erasure"}], happened) == []
    assert len(problems([{**wanted, "kind": "copy"}], happened)) == 2
