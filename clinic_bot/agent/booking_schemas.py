"""The agenda's tools as the model is told of them. Paid for in every request: every word has to earn its place."""

from typing import Any

from clinic_bot.agent.tools import CARRY_OUT, CONFIRM, FREE_SLOTS, OWN_APPOINTMENTS, PROPOSE


def _tool(name: str, description: str, required: int, **about: Any) -> dict[str, Any]:
    """A flat schema of texts. ``about`` says what each is, or lists what it may be; the first ``required`` are needed.

    It is not closed: the provider would refuse a call for an argument too many, and the tools read only their own.
    """
    properties = {
        argument: {"type": "string", "description": what}
        if isinstance(what, str)
        else {"type": "string", "enum": what}
        for argument, what in about.items()
    }
    parameters: dict[str, Any] = {"type": "object", "properties": properties}
    if required:
        parameters["required"] = list(properties)[:required]
    return {
        "type": "function",
        "function": {"name": name, "description": description, "parameters": parameters},
    }


_ALL = (
    _tool(
        FREE_SLOTS,
        "Horários livres.",
        2,
        servico="Serviço ou profissional.",
        quando="Dia e hora como o paciente disse; vazio: qualquer.",
    ),
    _tool(OWN_APPOINTMENTS, "Consultas marcadas por este telefone.", 0, quem="Nome, se foi dito."),
    _tool(
        PROPOSE,
        "Prepara o que o paciente vai confirmar; nada muda ainda.",
        1,
        acao=["marcar", "remarcar", "cancelar"],
        consulta="consulta#n, menos ao marcar.",
        servico="Ao marcar.",
        quando="Um dia e hora, menos ao cancelar.",
        paciente="Nome completo, ao marcar.",
    ),
    _tool(CARRY_OUT, "Faz o que foi proposto, depois do sim do paciente.", 1, proposta="proposta#n"),
    _tool(CONFIRM, "Anota que o paciente vem.", 1, consulta="consulta#n"),
)
SCHEMAS = {tool["function"]["name"]: tool for tool in _ALL}
