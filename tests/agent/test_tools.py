from datetime import datetime

import pytest

from clinic_bot.agent.tools import HAND_OVER, LOOK_UP, NAMES, TOOLS, ToolResult, run_tool
from clinic_bot.clinic.facts import example_clinic

FACTS = example_clinic()
NIGHT = datetime(2026, 10, 6, 22, 41, tzinfo=FACTS.timezone)


def run(name: str, arguments: str) -> ToolResult:
    return run_tool(name, arguments, facts=FACTS, now=NIGHT)


def test_the_schemas_are_flat_and_closed() -> None:
    for tool in TOOLS:
        parameters = tool["function"]["parameters"]
        assert parameters["additionalProperties"] is False
        assert set(parameters["required"]) == set(parameters["properties"])
        assert all(one["type"] == "string" for one in parameters["properties"].values())
    assert tuple(tool["function"]["name"] for tool in TOOLS) == NAMES


def test_looking_up_reads_the_clinic_s_facts() -> None:
    result = run(LOOK_UP, '{"assunto": "estacionamento"}')
    assert "R$ 12" in result.text
    assert result.hand_over is None


def test_calling_the_reception_keeps_the_reason_and_says_when_it_answers() -> None:
    result = run(HAND_OVER, '{"motivo": "  remarcar a consulta\\n de amanhã "}')
    assert result.hand_over == "remarcar a consulta de amanhã"
    assert "amanhã (quarta) a partir das 8h" in result.text


def test_a_reason_ends_without_a_full_stop_where_another_may_follow_it() -> None:
    assert run(HAND_OVER, '{"motivo": "Ana quer falar com alguém."}').hand_over == "Ana quer falar com alguém"


def test_a_reason_is_bounded() -> None:
    assert len(run(HAND_OVER, '{"motivo": "' + "a" * 5000 + '"}').hand_over or "") <= 300


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        (HAND_OVER, "{}"),
        (HAND_OVER, '{"motivo": ""}'),
        (HAND_OVER, '{"motivo": 3}'),
        (HAND_OVER, '["motivo"]'),
        (LOOK_UP, "nada"),
        (LOOK_UP, ""),
    ],
)
def test_a_wrong_call_is_explained_to_the_model(name: str, arguments: str) -> None:
    result = run(name, arguments)
    assert result.text.startswith("Erro")
    assert result.hand_over is None
