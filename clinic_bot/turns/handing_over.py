"""What the model left undone of a hand-over: that it happens, that the patient is told, and told when. Pure."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from clinic_bot.agent.tools import HAND_OVER
from clinic_bot.agent.wording import MAX_CHARS, bounded
from clinic_bot.clinic.facts import ClinicFacts
from clinic_bot.clinic.spelling import plain
from clinic_bot.events import Said
from clinic_bot.store.gate import Draft
from clinic_bot.turns import misunderstanding, money
from clinic_bot.turns.wishes import Wish, wishes

#: The reply already says that somebody takes it from here.
_TELLS = re.compile(
    r"\b(?:recepcao|equipe|atendente|secretaria|pessoa|alguem)\b[^.!?\n]{0,60}\b(?:vai|vao|ja|continua"
    r"|responde\w*|retorna\w*"
    r"|assume|cuida|segue|entra|te responde|fala com voce|entrara|dara|resolve)\b"
    r"|\b(?:avisei|passei|chamei|encaminhei|transferi|acionei|avisado|avisada|repassei|vou (?:avisar|passar"
    r"|chamar|encaminhar"
    r"|transferir))\b[^.!?\n]{0,60}\b(?:recepcao|equipe|atendente|secretaria|pessoa|alguem|time)\b"
)
MODELS_OWN = "o assistente passou a conversa"


def noticed(texts: Sequence[str], said: Sequence[Said], facts: ClinicFacts) -> tuple[Wish, ...]:
    """What a burst shows before the model is asked."""
    found = list(wishes(texts))
    if money.unanswered(texts, facts):
        found.append(Wish.MONEY)
    if misunderstanding.signs(said, texts) >= misunderstanding.ENOUGH:
        found.append(Wish.MISUNDERSTOOD)
    return tuple(found)


def notes(found: Sequence[Wish]) -> str:
    """What the model is told of it, so that its own words fit."""
    if not found:
        return ""
    return f"Percebido na mensagem: {'; '.join(found)}. Chame {HAND_OVER} e diga que a recepção continua."


def settled(
    draft: Draft,
    found: Sequence[Wish],
    *,
    texts: Sequence[str],
    said: Sequence[Said],
    facts: ClinicFacts,
    now: datetime,
) -> Draft:
    """The draft, handing over where the burst or the reply itself shows that a person has to go on."""
    found = list(found)
    if Wish.MONEY not in found and money.is_asked(texts) and money.admits_ignorance(draft.reply):
        found.append(Wish.MONEY)
    if (
        Wish.MISUNDERSTOOD not in found
        and misunderstanding.signs(said, texts, draft.reply) >= misunderstanding.ENOUGH
    ):
        found.append(Wish.MISUNDERSTOOD)
    if draft.hand_over is None and not found:
        return draft
    why = "; ".join(found)
    reason = "; ".join(filter(None, (draft.hand_over, why)))
    return replace(
        draft, hand_over=reason, for_reception=why or MODELS_OWN, reply=_telling(draft.reply, facts, now)
    )


def _telling(reply: str, facts: ClinicFacts, now: datetime) -> str:
    """The reply, saying that the reception goes on and, while it is closed, from when on."""
    if not _TELLS.search(plain(reply)):
        missing = f"\n\n{facts.hand_over_text(now)}"
    elif not facts.says_when(reply, now):
        missing = f"\n\nA recepção responde {facts.reception_answers(now)}."
    else:
        return reply
    return f"{bounded(reply, MAX_CHARS - len(missing))}{missing}"
