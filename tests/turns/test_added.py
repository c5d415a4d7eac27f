"""A sentence of the clinic's own below what a model wrote."""

import pytest

from clinic_bot.agent.wording import MAX_CHARS
from clinic_bot.turns.added import below

SENTENCE = "Recebi seu comprovante e avisei a recepção."


@pytest.mark.parametrize(
    ("reply", "left"),
    [
        ("Abrimos às 8h.", "Abrimos às 8h."),
        ("Abrimos às 8h.\n\nPosso ajudar em algo mais?", "Abrimos às 8h."),
        ("Bom dia! Como posso ajudar?", "Bom dia!"),
        ("Bom dia! Em que posso te ajudar? ", "Bom dia!"),
        ("Abrimos às 8h. Precisa de mais alguma coisa?", "Abrimos às 8h."),
        ("Abrimos às 8h. Você precisa de mais alguma coisa?", "Abrimos às 8h."),
        ("Oi! 😊 Como posso ajudar?", "Oi! 😊"),
        ("Oi! Como posso ajudar? 😊", "Oi!"),
        ("*Abrimos às 8h.* Como posso ajudar?", "*Abrimos às 8h.*"),
        ("Oi, como posso ajudar?", "Oi, como posso ajudar?"),  # no sentence of its own
        ("Pode me dizer em que posso ajudar?", "Pode me dizer em que posso ajudar?"),
        ("Para o exame precisa de alguma coisa?", "Para o exame precisa de alguma coisa?"),
        ("Qual horário prefere?", "Qual horário prefere?"),
        ("Posso ajudar o Davi a marcar?", "Posso ajudar o Davi a marcar?"),
    ],
)
def test_an_offer_of_help_is_idle_above_it(reply: str, left: str) -> None:
    assert below(reply, SENTENCE) == f"{left}\n\n{SENTENCE}"


@pytest.mark.parametrize("reply", ["", "Como posso ajudar?"])
def test_nothing_is_left_but_the_sentence(reply: str) -> None:
    assert below(reply, SENTENCE) == SENTENCE


def test_a_sentence_that_leaves_no_room_stands_alone() -> None:
    sentence = "Os seus dados ficam com a clínica. " * 50
    assert below("Abrimos às 8h.", sentence) == sentence


def test_of_a_reply_that_is_too_long_the_end_goes() -> None:
    text = below("Abrimos às 8h. " * MAX_CHARS, SENTENCE)
    assert len(text) <= MAX_CHARS
    assert text.endswith(f"8h.\n\n{SENTENCE}")
