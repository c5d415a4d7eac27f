"""Hours of a fast, as the file has them and as a reply states them."""

import pytest

from clinic_bot.agent.guards.health.fasting import Fasting, untold_hours
from clinic_bot.clinic.clinic_file import Service
from clinic_bot.clinic.facts import example_clinic

TOLD = ["ultrassom: preparo: jejum de 6 horas, bexiga cheia."]
SAID = ["jejum de 12h ne"]


@pytest.mark.parametrize("sentence", ["e preciso jejum de 8 horas.", "sao 12h de jejum."])
def test_hours_that_the_file_does_not_have_are_not_said(sentence: str) -> None:
    assert untold_hours(sentence, TOLD, SAID)
    assert untold_hours(sentence, [], [])


@pytest.mark.parametrize(
    "sentence",
    ["jejum de 6 horas e bexiga cheia.", "sao 6h de jejum.", "voce quis dizer 12h de jejum?", "venha as 8h."],
)
def test_what_the_file_says_and_what_is_asked_back_may_be_said(sentence: str) -> None:
    assert not untold_hours(sentence, TOLD, SAID)


def test_hours_that_are_told_in_words_are_not_compared() -> None:
    assert not untold_hours("jejum de 8 horas.", ["jejum absoluto de oito horas."], [])


def test_every_hour_of_a_sentence_on_fasting_is_told() -> None:
    assert not untold_hours(
        "o jejum e de 12 horas.",
        ["preparo: jejum de 8 horas; de 12 horas se houver triglicerideos. agua liberada."],
        [],
    )


FACTS = example_clinic().model_copy(
    update={
        "preparation": "Chegar 10 minutos antes.",
        "services": (
            Service(
                name="Ultrassom",
                preparation="Jejum de 6 horas. Beber 4 copos de água e não urinar até o exame.",
            ),
            Service(
                name="Coleta",
                preparation="Jejum de 8 horas; de 12 horas se incluir triglicerídeos. Água liberada.",
            ),
            Service(
                name="Endoscopia", preparation="Jejum de 8 horas, inclusive de água. Não dirigir na volta."
            ),
            Service(name="Audiometria", preparation="Um lanche leve até 1 hora antes."),
            Service(name="Glicemia", walk_in="segunda a sexta, das 7h às 9h, com 4 horas de jejum"),
        ),
    }
)
FASTING = Fasting(FACTS)


@pytest.mark.parametrize(
    ("sentence", "asked"),
    [
        ("nao precisa de jejum.", "ultrassom precisa de jejum?"),
        ("a audiometria pede jejum de 8 horas.", "oi"),
        ("o jejum da coleta e de 6 horas.", "oi"),
        ("com triglicerideos, 8 horas de jejum bastam.", "oi"),
        ("agua pode, sim.", "e agua antes da endoscopia?"),
        ("na coleta, nem agua.", "oi"),
        ("esvazie a bexiga antes do ultrassom.", "oi"),
        ("pode urinar normalmente antes do exame, sem problema.", "ultrassom"),
        ("um cafezinho ate 2 horas antes esta liberado.", "ultrassom"),
        ("pode dirigir, sim.", "da pra voltar dirigindo da endoscopia?"),
        ("a glicemia nao precisa de jejum.", "oi"),
        ("venha sem comer nada nas 3 horas antes da audiometria.", "oi"),
    ],
)
def test_a_preparation_is_not_turned_round(sentence: str, asked: str) -> None:
    assert FASTING.mistake(sentence, asked)


@pytest.mark.parametrize(
    ("sentence", "asked"),
    [
        ("nao e necessario estar em jejum para a audiometria.", "oi"),
        ("nao esqueca o jejum de 6 horas para o ultrassom.", "oi"),
        ("sobre o jejum eu nao sei dizer.", "audiometria precisa de jejum?"),
        ("sao 8 horas de jejum, ou 12 com triglicerideos.", "oi"),
        ("com triglicerideos, o jejum e de 12 horas.", "coleta"),
        ("a agua esta liberada.", "coleta"),
        ("nem agua, por favor.", "endoscopia"),
        ("o jejum do ultrassom comeca as 3h da madrugada.", "oi"),
        ("nao dirija na volta.", "endoscopia"),
        ("beba 4 copos de agua e segure o xixi.", "ultrassom"),
        ("agua pode, sim.", "qual o preparo?"),
        ("venha sem comer nada por 1 hora antes da audiometria.", "oi"),
        ("a glicemia pede 4 horas de jejum.", "oi"),
    ],
)
def test_it_is_told_in_any_words(sentence: str, asked: str) -> None:
    assert FASTING.mistake(sentence, asked) is None


def test_the_visit_that_was_read_tells_which_preparation_is_meant() -> None:
    read = "consulta#1: endoscopia com dra. ana, quinta-feira, 29/10 as 15h, para caio"
    assert FASTING.mistake("agua pode, sim.", "agua pode?", "agua pode, sim.", [read])
    assert FASTING.mistake("nem agua, e o jejum conta desde cedo.", "agua pode?", "", [read]) is None
    assert (
        FASTING.mistake("agua pode, sim.", "agua pode?", "a coleta e sem marcar. agua pode, sim.", [read])
        is None
    )


def test_what_is_named_only_later_is_not_what_is_meant() -> None:
    later = "o jejum e de 12 horas. a audiometria e sem preparo."
    assert FASTING.mistake("o jejum e de 12 horas.", "quantas horas?", later, []) is None
    assert (
        FASTING.mistake(
            "os demais nao pedem jejum.", "oi", "o ultrassom pede 6 h. os demais nao pedem jejum."
        )
        is None
    )
