"""How long things last, as a file tells it, as a patient names it, and as a reply says it."""

import pytest

from clinic_bot.agent.guards.times.durations import Lengths

FILE = Lengths(
    [
        "Preparo geral: Chegar 10 minutos antes.\nSiso: Refeição leve até 2 horas antes.\n"
        "Cancelamento: Desmarcar com pelo menos 12 horas de antecedência.\nAtraso: Tolerância de 10 minutos.\n"
        "Resultados: Raio-x: 1 dia útil. Sangue e urina: 2 dias úteis. Holter: 4 dias úteis.\n"
        "Ecocardiograma (40 min). Jejum de 8 horas.\nLembretes 24 horas e 3 horas antes."
    ],
    {"raio", "sangue", "urina", "holter", "ecocardiograma"},
)
NOTHING = Lengths([])


@pytest.mark.parametrize(
    ("sentence", "asked"),
    [
        ("o laudo do holter fica pronto em 2 dias uteis.", "oi"),
        ("o resultado sai em 2 dias uteis.", "quando sai o holter?"),
        ("a gente segura seu horario por ate 20 minutos na quinta as 18h", "se eu atrasar 20 min tudo bem?"),
        ("nao ha tolerancia: quem chega depois perde a consulta.", "oi"),
        ("basta me avisar ate uma horinha antes.", "desmarco quando?"),
        ("ele atende ha mais de 20 anos.", "ele e bom?"),
        ("cancelando com 2 horas de antecedencia nao paga nada.", "cancelo 2h antes?"),
        ("evite alcool nas 5 horas anteriores.", "oi"),
        ("a espera raramente passa de 10 minutos.", "costuma atrasar?"),
        ("a partir dos 16 anos ja pode vir sozinho.", "16 anos"),
    ],
)
def test_a_length_of_nothing_that_was_told_is_noticed(sentence: str, asked: str) -> None:
    assert FILE.untold(sentence, NOTHING, Lengths([asked]), asked)


@pytest.mark.parametrize(
    ("sentence", "asked"),
    [
        ("nao e jejum: a orientacao e uma refeicao leve ate 2 horas antes.", "siso precisa de jejum?"),
        ("o laudo do holter fica pronto em 4 dias uteis.", "oi"),
        ("raio-x em 1 dia util; sangue em 2 dias uteis.", "quando sai o resultado?"),
        ("com 20 minutos de atraso ja nao da para garantir o atendimento.", "e se eu atrasar 20 min?"),
        ("nao ha tolerancia alem dos 10 minutos.", "oi"),
        ("a bia, de 5 anos, pode vir.", "minha filha tem 5 anos"),
        ("como ele tem 15 anos e e menor, venha junto.", "ele tem 15"),
        ("com 20 minutos, vira encaixe ou e remarcado.", "e se eu atrasar 20 min?"),
        ("vale lembrar que o ecocardiograma dura 40 minutos.", "oi"),
        ("esperamos voce 10 minutos antes.", "oi"),
        ("com 5 minutos de atraso ainda esta dentro da tolerancia.", "vou atrasar 5 min"),
        ("o laudo do holter 24 horas fica pronto em 4 dias uteis.", "oi"),
        ("so um minutinho, por favor.", "oi"),
        ("os lembretes chegam por aqui 24 horas e 3 horas antes.", "oi"),
        ("a espera em caso de atraso e de ate 10 minutos.", "oi"),
    ],
)
def test_what_was_told_or_is_the_patient_s_own_may_be_said(sentence: str, asked: str) -> None:
    assert not FILE.untold(sentence, NOTHING, Lengths([asked]), asked)
