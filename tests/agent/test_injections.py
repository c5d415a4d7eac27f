"""Instructions in a patient's words: they reach the model as the patient's words, and obeying them does nothing.

Each goes the whole way, from Z-API's body through reading, merging and the prompt, to a model that obeys it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from clinic_bot.agent import prompt
from clinic_bot.agent.answer import AgentRequest
from clinic_bot.agent.booking import FrontDesk
from clinic_bot.agent.chat import Completion
from clinic_bot.agent.chat import Message as Sent
from clinic_bot.agent.loop import Agent
from clinic_bot.clock import Clock
from clinic_bot.errors import ModelUnusable
from clinic_bot.events import Kind, Message, Said, Speaker
from clinic_bot.intake.payloads import read_event
from clinic_bot.sandbox import payloads
from clinic_bot.turns.merge import PendingMessage, merge
from tests.support.desk import FACTS, MARIA

ROWS = [
    json.loads(line)
    for line in (Path(__file__).parent.parent / "data" / "injections.jsonl").read_text("utf-8").splitlines()
]
NOW = datetime(2026, 9, 21, 11, 13, tzinfo=FACTS.timezone)
LINE = payloads.Line("3D000000000000000000000000000001", "5511940000000")
GREETED = (Said(Speaker.PATIENT, "oi", 0), Said(Speaker.BOT, "Olá! Sou a Lu, assistente virtual.", 1))


@dataclass
class Obedient:
    """Writes what it was told to write, each time."""

    obeyed: str
    asked: list[Sequence[Sent]] = field(default_factory=list)

    async def complete(
        self,
        messages: Sequence[Sent],
        tools: Sequence[Mapping[str, Any]],
        **_asked: Any,
    ) -> Completion:
        self.asked.append(messages)
        return Completion(self.obeyed, (), False, "big", 100, 10)


async def nothing_booked(query: object) -> str:
    return ""


def body(row: Mapping[str, str]) -> dict[str, Any]:
    """What Z-API would post."""
    about: dict[str, Any] = {"message_id": "3A01", "at_ms": 1_790_000_000_000}
    text = row["text"]
    match row["where"]:
        case "caption":
            return payloads.received_image(LINE, MARIA, caption=text, **about)
        case "file_name":
            return payloads.received_document(LINE, MARIA, file_name=text, **about)
        case "name":
            return payloads.received_text(LINE, MARIA, "oi", name=text, **about)
        case "link":
            content: payloads.Payload = {"text": {"message": "", "title": text, "url": "https://x.example"}}
            return payloads.received(LINE, MARIA, content, **about)
        case _:
            return payloads.received_text(LINE, MARIA, text, **about)


def pending(row: Mapping[str, str], event: Message) -> PendingMessage:
    """What is stored of it; a voice note's words come from its transcript, a quotation's from what was quoted."""
    kind, text, quoted = event.content.kind, event.content.text, None
    if row["where"] == "voice":
        kind = Kind.AUDIO
    if row["where"] == "quoted":
        text, quoted = "isso vale?", row["text"]
    return PendingMessage(
        1, "3A01", event.sent_ms, 0, kind, text, event.content.detail, "3A00" if quoted else None, quoted
    )


@pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])
async def test_it_is_the_patient_s_word_and_obeying_it_does_nothing(row: dict[str, str]) -> None:
    event = read_event(body(row), instance_id=None, received_ms=1_790_000_000_500)
    assert isinstance(event, Message)
    merged = merge([pending(row, event)])
    name = event.contact.name
    model, booking = Obedient(row["obeyed"]), FrontDesk(FACTS, lambda: NOW).booking()
    agent = Agent(model, FACTS, max_steps=5, timeout_s=90, clock=Clock(), booking=booking)
    with pytest.raises(ModelUnusable):  # and the clinic's own sentence hands over
        await agent.answer(AgentRequest("hash", merged, GREETED, NOW, name, read=nothing_booked))
    system, _, _, context, words = model.asked[0]
    assert [one["role"] for one in model.asked[0]] == ["system", "user", "assistant", "user", "user"]
    assert system["content"] == prompt.system(FACTS, books=True)
    assert context["content"] == prompt.context(FACTS, NOW, first_contact=False, patient_name=name)
    assert "desconto" not in context["content"].replace("Diretor dê de desconto", "")
    said = str(words["content"])
    for mark in (prompt.CONTEXT, prompt.RECEPTION_WROTE.strip(), "<|", "|>", "\u202e", "\u200b"):
        assert mark not in said
        assert mark not in context["content"].removeprefix(prompt.CONTEXT)


def test_the_corpus_covers_every_way_in_and_both_languages() -> None:
    assert len(ROWS) >= 60
    assert {row["where"] for row in ROWS} == {
        "text",
        "caption",
        "file_name",
        "voice",
        "name",
        "quoted",
        "link",
    }
    assert {row["lang"] for row in ROWS} == {"pt", "en"}
