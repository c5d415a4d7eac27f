"""Files of recorded conversations, good and hostile."""

import json
from pathlib import Path
from typing import Any

import pytest

from clinic_bot.debounce.piece import Asked, PieceKind
from clinic_bot.errors import Misconfigured
from clinic_bot.lab.moments import moments
from clinic_bot.lab.recorded import is_held_out, read_recordings

BURSTS = Path(__file__).parent.parent / "data" / "bursts"


def message(t: float, sender: str = "a", **more: Any) -> dict[str, Any]:
    return {"t": t, "sender": sender, "n_chars": 12, "n_words": 3, "kind": "statement", **more}


def conversation(*messages: object, **more: Any) -> dict[str, Any]:
    return {"id": "one", "source": "made up", "messages": list(messages), **more}


def write(path: Path, *lines: object) -> Path:
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines), "utf-8")
    return path


def test_what_a_message_says_is_kept_and_its_words_are_not(tmp_path: Path) -> None:
    line = conversation(
        message(0, kind="question", ends_with_question=True, ends_with_punct=True, text="quanto?"),
        message(4, ends_open=True, typing_s_est=2.5),
    )
    (found,) = read_recordings(write(tmp_path / "one.jsonl", line))
    first, second = found.messages
    assert (first.piece.kind, first.piece.question, first.asked) == (PieceKind.QUESTION, True, Asked.OTHER)
    assert (second.piece.open, second.typing_s, second.at_s) == (True, 2.5, 4)
    assert "quanto" not in repr(found)


def test_both_sides_are_patients_and_the_other_one_speaks_between(tmp_path: Path) -> None:
    line = conversation(message(0), message(3), message(9, "b"), message(20))
    (found,) = read_recordings(write(tmp_path / "one.jsonl", line))
    assert [one.gap_s for one in moments(found)] == [3, float("inf"), float("inf"), float("inf")]
    assert [one.talk.burst.pieces for one in moments(found)] == [1, 2, 1, 1]


BAD: dict[str, tuple[object, str]] = {
    "a list": ([], "not a conversation"),
    "no messages": ({"id": "one"}, "not a conversation"),
    "an empty conversation": (conversation(), "not a conversation"),
    "no id": ({"messages": [message(0)]}, "has no id"),
    "a message that is none": (conversation(message(0), 5), "message 2: not an object"),
    "no sender": (conversation(message(0, "")), "sender"),
    "an unknown kind": (conversation(message(0, kind="poem")), "kind is none of"),
    "a length in words": (conversation(message(0, n_chars="ten")), "n_chars is not a number"),
    "a negative length": (conversation(message(0, n_words=-1)), "n_words is not between"),
    "an endless time": (conversation(message(float("inf"))), "t is not between"),
    "a time that is none": (conversation(message(float("nan"))), "t is not between"),
    "a time of true": (conversation(message(True)), "t is not a number"),
    "a number without end": (conversation(message(10**400)), "t is not between"),
    "a flag that is none": (conversation(message(0, ends_open="yes")), "ends_open is neither"),
    "time that goes back": (conversation(message(5), message(4)), "message 2: t goes back"),
}


@pytest.mark.parametrize(("line", "says"), BAD.values(), ids=BAD.keys())
def test_the_error_names_file_and_line(line: object, says: str, tmp_path: Path) -> None:
    path = write(tmp_path / "bad.jsonl", conversation(message(0)), line)
    with pytest.raises(Misconfigured, match=rf"bad\.jsonl, line 2.*{says}"):
        list(read_recordings(path))


@pytest.mark.parametrize(
    "body",
    [b"{", b"\xff\xfe", b"[" * 100_000, b'{"id": "\xff"}', b"9" * 5_000],
    ids=["half", "no text", "deep", "no UTF-8", "a long number"],
)
def test_what_is_no_json_is_said_so(body: bytes, tmp_path: Path) -> None:
    (tmp_path / "bad.jsonl").write_bytes(body)
    with pytest.raises(Misconfigured, match=r"bad\.jsonl, line 1: not"):
        list(read_recordings(tmp_path / "bad.jsonl"))


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="No such file"):
        list(read_recordings(tmp_path / "none.jsonl"))


def test_the_split_is_by_a_hash_of_the_id() -> None:
    ids = [recording.id for recording in read_recordings(BURSTS / "chitchat.jsonl")]
    held_out = [one for one in ids if is_held_out(one)]
    assert (len(ids), len(held_out)) == (478, 167)
