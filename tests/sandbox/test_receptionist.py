import json
from collections.abc import Mapping
from typing import Any

import pytest

from clinic_bot.sandbox.receptionist import (
    ASKS,
    HAND_OVER,
    LOOK_UP,
    MARK,
    BrainCall,
    BrainTurn,
    Receptionist,
    Scripted,
)
from clinic_bot.sandbox.topics import topics_in, vocabulary

FACTS = {
    "horário": "Horário: segunda a sexta das 7h às 19h; sábado fechado.",
    "preço": "Serviço: Consulta de ortopedia: R$ 210.\nServiço: Consulta de dermatologia: R$ 330.",
    "convênio": "Convênios: Aceitos: Saúde Boa.",
    "estacionamento": "Estacionamento: no subsolo, grátis.",
    "carregador": "Carregador: vaga 3, 220 V.",
}


def tool(name: str, argument: str) -> dict[str, Any]:
    schema = {"type": "object", "properties": {argument: {"type": "string"}}, "required": [argument]}
    return {"type": "function", "function": {"name": name, "parameters": schema}}


TOOLS = [tool(LOOK_UP, "assunto"), tool(HAND_OVER, "motivo")]


def conversation(
    text: str, *, tools: list[dict[str, Any]] | None = None, before: str = ""
) -> tuple[str, list[BrainCall]]:
    """Play the turn to its end: the answer, and the calls on the way."""
    messages: list[Mapping[str, Any]] = [
        {"role": "system", "content": "regras"},
        *([{"role": "assistant", "content": before}] if before else []),
        {"role": "user", "content": text},
    ]
    calls: list[BrainCall] = []
    for _ in range(6):
        request = {"messages": messages, "tools": TOOLS if tools is None else tools}
        turn = Receptionist().reply(request)
        assert turn == Receptionist().reply(request), "deterministic"
        if turn.tool_call is None:
            assert turn.text is not None
            return turn.text, calls
        calls.append(turn.tool_call)
        messages += _exchange(turn.tool_call, f"c{len(calls)}")
    raise AssertionError("it never answers")


def _exchange(call: BrainCall, call_id: str) -> list[Mapping[str, Any]]:
    assert isinstance(call.arguments, Mapping)
    subject = str(call.arguments.get("assunto", ""))
    found = "\n".join(text for topic, text in FACTS.items() if topic in subject) or "Não há essa informação."
    result = found if call.name == LOOK_UP else "Recepção avisada."
    function = {"name": call.name, "arguments": json.dumps(call.arguments)}
    return [
        {"role": "assistant", "tool_calls": [{"id": call_id, "type": "function", "function": function}]},
        {"role": "tool", "tool_call_id": call_id, "content": result},
    ]


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("oi\nbom diaa\nvcs abrem sabado?", "sábado fechado"),
        ("quanto custa a dermato?", "R$ 330"),
        ("vcs aceitam unimed?", "Saúde Boa"),
        ("tem onde estacionar", "no subsolo"),
        ("oi\nqual a voltagem do carregador?", "220 V"),
        ("qual a capital da frança?", "não encontrei nada"),
    ],
)
def test_a_question_is_looked_up_and_quoted(text: str, quoted: str) -> None:
    answer, calls = conversation(text)
    assert [call.name for call in calls] == [LOOK_UP]
    assert quoted in answer


def test_many_topics_get_one_answer() -> None:
    answer, calls = conversation(
        "oi\nqual o horário?\ne o valor da dermato\naceita convênio?\ntem estacionamento?"
    )
    assert len(calls) <= 4
    assert all(part in answer for part in ("das 7h às 19h", "R$ 330", "Saúde Boa", "no subsolo"))
    assert "R$ 210" not in answer, "only what was asked for"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("quero falar com uma pessoa", "pessoa"),
        ("isso é um absurdo, vou reclamar", "reclamação"),
        ("só corrige o nome\né Edilson Prates", "corrigir um nome"),
        ("preciso da nota fiscal", "nota fiscal"),
    ],
)
def test_who_asks_for_a_person_gets_one_at_once(text: str, reason: str) -> None:
    answer, calls = conversation(text)
    (call,) = [call for call in calls if call.name == HAND_OVER]
    assert isinstance(call.arguments, Mapping)
    assert reason in str(call.arguments["motivo"])
    assert "recepção" in answer


@pytest.mark.parametrize(
    ("text", "understood"),
    [
        ("preciso desmarcar", "quer cancelar"),
        ("dá pra remarcar pra sexta às 15h?", "quer remarcar (sexta, 15h)"),
        ("queria marcar uma consulta", "quer marcar"),
        ("17:30\nda quarta", "quer marcar (17:30, quarta)"),
        ("q dia é a consulta dela?", "de outra pessoa não posso"),
        ("quantas gotas de dipirona dou?", "dúvida de saúde"),
    ],
)
def test_a_request_is_understood_first_and_handed_over_only_after_a_yes(text: str, understood: str) -> None:
    answer, calls = conversation(text)
    assert [call for call in calls if call.name == HAND_OVER] == []
    assert understood in answer
    assert ASKS in answer


@pytest.mark.parametrize(
    ("text", "hands_over"),
    [
        ("sim", True),
        ("pode ser\nconfirma pra mim pfvr", True),
        ("isso, 15:15 ta otimo", True),
        ("sim cancela", True),
        ("não precisa, obrigada", False),
        ("vcs abrem sabado?", False),
    ],
)
def test_a_yes_hands_over_what_was_asked(text: str, hands_over: bool) -> None:
    _, calls = conversation(text, before=f"Entendi: quer marcar. {ASKS}")
    assert any(call.name == HAND_OVER for call in calls) is hands_over


@pytest.mark.parametrize("text", ["oi", "obrigada, tchau", "qual o horário?", "quero marcar", "asdf", ""])
def test_every_answer_says_that_it_is_no_model(text: str) -> None:
    answer, _ = conversation(text)
    assert answer.endswith(MARK)


def test_a_lone_question_mark_asks_for_the_answer_again() -> None:
    assert "explico melhor" in conversation("?", before="Aceitos: Saúde Boa.")[0]


def test_the_hour_of_somebody_else_is_not_told() -> None:
    answer, _ = conversation("o seu Bento é meu vizinho\nq horas é a dele? vou levar")
    assert "de outra pessoa não posso informar nada" in answer


def test_small_talk_calls_nothing() -> None:
    assert conversation("bom dia")[0].startswith("Bom dia!")
    answer, calls = conversation("perfeito\nobgda viu\nbjs 😘")
    assert calls == []
    assert len(answer.removesuffix(MARK).strip()) < 30


def test_without_tools_it_answers_all_the_same() -> None:
    answer, calls = conversation("qual o horário? quero marcar", tools=[])
    assert calls == []
    assert "recepção" in answer


def test_the_argument_is_read_from_the_schema() -> None:
    _, calls = conversation("qual o horário?", tools=[tool(LOOK_UP, "pergunta")])
    assert calls[0].arguments == {"pergunta": "horário"}


def test_the_agents_remarks_are_not_the_patient() -> None:
    messages = [
        {"role": "user", "content": "qual o horário?"},
        {"role": "user", "content": "[contexto] Escreva de novo."},
    ]
    turn = Receptionist().reply({"messages": messages, "tools": TOOLS})
    assert turn.tool_call is not None


def test_a_script_is_followed_and_then_repeats_its_end() -> None:
    brain = Scripted([BrainTurn(tool_call=BrainCall(LOOK_UP, "{")), "pronto"])
    turns = [brain.reply({"messages": []}) for _ in range(3)]
    assert turns[0].tool_call == BrainCall(LOOK_UP, "{")
    assert [turn.text for turn in turns[1:]] == ["pronto", "pronto"]
    assert len(brain.asked) == 3


def test_a_plan_with_a_limit_is_known_by_its_name() -> None:
    facts = "Fatos da clínica:\nConvênios: Aceitos: Mais Vida (só consultas, não exames) e Outro Plano."
    words = vocabulary({"messages": [{"role": "system", "content": facts}]})
    assert [topic.label for topic in topics_in("vcs pegam mais vida", words)] == ["convênio"]
