"""What the model may always call; it changes nothing.

Schemas are flat: the provider refuses a call that does not match.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from clinic_bot.agent.failed_calls import ERROR
from clinic_bot.agent.reading import arguments_of
from clinic_bot.clinic.facts import ClinicFacts

LOOK_UP = "consultar_informacoes"
HAND_OVER = "chamar_recepcao"
NAMES = (LOOK_UP, HAND_OVER)
# The agenda's, where the clinic has one.
FREE_SLOTS = "horarios_livres"
OWN_APPOINTMENTS = "consultas_do_telefone"
PROPOSE = "propor_consulta"
CARRY_OUT = "efetivar_proposta"
CONFIRM = "confirmar_presenca"
#: Ends a turn with a reply in the clinic's own words.
RESPOND = "montar_resposta"
_MAX_ARGUMENT = 300


def _tool(name: str, description: str, argument: str, about: str) -> dict[str, Any]:
    return {
        "type": "function",
        "function": {
            "name": name,
            "description": description,
            "parameters": {
                "type": "object",
                "properties": {argument: {"type": "string", "description": about}},
                "required": [argument],
                "additionalProperties": False,
            },
        },
    }


# Sent with every call, in this order and spelling: a changed list breaks the provider's prefix cache.
TOOLS = (
    _tool(
        LOOK_UP,
        "Consulta a ficha da clínica: preparo de exames, estacionamento, políticas e outros assuntos.",
        "assunto",
        "Assunto em poucas palavras.",
    ),
    _tool(
        HAND_OVER,
        "Passa a conversa para uma pessoa da recepção.",
        "motivo",
        "O que o paciente precisa, em uma frase: quem, o quê e quando.",
    ),
)
_ARGUMENT = {LOOK_UP: "assunto", HAND_OVER: "motivo"}


@dataclass(frozen=True, slots=True)
class ToolResult:
    text: str  #: what the model reads
    hand_over: str | None = None  #: the reason, when this call asked for a person


def run_tool(name: str, arguments: str, *, facts: ClinicFacts, now: datetime) -> ToolResult:
    """Run one call of these. What the model did wrong comes back as a text for it, never as an exception."""
    argument = _read(arguments, _ARGUMENT[name])
    if argument is None:
        return ToolResult(
            f'{ERROR}: os argumentos devem ser {{"{_ARGUMENT[name]}": "texto"}}. Chame de novo.'
        )
    if name == LOOK_UP:
        return ToolResult(facts.about(argument))
    reception_answers = facts.reception_answers(now)
    return ToolResult(
        f"Recepção avisada; uma pessoa responde por aqui {reception_answers}. Escreva agora ao paciente: "
        "responda o que souber, diga o que foi passado à recepção e quando ela responde, sem prometer "
        "horário de consulta.",
        hand_over=argument.rstrip(" .;") or argument,  # more reasons may follow it
    )


def _read(arguments: str, key: str) -> str | None:
    value = (arguments_of(arguments) or {}).get(key)
    if not isinstance(value, str) or not value.strip():
        return None
    return " ".join(value.split())[:_MAX_ARGUMENT]
