"""Whether the clinic takes a health plan that a patient named: said in code, from the file's list. Pure."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from clinic_bot.agent.composed.facts import is_missing
from clinic_bot.clinic.lookup import Section
from clinic_bot.clinic.matching import alike
from clinic_bot.clinic.spelling import words_of

#: Of no plan alone: whoever writes "bradesco" means what a file calls "Bradesco Saúde".
_GENERAL = frozenset(
    (
        "saude", "plano", "convenio", "seguro", "assistencia", "medica", "do", "da", "dos", "de", "o", "a", "os",
        "um", "uma", "meu", "minha", "seu", "nosso", "esse", "essa", "este", "esta", "aquele", "aqui", "outro",
        "outros", "algum", "qualquer", "nenhum", "todo", "todos",
    )
)  # fmt: skip
#: Who pays for a plan, or what kind it is: neither tells what it is called.
_NAMELESS = frozenset(
    (
        "prefeitura", "estado", "governo", "empresa", "trabalho", "firma", "sindicato", "banco", "correios",
        "petrobras", "policia", "exercito", "marinha", "aeronautica", "servidor", "funcionario", "municipal",
        "estadual", "federal", "empresarial", "individual", "familiar", "enfermaria", "apartamento",
    )
)  # fmt: skip
#: "unimede" is 0.92 of "unimed", "promed" 0.8 of "promedica", which is another house.
_SAME = 0.85
#: "caci" is 0.67 of "cassi", "camed" 0.4. Who is not told no for that still reads the list.
_CLOSE = 0.65


def said_of(plan: str, accepted: Sequence[str], sections: Sequence[Section], asked: str) -> str | None:
    """That it is on the clinic's list, by the list's own name, or that it is not.

    None where that is not certain: "unimed nacional" beside a plain "Unimed", or "o da empresa". The file's section on
    plans then has to do, which is shown in any case, since its notes may limit what the list says.

    Args:
        plan: as the patient wrote it.
        asked: the patient's words.
    """
    listed = next((name for name in accepted if _same(plan, name)), None)
    if listed is not None:
        return f"{listed} está entre os convênios aceitos."
    if accepted and _has_a_name(plan) and not _misspelt(plan, accepted) and is_missing(sections, plan, asked):
        return f"{plan[:1].upper()}{plan[1:]} não está entre os convênios aceitos."
    return None


def _same(plan: str, name: str) -> bool:
    """Whether every telling word of each has its like in the other; blanks tell nothing ("sul america")."""
    written, listed = _telling(plan), _telling(name)
    if not written or not listed:
        return False
    if "".join(written) == "".join(listed) or "".join(words_of(plan)) == "".join(words_of(name)):
        return True
    return _covered(written, listed) and _covered(listed, written)


def _has_a_name(plan: str) -> bool:
    words = _telling(plan)
    return bool(words) and _NAMELESS.isdisjoint(words)


def _misspelt(plan: str, accepted: Sequence[str]) -> bool:
    """Whether it may be one of the list, written in haste or as it was heard: "unimd", "hapi vida"."""
    listed = [word for name in accepted for word in _words_and_whole(name)]
    return any(get_close_matches(word, listed, n=1, cutoff=_CLOSE) for word in _words_and_whole(plan))


def _words_and_whole(name: str) -> list[str]:
    words = _telling(name)
    return [*words, "".join(words)]


def _covered(words: Iterable[str], by: Sequence[str]) -> bool:
    return all(
        any(alike(word, other) for other in get_close_matches(word, by, n=3, cutoff=_SAME)) for word in words
    )


def _telling(text: str) -> list[str]:
    return [word for word in words_of(text) if word not in _GENERAL]
