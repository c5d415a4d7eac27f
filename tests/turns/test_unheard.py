"""Whoever spoke to nobody is told so, once."""

from dataclasses import dataclass

import pytest

from clinic_bot.events import Kind
from clinic_bot.turns.unheard import SENTENCE, SENTENCE_MANY, told, unheard


@dataclass
class One:
    kind: str = Kind.AUDIO
    text: str = ""
    media_state: str | None = "failed"
    corrects: int = 0


HEARD, TEXT, UNHEARD = One(text="oi", media_state="read"), One(Kind.TEXT, "oi", None), One()


@pytest.mark.parametrize(
    ("messages", "count"),
    [
        ([], 0),
        ([HEARD, TEXT], 0),
        ([UNHEARD, TEXT], 1),
        ([UNHEARD, One(media_state=None), One(media_state="working"), One(media_state="unclear")], 4),
        ([One("image"), One("document")], 0),
        ([One(text="legenda", media_state="failed")], 1),
        ([One(text="legenda", media_state=None)], 1),  # while nobody hears at all
        ([One(text="socorro", media_state=None, corrects=1)], 0),  # heard too late, brought as one of its own
    ],
)
def test_what_nobody_heard(messages: list[One], count: int) -> None:
    assert unheard(messages) == count


@pytest.mark.parametrize(
    "reply",
    [
        "Não consegui ouvir seu áudio, pode escrever?",
        "Oi! Infelizmente não foi possível escutar a mensagem de voz.",
        "O áudio não abriu aqui. Pode digitar?",
        "Desculpe, não recebi o áudio.",
        "Seu áudio falhou.",
    ],
)
def test_a_reply_that_says_so_stays_as_it_is(reply: str) -> None:
    assert told(reply, [UNHEARD]) == reply


@pytest.mark.parametrize(
    "reply", ["Abrimos às 8h.", "Não abrimos domingo. Ouvi seu pedido!", "Recebi seu áudio!", ""]
)
def test_any_other_gets_the_sentence(reply: str) -> None:
    assert told(reply, [UNHEARD, TEXT]) == f"{reply}\n\n{SENTENCE}".lstrip()
    assert told(reply, [UNHEARD, UNHEARD]).endswith(SENTENCE_MANY)
    assert told(reply, [HEARD, TEXT]) == reply
