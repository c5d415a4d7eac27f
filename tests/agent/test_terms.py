"""Terms that a patient acts on: how long to fast, how late one may come, in how many parts one pays."""

import pytest

from clinic_bot.agent.inventions import Known, invented

FILE = Known(
    "Ultrassom: Preparo: Jejum de 6 horas, bexiga cheia.\nAtraso: Tolerância de 10 minutos.\n"
    "Pagamento: crédito em até 5x."
)
SAID = Known("parcela em 10x? jejum de 12h né", loosely=True)


@pytest.mark.parametrize(
    "text",
    [
        "É preciso jejum de 8 horas.",
        "São 12h de jejum.",
        "A tolerância é de 15 minutos.",
        "Parcelamos em até 10x.",
        "Dá para pagar em 6 vezes.",
    ],
)
def test_a_term_that_the_file_does_not_have_is_not_said(text: str) -> None:
    assert invented(text, [FILE], [SAID], times=False) is not None


@pytest.mark.parametrize(
    "text",
    [
        "Jejum de 6 horas e bexiga cheia.",
        "São 6h de jejum.",
        "Há tolerância de 10 min.",
        "Em até 5x, ou em 3 vezes se preferir.",
        "Em 10x não parcelamos; em até 5x, sim.",
        "Você quis dizer 12h de jejum?",
        "A fisioterapia é 2x por semana.",
    ],
)
def test_what_the_file_says_and_what_is_asked_back_may_be_said(text: str) -> None:
    assert invented(text, [FILE], [SAID], times=False) is None


def test_what_is_nowhere_told_is_no_term() -> None:
    assert invented("Parcelamos em 3x.", [Known("Pagamento: Pix.")]) is not None
    assert invented("Não parcelamos.", [Known("Pagamento: Pix.")]) is None


def test_a_term_that_is_told_in_words_is_not_compared() -> None:
    assert invented("Jejum de 8 horas.", [Known("Jejum absoluto de oito horas.")]) is None
