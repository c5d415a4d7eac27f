import pytest

from clinic_bot.agent.guards.people.minors import Minors
from clinic_bot.clinic.clinic_file import Policies
from clinic_bot.clinic.facts import example_clinic

BY_LETTER = "Menores de 16 anos vêm com os pais; com 16 e 17 anos, basta autorização assinada."
ALWAYS = "Menores de 18 anos vêm com um responsável legal."


def ages(rule: str) -> Minors:
    return Minors(example_clinic().model_copy(update={"policies": Policies(minors=rule)}))


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        (BY_LETTER, "com 14 anos, basta levar uma autorizacao assinada."),
        (ALWAYS, "ele ja tem 17, pode vir sozinho."),
    ],
)
def test_nobody_comes_alone_too_young(rule: str, sentence: str) -> None:
    assert ages(rule).mistake(sentence)


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        (BY_LETTER, "com 16 anos basta a autorizacao."),
        (BY_LETTER, "com 14 anos ele nao pode vir sozinho."),
        (BY_LETTER, "com 14 anos ele pode vir com a avo."),
        (ALWAYS, "com 18 anos ja pode vir sozinho."),
        ("", "com 12 anos pode vir sozinho."),
        (BY_LETTER, "autorizacao do plano sai em 10 dias."),
    ],
)
def test_others_may(rule: str, sentence: str) -> None:
    assert ages(rule).mistake(sentence) is None
