"""What the agenda's tools answered, as a patient reads it: ``booking_words.py`` wrote it for the model. Pure.

A visit holds full stops (``Dr. Reis``), so each text is cut where its own next sentence begins.
"""

import re

from clinic_bot.agent.booking_words import what_was_done

_PROPOSED = re.compile(
    r"(proposta#\d+): (marcar|remarcar|cancelar) (.+?)"
    r"(?=\.(?: Horário guardado| O paciente já| Escreva| Consultas futuras|$)|; proposta#\d)"
)
_ROW = re.compile(r"^consulta#\d+: (.+)$", re.MULTILINE)
_FREE = re.compile(
    r"(?P<title>.+?)(?:\. (?P<here>Livres)|: (?P<other>nada livre nesse pedido)(?P<closed> \([^)]*\))?\. Outros"
    r"|: (?P<none>nenhum horário livre); ofereça a recepção\.):?\n?(?P<listed>[\s\S]*)"
)
_DOUBT = re.compile(r"^Dúvida, pergunte: (.+)$", re.MULTILINE)
#: A service may be no ``consulta``, and most names of one begin with what they are.
_DONE = {
    "consulta marcada": "Está marcado",
    "consulta remarcada": "Está remarcado",
    "consulta cancelada": "Está cancelado",
    "presença confirmada": "Presença confirmada",
}
_ASKED = {"marcar": "Posso marcar:", "remarcar": "Posso remarcar para:", "cancelar": "Posso cancelar:"}


def done(result: str) -> str | None:
    """``Pronto! Está marcado: ...``; None of an answer that tells of nothing done."""
    what = what_was_done(result)
    if what is None:
        return None
    deed, _, visit = what.rstrip(".").partition(": ")
    beside = result.partition("Diga isso ao paciente.")[2].strip()
    return f"Pronto! {_DONE[deed]}: {visit}.{f' {beside}' if beside else ''}"


def proposals(told: str) -> list[tuple[str, str]]:
    """Label and question of everything that was proposed, in a tool's answer or in what the turn was told."""
    return [(label, f"{_ASKED[action]} {visit}?") for label, action, visit in _PROPOSED.findall(told)]


def own(result: str) -> str | None:
    """This phone's appointments, or that there are none; None of an answer that tells of neither."""
    rows = _ROW.findall(result)
    if result.startswith("Nenhuma consulta futura"):
        return "Não encontrei consulta futura marcada por este telefone."
    if not rows:
        return None
    return "\n".join(["Neste telefone:", *(f"- {row}" for row in rows)])


def free(result: str) -> str | None:
    """The free times; None of an answer that lists none, such as the question which service is meant."""
    found = _FREE.fullmatch(_DOUBT.sub("", result).strip())
    if found is None:
        return None
    title = found["title"].partition(" (")[0]
    if found["none"]:
        return f"*{title}*: nenhum horário livre por aqui agora."
    lines = [f"- {line}" for line in found["listed"].strip().splitlines()]
    lead = (
        "horários livres:" if found["here"] else f"nada livre nesse pedido{found['closed'] or ''}. O que há:"
    )
    return "\n".join([f"*{title}*: {lead}", *lines])


def refused_with(result: str) -> str | None:
    """The free times that a refused proposal lists, where the day or the hour was left open; None of any other."""
    listed = result.partition("Livres:\n")[2].strip()
    return "\n".join(["Horários livres:", *(f"- {line}" for line in listed.splitlines())]) if listed else None


def doubt(result: str) -> str | None:
    """The question about a day that the tool could not make out."""
    found = _DOUBT.search(result)
    return found[1] if found else None
