"""A missed call, a receipt, an exam: the reception is told, the patient reads one sentence at most."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from clinic_bot.clinic.facts import example_clinic
from clinic_bot.events import Kind
from clinic_bot.sandbox import payloads, standins
from clinic_bot.sandbox.payloads import Line
from clinic_bot.store.gate import Draft
from clinic_bot.turns.arrivals import Arrival, acknowledged, arrived, needs_no_model, notes, sentence
from tests.support.clock import START_MS
from tests.support.service import clinic
from tests.turns.test_people import alerts

FACTS = example_clinic()
CALL, RECEIPT, EXAM = Arrival.CALL, Arrival.RECEIPT, Arrival.EXAM


@dataclass(frozen=True)
class Row:
    kind: str
    text: str = ""
    detail: str = "{}"


def text(words: str) -> Row:
    return Row(Kind.TEXT, words)


def file(name: str = "", caption: str = "", kind: Kind = Kind.DOCUMENT) -> Row:
    return Row(kind, caption, json.dumps({"file_name": name} if name else {}))


PHOTO = file(kind=Kind.IMAGE)


@pytest.mark.parametrize(
    ("burst", "kinds", "alone"),
    [
        ([Row(Kind.CALL)], (CALL,), True),
        ([Row(Kind.CALL), Row(Kind.CALL, "", '{"video": true}')], (CALL,), True),
        ([Row(Kind.CALL), text("oi, vcs abrem sábado?")], (CALL,), False),
        ([file("comprovante_pix_0910.pdf")], (RECEIPT,), True),
        ([Row(Kind.PAYMENT, "", '{"what": "sent"}')], (RECEIPT,), True),
        ([Row(Kind.PAYMENT, "", '{"what": "request"}')], (), False),
        ([text("segue o comprovante"), PHOTO], (RECEIPT,), True),
        ([PHOTO, text("fiz o pix da consulta")], (RECEIPT,), True),
        ([file("", "Comprovante", Kind.IMAGE), text("tem estacionamento?")], (RECEIPT,), False),
        ([file("", "meu comprovante, caiu?", Kind.IMAGE)], (RECEIPT,), False),
        ([file("Resultado-Exame.PDF")], (EXAM,), True),
        ([file("laudo ressonancia.pdf"), text("boa tarde doutora")], (EXAM,), True),
        ([text("aqui está o pedido médico"), PHOTO, text("quero marcar o exame")], (EXAM,), False),
        ([file("comprovante.pdf"), file("hemograma.pdf")], (RECEIPT, EXAM), True),
        ([PHOTO], (), False),
        ([PHOTO, text("é esse plano"), text("sulamerica. vcs atendem né?")], (), False),
        ([text("paguei o pix ontem")], (), False),
        ([text("quando sai meu exame?"), Row(Kind.AUDIO)], (), False),
    ],
)
def test_what_came_is_seen_in_kind_name_caption_and_words(
    burst: list[Row], kinds: tuple[Arrival, ...], alone: bool
) -> None:
    assert (arrived(burst), needs_no_model(burst)) == (kinds, alone)


def test_the_reply_to_more_than_a_file_says_it_in_one_sentence_at_most() -> None:
    silent = acknowledged(Draft("", "Abrimos às 8h."), [RECEIPT], FACTS)
    assert silent.reply == f"Abrimos às 8h.\n\n{FACTS.texts.payment_receipt}"
    assert (silent.for_reception, silent.hand_over) == ("comprovante de pagamento", None)
    for said in ("Vi seu comprovante. Abrimos às 8h.", "Abrimos às 8h; a recepção confere."):
        assert acknowledged(Draft("", said), [RECEIPT], FACTS).reply == said
    for offered in (
        "Quer que eu chame a recepção?", "Pagamento: Pix ou cartão.", "O exame pede jejum de 8 horas.",
    ):  # fmt: skip
        said = acknowledged(Draft("", offered), [RECEIPT], FACTS).reply
        assert said == f"{offered}\n\n{FACTS.texts.payment_receipt}"
    both = acknowledged(Draft("", "Oi", hand_over="x", for_reception="reclamação"), [RECEIPT, EXAM], FACTS)
    assert both.for_reception == "reclamação; comprovante de pagamento; exame, laudo ou pedido médico"
    assert both.reply.count("\n\n") == 1
    assert acknowledged(Draft("", "Oi"), [], FACTS) == Draft("", "Oi")
    assert notes([]) == ""
    assert "uma frase" in notes([CALL])


@pytest.mark.parametrize("kind", list(Arrival))
def test_each_sentence_is_one_and_tells_of_the_reception(kind: Arrival) -> None:
    said = sentence([kind], FACTS)
    assert "recepção" in said
    assert said.count(".") == 1


async def test_a_missed_call_is_told_and_answered_once_and_the_bot_goes_on(database_file: Path) -> None:
    line = Line(standins.INSTANCE_ID, "5511990000002")
    phone = "5511987650001"
    async with clinic(database_file) as it:
        rings = [
            payloads.notification(line, phone, kind, message_id=f"N{n}", at_ms=START_MS, callId="C1")
            for n, kind in enumerate(("CALL_VOICE", "CALL_MISSED_VOICE", "CALL_MISSED_VOICE"))
        ]
        answers = [(await it.post(ring)).json()["status"] for ring in (*rings, rings[1])]
        assert answers == ["ignored", "queued", "queued", "duplicate"]
        await it.until_states("sent")
        (turn,) = await it.turns()
        assert turn.reply == FACTS.texts.missed_call
        assert (turn.for_reception, turn.hand_over, turn.calls) == ("ligação perdida", None, 0)
        assert alerts(it, "for_reception") == 1
        assert (await it.conversation()).human_until_ms == 0
        await it.patient(phone=phone, text="vcs abrem sábado?")
        await it.until_states("sent", "sent")
        assert len(it.brain.asked) == 1
