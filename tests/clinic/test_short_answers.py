"""Answers to a reminder that need no model, and all that looks like one and does."""

import pytest

from clinic_bot.clinic.short_answers import Short, short_answer


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
    assert short_answer(text.split("\n")) is Short.CONFIRM


@pytest.mark.parametrize(
    "text",
    [
        "2", "não", "Não vou poder", "nao vou poder ir", "Infelizmente não vou conseguir comparecer amanhã",
        "não posso", "quero remarcar", "Remarcar", "preciso reagendar minha consulta", "nao vai dar", "quero cancelar",
        "Oi, não irei", "n", "não poderei ir hoje, desculpe", "gostaria de desmarcar",
    ],
)  # fmt: skip
def test_somebody_who_cannot_come_or_wants_another_time(text: str) -> None:
    assert short_answer([text]) is Short.OTHER


@pytest.mark.parametrize(
    "text", ["CANCELAR", "pode cancelar", "cancela por favor", "Desmarcar", "pode cancelar a consulta"]
)
def test_a_plain_order_to_cancel(text: str) -> None:
    assert short_answer([text]) is Short.CANCEL


@pytest.mark.parametrize(
    "text",
    [
        "", "  ", "?", "sim?", "1 ou 2?", "1 2", "sim, mas posso atrasar 10 minutos",
        "confirmo sim 👍\ntem onde estacionar ai?", "vou sim " * 9,
        "não cancela", "não pode cancelar", "sim pode cancelar", "não 👍", "👎", "não sei", "acho que sim", "talvez",
        "sim, e o João também", "confirmo a da Alice", "confirmo para as 15h", "não confirmo", "ainda não", "obrigada",
        "🙏", "❤️",
        "quero remarcar para sexta", "bom dia", "3", "12", "1 hora", "sim sim " * 40, "vou me atrasar", "oi, amanhã",
        "cancelar lembretes", "não quero cancelar", "nao precisa remarcar",
    ],
)  # fmt: skip
def test_what_is_left_to_the_model(text: str) -> None:
    assert short_answer(text.split("\n")) is None
