"""The second opinion beside the phrases: what it sees alone, and what it must never do."""

import time

import pytest

from clinic_bot.turns.emergency import RESEMBLES, find_by_phrase, find_emergency, may_be_emergency
from clinic_bot.turns.emergency_model import TABLES, load_model, opinion_on, windows
from clinic_bot.turns.emergency_sign import EmergencyKind

DANGER = "meu bebe ta largadinho e nao chora"


def test_a_danger_that_no_phrase_knows_is_seen() -> None:
    danger = [DANGER]
    found = find_emergency(danger)
    assert found is not None
    assert find_by_phrase(danger) is None
    assert (found.kind, found.sign) == (EmergencyKind.PHYSICAL, RESEMBLES[EmergencyKind.PHYSICAL])


@pytest.mark.parametrize("text", ["nao to aguentando mais", "n tô guentando mais", "não aguento mais"])
def test_who_has_no_strength_left_is_told_both_numbers(text: str) -> None:
    found = find_emergency(["boa noite", text])
    assert found is not None
    assert found.kind is EmergencyKind.EMOTIONAL


def test_every_bucket_of_the_file_is_there() -> None:
    model = load_model()
    kept = (model.danger, model.evidence, model.emotional)
    assert tuple(len(weights.by_bucket) for weights in kept) == TABLES
    assert all(any(weights.by_bucket) for weights in kept)


@pytest.mark.parametrize(
    "burst",
    [
        ["minha mãe"],
        ["oi", "bom dia", "é pro meu filho", "ele tem 5 anos", "agora de tarde tem?"],
        ["to aqui embaixo", "a porta ta fechada"],
        ["ela ta com conjuntivite", "atendem hoje?"],
    ],
    ids=["a person", "a booking in pieces", "at the door", "an illness that waits"],
)
def test_everyday_talk_is_no_emergency(burst: list[str]) -> None:
    assert find_emergency(burst) is None


@pytest.mark.parametrize(
    "text", ["", "😀😀", "\n\n", "?", ",", "a" * 100_000, "?!" * 50_000, "não " * 25_000]
)
def test_odd_input_is_no_emergency(text: str) -> None:
    assert find_emergency([text]) is None
    assert not list(windows(""))
    assert opinion_on("", ()) is None


def test_a_message_without_a_telling_word_never_changes_the_opinion() -> None:
    telling = {"caiu", "sangue"}
    assert opinion_on(" bom dia ", telling) is None
    earlier = " a moto caiu em cima do vizinho muito sangue "
    assert opinion_on(f"{earlier}/ obrigado ", telling) == opinion_on(earlier, telling)


def test_a_phrase_in_few_words_is_not_doubted() -> None:
    found = find_emergency(["não, dor no peito"])
    assert found is not None
    assert found == find_by_phrase(["não, dor no peito"])


def test_a_sentence_is_weighed_fast_enough_for_the_webhook() -> None:
    line = (
        " minha mae queria remarcar a consulta porque o carro caiu num buraco / muito sangue frio nessa hora "
    )
    best_s = min(timed_s(line) for _ in range(20))
    assert best_s < 0.002  # about 0.1 ms; the margin is for a slow machine
    assert may_be_emergency("muito sangue")


def timed_s(line: str) -> float:
    start = time.perf_counter()
    opinion_on(line, {"caiu", "sangue"})
    return time.perf_counter() - start
