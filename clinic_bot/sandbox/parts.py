"""The parts that the stand-in receptionist chooses where replies are in the clinic's own words.

It quotes the same lines as in a reply of its own; here it names their titles.
"""

import re
from collections.abc import Iterable, Sequence

from clinic_bot.clinic.spelling import plain
from clinic_bot.sandbox.brain import BrainCall
from clinic_bot.sandbox.clerk import gave_up
from clinic_bot.sandbox.intent import intent
from clinic_bot.sandbox.talk import CARRY_OUT, CONFIRM, FREE_SLOTS, OWN, PROPOSE, Talk, name_in

RESPOND = "montar_resposta"
#: Our question whether the reception should go on, as the patient read it.
ASKS = "Quer que eu chame a recepção?"
_SERVICE, _PRICE_LIST = "Serviço: ", "Serviços e preços"
#: In the names of many services.
_OF_MANY = frozenset(("consulta", "sessao", "exame", "avaliacao", "geral", "clinica"))
_NO_PLAN = " não está entre os convênios"
_TITLE = re.compile(r"^(?:- )?(?:(?:Serviço|Profissional): )?(.+?)(?:: | — |$)")


def chosen(
    said: str,
    *,
    greets: bool,
    thanks: bool,
    notices: Iterable[str],
    quoted: Sequence[str],
    plans: Sequence[str],
    talk: Talk | None,
    asks_for_a_person: bool,
    handed_over: bool,
) -> BrainCall:
    """The call that answers.

    Args:
        said: the patient's words, plain.
        notices: keys of phrases, of what the assistant cannot do.
        quoted: lines of the file that answer, and what was not found there.
        plans: health plans that the patient named.
        asks_for_a_person: something is left that only the reception can do, and it was not called.
        handed_over: it was.
    """
    phrases = ["saudacao"] if greets else []
    phrases += notices
    named = list(dict.fromkeys(plans))[:5]
    facts, unknown = _titles(quoted, said)
    phrases += ["nao_sei"] if unknown and not (facts or plans) else []
    shown, question = _of_the_agenda(talk) if talk is not None else ([], "")
    if talk is not None and intent(talk) == "keep":
        phrases.append("fica_como_esta")
    if asks_for_a_person:
        question = "chamar_recepcao"
    done = handed_over or (talk is not None and any(not one.result.startswith("Erro") for one in talk.done))
    if not (facts or plans or shown or question or done or set(phrases) - {"saudacao"}):
        phrases += ["de_nada", "qualquer_coisa"] if thanks else []
        question = "" if thanks else "como_ajudar"
    return BrainCall(
        RESPOND,
        {
            "frases": [*phrases],
            "fatos": [*facts],
            "convenios": [*named],
            "mostrar": [*shown],
            "pergunta": question,
        },
    )


def _of_the_agenda(talk: Talk) -> tuple[list[str], str]:
    """What to show of the tools' answers, and what to ask."""
    if gave_up(talk):
        return [], ""
    if any("ivre" in one.result for one in talk.results(FREE_SLOTS)):
        return ["horarios"], "horario" if name_in(talk) else "horario_e_nome"
    if any("Livres:" in one.result for one in talk.results(PROPOSE)):  # refused: one is to be chosen
        return ["horarios"], "horario"
    if talk.results(FREE_SLOTS):  # the tool asks which service is meant
        return [], "servico"
    # What was read before a change is not what the records hold after it.
    changes = (PROPOSE, CARRY_OUT, CONFIRM)
    if talk.results(OWN) and not any(map(talk.results, changes)):
        several = "consulta#2" in talk.results(OWN)[-1].result
        asks = intent(talk) in ("cancel", "move")
        return ["consultas"], "qual_consulta" if asks and several else ""
    return [], ""


def _titles(quoted: Iterable[str], said: str) -> tuple[list[str], bool]:
    """Of the lines, each once; and whether something was not found.

    Where a service that the patient named is among them, the list of all services says nothing more.
    """
    found: list[str] = []
    unknown = False
    lines = list(quoted)
    for line in lines:
        if "não encontrei nada" in line:
            unknown = True
        elif _NO_PLAN not in line and (match := _TITLE.match(line)):
            found.append(match[1])
    if any(line.startswith(_SERVICE) and _is_named(line, said) for line in lines):
        found = [title for title in found if title != _PRICE_LIST]
    return list(dict.fromkeys(found))[:5], unknown


def _is_named(line: str, said: str) -> bool:
    """Whether a word of the service's name begins as one that was written: "cardio", "dermatologista"."""
    name = plain(line.removeprefix(_SERVICE).partition(": ")[0])
    stems = [word[:5] for word in name.split() if len(word) > 4 and word not in _OF_MANY]
    return any(re.search(rf"\b{re.escape(stem)}", said) for stem in stems)
