"""Answers to a reminder that need no model, and all that looks like one and does."""

import json
from pathlib import Path

import pytest

from clinic_bot.clinic.short_answers import Short, counted_answer


def said(burst: str) -> Short | None:
    short, _ = counted_answer(burst.split("\n"))
    return short


@pytest.mark.parametrize(
    "text",
    [
        "1", "1.", "Sim", "siiim", "SIM!!", "👍", "👍🏽", "👍🏻👍🏻", "ok 👍",
        "confirmo", "Confirmado!", "Sim, confirmo", "confirmo sim",
        "Bom dia! Confirmo presença, obrigada", "pode confirmar", "vou sim", "Estarei lá", "sim estarei aí amanhã",
        "combinado, obrigado", "opção 1", "Obrigada 👍", "ok", "✅", "sim\nobrigada",
    ],
)  # fmt: skip
def test_a_yes(text: str) -> None:
    assert said(text) is Short.CONFIRM


@pytest.mark.parametrize(
    "text",
    [
        "2", "não", "Não vou poder", "nao vou poder ir", "Infelizmente não vou conseguir comparecer amanhã",
        "não posso", "quero remarcar", "Remarcar", "preciso reagendar minha consulta", "nao vai dar", "quero cancelar",
        "Oi, não irei", "n", "não poderei ir hoje, desculpe", "gostaria de desmarcar",
    ],
)  # fmt: skip
def test_somebody_who_cannot_come_or_wants_another_time(text: str) -> None:
    assert said(text) is Short.OTHER


@pytest.mark.parametrize(
    "text", ["CANCELAR", "pode cancelar", "cancela por favor", "Desmarcar", "pode cancelar a consulta"]
)
def test_a_plain_order_to_cancel(text: str) -> None:
    assert said(text) is Short.CANCEL


@pytest.mark.parametrize(
    "text",
    [
        "", "  ", "?", "sim?", "1 ou 2?", "1 2", "sim, mas posso atrasar 10 minutos",
        "confirmo sim 👍\ntem onde estacionar ai?", "vou sim " * 9,
        "não cancela", "não pode cancelar", "sim pode cancelar", "não 👍", "👎", "não sei", "acho que sim", "talvez",
        "sim, e o João também", "confirmo a da Alice", "confirmo para as 15h", "não confirmo", "ainda não", "obrigada",
        "🙏", "❤️",
        "quero remarcar para sexta", "bom dia", "3", "12", "1 hora", "sim sim " * 40, "vou me atrasar", "oi, amanhã",
        "pode ser hoje", "cancelar lembretes", "não quero cancelar", "nao precisa remarcar",
    ],
)  # fmt: skip
def test_what_is_left_to_the_model(text: str) -> None:
    assert said(text) is None


@pytest.mark.parametrize(
    ("text", "short", "count"),
    [
        ("confirmo as duas", Short.CONFIRM, 2),
        ("confirmo sim, os dois", Short.CONFIRM, 2),
        ("não vou poder, ambas", Short.OTHER, 2),
        ("confirmo", Short.CONFIRM, None),
        ("as duas", None, None),
        ("confirmo as duas da tarde", None, None),
    ],
)
def test_of_how_many_it_is_said(text: str, short: Short | None, count: int | None) -> None:
    assert counted_answer([text]) == (short, count)


DATA = Path(__file__).parent.parent / "data" / "short_answers.jsonl"
#: What is not understood goes to the model and costs a call; what is misunderstood changes something.
LEAST_UNDERSTOOD, MOST_MISUNDERSTOOD = 0.9, 0.0


@pytest.mark.parametrize("part", ["blind_1", "blind_2"])
def test_answers_are_understood_or_left_to_the_model_but_never_misunderstood(part: str) -> None:
    cases = [json.loads(line) for line in DATA.read_text(encoding="utf-8").splitlines()]
    cases = [case for case in cases if case["part"] == part]
    answers = [(case["texts"], case["means"], counted_answer(case["texts"])[0]) for case in cases]
    clear = [(texts, means, found) for texts, means, found in answers if means is not None]
    missed = [texts for texts, _, found in clear if found is None]
    assert 1 - len(missed) / len(clear) >= LEAST_UNDERSTOOD, missed
    wrong = [texts for texts, means, found in answers if found is not None and found != means]
    assert len(wrong) / len(answers) <= MOST_MISUNDERSTOOD, wrong
