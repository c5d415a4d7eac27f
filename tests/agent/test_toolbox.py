"""Tools that change something, as the model meets them over HTTP; the gate is the test's."""

from dataclasses import dataclass, field, replace
from typing import cast

import pytest
from sqlalchemy import Connection

from clinic_bot.agent import budget
from clinic_bot.agent.answer import AgentRequest, ToolStep
from clinic_bot.agent.toolbox import Booking, Effect, Query, RecordTool, Toolbox, standard
from clinic_bot.agent.tools import HAND_OVER, LOOK_UP, TOOLS
from clinic_bot.clinic.facts import example_clinic
from clinic_bot.errors import ChangeRefused, ModelUnusable
from clinic_bot.sandbox.receptionist import BrainCall, BrainTurn, Scripted
from tests.agent.stepped import GREETED, NOW, stage
from tests.support.diary import BOOK, DIARY, books, done_in

SAYS = "Anotei para as 15h."
DONE = ToolStep(BOOK, '{"hora":"15h"}', "Anotado para 15h.")


@dataclass
class OpenGate:
    """Lets everything pass, and runs no effect: that needs a transaction."""

    raises: Exception | None = None
    made: list[tuple[str, str]] = field(default_factory=list)

    async def change(self, tool: str, arguments: str, effect: Effect) -> str:
        self.made.append((tool, arguments))
        if self.raises is not None:
            raise self.raises
        return DONE.result


def request(gate: OpenGate, *done: ToolStep) -> AgentRequest:
    return AgentRequest("hash", "quero às 15h", GREETED, NOW, change=gate.change, done_steps=done)


async def test_a_change_is_made_once_and_its_text_goes_back_to_the_model() -> None:
    gate, script = OpenGate(), Scripted([books(), SAYS])
    async with stage(brain=script, tools=[DIARY]) as it:
        answer = await it.agent.answer(request(gate))
    assert gate.made == [(BOOK, '{"hora":"15h"}')]
    assert done_in(script.asked[-1]) == [DONE.result]
    assert (answer.text, answer.steps) == (SAYS, ())  # what changed something is journalled already


async def test_what_an_earlier_try_changed_is_shown_as_done_and_not_made_again() -> None:
    gate, script = OpenGate(), Scripted([books(), books(spaced=True), SAYS])
    async with stage(brain=script, tools=[DIARY]) as it:
        answer = await it.agent.answer(request(gate, DONE))
    assert [done_in(asked) for asked in script.asked] == [[DONE.result] * n for n in (1, 2, 3)]
    *_, patient, call, result = script.asked[0]["messages"]
    assert patient["content"] == "quero às 15h"
    assert call["tool_calls"][0]["function"] == {"name": BOOK, "arguments": DONE.arguments}
    assert call["tool_calls"][0]["id"] == result["tool_call_id"]
    assert (answer.text, gate.made) == (SAYS, [])


async def test_another_call_of_the_same_tool_is_another_change() -> None:
    gate = OpenGate()
    async with stage(brain=Scripted([books("16h"), SAYS]), tools=[DIARY]) as it:
        await it.agent.answer(request(gate, DONE))
    assert gate.made == [(BOOK, '{"hora":"16h"}')]


async def test_a_model_that_repeats_a_change_makes_it_once_and_is_given_up() -> None:
    gate = OpenGate()
    async with stage(brain=Scripted([books()]), tools=[DIARY]) as it:
        with pytest.raises(ModelUnusable, match="repeats"):
            await it.agent.answer(request(gate))
    assert len(gate.made) == 1


async def test_a_refusal_is_told_to_the_model() -> None:
    gate, script = OpenGate(ChangeRefused("15h está ocupado.")), Scripted([books(), "Às 15h não dá."])
    async with stage(brain=script, tools=[DIARY]) as it:
        answer = await it.agent.answer(request(gate))
    assert done_in(script.asked[-1]) == ["Erro, nada foi alterado: 15h está ocupado."]
    assert [step.tool for step in answer.steps] == [BOOK]


async def test_what_the_gate_raises_ends_the_turn_as_it_is() -> None:
    async with stage(brain=Scripted([books()]), tools=[DIARY]) as it:
        with pytest.raises(ZeroDivisionError):
            await it.agent.answer(request(OpenGate(ZeroDivisionError())))
        with pytest.raises(LookupError, match="no gate"):
            await it.agent.answer(AgentRequest("hash", "quero às 15h", GREETED, NOW))


async def test_a_turn_without_changes_is_asked_as_ever_and_further_tools_stand_behind() -> None:
    script = Scripted(["Abrimos às 8h."])
    async with stage(brain=script, tools=[DIARY]) as it:
        await it.agent.answer(request(OpenGate()))
    async with stage(brain=script) as it:
        await it.agent.answer(request(OpenGate()))
    with_tool, without = script.asked
    assert with_tool["messages"] == without["messages"]
    assert without["tools"] == list(TOOLS)
    assert with_tool["tools"] == [*TOOLS, DIARY.schema]
    assert Toolbox(standard(example_clinic())).names == (LOOK_UP, HAND_OVER)


async def test_a_further_tool_s_name_is_not_said_to_a_patient() -> None:
    async with stage(brain=Scripted([f"Vou usar {BOOK}.", SAYS]), tools=[DIARY]) as it:
        assert (await it.agent.answer(request(OpenGate()))).text == SAYS


async def test_an_invented_tool_is_answered_with_the_names_there_are() -> None:
    box = Toolbox((*standard(example_clinic()), DIARY))
    assert box.find("marcar") is None
    assert box.names[-1] == BOOK
    with pytest.raises(ValueError, match="one name"):
        Toolbox([DIARY, DIARY])


# Tools that read records.

LOOK = {
    "type": "function",
    "function": {
        "name": "ver_diario",
        "description": "Lê o diário.",
        "parameters": {
            "type": "object",
            "properties": {"dia": {"type": "string"}},
            "required": ["dia"],
            "additionalProperties": False,
        },
    },
}


def looks(arguments: dict[str, str] | str) -> BrainTurn:
    return BrainTurn(tool_call=BrainCall("ver_diario", arguments))


async def read(query: Query) -> str:
    """The records of conversation 7, on a connection that is never used."""
    return query(cast(Connection, None), 7)


BOOKING = Booking(
    [RecordTool(LOOK, lambda _, conversation_id, given: f"{conversation_id}: nada em {given['dia']}")],
    lambda _, conversation_id: f"Proposta em aberto de {conversation_id}.",
)


async def test_a_tool_reads_the_records_of_the_turn_s_conversation() -> None:
    script = Scripted([looks({"dia": "quinta"}), "Nada na quinta."])
    async with stage(brain=script, booking=BOOKING) as it:
        answer = await it.agent.answer(replace(request(OpenGate()), read=read))
    assert done_in(script.asked[-1]) == ["7: nada em quinta"]
    assert [(step.tool, step.result) for step in answer.steps] == [("ver_diario", "7: nada em quinta")]


async def test_what_stands_in_the_records_is_told_beside_the_patient_s_words() -> None:
    script = Scripted(["Certo."])
    async with stage(brain=script, booking=BOOKING) as it:
        await it.agent.answer(replace(request(OpenGate()), read=read))
    system, *_, context, patient = script.asked[0]["messages"]
    assert "Proposta em aberto de 7." in context["content"]
    assert patient["content"] == "quero às 15h"
    assert "Você não vê a agenda" not in system["content"]


async def test_without_records_to_read_the_turn_fails() -> None:
    async with stage(brain=Scripted(["Certo."]), booking=BOOKING) as it:
        with pytest.raises(LookupError, match="no records"):
            await it.agent.answer(request(OpenGate()))


async def test_done_steps_count_within_the_tokens_of_a_step() -> None:
    script = Scripted([SAYS])
    long = tuple(replace(DONE, arguments=f'{{"hora": "{n}h"}}', result="Anotado. " * 200) for n in range(4))
    async with stage(brain=script, tools=[DIARY]) as it:
        await it.agent.answer(request(OpenGate(), *long))
    system, *rest = script.asked[0]["messages"]
    fixed = budget.fixed_tokens(system["content"], [*TOOLS, DIARY.schema])
    assert budget.prompt_tokens(fixed, rest) <= budget.PROMPT_TOKENS
    assert len(done_in(script.asked[0])) == 4
