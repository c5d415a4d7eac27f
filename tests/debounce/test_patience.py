"""How long the rest of what a patient says is waited for."""

import json
import time
from dataclasses import replace
from importlib import resources
from math import nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_bot.debounce.patience import (
    DEFAULT,
    FIXED,
    SIGNAL_MS,
    Decision,
    Limits,
    best_wait_s,
    decide,
)
from clinic_bot.debounce.patience_model import DATA, Forecast, Model, features, load_model, read_model
from clinic_bot.debounce.piece import Asked
from clinic_bot.debounce.piece_words import asked_by, read_piece
from clinic_bot.debounce.talk import Talk
from clinic_bot.debounce.window import Timing, Window, due_ms, hold_until_ms
from clinic_bot.events import Content, Kind, PresenceStatus
from tests.debounce.test_talk import talks

S = 1_000
TIMING = Timing(quiet_ms=DEFAULT.fixed_ms, cap_ms=60 * S, hold_ms=12 * S)
REQUEST = "quero remarcar minha consulta de terça para quinta às 10h."


@pytest.fixture(scope="module")
def model() -> Model:
    found = load_model()
    assert found is not None
    return found


def said(*texts: str, after: str = "", every_ms: int = 4 * S) -> Talk:
    """The talk of somebody unknown who wrote this, after the clinic said that."""
    talk = Talk().spoke(1, asked_by(after)) if after else Talk()
    for n, text in enumerate(texts):
        talk = talk.heard(read_piece(Content(Kind.TEXT, text), talk.asked), 100 * S + n * every_ms)
    return talk


def wait_ms(talk: Talk, model: Model | None, *, typing_expected: bool = False) -> int:
    return decide(talk, DEFAULT, model, now_ms=talk.last_ms, typing_expected=typing_expected).wait_ms


BOTH = pytest.mark.parametrize("typing_expected", [False, True], ids=["no signals", "signals"])


@BOTH
@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Posso confirmar para quinta às 10h?", "Sim."),
        ("Posso confirmar para quinta às 10h?", "sim"),
        ("Posso confirmar para quinta às 10h?", "pode ser"),
        ("Posso confirmar para quinta às 10h?", "blz"),
        ("Posso confirmar para quinta às 10h?", "👍"),
        ("Qual horário você prefere?", "às 10h"),
        ("Qual dia fica melhor?", "terça de manhã"),
        ("Pode me informar seu CPF?", "123.456.789-09"),
    ],
    ids=lambda text: text,
)
def test_an_answer_to_what_was_asked_is_answered_within_a_second_and_a_half(
    question: str, answer: str, typing_expected: bool, model: Model
) -> None:
    """Or in 3 s, in which its writer may be seen to go on."""
    most_ms = 1_500 if answer == "Sim." else SIGNAL_MS
    assert wait_ms(said(answer, after=question), model, typing_expected=typing_expected) <= most_ms


@BOTH
@pytest.mark.parametrize(
    ("finished", "unfinished"),
    [
        (REQUEST, "oi"),
        (REQUEST, "bom diaa"),
        (REQUEST, "queria marcar e"),
        ("vcs atendem unimed?", "oi"),
        ("vcs atendem unimed?", "vcs atendem"),
        ("obg", "mas"),
        ("tchau", "oi"),
        ("tem horário na quinta?", "pq"),
    ],
)
def test_what_sounds_finished_is_answered_before_what_does_not(
    finished: str, unfinished: str, typing_expected: bool, model: Model
) -> None:
    sooner = wait_ms(said(finished), model, typing_expected=typing_expected)
    later = wait_ms(said(unfinished), model, typing_expected=typing_expected)
    assert sooner < later


@pytest.mark.parametrize("text", ["sim, mas", "sim e", "sim,"])
def test_an_answer_left_open_is_waited_for(text: str, model: Model) -> None:
    open_ms = wait_ms(said(text, after="Posso confirmar?"), model)
    assert open_ms > wait_ms(said("sim", after="Posso confirmar?"), model) + 2 * S


def test_somebody_who_always_goes_on_is_waited_for_longer(model: Model) -> None:
    talk = Talk()
    chatty = said(*["preciso marcar uma consulta"] * 20)
    for n in range(20):
        talk = talk.heard(read_piece(Content(Kind.TEXT, "preciso marcar uma consulta")), n * 300 * S)
        talk = talk.spoke(n * 300 * S + 5 * S)
    brief = talk.heard(read_piece(Content(Kind.TEXT, "preciso marcar uma consulta")), 300_000 * S)
    chatty = chatty.spoke(chatty.last_ms + 5 * S).heard(
        read_piece(Content(Kind.TEXT, "preciso marcar uma consulta")), 300_000 * S
    )
    assert wait_ms(chatty, model) > wait_ms(brief, model)


def test_whoever_writes_every_three_seconds_is_answered_at_the_cap(model: Model) -> None:
    talk = Talk()
    for at_ms in range(0, 121 * S, 3 * S):
        talk = talk.heard(read_piece(Content(Kind.TEXT, "e também")), at_ms)
        patience_ms = decide(talk, DEFAULT, model, now_ms=at_ms).patience_ms
        due = due_ms(Window(0, at_ms), replace(TIMING, quiet_ms=patience_ms))
        assert due <= TIMING.cap_ms
        if at_ms <= 50 * S:
            assert due > at_ms + 3 * S, "it was answered before the cap"


def test_text_then_a_voice_note_that_takes_24_s_to_record_is_one_turn(model: Model) -> None:
    talk = Talk().heard(read_piece(Content(Kind.TEXT, "vou te explicar melhor por audio")), 0)
    first = decide(talk, DEFAULT, model, now_ms=0)
    window = Window(0, 0)
    now_ms = 1 * S
    for now_ms in (1 * S, 11 * S, 21 * S):  # repeated about every 10 s
        window = replace(
            window,
            hold_until_ms=hold_until_ms(PresenceStatus.RECORDING, window.hold_until_ms, now_ms, TIMING),
        )
        held = decide(talk, DEFAULT, model, now_ms=now_ms, hold_until_ms=window.hold_until_ms)
        assert held == Decision(TIMING.hold_ms, first.patience_ms, "the patient is typing or recording")
    arrives_ms = 25 * S
    assert due_ms(window, replace(TIMING, quiet_ms=first.patience_ms)) > arrives_ms
    talk = talk.heard(read_piece(Content(Kind.AUDIO)), arrives_ms, typed=True)
    assert talk.burst.pieces == 2


def test_a_pause_in_typing_shortens_the_hold(model: Model) -> None:
    talk = said("oi")
    typing_ms = hold_until_ms(PresenceStatus.COMPOSING, 0, talk.last_ms + 9 * S, TIMING)
    paused_ms = hold_until_ms(PresenceStatus.PAUSED, typing_ms, talk.last_ms + 10 * S, TIMING)
    now_ms = talk.last_ms + 10 * S
    held = decide(talk, DEFAULT, model, now_ms=now_ms, hold_until_ms=typing_ms)
    assert held.wait_ms == 11 * S
    assert decide(talk, DEFAULT, model, now_ms=now_ms, hold_until_ms=paused_ms).wait_ms < held.wait_ms


def test_a_picture_is_waited_for_as_words_may_follow(model: Model) -> None:
    picture = Talk().heard(read_piece(Content(Kind.IMAGE)), 0)
    assert wait_ms(picture, model) > 2 * S


def test_time_that_has_passed_is_taken_off(model: Model) -> None:
    talk = said("oi")
    first = decide(talk, DEFAULT, model, now_ms=talk.last_ms)
    assert decide(talk, DEFAULT, model, now_ms=talk.last_ms + 1 * S).wait_ms == first.wait_ms - 1 * S
    assert decide(talk, DEFAULT, model, now_ms=talk.last_ms + 99 * S).wait_ms == 0


@pytest.mark.parametrize("text", ["oi", "queria marcar e", "preciso marcar uma consulta"])
def test_what_can_still_be_taken_back_is_waited_for_less(text: str, model: Model) -> None:
    talk = said(text)
    usual = decide(talk, DEFAULT, model, now_ms=talk.last_ms)
    soon = decide(talk, DEFAULT, model, now_ms=talk.last_ms, supersede_ms=3 * S)
    assert soon.wait_ms <= usual.wait_ms
    assert soon.wait_ms >= DEFAULT.floor_ms


def test_the_operator_reads_why(model: Model) -> None:
    why = {
        text: decide(talk, DEFAULT, model, now_ms=talk.last_ms).why
        for text, talk in {
            "oi": said("oi"),
            "open": said("queria marcar e"),
            "answer": said("sim", after="Posso confirmar?"),
            "request": said(REQUEST),
            "question": said("vcs atendem unimed?"),
        }.items()
    }
    assert why == {
        "oi": "only a greeting",
        "open": "a sentence left open",
        "answer": "it answers what the clinic asked",
        "request": "a complete request",
        "question": "a question",
    }


@pytest.mark.parametrize(("goes_on", "says"), [(True, "mostly goes on"), (False, "seldom goes on")])
def test_the_operator_reads_what_the_patient_usually_does(goes_on: bool, says: str, model: Model) -> None:
    talk = Talk()
    for n in range(30):
        talk = talk.heard(read_piece(Content(Kind.TEXT, "preciso marcar uma consulta")), n * 300 * S)
        if goes_on:
            for more in range(1, 5):
                talk = talk.heard(read_piece(Content(Kind.TEXT, "é pra amanhã")), (n * 300 + more * 8) * S)
        talk = talk.spoke(n * 300 * S + 100 * S)
    talk = talk.heard(read_piece(Content(Kind.TEXT, "preciso marcar uma consulta")), 300_000 * S)
    assert says in decide(talk, DEFAULT, model, now_ms=talk.last_ms).why


# It never switches waiting off.


def _broken() -> dict[str, Model | None]:
    good = load_model()
    assert good is not None
    message = good.message
    return {
        "no coefficients": None,
        "a coefficient is no number": replace(
            good, message=replace(message, biases=(nan, *message.biases[1:]))
        ),
        "an endless coefficient": replace(
            good, message=replace(message, weights=((1e308,) * len(message.means),) * len(message.weights))
        ),
        "too few rows": replace(good, message=replace(message, weights=message.weights[:2])),
        "too few columns": replace(good, message=replace(message, going_on=message.going_on[:3])),
        "no edges": replace(good, edges_s=()),
        "edges are no numbers": replace(good, edges_s=(nan,) * len(good.edges_s)),
    }


@pytest.mark.parametrize("broken", _broken().values(), ids=_broken().keys())
def test_whatever_is_wrong_with_the_coefficients_means_the_fixed_patience(broken: Model | None) -> None:
    talk = said("oi")
    decision = decide(talk, DEFAULT, broken, now_ms=talk.last_ms)
    assert replace(decision, fault=None) == Decision(DEFAULT.fixed_ms, DEFAULT.fixed_ms, FIXED)
    assert decision.fault in ("AssertionError", "ValueError")  # for whoever reads the log


def test_a_care_that_is_no_number_means_the_fixed_patience(model: Model) -> None:
    talk = said("oi")
    decision = decide(talk, replace(DEFAULT, care=nan), model, now_ms=talk.last_ms)
    assert decision.patience_ms == DEFAULT.fixed_ms


def test_a_burst_of_which_nothing_is_known_means_the_fixed_patience(model: Model) -> None:
    assert decide(Talk(), DEFAULT, model, now_ms=0).why == FIXED


limits = st.builds(
    lambda floor_ms, more_ms, fixed_ms, care: Limits(fixed_ms, floor_ms, floor_ms + more_ms, care),
    st.integers(100, 20_000),
    st.integers(0, 60_000),
    st.integers(1, 90_000),
    st.floats(allow_nan=True, allow_infinity=True),
)


@given(talks(), limits, st.booleans(), st.integers(0, 20_000))
def test_floor_and_ceiling_hold_always(
    talk: Talk, limits: Limits, typing_expected: bool, supersede_ms: int
) -> None:
    for model in (load_model(), None):
        decision = decide(
            talk,
            limits,
            model,
            now_ms=talk.last_ms,
            typing_expected=typing_expected,
            supersede_ms=supersede_ms,
        )
        assert limits.floor_ms <= decision.patience_ms <= limits.ceiling_ms
        assert decision.wait_ms == decision.patience_ms
        assert decision.why


@given(
    st.lists(st.floats(0.001, 1), min_size=4, max_size=4),
    st.floats(0, 200),
    st.integers(100, 9_000),
    st.integers(0, 20_000),
    st.floats(0, 5),
)
def test_no_other_wait_costs_less(
    parts: list[float], care: float, floor_ms: int, more_ms: int, supersede_s: float
) -> None:
    """Against every tenth of a second between floor and ceiling."""
    edges_s = (2.0, 5.0, 20.0)
    last, one, two, three = (part / sum(parts) for part in parts)
    seen = Forecast(last, (one, one + two, one + two + three))
    limits = Limits(6_000, floor_ms, floor_ms + more_ms, care)

    def cost(wait_s: float) -> float:
        covered_s, begin_s, before = wait_s + supersede_s, 0.0, 0.0
        for edge_s, by in zip(edges_s, seen.by, strict=True):
            if covered_s < edge_s:
                by = before + (by - before) * (covered_s - begin_s) / (edge_s - begin_s)
                return last * wait_s - care * by
            begin_s, before = edge_s, by
        return last * wait_s - care * before

    chosen = cost(best_wait_s(seen, edges_s, limits, supersede_s=supersede_s))
    for wait_ms in range(floor_ms, floor_ms + more_ms + 1, 100):
        assert chosen <= cost(wait_ms / 1000) + 1e-9


def test_coefficients_of_other_features_are_not_used() -> None:
    known = json.loads(resources.files("clinic_bot.debounce").joinpath(DATA).read_text("utf-8"))
    known["features"][0], known["features"][1] = known["features"][1], known["features"][0]
    with pytest.raises(ValueError, match="other features"):
        read_model(json.dumps(known))


@pytest.mark.alone
def test_a_decision_takes_less_than_50_microseconds(model: Model) -> None:
    """The least of many runs: what it costs, not what else the machine was doing."""
    talk = said("oi", "bom dia", "queria remarcar", after="Posso confirmar?")
    took_s = []
    for _ in range(300):
        began_s = time.perf_counter()
        for _ in range(10):
            decide(talk, DEFAULT, model, now_ms=talk.last_ms)
        took_s.append((time.perf_counter() - began_s) / 10)
    assert min(took_s) < 50e-6


def test_the_question_that_was_asked_counts_only_once(model: Model) -> None:
    talk = said("sim", after="Posso confirmar?")
    assert talk.asked is Asked.YES_NO
    assert talk.spoke(talk.last_ms + 5 * S).asked is Asked.NOTHING


def test_a_stranger_gets_the_time_in_which_a_typing_signal_comes(model: Model) -> None:
    question = read_piece(Content(Kind.TEXT, "vcs aceitam unimed?"))
    stranger = Talk().heard(question, 1_000)
    known = replace(stranger, rhythm=stranger.rhythm._replace(turns=1))
    asked = decide(stranger, DEFAULT, model, now_ms=1_000)
    assert asked.patience_ms == SIGNAL_MS > decide(known, DEFAULT, model, now_ms=1_000).patience_ms
    low = replace(DEFAULT, ceiling_ms=2_000)
    assert decide(stranger, low, model, now_ms=1_000).patience_ms == 2_000


def test_what_ends_by_itself_is_waited_for_no_longer_from_a_stranger(model: Model) -> None:
    request = read_piece(Content(Kind.TEXT, "quero remarcar minha consulta de terça para quinta às 10h."))
    assert decide(Talk().heard(request, 1_000), DEFAULT, model, now_ms=1_000).patience_ms < SIGNAL_MS


@pytest.mark.parametrize("answer", ["pode ser", "sim", "👍"])
def test_what_is_added_to_an_answer_is_seen_being_typed(answer: str, model: Model) -> None:
    talk = said(answer, after="Posso confirmar para quinta às 10h?")
    assert wait_ms(talk, model, typing_expected=True) == wait_ms(talk, model) == SIGNAL_MS
    unannounced = replace(talk, rhythm=talk.rhythm._replace(follow_ups=3))
    assert unannounced.typing_known
    assert wait_ms(unannounced, model) == DEFAULT.floor_ms


@pytest.mark.parametrize("label", ["Sim", ""])
def test_nothing_is_added_to_a_tap(label: str, model: Model) -> None:
    tap = read_piece(Content(Kind.CHOICE, label), Asked.YES_NO)
    talk = Talk().spoke(1, Asked.YES_NO).heard(tap, 100 * S)
    assert wait_ms(talk, model, typing_expected=True) < SIGNAL_MS


@pytest.mark.parametrize("content", [Content(Kind.TEXT, "Sim."), Content(Kind.CHOICE, "Confirmo")])
def test_an_answer_that_is_whole_is_not_waited_for(content: Content, model: Model) -> None:
    talk = Talk().spoke(1, Asked.YES_NO).heard(read_piece(content, Asked.YES_NO), 100 * S)
    assert wait_ms(talk, model, typing_expected=True) == DEFAULT.floor_ms


@given(talks())
def test_a_score_is_the_sum_of_what_each_feature_adds(talk: Talk) -> None:
    """Whatever of it is remembered from a piece before."""
    found = load_model()
    assert found is not None
    if talk.last is None:
        return
    values = features(talk, talk.last)
    plain = [
        bias + sum(weight * value for weight, value in zip(row, values, strict=True))
        for bias, row in zip(found.message.biases, found.message.weights, strict=True)
    ]
    assert found.message.scores(values) == pytest.approx(plain)
    assert found.message.scores(values) == found.message.scores(values)
