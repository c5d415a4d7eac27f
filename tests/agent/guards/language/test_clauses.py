import re

import pytest

from clinic_bot.agent.guards.language.clauses import claims, elliptical, whole

ITEMS = re.compile(r"\b(?:amil|cassi|unimed)\b")
VERBS = re.compile(r"\b(?:aceit\w+|atend\w+|peg(?:a|amos))\b")


@pytest.mark.parametrize(
    ("sentence", "yes", "no"),
    [
        ("Aceitamos Amil e não Cassi.", ["amil"], ["cassi"]),
        ("Amil sim, Cassi não.", ["amil"], ["cassi"]),
        ("Cassi não, mas Unimed sim.", ["unimed"], ["cassi"]),
        ("Amil e Cassi a gente não pega, só Unimed.", ["unimed"], ["amil", "cassi"]),
        ("Não aceitamos Amil nem Cassi.", [], ["amil", "cassi"]),
        ("Não aceitamos planos além de Unimed e Cassi.", ["unimed", "cassi"], []),
        ("Aceitamos todos, menos Amil.", [], ["amil"]),
        ("Aceitamos Unimed, Amil e Cassi.", ["unimed", "amil", "cassi"], []),
        ("Atendemos não só Unimed, mas Cassi também.", ["unimed", "cassi"], []),
        ("A Cassi está suspensa.", [], ["cassi"]),
        ("Você tem Unimed ou Amil?", [], []),
        ("Aceitamos Unimed, qual é o seu plano?", ["unimed"], []),
        ("Anotei que seu plano é Amil.", [], []),
    ],
)
def test_a_sentence_may_affirm_one_thing_and_deny_another(
    sentence: str, yes: list[str], no: list[str]
) -> None:
    found = list(claims(sentence, ITEMS, VERBS))
    assert [one.item for one in found if one.says] == yes
    assert [one.item for one in found if not one.says] == no


@pytest.mark.parametrize(
    ("text", "asked", "found"),
    [
        ("Aceitamos sim! Quer marcar?", "aceitam amil?", [("amil", True)]),
        ("Infelizmente não.", "aceitam unimed?", [("unimed", False)]),
        ("Sim!", "amil e cassi?", [("amil", True), ("cassi", True)]),
        ("Não.", "amil ou unimed?", []),
        ("Bom dia!", "aceitam amil?", []),
        ("Aceitamos sim!", "tudo bem?", []),
    ],
)
def test_a_bare_yes_or_no_answers_for_what_was_asked(
    text: str, asked: str, found: list[tuple[str, bool]]
) -> None:
    assert [(one.item, one.says) for one in elliptical(text, asked, ITEMS)] == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("É com a Dra. Zuleica 😊 E o aparelho, com a Dra. Noemi.",
         ["e com a dra zuleica 😊", "e o aparelho, com a dra noemi."]),
        ("Na quinta às 14h10 😉 Posso seguir?", ["na quinta as 14h10 😉", "posso seguir?"]),
        ("É com a Fga. Lorena, ou com a Enf. Rosa.", ["e com a fga lorena, ou com a enf rosa."]),
        ("Estamos na Av. dos Ipês, 930.", ["estamos na av dos ipes, 930."]),
        ("Tudo certo 😊 até lá!", ["tudo certo 😊 ate la!"]),
    ],
    ids=["a picture ends it", "what stands before one is not asked", "a title ends none",
         "an avenue ends none", "small letters go on"],
)  # fmt: skip
def test_a_reply_is_read_sentence_by_sentence(text: str, found: list[str]) -> None:
    assert list(whole(text)) == found
