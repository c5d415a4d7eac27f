"""The stand-in receptionist where it may only choose the parts of a reply."""

from collections.abc import Mapping
from typing import Any

import pytest

from clinic_bot.agent.composed.parts import schema
from clinic_bot.agent.composed.phrases import CLOSINGS, OPENINGS, QUESTIONS
from clinic_bot.agent.tools import RESPOND as THE_SERVICES
from clinic_bot.sandbox import parts
from clinic_bot.sandbox.brain import BrainCall, Done
from clinic_bot.sandbox.receptionist import HAND_OVER, LOOK_UP, Receptionist
from clinic_bot.sandbox.talk import CONFIRM, OWN, PROPOSE, Talk
from clinic_bot.sandbox.topics import Vocabulary
from tests.sandbox.test_receptionist import TOOLS, _exchange


def chosen(text: str, *, before: str = "") -> Mapping[str, Any]:
    """What it chooses at the end of the turn."""
    messages: list[Mapping[str, Any]] = [
        {"role": "system", "content": "regras"},
        *([{"role": "assistant", "content": before}] if before else []),
        {"role": "user", "content": text},
    ]
    for n in range(6):
        request = {"messages": messages, "tools": [*TOOLS, schema(books=True)]}
        call = Receptionist().reply(request).tool_call
        assert isinstance(call, BrainCall)
        if call.name == parts.RESPOND:
            assert isinstance(call.arguments, Mapping)
            return call.arguments
        assert call.name in (LOOK_UP, HAND_OVER)
        messages += _exchange(call, f"c{n}")
    raise AssertionError("it never answers")


def test_both_sides_call_it_by_one_name() -> None:
    assert parts.RESPOND == THE_SERVICES
    assert QUESTIONS["chamar_recepcao"] == parts.ASKS


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("bom dia, tem estacionamento?", {"frases": ["saudacao"], "fatos": ["Estacionamento"]}),
        ("qual o preço da dermatologia?", {"fatos": ["Consulta de dermatologia"]}),
        ("aceita unimed?", {"fatos": ["Convênios"], "convenios": ["unimed"]}),
        ("vcs aceitam unimede? e amil", {"convenios": ["unimede", "amil"]}),
        (
            "que remédio eu tomo pra febre?",
            {"frases": ["sem_orientacao_de_saude"], "pergunta": "chamar_recepcao"},
        ),
        (
            "quanto custa a dermato? faz um desconto?",
            {"frases": ["nao_mudo_regras"], "fatos": ["Consulta de dermatologia"]},
        ),
        ("q dia é a consulta dela?", {"frases": ["so_deste_telefone"], "pergunta": "chamar_recepcao"}),
        ("obrigada!", {"frases": ["de_nada", "qualquer_coisa"], "pergunta": ""}),
        ("oi", {"frases": ["saudacao"], "pergunta": "como_ajudar"}),
        ("quero falar com uma pessoa", {"pergunta": ""}),
    ],
)
def test_it_chooses(text: str, wanted: Mapping[str, Any]) -> None:
    found = chosen(text)
    assert {key: found[key] for key in wanted} == wanted
    assert set(found["frases"]) <= {*OPENINGS, *CLOSINGS}


def test_a_yes_to_calling_the_reception_calls_it() -> None:
    assert chosen("sim", before=parts.ASKS)["pergunta"] == ""


def test_what_was_read_before_a_change_is_not_chosen_after_it() -> None:
    said = "confirmo sim"
    own = "consulta#1: Consulta de cardiologia com Dr. Caio, sexta-feira, 09/10, às 10h, para João Nogueira (marcada)"
    talk = Talk(
        said, "", "Lembrete: consulta amanhã. Responda 1 para confirmar.", "[contexto] Consultas futuras: 1.",
        [Done(OWN, {}, own), Done(CONFIRM, {"consulta": "consulta#1"}, "Presença confirmada: Cardiologia.")],
        Vocabulary(),
    )  # fmt: skip
    call = parts.chosen(
        said,
        greets=False,
        thanks=False,
        notices=(),
        quoted=(),
        plans=(),
        talk=talk,
        asks_for_a_person=False,
        handed_over=False,
    )
    assert isinstance(call.arguments, Mapping)
    assert call.arguments["mostrar"] == []


def test_the_times_that_a_proposal_was_refused_with_are_chosen() -> None:
    refused = "Erro, nada foi alterado: diga um só dia e hora. Livres:\nDra. Ana Reis: sexta 25/09: 8h, 8h30"
    talk = Talk("e sexta?", "", "", "", [Done(PROPOSE, {}, refused)], Vocabulary())
    call = parts.chosen(
        "e sexta?",
        greets=False,
        thanks=False,
        notices=(),
        quoted=(),
        plans=(),
        talk=talk,
        asks_for_a_person=False,
        handed_over=False,
    )
    assert isinstance(call.arguments, Mapping)
    assert (call.arguments["mostrar"], call.arguments["pergunta"]) == (["horarios"], "horario")
