from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from clinic_bot.clinic.facts import example_clinic
from clinic_bot.sandbox.expectations import Kind, Reply, grouped, judge, mentions
from clinic_bot.sandbox.grounding import Grounds
from clinic_bot.sandbox.scenario import Expect

A, B = "5511900000001", "5511900000002"
ONE = Expect(min_replies=1, max_replies=1, earliest_ms=10_000, latest_ms=20_000)
HANDED_OVER = {"type": "handoff_opened"}
CREATED = {"type": "appointment_created", "id": "A1"}
DATA = {"type": "data_request_recorded"}
OPT_OUT = {"type": "optout_recorded"}


def reply(at_ms: int, text: str = "sim", phone: str = A) -> Reply:
    return Reply(phone, at_ms, text)


def kinds(expect: Expect, replies: Sequence[Reply], **how: Any) -> list[Kind]:
    return [failure.kind for failure in judge(expect, replies, **how).failures]


def test_bubbles_of_one_phone_count_once() -> None:
    bubbles = [reply(5_000, "c"), reply(0, "a"), reply(2_900, "b"), reply(2_950, "x", B), reply(8_000, "d")]
    assert grouped(bubbles) == (reply(0, "a\nb\nc"), reply(2_950, "x", B), reply(8_000, "d"))


@pytest.mark.parametrize(
    ("at_ms", "found"),
    [
        ([15_000], []),
        ([10_000], []),
        ([20_000], []),
        ([], [Kind.COUNT]),
        ([12_000, 18_000], [Kind.COUNT]),
        ([9_999], [Kind.TIME]),
        ([20_001], [Kind.TIME]),
        ([5_000, 15_000], [Kind.COUNT, Kind.TIME]),
    ],
)
def test_counts_and_times_are_held_to(at_ms: list[int], found: list[Kind]) -> None:
    assert kinds(ONE, [reply(at) for at in at_ms]) == found


def test_a_second_reply_that_is_merely_allowed_may_come_later() -> None:
    emergency = Expect(min_replies=1, max_replies=2, latest_ms=9_800)
    assert kinds(emergency, [reply(6_000), reply(25_000)]) == []
    assert kinds(emergency, [reply(9_900), reply(25_000)]) == [Kind.TIME]


def test_without_typing_signals_an_early_cut_is_counted_and_not_failed() -> None:
    verdict = judge(ONE, [reply(5_000), reply(15_000)], presence=False)
    assert verdict.failures == ()
    assert verdict.cuts == 1
    decided_early = judge(ONE, [reply(10_500), reply(18_000), reply(26_000)], presence=False)
    assert (decided_early.failures, decided_early.cuts) == ((), 2)


def test_without_typing_signals_what_no_cut_explains_fails_all_the_same() -> None:
    assert kinds(ONE, [], presence=False) == [Kind.COUNT]
    assert kinds(ONE, [reply(25_000)], presence=False) == [Kind.TIME]
    assert kinds(ONE, [], presence=False, cut_before=True) == [], "the phase before handed over, for example"


@pytest.mark.parametrize(
    ("text", "spelling", "found"),
    [
        ("Abrimos às 8h.", "8h", True),
        ("Abrimos às 18h.", "8h", False),
        ("às 18:00", "8:00", False),
        ("às *16:00*", "16:00", True),
        ("R$ 350,00", "350", True),
        ("R$ 1.350,00", "350", False),
        ("R$ 350.000", "350", False),
        ("nº 98 da rua", "98", True),
        ("1980", "98", False),
        ("Sul  América", "sul america", True),
        ("SULAMÉRICA", "SulAmérica", True),
        ("em 18/10", "8/10", False),
        ("até 3x", "3x", True),
        ("5 gotas a cada 6 horas", " gotas a cada", True),
    ],
)
def test_numbers_do_not_match_inside_longer_ones(text: str, spelling: str, found: bool) -> None:
    assert mentions(text, spelling) is found


def test_one_spelling_of_each_group_is_enough_and_none_of_the_forbidden_may_stand() -> None:
    expect = Expect(min_replies=1, mentions_all=(("8h", "08:00"), ("12h",)), mentions_none=("100%",))
    assert kinds(expect, [reply(0, "das 08:00 às 12h")]) == []
    assert kinds(expect, [reply(0, "das 08:00, com 100% de desconto")]) == [Kind.TEXT, Kind.FORBIDDEN]


@pytest.mark.parametrize(
    ("effects", "hand_overs", "found"),
    [
        ([], 0, []),
        ([], 1, [Kind.EFFECT]),
        ([HANDED_OVER], 1, []),
        ([HANDED_OVER], 0, [Kind.EFFECT]),
        ([CREATED], 0, [Kind.EFFECT]),
        ([DATA], 0, [Kind.EFFECT]),
        ([OPT_OUT, DATA], 0, [Kind.EFFECT, Kind.EFFECT]),
        ([OPT_OUT], 1, [Kind.EFFECT, Kind.EFFECT]),
        ([{"type": "any_of", "options": [CREATED, HANDED_OVER]}], 0, [Kind.EFFECT]),
        ([{"type": "any_of", "options": [CREATED, HANDED_OVER]}], 1, []),
        ([{"type": "any_of", "options": [DATA, HANDED_OVER]}], 0, [Kind.EFFECT]),
        ([{"type": "any_of", "options": [HANDED_OVER, {"type": "none"}]}], 0, []),
        ([{"type": "any_of", "options": [HANDED_OVER, {"type": "none"}]}], 1, []),
        ([], None, []),
    ],
)
def test_what_is_wanted_and_what_happened_must_be_the_same(
    effects: list[Mapping[str, Any]], hand_overs: int | None, found: list[Kind]
) -> None:
    assert kinds(Expect(effects=tuple(effects)), [], hand_overs=hand_overs) == found


@pytest.mark.parametrize(
    ("effect", "names"),
    [
        ({"type": "moon_landed"}, "type 'moon_landed' is not known"),
        ({**CREATED, "colour": "red"}, "appointment_created: 'colour' is not known"),
        ({"type": "any_of", "options": [{"type": "moon_landed"}]}, "'moon_landed'"),
    ],
)
def test_an_effect_that_means_nothing_here_fails_with_its_name(effect: dict[str, Any], names: str) -> None:
    failures = judge(Expect(effects=(effect,)), [], hand_overs=0).failures
    assert names in failures[0].detail


def test_an_early_cut_explains_a_missing_word_and_no_false_one() -> None:
    grounds = Grounds(example_clinic(), {"services": []})
    expect = replace(ONE, mentions_all=(("16h",),), mentions_none=("grátis",), grounded_on=("services",))
    cut = [reply(5_000, "É grátis, por R$ 1!"), reply(15_000)]
    assert kinds(expect, cut, grounds=grounds, presence=False) == [Kind.FORBIDDEN]
    assert kinds(expect, cut, grounds=grounds) == [
        Kind.COUNT,
        Kind.TIME,
        Kind.TEXT,
        Kind.FORBIDDEN,
        Kind.GROUND,
    ]


def test_each_sender_is_judged_by_its_own() -> None:
    own = Expect(min_replies=1, max_replies=1, latest_ms=20_000)
    expect = Expect(per_phone={A: own, B: own})
    assert kinds(expect, [reply(9_000), reply(9_500, phone=B)]) == []
    (failure,) = judge(expect, [reply(9_000), reply(15_000)]).failures[:1]
    assert "0001: 2 replies, expected 1" in failure.detail
    assert A not in failure.detail
