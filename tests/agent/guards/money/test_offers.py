"""Discounts, what is free, refunds: as a file tells them and as a reply promises them."""

import pytest

from clinic_bot.agent.guards.language.known import Known
from clinic_bot.agent.guards.money.offers import promised
from clinic_bot.clinic.spelling import plain

FILE = (
    Known(
        "Estacionamento: Seis vagas na frente da clínica, sem custo por até 1 hora.\n"
        "Wi-Fi: Há Wi-Fi gratuito para visitantes.\n"
        "Retorno: Retorno sem custo em até 20 dias.\n"
        "Pagamento: Pix ou dinheiro com 4% de desconto, débito, ou crédito em até 6x."
    ),
)
STRICT = (
    Known(
        "Estacionamento: Garagem com entrada pela rua lateral: primeira hora grátis.\n"
        "Retorno: Não há retorno gratuito; depois da consulta marca-se outra.\n"
        "Pagamento: Pacote em 4x no crédito, ou com 5% de desconto à vista no Pix; sessão avulsa sem desconto.\n"
        "Recibo e reembolso: O recibo sai no dia."
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


@pytest.mark.parametrize(
    ("sentence", "asked"),
    [
        ("Voltando em um mês você não paga nada.", "o retorno é gratuito?"),
        ("A avaliação não tem custo para quem vem pela primeira vez.", "a avaliação é paga?"),
        ("A garagem é gratuita durante toda a consulta.", "tem onde parar?"),
        ("A doutora refaz sem cobrar nada.", "e se eu não gostar?"),
        ("Nesse caso devolvemos o valor das sessões.", "e se eu desistir?"),
        ("O valor é devolvido no dia seguinte.", "oi"),
        ("Seu plano vai devolver o valor.", "meu plano reembolsa?"),
        ("No crédito o pacote tem 5% de desconto.", "oi"),
    ],
)
def test_what_it_denies_or_limits_is_no_offer(sentence: str, asked: str) -> None:
    assert promised(sentence, STRICT, asked=plain(asked))


@pytest.mark.parametrize(
    ("sentence", "asked"),
    [
        ("Retorno gratuito não temos.", "tem retorno grátis?"),
        ("A primeira hora na garagem é grátis, e a segunda é paga.", "a garagem é grátis?"),
        ("O aparelho é devolvido no dia seguinte.", "até quando fico com o holter?"),
        ("No Pix à vista o pacote tem 5% de desconto.", "e no pix?"),
    ],
)
def test_what_it_says_of_its_limits_may_be_told(sentence: str, asked: str) -> None:
    assert promised(sentence, STRICT, asked=plain(asked)) is None


def test_what_is_free_after_a_visit_is_not_the_visit() -> None:
    assert (
        promised("Tem: até 20 dias depois da consulta, sem custo.", FILE, asked="depois tem retorno?") is None
    )
