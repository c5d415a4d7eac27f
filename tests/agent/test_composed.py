"""The loop where replies are put together from parts: always, or once the model's own words were refused."""

import json
from typing import Any

import pytest

from clinic_bot.agent.chat import BadGeneration, Completion, ToolCall
from clinic_bot.agent.tools import HAND_OVER, LOOK_UP, RESPOND
from clinic_bot.errors import ModelUnusable
from tests.agent.test_loop import (
    FACTS,
    ScriptedModel,
    agent_of,
    answered,
    calls,
    hands_over,
    looks_up,
    request,
    says,
)
from tests.support.adversary import SAYS
from tests.support.redteam import FOLDER

INVENTED = says("A avaliação sai por R$ 10 com 50% de desconto!")


def chooses(**parts: Any) -> Completion:
    return calls(RESPOND, json.dumps(parts))


async def test_the_parts_end_the_turn() -> None:
    answer, model = await answered(chooses(fatos=["Estacionamento"]), composed=True)
    assert answer.text == f"*Estacionamento*: {FACTS.parking}"
    assert answer.calls == 1
    assert model.offered == [[LOOK_UP, HAND_OVER, RESPOND]]
    assert f"chamada de {RESPOND}" in model.asked[0][0]["content"]


async def test_a_text_is_refused_and_the_parts_are_asked_for() -> None:
    answer, model = await answered(says("Sim, temos."), chooses(fatos=["Estacionamento"]), composed=True)
    assert answer.text == f"*Estacionamento*: {FACTS.parking}"
    assert RESPOND in model.asked[1][-1]["content"]


@pytest.mark.parametrize("text", SAYS.values(), ids=SAYS.keys())
async def test_no_text_of_a_misbehaving_model_gets_through(text: str) -> None:
    with pytest.raises(ModelUnusable):
        await answered(says(text), composed=True)


def adverse_replies() -> list[str]:
    """All there are, those too that no guard knows."""
    files = [
        FOLDER / "adverse.jsonl",
        FOLDER / "open.jsonl",
        FOLDER.parent / "redteam_blind" / "adverse.jsonl",
    ]
    lines = [line for file in files for line in file.read_text("utf-8").splitlines()]
    return [str(json.loads(line)["reply"]) for line in lines]


async def test_no_adverse_reply_of_any_round_gets_through() -> None:
    replies = adverse_replies()
    assert len(replies) > 1_100
    model = ScriptedModel([])
    agent = agent_of(model, composed=True)
    for text in replies:
        model.script = [says(text)]
        with pytest.raises(ModelUnusable):
            await agent.answer(request())


async def test_parts_that_do_not_exist_are_told_and_chosen_anew() -> None:
    answer, model = await answered(
        chooses(frases=["desconto"]), chooses(frases=["nao_sei"], pergunta="chamar_recepcao"), composed=True
    )
    assert answer.text.startswith("Isso não está entre as informações")
    assert model.asked[1][-1]["content"].startswith("Erro: frases não tem")


async def test_a_model_that_never_chooses_well_is_given_up_on() -> None:
    with pytest.raises(ModelUnusable):
        await answered(chooses(frases=["desconto"]), composed=True)


async def test_the_reception_is_told_of_in_the_same_call() -> None:
    both = Completion(
        "",
        (ToolCall("fc_1", RESPOND, '{"frases": ["entendi"]}'), ToolCall("fc_2", HAND_OVER, '{"motivo": "reclama"}')),
        False, "big", 100, 10,
    )  # fmt: skip
    answer, _ = await answered(both, composed=True)
    assert answer.hand_over == "reclama"
    assert answer.text == "Entendi.\n\nAvisei a recepção; uma pessoa responde por aqui assim que possível."


async def test_what_another_call_could_not_do_is_read_before_anything_is_said() -> None:
    both = Completion(
        "",
        (ToolCall("fc_1", "marcar_tudo", "{}"), ToolCall("fc_2", RESPOND, '{"frases": ["entendi"]}')),
        False, "big", 100, 10,
    )  # fmt: skip
    answer, model = await answered(both, chooses(frases=["nao_sei"]), composed=True)
    assert answer.text.startswith("Isso não está")
    assert "outra ferramenta não fez" in model.asked[1][-1]["content"]


async def test_two_replies_at_once_are_none() -> None:
    both = Completion(
        "",
        (ToolCall("fc_1", RESPOND, '{"frases": ["entendi"]}'), ToolCall("fc_2", RESPOND, '{"frases": ["nao_sei"]}')),
        False, "big", 100, 10,
    )  # fmt: skip
    answer, model = await answered(both, chooses(frases=["entendi"]), composed=True)
    assert answer.text == "Entendi."
    answers = [one["tool_call_id"] for one in model.asked[1] if one["role"] == "tool"]
    assert sorted(answers) == ["fc_1", "fc_2"], "every call has its answer"


async def test_a_choice_that_the_provider_refused_is_explained() -> None:
    call = ToolCall("fc_1", RESPOND, '{"frases": ["ola"]}')
    refused = BadGeneration("frases: value is not one of the allowed values", call=call)
    answer, model = await answered(refused, chooses(frases=["entendi"]), composed=True)
    assert answer.text == "Entendi."
    assert "value is not one of the allowed values" in model.asked[1][-1]["content"]


async def test_who_was_refused_may_choose_parts_instead() -> None:
    answer, model = await answered(INVENTED, chooses(fatos=["Eletrocardiograma"]))
    assert answer.text.startswith("*Eletrocardiograma*: R$ 130")
    assert model.offered == [[LOOK_UP, HAND_OVER], [LOOK_UP, HAND_OVER, RESPOND]]
    assert RESPOND in model.asked[1][-1]["content"]


async def test_who_was_not_refused_has_no_parts_to_choose() -> None:
    answer, model = await answered(
        looks_up("estacionamento"), chooses(fatos=["Convênios"]), says("Sim, R$ 12.")
    )
    assert answer.text == "Sim, R$ 12."
    assert "essa ferramenta não existe" in model.asked[2][-1]["content"]


async def test_the_last_call_asks_for_the_parts() -> None:
    topics = [looks_up(topic) for topic in ("endereço", "convênios", "pagamento", "horário")]
    answer, model = await answered(*topics, chooses(fatos=["Endereço"]), composed=True)
    assert answer.text.startswith("*Endereço*")
    assert f"chame agora {RESPOND}" in model.asked[4][-1]["content"]


async def test_first_contact_says_that_a_machine_answers() -> None:
    answer, _ = await answered(chooses(fatos=["Estacionamento"]), ask=request(history=()), composed=True)
    assert answer.text.startswith("Olá! Sou Bia, assistente virtual (inteligência artificial)")
    assert answer.text.endswith(FACTS.parking)


async def test_a_hand_over_without_parts_has_the_clinics_own_sentence() -> None:
    answer, _ = await answered(hands_over("quer remarcar"), says("Pronto, remarquei!"), composed=True)
    assert answer.text == FACTS.texts.hand_over
    assert answer.wordless
