"""What a judge is asked and what its answers are worth."""

import json

import pytest

from clinic_bot.sandbox import judge
from clinic_bot.sandbox.expectations import Reply
from clinic_bot.sandbox.groq_checks import check_request
from clinic_bot.sandbox.judge import BrokenAnswer, Judged, Line, Verdict
from clinic_bot.sandbox.outcome import PhaseOutcome

MUST = Line(1, must=True, text="dá o valor")
MUST_NOT = Line(1, must=False, text="prometer desconto")
SAID = (PhaseOutcome("one", 1, (Reply("", 0, "A consulta custa *R$ 140,50* à vista."),), ()),)
SILENT = (PhaseOutcome("one", 1, (), ()),)


def verdict(line: Line, said: tuple[PhaseOutcome, ...] = SAID, **row: object) -> Judged:
    answer = json.dumps({"verdicts": [{"n": 1, "quote": "", "why": "", **row}]})
    (judged,) = judge.verdicts(answer, (line,), said)
    return judged


@pytest.mark.parametrize(
    ("line", "answer", "quote", "expected"),
    [
        pytest.param(MUST, "yes", "R$ 140,50 à vista", Verdict.KEPT, id="done, with the words that show it"),
        pytest.param(MUST, "no", "", Verdict.BROKEN, id="not done"),
        pytest.param(MUST_NOT, "yes", "a consulta custa", Verdict.BROKEN, id="what must not be"),
        pytest.param(MUST_NOT, "no", "", Verdict.KEPT, id="what must not be is not there"),
        pytest.param(MUST, "yes", "R$ 150,00", Verdict.NOT_JUDGED, id="words that nobody said"),
        pytest.param(MUST, "yes", "", Verdict.NOT_JUDGED, id="no words at all"),
        pytest.param(MUST, "yes", "**", Verdict.NOT_JUDGED, id="nothing but markup"),
        pytest.param(MUST, "unclear", "", Verdict.NOT_JUDGED, id="unclear"),
        pytest.param(MUST, "maybe", "R$ 140,50", Verdict.NOT_JUDGED, id="another word"),
        pytest.param(MUST, ["yes"], "R$ 140,50", Verdict.NOT_JUDGED, id="no word"),
    ],
)
def test_a_verdict_needs_its_evidence(line: Line, answer: object, quote: str, expected: Verdict) -> None:
    assert verdict(line, answer=answer, quote=quote).verdict is expected


def test_of_silence_nothing_can_be_quoted() -> None:
    assert verdict(MUST, SILENT, answer="yes").verdict is Verdict.KEPT
    assert verdict(MUST_NOT, SILENT, answer="yes").verdict is Verdict.NOT_JUDGED


@pytest.mark.parametrize(
    "answer", ["", "Não posso ajudar com isso.", "[]", '{"verdicts": "all good"}', '{"verdicts": [', "null"]
)
def test_what_holds_no_verdicts_is_told(answer: str) -> None:
    with pytest.raises(BrokenAnswer, match="the judge"):
        judge.verdicts(answer, (MUST,), SAID)


def test_a_line_that_the_judge_left_out_is_not_judged_and_one_too_many_is_nobodys() -> None:
    rows = [{"n": 2, "answer": "no", "quote": "", "why": ""}, {"n": 7, "answer": "no"}, "text", {"n": "1"}]
    judged = judge.verdicts(json.dumps({"verdicts": rows}), (MUST, MUST_NOT), SAID)
    assert [one.verdict for one in judged] == [Verdict.NOT_JUDGED, Verdict.KEPT]


@pytest.mark.parametrize(
    ("model", "kind", "strict"),
    [
        ("openai/gpt-oss-120b", "json_schema", True),
        ("openai/gpt-oss-20b", "json_schema", True),
        ("openai/gpt-oss-safeguard-20b", "json_schema", False),
        ("qwen/qwen3.8-27b", "json_schema", False),
        ("new/model", "json_object", None),
    ],
)
def test_each_model_is_held_to_the_schema_as_far_as_groq_says(
    model: str, kind: str, strict: bool | None
) -> None:
    asked = judge.response_format(model)
    assert (asked["type"], asked.get("json_schema", {}).get("strict")) == (kind, strict)
    said = judge.messages((MUST, MUST_NOT), SAID, [(0, "patient", "quanto é?")], [])
    check_request({"model": model, "messages": said, "response_format": asked}, max_completion_tokens=9_000)


def test_the_judge_sees_what_was_said_and_each_line_with_its_phase() -> None:
    system, user = judge.messages((MUST, MUST_NOT), SAID, [(2_000, "patient", "quanto é?")], [])
    assert "JSON" in system["content"]  # which json_object wants to read
    assert "2 s, patient: quanto é?" in user["content"]
    assert "2. (phase 1) prometer desconto" in user["content"]
