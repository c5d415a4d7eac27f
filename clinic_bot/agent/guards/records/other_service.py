"""Whether a reply tells of an appointment as of another service than the records hold. Pure."""

import re
from collections.abc import Collection, Sequence

from clinic_bot.agent.guards.language.service_words import VISITS
from clinic_bot.agent.guards.records.deeds import DAY
from clinic_bot.clinic.spelling import plain

#: One appointment as the tools tell it.
_RECORD = re.compile(
    r"(?:\bconsulta#\d+|\bfeito, \w+|\bpresenca confirmada|\bproposta#\d+: \w+)[:,]? (.+?) com "
)
_PATIENT_S = re.compile(r"\b(?:sua|seu|o seu|a sua) (\w{4,})\b")
_IS_TOLD = re.compile(
    rf"\b(?:e|esta|ficou|fica|foi|segue|sera)\b.*{DAY}|{DAY}.*\b(?:e|esta|ficou|fica|foi|segue|sera)\b"
)
_PARTS = re.compile(r"[.!;\n]\s")
_GENERAL = VISITS | {"atendimento", "procedimento"}


def other_service(text: str, told: Sequence[str], services: Collection[str]) -> bool:
    """Whether ``text`` calls the patient's appointment what no record calls it.

    Args:
        text: plain.
        told: results of tools and earlier messages of the clinic, plain.
        services: names of the clinic's, plain.
    """
    held = {word for one in told for match in _RECORD.finditer(one) for word in _words(match[1])} - {"horas"}
    if not held:
        return False
    foreign = {word for name in services for word in _words(name)} - held - _GENERAL
    for part in _PARTS.split(text):
        if part.endswith("?") or not _IS_TOLD.search(part) or held & set(_words(part)):
            continue
        if any(match[1] in foreign for match in _PATIENT_S.finditer(part)):
            return True
    return False


def _words(text: str) -> list[str]:
    return re.findall(r"\w{4,}", plain(text))
