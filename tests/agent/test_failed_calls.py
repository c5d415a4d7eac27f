"""Which results of tools say that the call failed."""

import pytest

from clinic_bot.agent.failed_calls import ERROR, failed


@pytest.mark.parametrize("result", [f"{ERROR}: qual consulta?", f"{ERROR}, nada foi alterado: falta o nome."])
def test_a_result_that_begins_so_is_one_of_a_failed_call(result: str) -> None:
    assert failed(result)


@pytest.mark.parametrize(
    "result", ["", "Feito, marcada: limpeza.", "Erros de refração: consulta com a Dra. Ana."]
)
def test_whatever_else_a_tool_tells_is_an_answer(result: str) -> None:
    assert not failed(result)
