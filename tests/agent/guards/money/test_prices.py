from decimal import Decimal

import pytest

from clinic_bot.agent.guards.money.prices import Prices
from clinic_bot.clinic.clinic_file import Service
from clinic_bot.clinic.facts import example_clinic

FACTS = example_clinic().model_copy(
    update={
        "professionals": (),
        "services": (
            Service(name="Odontopediatria", price=Decimal(155)),
            Service(name="Avaliação ortodôntica", price=Decimal(130)),
            Service(name="Fonoterapia", price_note="de R$ 140 a R$ 170, conforme o plano"),
        ),
    }
)
PRICES = Prices(FACTS)


@pytest.mark.parametrize(
    "text",
    [
        "A consulta de odontopediatria com o Dr. Ícaro custa R$ 130.",
        "A fonoterapia custa R$ 140 em até 6x.",
        "Cada sessão de fonoterapia sai por R$ 140, e começa depois da avaliação.",
    ],
)
def test_no_service_has_the_price_of_another_or_the_end_of_a_range(text: str) -> None:
    assert PRICES.mistake(text, "oi")


@pytest.mark.parametrize(
    "text",
    [
        "A odontopediatria com o Dr. Ícaro custa R$ 155, e a avaliação ortodôntica R$ 130.",
        "Odontopediatria R$ 155 mais fonoterapia a partir de R$ 140.",
        "Fonoterapia: R$ 140 a R$ 170.",
        "A fonoterapia parte de R$ 140.",
        "A fonoterapia começa em R$ 140.",
    ],
)
def test_its_own_price_and_its_own_range_may_be_told(text: str) -> None:
    assert PRICES.mistake(text, "oi") is None


def test_what_is_booked_tells_whose_price_is_meant() -> None:
    booked = ["consulta#1: avaliacao ortodontica com dra. ana, sexta-feira, 16/10 as 11h"]
    assert PRICES.mistake("Na sexta você paga R$ 155.", "quanto pago na sexta", booked)
    assert PRICES.mistake("Na sexta você paga R$ 130.", "quanto pago na sexta", booked) is None
    assert PRICES.mistake("A odontopediatria custa R$ 155.", "e pro meu filho?", booked) is None
