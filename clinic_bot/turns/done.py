"""What the tools of a turn changed, told where the model cannot tell it any more. Pure."""

import re
from collections.abc import Sequence
from dataclasses import replace

from clinic_bot.agent.booking_words import what_was_done
from clinic_bot.agent.tools import PROPOSE
from clinic_bot.store.gate import Draft

Changed = Sequence[tuple[str, str]]  #: (tool, what it answered), in order

_LABEL = re.compile(r"\b(?:consulta|proposta)#\d+:? ?")
_MOST_CHARS = 600


def for_patient(changed: Changed) -> str:
    """One sentence of what the records now hold; empty where nothing is proven."""
    proven = _proven(changed)
    return f"Já ficou registrado: {'; '.join(proven)}." if proven else ""


def for_reception(changed: Changed) -> str:
    """The same with whatever else was changed, in the tool's own words. What was only proposed changed nothing."""
    told = [
        what_was_done(result) or _LABEL.sub("", result).rstrip(".")
        for tool, result in changed
        if tool != PROPOSE
    ]
    return f"já feito: {'; '.join(dict.fromkeys(told))}"[:_MOST_CHARS] if told else ""


def told(draft: Draft, changed: Changed) -> Draft:
    """A draft whose text is the clinic's own, with what was done before it."""
    reply = "\n\n".join(filter(None, (for_patient(changed), draft.reply)))
    reason = "; ".join(filter(None, (draft.hand_over, for_reception(changed))))
    return replace(draft, reply=reply, hand_over=reason or None)


def _proven(changed: Changed) -> list[str]:
    return list(dict.fromkeys(done for _, result in changed if (done := what_was_done(result))))
