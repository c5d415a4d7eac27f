"""Portuguese as patients type it, read for whether it sounds finished."""

import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_bot.debounce import piece_words
from clinic_bot.debounce.piece import Asked, Piece, PieceKind
from clinic_bot.debounce.piece_words import asked_by, read_piece, read_text
from clinic_bot.events import Content, Kind

BURSTS = Path(__file__).parent.parent / "data" / "bursts"
KINDS = {
    "oi": "greeting",
    "Oiii": "greeting",
    "bom diaa": "greeting",
    "BOM DIA!!": "greeting",
    "Bom dia, tudo bem?": "greeting",
    "tudo bem": "greeting",
    "oi Ana": "greeting",
    "boa tarde doutora": "greeting",
    "bom fim de semana": "bye",
    "tchau": "bye",
    "ate amanha entao": "bye",
    "obg": "thanks",
    "obirgada": "thanks",
    "muito obrigado!! 🙏": "thanks",
    "blz": "ack",
    "sim": "ack",
    "Sim.": "ack",
    "pode ser": "ack",
    "ta bom entao": "ack",
    "👍": "symbols",
    "...": "symbols",
    "qual o valor": "question",
    "oi, que horas abre amanhã": "question",
    "vcs atendem unimed": "question",
    "sexta": "fragment",
    "preciso marcar uma consulta": "statement",
    "oi queria remarcar": "statement",
}
OPEN = {
    "e": True,
    "mas": True,
    "pq": True,
    "pra": True,
    "entao": True,
    "queria marcar e": True,
    "na verdade eu": True,
    "pode ser de manhã ou": True,
    "se tiver horário,": True,
    "então...": True,
    "oi,": False,  # waited for as the greeting that it is
    "sou eu": False,
    "quero remarcar": False,
    "e a consulta é pra quando?": False,
    "pode ser amanhã então": False,
    "Queria saber o valor.": False,
}
ASKED = {
    "Posso confirmar para quinta às 10h?": Asked.YES_NO,
    "Confirma? 😊": Asked.YES_NO,
    "Qual horário fica melhor?": Asked.WHEN,
    "Qual dia você prefere? Temos terça e quinta.": Asked.WHEN,
    "Pode me informar seu CPF?": Asked.NUMBER,
    "Qual é o seu nome completo?": Asked.NAME,
    "Prefere manhã ou tarde?": Asked.CHOICE,
    "Como posso ajudar?": Asked.OTHER,
    "Confirmado! Até quinta.": Asked.NOTHING,
}
FITS = [
    ("Sim.", Asked.YES_NO, True),
    ("sim, pode ser na quinta", Asked.YES_NO, True),
    ("👍", Asked.YES_NO, True),
    ("tudo bem", Asked.YES_NO, True),
    ("sim, mas", Asked.YES_NO, False),
    ("Sim?", Asked.YES_NO, False),
    ("sim", Asked.WHEN, False),
    ("às 10h", Asked.WHEN, True),
    ("10:30", Asked.WHEN, True),
    ("terca de manha", Asked.WHEN, True),
    ("20/10", Asked.WHEN, True),
    ("bom dia", Asked.WHEN, False),
    ("123.456.789-09", Asked.NUMBER, True),
    ("11 98888-7777", Asked.NUMBER, True),
    ("qual numero?", Asked.NUMBER, False),
    ("Maria da Silva", Asked.NAME, True),
    ("de manhã", Asked.CHOICE, True),
    ("sim", Asked.NOTHING, False),
]


@pytest.mark.parametrize("text", KINDS)
def test_a_message_is_of_its_kind(text: str) -> None:
    assert read_piece(Content(Kind.TEXT, text)).kind == KINDS[text]


@pytest.mark.parametrize("text", OPEN)
def test_a_sentence_that_is_left_open_is_seen(text: str) -> None:
    assert read_text(text).open is OPEN[text]


@pytest.mark.parametrize("reply", ASKED)
def test_what_a_reply_asks(reply: str) -> None:
    assert asked_by(reply) is ASKED[reply]


@pytest.mark.parametrize(
    ("text", "asked", "fits"), FITS, ids=[f"{text} to {asked}" for text, asked, _ in FITS]
)
def test_an_answer_to_the_question_is_known(text: str, asked: Asked, fits: bool) -> None:
    assert read_piece(Content(Kind.TEXT, text), asked).fits is fits


def test_a_request_with_day_time_and_full_stop_is_complete() -> None:
    assert read_text("quero remarcar minha consulta de terça para quinta às 10h.").complete
    assert not read_text("quero remarcar minha consulta.").complete
    assert not read_text("quero remarcar minha consulta de terça para quinta às").complete


def test_a_smile_does_not_hide_the_full_stop_before_it() -> None:
    assert read_text("Quero marcar para quinta. 😊").punct


@pytest.mark.parametrize(
    ("content", "kind", "fits"),
    [
        (Content(Kind.AUDIO), PieceKind.VOICE, False),
        (Content(Kind.AUDIO, "Tem vaga amanhã?"), PieceKind.QUESTION, False),
        (Content(Kind.AUDIO, "Quero marcar para amanhã às dez."), PieceKind.VOICE, False),
        (Content(Kind.IMAGE), PieceKind.PICTURE, False),
        (Content(Kind.IMAGE, "esse é o pedido do doutor Paulo"), PieceKind.STATEMENT, False),
        (Content(Kind.STICKER), PieceKind.SYMBOLS, False),
        (Content(Kind.CHOICE, "Quinta às 10h"), PieceKind.ACK, True),
    ],
    ids=[
        "voice note",
        "question that was heard",
        "words that were heard",
        "picture",
        "picture with words",
        "sticker",
        "button",
    ],
)
def test_what_is_no_text_has_a_kind_too(content: Content, kind: PieceKind, fits: bool) -> None:
    piece = read_piece(content, Asked.CHOICE)
    assert (piece.kind, piece.fits) == (kind, fits)


def test_the_portuguese_stand_ins_are_of_the_kind_they_stand_for() -> None:
    lines = json.loads((BURSTS / "surrogates_pt.json").read_text("utf-8"))
    for kind, texts in lines.items():
        for text in texts:
            piece = read_piece(Content(Kind.TEXT, text))
            assert piece.open if kind == "open" else piece.kind == kind, text


@given(st.text(), st.sampled_from(Asked))
def test_anything_can_be_read(text: str, asked: Asked) -> None:
    """``read_text`` itself does not fail either."""
    for piece in (read_text(text, asked), read_piece(Content(Kind.TEXT, text), asked)):
        assert piece.n_chars <= len(text)
        assert not (piece.open and piece.fits)


def test_a_fault_of_the_reading_keeps_no_message_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(piece_words, "read_text", lambda *_: 1 / 0)
    assert read_piece(Content(Kind.TEXT, "oi, tudo bem?")) == Piece(PieceKind.STATEMENT, 13, 3)


def test_a_pasted_page_is_read_in_no_time() -> None:
    began_s = time.perf_counter()
    read_text("aeiou " * 100_000)
    read_text("a" * 600_000)
    assert time.perf_counter() - began_s < 1
