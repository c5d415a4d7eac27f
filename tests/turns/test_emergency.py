"""The emergency detector against a corpus, and against what would make it slow.

``tests/data/emergencies.jsonl`` and ``near_misses.jsonl`` hold one case a line; ``part`` says when it was written:
``development`` was tuned on from the start, ``held_out`` and the later rounds were measured before anybody looked
at what they missed, and then learned from.
"""

import json
import random
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from clinic_bot.turns import emergency
from clinic_bot.turns.emergency import Emergency, EmergencyKind, find_emergency, may_be_emergency

DATA = Path(__file__).parent.parent / "data"
LEAST_RECALL = 0.95
MOST_FALSE_ALARMS = 0.02
PARTS = (
    "development",
    "held_out",
    "second_round",
    "third_round",
    "fourth_round",
    "fifth_round",
    "sixth_round",
    "blind_1",
    "blind_2",
    "blind_2b",
    "blind_2c",
    "blind_2d",
    "blind_3",
    "blind_4",
    "blind_5",
    "blind_6",
    "blind_7",
    "blind_8",
    "blind_9",
    "blind_10",
    "blind_11",
    "blind_12",
    "blind_13",
    "blind_14",
    "blind_15",
    "blind_16",
    "blind_17",
    "contrast",
)


@cache
def cases(name: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    lines = (DATA / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return tuple((case["part"], tuple(case["texts"])) for case in map(json.loads, lines))


def share_found(name: str, part: str | None) -> tuple[float, list[tuple[str, ...]], list[tuple[str, ...]]]:
    texts = [texts for of_part, texts in cases(name) if part in (None, of_part)]
    found = [case for case in texts if find_emergency(case) is not None]
    missed = [case for case in texts if case not in found]
    return len(found) / len(texts), found, missed


def test_the_corpus_is_large_enough() -> None:
    assert len(cases("emergencies")) >= 900
    assert len(cases("near_misses")) >= 1_500


@pytest.mark.parametrize("part", [None, *PARTS], ids=lambda part: part or "all")
def test_emergencies_are_seen(part: str | None) -> None:
    recall, _, missed = share_found("emergencies", part)
    assert recall >= LEAST_RECALL, missed


@pytest.mark.parametrize("part", [None, *PARTS, "everyday"], ids=lambda part: part or "all")
def test_near_misses_raise_no_alarm(part: str | None) -> None:
    false_alarms, found, _ = share_found("near_misses", part)
    assert false_alarms <= MOST_FALSE_ALARMS, found


@pytest.mark.parametrize(
    ("texts", "kind", "sign"),
    [
        (["oi", "to com uma dor forte no peito"], EmergencyKind.PHYSICAL, "chest_pain"),
        (["to com uma dor forte", "no peito"], EmergencyKind.PHYSICAL, "chest_pain"),
        (["TÔ COM UMA DOOOR FORTEE", "nopeito!!"], EmergencyKind.PHYSICAL, "chest_pain"),
        (["faltadear", "mto forte"], EmergencyKind.PHYSICAL, "breathlessness"),
        (["minha mãe", "desmaiou", "e não acorda"], EmergencyKind.PHYSICAL, "unconscious"),
        (["na\u0303o quero mais viver"], EmergencyKind.EMOTIONAL, "self_harm"),
        (["n quero + viver"], EmergencyKind.EMOTIONAL, "self_harm"),
        (["a boquinha dele ficou azul"], EmergencyKind.PHYSICAL, "breathlessness"),
        (["num guento puxá o ar"], EmergencyKind.PHYSICAL, "breathlessness"),
        (["minha boca ta torta😭socorro"], EmergencyKind.PHYSICAL, "stroke"),
    ],
    ids=[
        "in the second message",
        "split over two messages",
        "capitals, repeated letters and no space",
        "words glued together",
        "split over three messages",
        "accents as combining marks",
        "abbreviated",
        "in diminutives, as of a child",
        "as it is spoken in the country",
        "emoji without spaces",
    ],
)
def test_the_sign_is_named_however_it_is_typed(texts: list[str], kind: EmergencyKind, sign: str) -> None:
    assert find_emergency(texts) == Emergency(kind, sign)


@pytest.mark.parametrize(
    ("calm", "danger"),
    [
        ("não estou com dor no peito", "não, estou com dor no peito"),
        ("sem febre e sem falta de ar", "sem febre e com falta de ar"),
        ("ano passado tive dor no peito", "ano passado tive dor no peito e agora voltou"),
        ("retorno do avc", "retorno urgente, acho que ta tendo um avc"),
        ("minha mãe desmaiou mas já acordou", "minha mãe desmaiou e ainda não acordou"),
        ("quero morrer de vergonha", "quero morrer"),
        ("minha mãe vai me matar", "penso em me matar"),
        ("ninguém desmaiou", "ninguém atende e minha mãe desmaiou"),
        ("to sem ar de tanto correr", "to sem ar de tanto tossir"),
        ("qual médico procurar pra falta de ar?", "qual médico procurar? to com muita falta de ar"),
        ("meu gato desmaiou", "meu cachorro me mordeu e não para de sangrar"),
        ("se por acaso eu desmaiar na coleta?", "acho que vou desmaiar"),
        ("tomografia por suspeita de avc", "suspeita de avc na minha vó"),
        ("só falta eu ter um avc com isso", "só falta de ar, muito forte"),
        ("retorno da convulsão", "convulsão"),
        ("a internet caiu e apagou", "ele caiu e apagou"),
        ("quando criança eu desmaiei", "minha filha desmaiou, quando pequena tinha convulsão"),
        ("dor no peito (não), falta de ar (não)", "não, dor no peito"),
        ("minha bolsa rasgou, caiu tudo kkk", "minha bolsa rompeu, caiu tudo no chão"),
        ("ela não tem reação à vacina", "ela não tem reação, já chamei"),
        ("nadei e vou morrer na praia", "nadei e vou morrer, me ajuda"),
        ("vou ter um infarto com esse trânsito", "vou ter um infarto com essa dor"),
        ("tcc sobre overdose, pra faculdade", "minha amiga tomou overdose na faculdade"),
        ("levei um choque com o preço e apaguei a mensagem", "levei um choque no chuveiro, apaguei"),
        ("caí no sono e apaguei", "caí da escada e apaguei"),
        ("ela ta com uma crise de riso", "ela ta com crise de asma forte"),
    ],
    ids=[
        "denied",
        "denied in part",
        "past",
        "a topic",
        "over",
        "an idiom",
        "another's words",
        "nobody",
        "for effect",
        "which doctor",
        "an animal",
        "a hypothesis",
        "a reason for an exam",
        "to crown it all",
        "the word alone",
        "a machine",
        "childhood",
        "a form filled in",
        "a bag",
        "a reaction",
        "a saying",
        "an annoyance",
        "schoolwork",
        "a shock at the price, and what was deleted",
        "asleep",
        "laughter",
    ],
)
def test_the_words_around_decide(calm: str, danger: str) -> None:
    assert find_emergency([calm]) is None
    assert find_emergency([danger]) is not None


def test_a_message_alone_that_completes_an_emergency_passes_the_prefilter() -> None:
    for part in ("no peito", "não acorda", "de morrer", "agora voltou", "ta sangrando", "nopeitooo"):
        assert may_be_emergency(part), part


@pytest.mark.parametrize(
    "text",
    ["oi", "bom dia", "quero marcar consulta quinta", "obrigado", "sim", "👍", "", "17:30", "da quarta"],
)
def test_small_talk_is_stopped_by_the_prefilter(text: str) -> None:
    assert not may_be_emergency(text)


def pairs_of_messages(count: int) -> Iterator[tuple[str, str]]:
    messages = sorted(
        {text for name in ("emergencies", "near_misses") for _, case in cases(name) for text in case}
    )
    chance = random.Random(13)
    for _ in range(count):
        yield chance.choice(messages), chance.choice(messages)


def test_the_prefilter_lets_every_message_through_that_completes_an_emergency() -> None:
    for _, case in cases("emergencies"):
        for seen in range(1, len(case) + 1):
            if find_emergency(case[:seen]) is not None:
                assert may_be_emergency(case[seen - 1]), case
                break
    for earlier, last in pairs_of_messages(3_000):
        if not may_be_emergency(last) and find_emergency([earlier]) is None:
            assert find_emergency([earlier, last]) is None, (earlier, last)


def test_every_phrase_of_the_lexicon_is_one_that_can_be_looked_for() -> None:
    """They are compiled when a text first has their words, so a slip in one would show late."""
    assert all(phrase.pattern for phrase in emergency._lexicon().phrases)


def test_only_the_chest_pain_of_the_development_scenarios_is_an_emergency() -> None:
    # The patients' texts of every scenario, phase by phase; the second text of dev-13 shows the danger.
    fired = []
    for line in (DATA / "scenario_texts.jsonl").read_text(encoding="utf-8").splitlines():
        scenario = json.loads(line)
        texts = scenario["texts"]
        for seen in range(1, len(texts) + 1):
            if find_emergency(texts[:seen]) is not None:
                fired.append((scenario["id"], seen - 1))
                break
    assert fired == [("dev-13", 1)]


@pytest.mark.parametrize(
    "text",
    [
        "dor " * 250_000,
        "a" * 1_000_000,
        "dor e no peito de pe " * 50_000,
        "nao to com " * 100_000,
        "ha" * 500_000,
        "?!" * 500_000,
        "se eu tiver febre tosse e falta de " * 30_000,
        "minha mae ta caida no chao com a boca torta ano passado " * 20_000,
    ],
    ids=[
        "one word",
        "no space",
        "near a phrase",
        "denials",
        "laughter",
        "signs",
        "hypotheses",
        "many matches",
    ],
)
def test_a_message_of_a_megabyte_takes_no_time(text: str) -> None:
    find_emergency(["oi"])
    start = time.perf_counter()
    find_emergency([text])
    may_be_emergency(text)
    assert time.perf_counter() - start < 0.5  # a few milliseconds; the margin is for a busy machine


def test_a_danger_at_the_end_of_a_very_long_text_is_seen() -> None:
    assert find_emergency(["bom dia " * 100_000, "minha mãe desmaiou e não acorda"]) is not None


def test_reading_is_fast_enough_for_the_webhook() -> None:
    text = (
        "oi, minha mãe queria remarcar a consulta, ela ta com dor nas costas mas não tem febre nem falta de ar. "
        * 5
    )
    best_ms = min(timed_ms(text) for _ in range(20))
    assert best_ms < 3  # about 0.2 ms; the margin is for a slow machine


def timed_ms(text: str) -> float:
    start = time.perf_counter()
    find_emergency([text[:500]])
    return (time.perf_counter() - start) * 1_000
