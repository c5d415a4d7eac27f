"""What the stand-in receptionist tells of the agenda's answers, in words of its own."""

from clinic_bot.sandbox import which
from clinic_bot.sandbox.brain import Done
from clinic_bot.sandbox.clerk import gave_up
from clinic_bot.sandbox.intent import intent
from clinic_bot.sandbox.talk import CARRY_OUT, CONFIRM, FREE_SLOTS, LABEL, OWN, PROPOSE, Talk

_CUT = "omitido por ser longo"  #: what is left of an older result, where the room was small


def answer(talk: Talk) -> list[str]:
    """What the results come to, for the patient; nothing when the agenda was not asked."""
    if gave_up(talk):
        return []
    if intent(talk) == "keep":
        return ["Tudo bem, fica tudo como está."]
    done = [line for one in talk.done for line in _told(one, talk)]
    return list(dict.fromkeys(done))


def _told(one: Done, talk: Talk) -> list[str]:
    result = one.result
    if one.name in (CARRY_OUT, CONFIRM) and not result.startswith("Erro"):
        return ["Pronto! " + result.replace(" Diga isso ao paciente.", "").replace("Feito, ", "Consulta ")]
    if one.name == PROPOSE and not result.startswith("Erro"):
        if talk.results(CARRY_OUT):
            return []
        asked = result.partition(": ")[2].partition(". Escreva")[0].partition(". Horário guardado")[0]
        return [f"Posso {asked}. Confirma?"]
    if one.name == PROPOSE and "Livres:" in result:
        if talk.results(FREE_SLOTS):
            return []
        free = " / ".join(result.partition("Livres:")[2].strip().splitlines())
        return [f"Tenho livres: {free}. Qual horário prefere?"]
    if which.asked(result) and any(later.name == one.name for later in talk.done[talk.done.index(one) + 1 :]):
        return []
    if one.name == FREE_SLOTS and intent(talk) == "move" and _CUT not in result:
        return [f"{' '.join(result.split())} Qual horário prefere?"]
    if one.name == FREE_SLOTS and _CUT not in result:
        return [f"{' '.join(result.split())} Qual horário prefere, e qual o nome completo do paciente?"]
    if one.name == OWN and intent(talk) == "show":
        rows = [told for _, told, _ in LABEL.findall(result)]
        return [f"Está marcado: {'; '.join(rows)}."] if rows else [result]
    told_more = talk.results(PROPOSE) or talk.results(FREE_SLOTS)
    if one.name == OWN and intent(talk) in ("cancel", "move") and not told_more:
        rows = [told for _, told, _ in LABEL.findall(result)]
        return [f"Encontrei: {'; '.join(rows)}. Qual delas, ou todas?"] if rows else [result]
    if one.name == CARRY_OUT:
        return [
            "Ainda não fiz nada: " + result.removeprefix("Erro, nada foi alterado: ").partition(". ")[0] + "."
        ]
    return []
