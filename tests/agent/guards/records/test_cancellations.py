import pytest

from clinic_bot.agent.guards.records.cancellations import cancels_another
from clinic_bot.agent.guards.records.claims import unfounded
from clinic_bot.agent.tools import CARRY_OUT

CANCELLED = [
    "feito, cancelada: consulta com dr caetano ruschel, terca-feira, 20/10 as 14h10, para edgar luz. diga isso."
]
MOVED = [
    "consulta#1: sessao com camila drummond, quinta-feira, 15/10 as 17h, para marcelo quintao (marcada)",
    "feito, remarcada: sessao com camila drummond, segunda-feira, 19/10 as 13h, para marcelo quintao.",
]


@pytest.mark.parametrize(
    "text",
    [
        "feito: tanto a sua consulta quanto a da sua esposa foram canceladas.",
        "a da sua esposa tambem foi cancelada.",
        "cancelei tambem a dela.",
        "as duas ja estao desmarcadas.",
        "a de quinta ficou desmarcada.",
        "cancelada a sessao de sabado.",
    ],
)
def test_no_more_is_cancelled_than_what_was(text: str) -> None:
    assert cancels_another(text, CANCELLED)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("sua consulta de terca foi cancelada.", CANCELLED),
        ("a de quinta ficou desmarcada, e a sua e segunda.", MOVED),
        ("a de sabado nao foi cancelada.", CANCELLED),
        ("se a de sexta tambem for desmarcada, avise.", CANCELLED),
        ("as duas foram canceladas.", [*CANCELLED, "a de sexta foi cancelada."]),
        ("consultas canceladas com menos de 24 horas sao cobradas.", CANCELLED),
        ("a de sexta foi cancelada.", []),
    ],
)
def test_what_was_told_of_may_be_called_so(text: str, told: list[str]) -> None:
    assert not cancels_another(text, told)


def test_a_reply_is_held_against_it() -> None:
    assert unfounded("A de quarta foi desmarcada.", called=(CARRY_OUT,), has_booked=False, told=CANCELLED)
