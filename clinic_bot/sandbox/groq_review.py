"""What the Groq stand-in makes of a reply that it is asked to review: a simple rule, and what it is told to say."""

import json
import re
from collections.abc import Mapping
from typing import Any

from clinic_bot.agent.review import OPENING, REPLY
from clinic_bot.sandbox.brain import BrainTurn, content_of
from clinic_bot.sandbox.faults import Faults

_REPLY = re.compile(rf"<{REPLY}>\n(.*)\n</{REPLY}>", re.DOTALL)
_PROBLEM = "diz algo que a ficha não confirma"


def is_review(body: Mapping[str, Any]) -> bool:
    messages = body.get("messages")
    first = messages[0] if isinstance(messages, list) and messages else None
    return isinstance(first, dict) and content_of(first).startswith(OPENING)


def reviewed(body: Mapping[str, Any], faults: Faults) -> BrainTurn:
    """The answer to a request that ``is_review``.

    Every figure in the reply has to stand in what came with it; figures written out, and all else, pass. A fault
    ``objects`` has it object to replies that hold ``to`` with ``problem``, ``babbles`` has it say ``text``.
    """
    material = content_of(body["messages"][-1])
    found = _REPLY.search(material)
    reply = found[1] if found else ""
    model = body.get("model")
    if (told := faults.take("babbles", model=model)) is not None:
        return BrainTurn(text=told.text("text", "Parece tudo certo!"))
    told = faults.take("objects", lambda fault: fault.text("to") in reply, model=model)
    if told is not None:
        return _verdict(told.text("problem", _PROBLEM))
    known = set(re.findall(r"\d+", _REPLY.sub("", material)))
    unknown = [figure for figure in re.findall(r"\d+", reply) if figure not in known]
    return _verdict(f"ninguém informou {unknown[0]}" if unknown else "")


def _verdict(problem: str) -> BrainTurn:
    text = json.dumps({"sendable": not problem, "problem": problem}, ensure_ascii=False)
    return BrainTurn(text=text, reasoning="Comparo cada frase com a ficha.")
