"""The agenda's tools as the model is told of them. Paid for in every request: every word has to earn its place."""

from typing import Any

from clinic_bot.agent.tools import CARRY_OUT, CONFIRM, FREE_SLOTS, OWN_APPOINTMENTS, PROPOSE


def _tool(name: str, description: str, **about: Any) -> dict[str, Any]:
    """A flat and closed schema of texts. ``about`` says what each is, or lists what it may be."""
    properties = {
        argument: {"type": "string", "description": what}
        if isinstance(what, str)
        else {"type": "string", "enum": what}
        for argument, what in about.items()
    }
    return {
        "type": "function",
        "function": {
            "name": name,
            "description": description,
            "parameters": {
                "type": "object",
                "properties": properties,
                "required": list(properties),
                "additionalProperties": False,
            },
        },
    }


_ALL = (
    _tool(
        FREE_SLOTS,
        "Horários livres.",
        servico="Serviço ou profissional.",
        quando="Dia e hora como o paciente disse; vazio: qualquer.",
    ),
    _tool(OWN_APPOINTMENTS, "Consultas marcadas por este telefone.", quem="Nome ou vazio."),
    _tool(
        PROPOSE,
        "Prepara o que o paciente vai confirmar; nada muda ainda.",
        acao=["marcar", "remarcar", "cancelar"],
        consulta="consulta#n; vazio ao marcar.",
        servico="Ao marcar.",
        quando="Um dia e hora; vazio ao cancelar.",
        paciente="Nome completo, ao marcar.",
    ),
    _tool(CARRY_OUT, "Faz o que foi proposto, depois do sim do paciente.", proposta="proposta#n"),
    _tool(CONFIRM, "Anota que o paciente vem.", consulta="consulta#n"),
)
SCHEMAS = {tool["function"]["name"]: tool for tool in _ALL}
