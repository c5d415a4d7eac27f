"""What the model left undone of a hand-over: that it happens, that the patient is told, and told when. No I/O."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from clinic_bot.agent.composed.phrases import CALL_RECEPTION, QUESTIONS
from clinic_bot.agent.tools import HAND_OVER
from clinic_bot.clinic import consent
from clinic_bot.clinic.consent import Deed
from clinic_bot.clinic.facts import ClinicFacts
from clinic_bot.clinic.spelling import plain
from clinic_bot.events import Said, Speaker
from clinic_bot.store.gate import Draft
from clinic_bot.turns import misunderstanding, money
from clinic_bot.turns.added import below
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
_READ_CHARS, _READ_TEXTS = 800, 20
#: Stands at the end of such a reply; a yes to it is a wish for a person.
OFFER = "Se quiser, passo sua pergunta para a recepção."
_OFFERS = (OFFER, QUESTIONS[CALL_RECEPTION])
#: A whole sentence at the end that asks whether to do what is being done.
_ASKS_WHETHER = re.compile(
    r"(^|\n|[.!?…]\s)\s*(?:quer|posso|prefere|gostaria|deseja)\b[^.!?\n]{0,20}"
    r"\b(?:cham|pass|avis|encaminh|transf)\w+[^.!?\n]{0,30}\brecep[cç][aã]o\?[^\w?]*$",
    re.IGNORECASE,
)
_SOMEBODY = re.compile(r"\brecepcao\b|\batendente|\bequipe\b|\bfalar com\b")
MODELS_OWN = "o assistente passou a conversa"


def notes(found: Sequence[Wish]) -> str:
    """What the model is told of it, so that its own words fit."""
    if not found:
        return ""
    return f"Percebido na mensagem: {'; '.join(found)}. Chame {HAND_OVER} e diga que a recepção continua."


def noticed(texts: Sequence[str], said: Sequence[Said], facts: ClinicFacts) -> tuple[Wish, ...]:
    """What a burst shows before the model is asked."""
    texts = _bounded(texts)
    found = list(wishes(texts))
    if money.unanswered(texts, facts):
        found.append(Wish.MONEY)
    if misunderstanding.signs(_briefly(said), texts) >= misunderstanding.ENOUGH:
        found.append(Wish.MISUNDERSTOOD)
    if Wish.PERSON not in found and _was_offered(said) and _takes_it("\n".join(texts)):
        found.append(Wish.PERSON)
    return tuple(found)


def settled(
    draft: Draft,
    noticed: Sequence[Wish],
    *,
    texts: Sequence[str],
    said: Sequence[Said],
    facts: ClinicFacts,
    now: datetime,
) -> Draft:
    """The draft, handing over where the burst or the reply itself shows that a person has to go on.

    Args:
        noticed: as ``noticed`` answered of the same burst.
    """
    texts, found = _bounded(texts), list(noticed)
    if Wish.MONEY not in found and money.is_asked(texts) and money.admits_ignorance(draft.reply):
        found.append(Wish.MONEY)
    if Wish.MISUNDERSTOOD not in found and _is_lost(said, texts, draft.reply):
        found.append(Wish.MISUNDERSTOOD)
    if draft.hand_over is None and not found:
        return replace(draft, reply=_offering(draft.reply))
    why = "; ".join(found)
    reason = "; ".join(filter(None, (draft.hand_over, why)))
    reply = _telling(draft.reply, facts, now)
    return replace(draft, hand_over=reason, for_reception=why or MODELS_OWN, reply=reply)


def _offering(reply: str) -> str:
    """A reply that does not know something offers somebody who may."""
    if not money.admits_ignorance(reply) or _SOMEBODY.search(plain(reply)):
        return reply
    return below(reply, OFFER)


def _was_offered(said: Sequence[Said]) -> bool:
    spoken = next((one for one in reversed(said) if one.speaker is not Speaker.PATIENT), None)
    return spoken is not None and spoken.speaker is Speaker.BOT and spoken.text.endswith(_OFFERS)


def _takes_it(words: str) -> bool:
    """A yes, and none that gives another order: "14h, pode marcar sim" answers the times that stood above the offer."""
    return consent.agrees(words) and not any(consent.orders(deed, words) for deed in Deed)


def _is_lost(said: Sequence[Said], texts: Sequence[str], reply: str) -> bool:
    return misunderstanding.signs(_briefly(said), texts, reply) >= misunderstanding.ENOUGH


def _briefly(said: Sequence[Said]) -> list[Said]:
    """What was said before, each as far as a burst is read."""
    return [replace(one, text="\n".join(_bounded([one.text]))) for one in said]


def _bounded(texts: Sequence[str]) -> list[str]:
    """So much of a burst is read: nobody hides a wish for a person in a novel, and a novel must not take long."""
    return [
        text if len(text) <= _READ_CHARS else f"{text[: _READ_CHARS // 2]}\n{text[-_READ_CHARS // 2 :]}"
        for text in texts[-_READ_TEXTS:]
    ]


def _telling(reply: str, facts: ClinicFacts, now: datetime) -> str:
    """The reply, saying that the reception goes on and, while it is closed, from when on."""
    if not _TELLS.search(plain(reply)):
        reply = _ASKS_WHETHER.sub(r"\1", reply)
        return below(reply, facts.hand_over_text(now))
    if not facts.says_when(reply, now):
        return below(reply, f"A recepção responde {facts.reception_answers(now)}.")
    return reply
