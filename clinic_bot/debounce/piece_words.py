"""Brazilian Portuguese as it is typed on WhatsApp, read for one thing: does this sound finished?

Accents, capitals, drawn-out letters ("bom diaaa") and one slip of the finger in a longer word ("obirgada") make no
difference. Reading is generous, since what is misread is only waited for a few seconds more or less.
"""

import re
import unicodedata
from functools import cache

from clinic_bot.debounce.piece import Asked, Piece, PieceKind
from clinic_bot.debounce.piece_lexicon import (
    ACK_FILLERS,
    ACKS,
    ASIDE,
    BARE_QUESTIONS,
    BYE_FILLERS,
    BYES,
    COURTESY,
    DAYS,
    ENDS_ANYWAY,
    GREETING_HEADS,
    GREETINGS,
    JOINING,
    MONTHS,
    NUMBER_WORDS,
    OPEN_QUESTION_WORDS,
    QUESTION_PAIRS,
    THANKS,
    THANKS_FILLERS,
    WEEKDAYS,
    WHEN_NOUNS,
    WISHES,
    plain,
)
from clinic_bot.events import Content, Kind

#: Nobody's greeting is longer, and no word either; the limits bound the work on a pasted page.
_READ_CHARS = 2_000
_LONGEST_SHORT_PIECE = 6
_LONGEST_WORD = 20
#: Shorter words have neighbours that mean something else: "boa" and "bom", "sim" and "sem".
_SHORTEST_FUZZY = 5
#: Longer texts say more than the answer to a question of their kind.
_NAME_WORDS = 5
_NUMBER_DIGITS = 6  # of a postcode, the shortest that is asked for but an age
_NUMBER_WORDS_MOST = 3
_CHOICE_WORDS = 4
_WHEN_ANSWER_WORDS = 8

_WORD = re.compile(r"[a-z]+|\d+")
_LETTER_OR_DIGIT = re.compile(r"[^\W_]")
_CLOSING = " \t\r\n\"'”’)]*_~"

_VOICE = frozenset({Kind.AUDIO})
_SEEN = frozenset({Kind.IMAGE, Kind.VIDEO, Kind.DOCUMENT})
_SIGNS = frozenset({Kind.STICKER, Kind.REACTION})
#: Whoever taps a button or shares one of these has said what was asked for.
_TAPPED = frozenset({Kind.CHOICE, Kind.POLL_VOTE, Kind.LOCATION, Kind.CONTACT})


def read_piece(content: Content, asked: Asked = Asked.NOTHING) -> Piece:
    """What one message says about whether more follows. Lengths are of the words as written.

    Never fails: a fault of the reading must not keep a message from being stored, so it is then a plain statement.
    """
    try:
        return _read(content, asked)
    except Exception:
        return Piece(PieceKind.STATEMENT, len(content.text), len(content.text.split()))


def _read(content: Content, asked: Asked) -> Piece:
    text = content.text.strip()
    if content.kind in _VOICE:
        return _heard(text, asked)
    if content.kind in _SIGNS or (content.kind is Kind.TEXT and not _LETTER_OR_DIGIT.search(text)):
        return _signs(text, asked)
    if not text:
        kind = PieceKind.ACK if content.kind in _TAPPED else PieceKind.PICTURE
        answers = content.kind in _TAPPED and asked is not Asked.NOTHING
        return Piece(kind, 0, 0, punct=answers, fits=answers)
    piece = read_text(text, asked)
    if content.kind in _TAPPED:
        return Piece(PieceKind.ACK, piece.n_chars, piece.n_words, punct=True, fits=True)
    return piece


def _heard(text: str, asked: Asked) -> Piece:
    """A voice note, with what was said in it where that is known.

    A question is one, and an answer answers. But whoever writes down what is said ends everything with a full stop, so
    that tells nothing of whether the speaker was done.
    """
    said = read_text(text.rstrip(" .!"), asked)
    if said.question or said.fits:
        return said
    return Piece(PieceKind.VOICE, said.n_chars, said.n_words, open=said.open)


def read_text(text: str, asked: Asked = Asked.NOTHING) -> Piece:
    """The same for words alone."""
    text = text.strip()
    ending = text[-40:].rstrip(_CLOSING + "".join(_emoji(text)))
    tokens = _WORD.findall(plain(text[:_READ_CHARS]))
    last_tokens = _WORD.findall(plain(text[-_READ_CHARS:])) if len(text) > _READ_CHARS else tokens
    question_mark = ending.endswith("?")
    kind = _kind_of(tokens, question_mark=question_mark, asked=asked)
    trailing = ending.endswith(("...", "…", ",", "-", "–", "—", ":", ";", "("))
    joins = not question_mark and not ending.endswith((".", "!")) and _joins(last_tokens)
    is_open = kind is not PieceKind.GREETING and (trailing or joins) and not question_mark
    fits = not is_open and not question_mark and _fits(tokens, kind, asked)
    if fits and kind is PieceKind.GREETING:  # "tudo bem" after "Pode ser às 10h?"
        kind = PieceKind.ACK
    punct = ending.endswith((".", "!", "?", "…"))
    complete = (
        kind is PieceKind.STATEMENT
        and ending.endswith((".", "!"))
        and not is_open
        and WISHES.intersection(tokens) != frozenset()
        and says_when(tokens)
    )
    return Piece(
        kind=kind,
        n_chars=len(text),
        n_words=len(text.split()),
        question=question_mark and kind is not PieceKind.GREETING,
        punct=punct,
        open=is_open,
        fits=fits,
        complete=complete,
    )


def asked_by(reply: str) -> Asked:
    """What a reply of the clinic asks: its last question, if it ends with one, or nearly."""
    head, mark, tail = reply.rpartition("?")
    if not mark or len(tail.split()) > _LONGEST_SHORT_PIECE:
        return Asked.NOTHING
    question = re.split(r"[.!?\n]", head)[-1][-300:]
    tokens = _WORD.findall(plain(question))
    words = frozenset(tokens)
    if words & NUMBER_WORDS:
        return Asked.NUMBER
    if "nome" in words and words & OPEN_QUESTION_WORDS:
        return Asked.NAME
    if "ou" in words:
        return Asked.CHOICE
    if words & {"quando"} or (words & OPEN_QUESTION_WORDS and words & WHEN_NOUNS):
        return Asked.WHEN
    return Asked.OTHER if words & OPEN_QUESTION_WORDS else Asked.YES_NO


def _kind_of(tokens: list[str], *, question_mark: bool, asked: Asked) -> PieceKind:
    if not tokens:
        return PieceKind.SYMBOLS
    if len(tokens) <= _LONGEST_SHORT_PIECE:
        if not question_mark and asked is Asked.YES_NO and _only(tokens, ACKS, ACKS, ACK_FILLERS):
            return PieceKind.ACK
        if _is_greeting(tokens):
            return PieceKind.GREETING
        if _only(tokens, BYES, BYES, BYE_FILLERS) or tokens[:3] == ["bom", "fim", "de"]:
            return PieceKind.BYE
        if _only(tokens, THANKS, THANKS | ACKS, THANKS_FILLERS):
            return PieceKind.THANKS
        if not question_mark and _only(tokens, ACKS, ACKS, ACK_FILLERS):
            return PieceKind.ACK
    if question_mark or _asks(tokens):
        return PieceKind.QUESTION
    return PieceKind.FRAGMENT if len(tokens) <= 2 else PieceKind.STATEMENT


def _is_greeting(tokens: list[str]) -> bool:
    heads = [token for token in tokens if _among(token, GREETING_HEADS)]
    if not heads:
        return tokens in (["tudo", "bem"], ["td", "bem"], ["td", "bom"], ["tudo", "bom"], ["como", "vai"])
    rest = [token for token in tokens if not (_among(token, GREETINGS) or _among(token, COURTESY))]
    if tokens[0] in ("bom", "boa") and (len(tokens) == 1 or rest or "fim" in tokens):
        return False
    # One word more may be a name: "oi Ana", "bom dia Dra Paula".
    return not rest or (
        len(rest) == 1 and tokens[-1] == rest[0] and tokens[-1].isalpha() and len(tokens) <= 4
    )


def _only(
    tokens: list[str], needed: frozenset[str], allowed: frozenset[str], fillers: frozenset[str]
) -> bool:
    """Whether there is a needed word, and nothing but allowed words and fillers."""
    return any(_among(token, needed) for token in tokens) and all(
        _among(token, allowed) or token in fillers for token in tokens
    )


def _asks(tokens: list[str]) -> bool:
    """Whether it is a question without its mark: "oi, que horas abre amanhã"."""
    begin = 0
    while begin < len(tokens) and (tokens[begin] in GREETINGS or tokens[begin] in ASIDE):
        begin += 1
    rest = tokens[begin:]
    if len(rest) < 2:
        return False
    return rest[0] in BARE_QUESTIONS or (rest[0], rest[1]) in QUESTION_PAIRS


def _joins(tokens: list[str]) -> bool:
    if not tokens or tokens[-1] not in JOINING:
        return False
    return tuple(tokens[-2:]) not in ENDS_ANYWAY


def says_when(tokens: list[str]) -> bool:
    """Whether a day or a time is in it."""
    for before, token in zip(["", *tokens], tokens, strict=False):
        if token in WEEKDAYS or token in DAYS or token in MONTHS:
            return True
        if token in ("h", "hs", "hrs", "horas", "hora") and before.isdigit():
            return True
        if token.isdigit() and before in ("as", "dia", "a", "pras", "umas"):
            return True
    return False


def _fits(tokens: list[str], kind: PieceKind, asked: Asked) -> bool:
    if not tokens:
        return False
    match asked:
        case Asked.YES_NO:
            return kind is PieceKind.ACK or (
                len(tokens) <= _LONGEST_SHORT_PIECE and tokens[0] in ("sim", "nao", "claro", "pode", "isso")
            )
        case Asked.WHEN:
            if kind is PieceKind.GREETING:
                return False
            times = len(tokens) <= 2 and any(token.isdigit() for token in tokens)
            return len(tokens) <= _WHEN_ANSWER_WORDS and (times or says_when(tokens))
        case Asked.NUMBER:
            digits = sum(len(token) for token in tokens if token.isdigit())
            return digits >= _NUMBER_DIGITS or (digits > 0 and len(tokens) <= _NUMBER_WORDS_MOST)
        case Asked.NAME:
            return kind in (PieceKind.FRAGMENT, PieceKind.STATEMENT) and 2 <= len(tokens) <= _NAME_WORDS
        case Asked.CHOICE:
            return kind in (PieceKind.FRAGMENT, PieceKind.STATEMENT) and len(tokens) <= _CHOICE_WORDS
    return False


def _signs(text: str, asked: Asked) -> Piece:
    return Piece(
        PieceKind.SYMBOLS,
        len(text),
        1 if text else 0,
        question=text.endswith("?"),
        punct=text.endswith((".", "!", "?", "…")),
        open=text.endswith(("...", "…")),
        fits=asked is Asked.YES_NO and any(sign in text for sign in "👍👌✅👎"),
    )


def _emoji(text: str) -> list[str]:
    """The pictures at the end of a text, which hide its full stop."""
    return [sign for sign in text[-10:] if unicodedata.category(sign) in ("So", "Sk", "Mn", "Cf")]


def _among(token: str, table: frozenset[str]) -> bool:
    if token in table:
        return True
    if token in WISHES or not _SHORTEST_FUZZY <= len(token) <= _LONGEST_WORD:
        return False
    near = _neighbours(table)
    return token in near or any(token[:at] + token[at + 1 :] in near for at in range(len(token)))


@cache
def _neighbours(table: frozenset[str]) -> frozenset[str]:
    """The longer words, also with one letter less: one slip of a finger joins two of these."""
    long = [word for word in table if len(word) >= _SHORTEST_FUZZY]
    return frozenset(long) | {word[:at] + word[at + 1 :] for word in long for at in range(len(word))}
