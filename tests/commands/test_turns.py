"""``clinic-bot turns`` at a database that no server has open, and beside one that runs."""

import time
from pathlib import Path

import pytest

from clinic_bot.errors import Misconfigured
from clinic_bot.store.gate import Gate
from clinic_bot.store.sqlite import sole_process
from clinic_bot.store.story import Moment
from clinic_bot.store.tables import TurnState
from tests.commands.terminal import Terminal
from tests.support import builders as b
from tests.support.fixtures import ON_SQLITE
from tests.support.store import Store

WORDS, REPLY = "tenho uma alergia", "Bom dia!"
MASKED = "55119*****001"
TURN = "1"


@pytest.fixture
def unknown(store: Store) -> Store:
    """Two messages, a call and a send that timed out, a moment ago."""
    store.now_ms = int(time.time() * 1000) - 60_000
    store.take(b.message("oi", id="m1"))
    store.later(2_000).take(b.message(WORDS, id="m2"))
    claim = store.claim_when_due()
    claim.story.append(Moment("model call", store.now_ms + 900, 880, "a-model: ok"))
    assert store.later(905).intent(claim, REPLY) is Gate.OPEN
    claim.story.append(Moment("send", store.now_ms + 15_000, 15_000, "read timeout"))
    store.later(15_010).outcome(
        claim, TurnState.UNKNOWN, reason=f"read timeout of {b.PHONE}", zaap_id="zaap-1"
    )
    return store


def state(store: Store) -> str:
    return store.turns()[0].state


# Looking.


def test_it_says_plainly_when_nothing_waits(terminal: Terminal) -> None:
    assert terminal.said("turns", "list") == "Nothing waits for a person.\n"
    assert terminal.said("turns", "list", "--phone", "11987650001") == "No such turn.\n"
    assert terminal.json("turns", "list") == {"stopped_by": [], "turns": []}


def test_the_list_names_the_turn_and_hides_the_phone(terminal: Terminal, unknown: Store) -> None:
    said = terminal.said("turns", "list")
    assert "unknown" in said
    assert f"read timeout of {MASKED}" in said
    assert b.PHONE not in said
    assert b.PHONE in terminal.said("turns", "list", "--full")


def test_the_list_as_data(terminal: Terminal, unknown: Store) -> None:
    (turn,) = terminal.json("turns", "list")["turns"]
    assert turn == {
        "turn": 1, "state": "unknown", "reason": f"read timeout of {MASKED}", "since_ms": unknown.now_ms,
        "conversation": 1, "patient": MASKED, "messages": 2,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "values", "found"),
    [
        ("--state", ["unknown"], 1),
        ("--state", ["held"], 0),
        ("--state", ["held", "unknown"], 1),
        ("--phone", ["(11) 98765-0001"], 1),
        ("--phone", ["+55 11 8765-0001"], 1),
        ("--phone", ["11999990000"], 0),
    ],
)
def test_the_list_is_filtered(
    terminal: Terminal, unknown: Store, name: str, values: list[str], found: int
) -> None:
    options = [part for value in values for part in (name, value)]
    assert len(terminal.json("turns", "list", *options)["turns"]) == found


def test_an_unknown_state_is_answered_with_those_there_are(terminal: Terminal) -> None:
    result = terminal.run("turns", "list", "--state", "lost")
    assert result.exit_code == 2
    assert "undelivered" in result.output


def test_undelivered_replies_are_mentioned(terminal: Terminal, unknown: Store) -> None:
    terminal.said("turns", "settle", TURN, "--not-sent")
    assert "1 undelivered in the last 7 days" in terminal.said("turns", "list")


def test_the_story_is_told_with_its_times_and_without_words(terminal: Terminal, unknown: Store) -> None:
    said = terminal.said("turns", "show", TURN)
    for part in (
        "nothing more came",
        "patience    6.000 s after the last piece: the clinic's fixed patience",
        "quiet; patience 6.0 s: the clinic's fixed patience",
        "a-model: ok",
        "0.880 s",
        "read timeout",
        "zaap-1",
        "first message to outcome",
    ):
        assert part in said
    for private in (WORDS, REPLY, b.PHONE):
        assert private not in said
    full = terminal.said("turns", "show", TURN, "--full")
    assert all(private in full for private in (WORDS, REPLY, b.PHONE))


def test_the_parts_of_a_story_add_up_to_its_total(terminal: Terminal, unknown: Store) -> None:
    told = terminal.json("turns", "show", TURN)
    assert told["parts_ms"] == {"window": 8_000, "waiting": 0, "model": 880, "sending": 15_010, "rest": 25}
    assert told["total_ms"] == sum(told["parts_ms"].values())
    assert (told["turn"]["state"], told["ended"]) == ("unknown", True)
    assert not {"question", "reply"} & set(told["turn"])
    assert [message["characters"] for message in told["messages"]] == [2, len(WORDS)]
    assert terminal.json("turns", "show", TURN, "--full")["turn"]["reply"] == REPLY


# Deciding.


def test_a_person_settles_what_is_uncertain(terminal: Terminal, unknown: Store) -> None:
    assert terminal.said("turns", "settle", TURN, "--sent") == "Turn 1 is sent.\n"
    assert state(unknown) == TurnState.SENT


def test_what_did_not_arrive_may_still_be_asked_again(terminal: Terminal, unknown: Store) -> None:
    said = terminal.said("turns", "settle", TURN, "--not-sent")
    assert said.splitlines() == [
        "Turn 1 is undelivered.", "To answer the patient after all: clinic-bot turns retry 1",
    ]  # fmt: skip
    terminal.said("turns", "retry", TURN)  # it is no question any more
    assert state(unknown) == TurnState.WITHDRAWN


def test_settling_wants_to_be_told_which(terminal: Terminal, unknown: Store) -> None:
    assert terminal.run("turns", "settle", TURN).exit_code == 2
    assert state(unknown) == TurnState.UNKNOWN


def test_a_discarded_turn_waits_for_nobody(terminal: Terminal, unknown: Store) -> None:
    assert terminal.said("turns", "discard", TURN) == "Turn 1 is closed.\n"
    assert terminal.said("turns", "list") == "Nothing waits for a person.\n"


def test_what_may_have_arrived_is_retried_only_when_a_person_is_sure(
    terminal: Terminal, unknown: Store
) -> None:
    for typed in ("n\n", ""):
        assert terminal.run("turns", "retry", TURN, typed=typed).exit_code == 1
        assert state(unknown) == TurnState.UNKNOWN
    assert "its 2 messages will be answered" in terminal.said("turns", "retry", TURN, typed="y\n")
    assert state(unknown) == TurnState.WITHDRAWN
    unknown.now_ms = int(time.time() * 1000)
    assert [message.text for message in unknown.answer().messages] == ["oi", WORDS]


def test_a_retry_says_what_will_keep_it_waiting(terminal: Terminal, unknown: Store) -> None:
    terminal.said("pause", "--reason", "feriado")
    said = terminal.said("turns", "retry", TURN, "--yes")
    assert "No server runs: it will when one starts." in said
    assert "nothing is answered at the moment: paused (feriado)" in said


@pytest.mark.parametrize("command", ["show 9", "retry 9", "discard 9", "settle 9 --sent"])
def test_a_turn_that_is_not_there_is_named(terminal: Terminal, command: str) -> None:
    result = terminal.run("turns", *command.split())
    assert (result.exit_code, result.stderr) == (1, "clinic-bot: there is no turn 9\n")


def test_a_refusal_is_a_sentence_and_a_status(terminal: Terminal, unknown: Store) -> None:
    terminal.said("turns", "discard", TURN)
    result = terminal.run("turns", "discard", TURN)
    assert result.exit_code == 1
    assert result.stderr.startswith("clinic-bot: turn 1 is silent already")


@pytest.mark.parametrize("command", ["list", "show 1", "retry 1 --yes", "discard 1", "settle 1 --sent"])
def test_a_database_that_is_not_there_is_named_and_not_made(terminal: Terminal, command: str) -> None:
    missing = terminal.folder / "none.sqlite"
    terminal.environment["CLINIC_BOT_DATABASE_URL"] = f"sqlite:///{missing}"
    result = terminal.run("turns", *command.split())
    assert isinstance(result.exception, Misconfigured)  # which ``main`` says and ends with 2
    assert "there is no database at" in str(result.exception)
    assert not missing.exists()


@ON_SQLITE
def test_a_server_that_does_not_answer_is_told_apart(
    terminal: Terminal, unknown: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("clinic_bot.commands.hands._WAIT_FOR_SERVER_S", 0.05)
    path = Path(terminal.environment["CLINIC_BOT_DATABASE_URL"].removeprefix("sqlite:///"))
    with sole_process(path):
        result = terminal.run("turns", "discard", TURN)
        assert terminal.json("turns", "list")["turns"]  # looking does not need it
    assert result.exit_code == 3
    assert "nothing answers on its socket" in result.stderr
    assert state(unknown) == TurnState.UNKNOWN
