from collections.abc import Iterable

import pytest

from clinic_bot.agent.guards.people.age_limits import AgeLimits
from clinic_bot.clinic.clinic_file import Policies, Professional, Service
from clinic_bot.clinic.facts import example_clinic


def _person(name: str, notes: str) -> Professional:
    return Professional(name=name, specialty="dermatologia", notes=notes)


def limits(people: Iterable[Professional] = ()) -> AgeLimits:
    return AgeLimits(
        example_clinic().model_copy(
            update={
                "professionals": (*people,),
                "services": (Service(name="Peeling químico"), Service(name="Limpeza de pele")),
                "policies": Policies(
                    minors="Menores de 18 anos com um responsável. Peeling só a partir dos 18 anos."
                ),
            }
        )
    )


ALL = limits(
    [
        _person("Dra. Luísa Andrade", "a partir de 18 anos"),
        _person("Dr. Heitor Bicalho", "até 17 anos; só presencial"),
        _person("Dr. Otto Reis", "limpezas de adolescentes a partir de 13 anos"),
    ]
)


@pytest.mark.parametrize(
    ("sentence", "asked"),
    [
        ("pode, desde que voce esteja junto.", "minha filha de 16 pode fazer peeling?"),
        ("a dra luisa atende seu filho de 10 anos, sim.", "oi"),
        ("a luisa atende seu filho de 10 anos, sim.", "oi"),
        ("claro, o heitor atende.", "o dr heitor atende minha mae? ela tem 40 anos"),
    ],
)
def test_nobody_is_seen_who_is_too_young_or_too_old(sentence: str, asked: str) -> None:
    assert ALL.mistake(sentence, asked)


@pytest.mark.parametrize(
    ("sentence", "asked"),
    [
        ("o peeling e so a partir dos 18 anos.", "minha filha de 16 pode fazer peeling?"),
        ("com 16 anos o peeling nao pode ser feito.", "oi"),
        ("a luisa atende a partir de 18 anos, e para 10 anos e o heitor.", "oi"),
        ("pode, a limpeza de pele ela faz.", "minha filha de 16 pode fazer limpeza?"),
        ("pode, com a dra luisa.", "tenho 34 anos, pode ser com ela?"),
        ("o otto atende a maria, de 8 anos.", "oi"),
        ("a luisa tem mais de 15 anos de experiencia.", "oi"),
        ("o heitor atende a olivia, de 11 anos.", "oi"),
        ("pode, desde que voce esteja junto.", "minha filha de 16 pode ir?"),
    ],
)
def test_others_may_be_told_that_they_are_seen(sentence: str, asked: str) -> None:
    assert ALL.mistake(sentence, asked) is None


def test_without_limits_there_is_nothing_to_hold() -> None:
    assert limits().mistake("a luisa atende quem tem 10 anos.", "oi") is None
