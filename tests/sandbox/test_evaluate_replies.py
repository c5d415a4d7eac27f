"""Written replies held to the guards, and over HTTP to a reviewer: what is counted, what it costs, what ends it."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from clinic_bot.sandbox import read_replies
from clinic_bot.sandbox.evaluate_replies import spread
from tests.sandbox.evaluating import KEY, Desk, groq_served
from tests.support.redteam import CORPUS, FOLDER

SMALL = "openai/gpt-oss-20b"


@pytest.fixture
def desk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Desk]:
    with groq_served() as (url, groq):
        groq.latency_s = groq.per_token_s = 0
        monkeypatch.setenv("GROQ_API_KEY", KEY)
        monkeypatch.setenv("GROQ_BASE_URL", url)
        monkeypatch.chdir(tmp_path)
        yield Desk(groq, monkeypatch, capsys)


def read(desk: Desk, *options: str, folder: Path = FOLDER) -> int:
    return desk.run(str(folder), *options, command="evaluate-replies")


def reviews(desk: Desk) -> int:
    return sum(one.operation == "review" for one in desk.groq.requests)


def row(desk: Desk, kind: str = "all") -> list[int]:
    """The figures of one kind."""
    (line,) = [line for line in desk.said.splitlines() if line.startswith(f"│ {kind} ")]
    return [int(cell) for cell in line.strip("│").split("│")[1:]]


def test_the_guards_alone_need_no_key_and_ask_nobody(desk: Desk) -> None:
    desk.monkeypatch.delenv("GROQ_API_KEY")
    assert read(desk, "--output", "found.jsonl") == 0
    assert row(desk) == [len(CORPUS.adverse), len(CORPUS.adverse), len(CORPUS.honest), 0]
    assert list(desk.groq.requests) == []
    lines = [json.loads(line) for line in Path("found.jsonl").read_text("utf-8").splitlines()]
    assert len(lines) == len(CORPUS.adverse) + len(CORPUS.honest)
    assert all((one["guards"] is not None) is one["adverse"] for one in lines)
    assert not any(one["reviewed"] for one in lines)


def test_what_goes_wrong_is_shown(desk: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "corpus"
    shutil.copytree(FOLDER, folder)
    for name in ("third_clinic.toml", "situations.json"):
        text = (folder / name).read_text("utf-8").replace("../../../", f"{FOLDER}/../../../")
        (folder / name).write_text(text.replace('"../', f'"{FOLDER}/../'), "utf-8")
    adverse, honest = CORPUS.adverse[0], CORPUS.honest[0]
    base = {"clinic": adverse.clinic, "kind": "slot", "situation": "times"}
    turned = {"adverse": honest, "honest": adverse}
    for name, case in turned.items():
        line = json.dumps({**base, "id": f"turned-{name}", "said": case.said, "reply": case.reply})
        (folder / f"{name}.jsonl").write_text(f"{line}\n", "utf-8")
    assert read(desk, folder=folder) == 0
    assert row(desk, "slot") == [1, 0, 1, 1]
    told = " ".join(desk.said.split())
    assert f"adverse, and sent: turned-adverse: {honest.reply}" in told
    assert f"honest, and refused: turned-honest: {adverse.reply}" in told


def test_a_reviewer_reads_all_of_them_whatever_the_guards_say(desk: Desk) -> None:
    desk.groq.add_fault({"kind": "objects", "to": ""})
    assert read(desk, "--review-model", SMALL, "--limit", "6", "--jobs", "4", "--output", "found.jsonl") == 0
    assert reviews(desk) == 12
    assert row(desk) == [6, 6, 6, 6, 6, 0, 6, 6, 0]
    prompt = sum(one.prompt_tokens for one in desk.groq.requests)
    words = sum(one.completion_tokens for one in desk.groq.requests)
    usd = (prompt * 0.075 + words * 0.3) / 1e6
    told = " ".join(desk.said.split())
    assert f"12 of 12 replies were read: {prompt + words:,} tokens, {usd:.4f} USD" in told
    lines = [json.loads(line) for line in Path("found.jsonl").read_text("utf-8").splitlines()]
    assert all(one["reviewed"] and one["sendable"] is False and one["problem"] for one in lines)
    assert KEY not in desk.said


def test_the_estimate_needs_no_key(desk: Desk) -> None:
    desk.monkeypatch.delenv("GROQ_API_KEY")
    assert read(desk, "--review-model", SMALL, "--estimate") == 0
    assert f"{len(CORPUS.adverse) + len(CORPUS.honest)} replies" in desk.said
    assert "USD, and no more than 1 (--max-cost)" in " ".join(desk.said.split())
    assert read(desk, "--estimate") == 2
    assert reviews(desk) == 0


def test_without_a_key_a_reviewer_is_refused(desk: Desk) -> None:
    desk.monkeypatch.delenv("GROQ_API_KEY")
    assert read(desk, "--review-model", SMALL) == 2
    assert "GROQ_API_KEY" in desk.said


def test_a_model_that_is_gone_is_named_before_anything_is_read(desk: Desk) -> None:
    assert read(desk, "--review-model", "llama-3.3-70b-versatile") == 2
    assert "this account has no llama-3.3-70b-versatile" in desk.said
    assert reviews(desk) == 0


def test_the_cap_ends_it_and_what_was_read_is_shown(desk: Desk) -> None:
    assert read(desk, "--review-model", SMALL, "--max-cost", "0.002", "--limit", "20") == 4
    assert 0 < reviews(desk) < 40
    told = " ".join(desk.said.split())
    assert f"{reviews(desk)} of 40 replies were read" in told
    assert "see --max-cost" in told
    assert row(desk)[-1] == 40 - reviews(desk)
    assert read(desk, "--review-model", "new/model", "--max-cost", "1") == 2
    assert "--price MODEL=PROMPT/COMPLETION" in desk.said


def test_a_groq_that_serves_no_more_ends_it(desk: Desk) -> None:
    desk.monkeypatch.setattr(read_replies, "_PAUSE_S", 0)
    desk.groq.add_fault({"kind": "babbles", "text": "Tudo certo!"})
    assert read(desk, "--review-model", SMALL, "--limit", "9") == 3
    assert reviews(desk) == 5 * 3
    assert "5 replies in a row got no verdict" in " ".join(desk.said.split())


def test_a_refused_account_ends_it_at_once(desk: Desk) -> None:
    desk.groq.add_fault({"kind": "status", "name": "unauthorized_401", "operation": "review"})
    assert read(desk, "--review-model", SMALL, "--limit", "9") == 3
    assert reviews(desk) == 1
    assert "GROQ_API_KEY" in desk.said


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        pytest.param("adverse.jsonl", '{"id": "a"}\n', "adverse.jsonl, line 1", id="no case"),
        pytest.param("honest.jsonl", "nothing\n", "honest.jsonl, line 1", id="no JSON"),
        pytest.param("situations.json", '{"a": {}}', "file, now and situations", id="no clinic"),
        pytest.param("situations.json", None, "situations.json: No such file", id="no file"),
    ],
)
def test_a_folder_that_cannot_be_read_names_file_and_line(
    desk: Desk, tmp_path: Path, name: str, text: str | None, said: str
) -> None:
    (tmp_path / "situations.json").write_text("{}")
    (tmp_path / "adverse.jsonl").write_text("")
    (tmp_path / "honest.jsonl").write_text("")
    if text is None:
        (tmp_path / name).unlink()
    else:
        (tmp_path / name).write_text(text)
    assert read(desk, folder=tmp_path) == 2
    assert said in " ".join(desk.said.split())


def test_an_output_that_cannot_be_written_is_told_before_anything_is_paid_for(desk: Desk) -> None:
    assert read(desk, "--review-model", SMALL, "--output", "nowhere/found.jsonl") == 2
    assert reviews(desk) == 0


def test_a_limit_spreads_over_the_file() -> None:
    middle = len(CORPUS.adverse) // 2
    assert [case.id for case in spread(CORPUS.adverse, 2)] == [
        CORPUS.adverse[0].id,
        CORPUS.adverse[middle].id,
    ]
    assert spread(CORPUS.adverse, 10_000) == CORPUS.adverse
    assert len(spread(CORPUS.honest, 7)) == 7
