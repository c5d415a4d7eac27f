import pytest

from clinic_bot.agent.guards.money.fees import Fees
from clinic_bot.clinic.clinic_file import Policies, Service
from clinic_bot.clinic.facts import ClinicFacts, example_clinic


def facts(cancel: str) -> ClinicFacts:
    return example_clinic().model_copy(
        update={
            "professionals": (),
            "services": (
                Service(name="Consulta dermatológica"),
                Service(name="Toxina botulínica (botox)"),
                Service(name="Limpeza de pele", notes="Limpeza de pele não pede sinal."),
            ),
            "policies": Policies(cancel=cancel),
            "payment": "Pix. Botox pede sinal de 30%; consulta e limpeza não pedem sinal.",
        }
    )


HALF = Fees(facts("Até 24 horas antes, sem custo. Em caso de falta, cobra-se metade do valor."))


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("Sim, pedimos um sinal de 30% para segurar o horário da consulta.", "oi"),
        ("Sim, pedimos um sinal de 30%.", "a limpeza de pele tem sinal?"),
        (
            "Quando a pessoa falta sem avisar, o valor da sessão é cobrado por inteiro.",
            "se faltar pago quanto?",
        ),
        ("Em caso de falta você paga 100% do valor.", "oi"),
    ],
)
def test_nothing_is_asked_that_the_file_does_not_ask(text: str, asked: str) -> None:
    assert HALF.mistake(text, asked)


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("O botox pede sinal de 30%.", "oi"),
        ("A consulta não pede sinal.", "oi"),
        ("Pedimos um sinal de 30% no botox; na consulta, não.", "oi"),
        ("Em caso de falta cobra-se metade do valor.", "oi"),
        ("Se faltar, não é cobrado o valor inteiro, e sim metade.", "oi"),
        ("Pago na recepção, o valor total da sessão é de R$ 100.", "oi"),
        ("Quer que eu explique o sinal da consulta?", "oi"),
    ],
)
def test_what_it_asks_may_be_told(text: str, asked: str) -> None:
    assert HALF.mistake(text, asked) is None


def test_a_file_that_asks_the_whole_price_may_be_told() -> None:
    whole = Fees(facts("Em caso de falta, cobra-se o valor integral."))
    assert whole.mistake("Se faltar, o valor da sessão é cobrado por inteiro.", "oi") is None
