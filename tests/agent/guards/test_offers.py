"""Discounts, what is free, refunds: as a file tells them and as a reply promises them."""

import pytest

from clinic_bot.agent.guards.known import Known
from clinic_bot.agent.guards.offers import promised

FILE = (
    Known(
        "Estacionamento: Seis vagas na frente da clínica, sem custo por até 1 hora.\n"
        "Wi-Fi: Há Wi-Fi gratuito para visitantes.\n"
        "Retorno: Retorno sem custo em até 20 dias.\n"
        "Pagamento: Pix ou dinheiro com 4% de desconto, débito, ou crédito em até 6x."
    ),
)


@pytest.mark.parametrize(
    ("sentence", "asked"),
    [
        ("A consulta é gratuita.", "quanto custa a consulta?"),
        ("A avaliação com a Dra. Noemi não tem custo.", "oi"),
        ("Sim, a avaliação não é cobrada!", "a avaliação é paga?"),
        ("As vagas são gratuitas durante todo o tempo.", "quanto é o estacionamento?"),
        ("No Pix, dinheiro ou débito você tem 4% de desconto.", "desconto no pix?"),
        ("Mostre o tíquete na recepção e você recebe um abatimento.", "a garagem é paga?"),
        ("Temos desconto para irmãos, sim.", "desconto pros irmãos?"),
        ("O valor da avaliação é abatido do aparelho.", "e a avaliação?"),
        ("Não, a limpeza é gratuita.", "pago a limpeza?"),
        ("Temos um pacote promocional.", "pacote?"),
        ("O valor é devolvido integralmente.", "devolvem?"),
    ],
)
def test_what_the_clinic_does_not_give_is_not_promised(sentence: str, asked: str) -> None:
    assert promised(sentence, FILE, asked=asked)


@pytest.mark.parametrize(
    ("sentence", "asked"),
    [
        ("Tem sim, gratuito para os pacientes.", "tem wifi?"),
        ("O Wi-Fi é gratuito, e a senha fica no balcão.", "tem wifi?"),
        ("São seis vagas próprias, gratuitas por até 1 hora.", "tem onde parar?"),
        ("Por até 1 hora, sem custo.", "estacionamento?"),
        ("A primeira hora é sem custo.", "quanto custa estacionar 2h"),
        ("O retorno não tem custo em até 20 dias.", "oi"),
        ("O retorno é gratuito em até 20 dias.", "retorno paga?"),
        (
            "Aceitamos Pix, dinheiro, débito ou crédito, e no Pix ou em dinheiro há 4% de desconto.",
            "como pago?",
        ),
        ("No débito ou no crédito é o valor cheio; em dinheiro, 4% de desconto.", "desconto?"),
        ("Pagando à vista, no Pix ou em dinheiro, há 4% de desconto.", "desconto?"),
        ("No Pix há 4% de desconto, e o estacionamento é grátis.", "estacionamento?"),
    ],
)
def test_what_it_gives_may_be_told(sentence: str, asked: str) -> None:
    assert promised(sentence, FILE, asked=asked) is None
