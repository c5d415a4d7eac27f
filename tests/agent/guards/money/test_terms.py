from decimal import Decimal

import pytest

from clinic_bot.agent.guards.money.terms import Terms
from clinic_bot.clinic.clinic_file import Service
from clinic_bot.clinic.facts import example_clinic

SERVICES = (
    Service(name="Consulta oftalmológica", price=Decimal(365)),
    Service(name="Videonasoscopia", price=Decimal(290)),
    Service(name="Coleta de sangue", price_note="depende do pedido"),
    Service(name="Ultrassom de tireoide", price=Decimal(140)),
    Service(name="Sessão de laser", price=Decimal(820)),
    Service(name="Pacote de 4 sessões", price=Decimal(900)),
)
ABOVE = "Pix, débito ou crédito. No crédito, até 4x sem juros em valores acima de R$ 300."
EACH = (
    "Pix ou crédito em até 4x, com parcela mínima de R$ 60. "
    "No Pix os exames de imagem têm 5% de desconto; coleta de sangue não tem desconto."
)
VISITS = "Pix tem 5% de desconto nas consultas particulares; exames e procedimentos não entram."

AT_ONCE = (
    "Pix, débito ou crédito. Procedimentos em até 6x; consultas só à vista. No Pix, 5% de desconto em procedimentos, "
    "não em consultas."
)
PACKS = "Sessão avulsa só à vista e sem desconto; pacote em até 4x sem juros, ou com 5% de desconto à vista no Pix."


def terms(payment: str) -> Terms:
    return Terms(
        example_clinic().model_copy(update={"payment": payment, "services": SERVICES, "professionals": ()})
    )


@pytest.mark.parametrize(
    ("payment", "text", "asked"),
    [
        (ABOVE, "Dá sim! A videonasoscopia, R$ 290, pode ser dividida em 2x sem juros.", "oi"),
        (ABOVE, "Dá sim, em até 4x no crédito!", "divide a videonasoscopia?"),
        (EACH, "São 4x de R$ 35 no crédito.", "divide a tireoide em 4?"),
        (EACH, "No Pix há 5% de desconto também na coleta de sangue.", "oi"),
        (EACH, "Sim, no Pix fica 5% mais barato.", "o exame de sangue tem desconto?"),
        (AT_ONCE, "A consulta tem 5% de desconto no Pix.", "oi"),
        (AT_ONCE, "Sim, dá para dividir em duas vezes.", "parcela a consulta?"),
        (PACKS, "A sessão tem 5% de desconto no Pix.", "oi"),
        (PACKS, "Os R$ 365 podem ser divididos em duas vezes.", "dá pra dividir?"),
        (VISITS, "Tem, sim! Você ganha os 5% de desconto.", "tem desconto na videonasoscopia?"),
    ],
)
def test_terms_that_the_file_does_not_have_are_noticed(payment: str, text: str, asked: str) -> None:
    assert terms(payment).mistake(text, asked)


@pytest.mark.parametrize(
    ("payment", "text", "asked"),
    [
        (ABOVE, "A consulta, R$ 365, pode ser dividida em até 4x.", "oi"),
        (ABOVE, "Em 4x sem juros dá R$ 91,25 por mês.", "oi"),
        (ABOVE, "Valores acima de R$ 300 podem ser parcelados em até 4x.", "divide a videonasoscopia?"),
        (ABOVE, "Não dá para parcelar: a videonasoscopia custa R$ 290.", "oi"),
        (EACH, "O ultrassom fica em 2x de R$ 70.", "oi"),
        (EACH, "O ultrassom de tireoide tem 5% de desconto no Pix.", "oi"),
        (EACH, "A coleta de sangue não tem desconto.", "oi"),
        (VISITS, "A consulta oftalmológica tem 5% de desconto no Pix.", "oi"),
        (VISITS, "No Pix, as consultas particulares têm 5% de desconto.", "tem desconto?"),
        (AT_ONCE, "O parcelamento existe para procedimentos.", "a consulta parcela?"),
        (AT_ONCE, "Vale dividir isso com a médica na consulta.", "oi"),
        (AT_ONCE, "Para a consulta pedimos um sinal de 30%.", "oi"),
        (PACKS, "No pacote de 4 sessões há 5% de desconto no Pix.", "a sessão tem desconto?"),
        (PACKS, "As sessões costumam ser duas vezes por semana.", "oi"),
        ("Pix ou crédito em até 3x.", "A videonasoscopia fica em 3x.", "oi"),
    ],
)
def test_those_that_it_has_may_be_told(payment: str, text: str, asked: str) -> None:
    assert terms(payment).mistake(text, asked) is None
