"""How many tokens a step reserves, and what is left out so that it stays within its bound. Pure.

The provider reserves prompt plus ``max_completion_tokens`` before it runs, and refuses what exceeds the
plan's tokens a minute. Real counts need the model's tokenizer; these are estimates on the high side. Measured
with o200k on Brazilian chat: 3.4 characters a token (2.0 in the worst short burst), 3.5 in our own prompt.
"""

import json
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from clinic_bot.agent.chat import Message

#: Prompt tokens a step may reserve, so that 3,500 hold with the default 900 for the model's own words.
PROMPT_TOKENS = 2_600
#: The gpt-oss template adds about 60 to every request.
_HIDDEN_TOKENS = 60
_MESSAGE_TOKENS = 6
_OWN_CHARS = 3.2  #: characters a token, in the prompt and the schemas we wrote
_CHAT_CHARS = 2.6  #: in what people write
_HISTORY_CHARS = 500
_ANSWERED_CHARS = 300  #: of our last message, where there is little room
_OLD_RESULT_CHARS = 120
_SHORT_RESULT_CHARS = 300
_EXCHANGES_TOKENS = 640  #: this turn's calls may have so many in a small room, and half of a large one,
_TEXT_TOKENS = 160  #: as long as the patient's words keep these
_TEXT_CHARS = 800  #: enough to tell whether they need them
_WORD_CHARS = 24  #: a longer run of letters is cut anywhere
#: A part of a list, a sentence or a line is over.
_PART_END = re.compile(r";|\n|[.!?](?=\s)")
_GAP = "\n[... trecho do meio omitido por ser longo ...]\n"


def estimate_tokens(text: str, *, chars_per_token: float = _CHAT_CHARS) -> int:
    """Accents count double, capital ones four times, an emoji twice: as the tokenizer has it at its worst."""
    plain = accented = other_bytes = 0
    for char in text:
        if char < "\x80":
            plain += 1
        elif char < "\u0250":
            accented += 2 if char.isupper() else 1
        else:
            other_bytes += len(char.encode(errors="replace"))
    return math.ceil((plain + 2 * accented) / chars_per_token + other_bytes / 2)


def fixed_tokens(system: str, tools: Sequence[Mapping[str, Any]]) -> int:
    """What every request carries: the template, the rules and facts, the schemas."""
    schemas = json.dumps(list(tools), ensure_ascii=False)
    own = system + schemas
    return _HIDDEN_TOKENS + _MESSAGE_TOKENS + math.ceil(len(own) / _OWN_CHARS)


def message_tokens(message: Message) -> int:
    calls = message.get("tool_calls")
    text = f"{message.get('content') or ''}{json.dumps(calls, ensure_ascii=False) if calls else ''}"
    return _MESSAGE_TOKENS + estimate_tokens(text)


def prompt_tokens(fixed: int, messages: Sequence[Message]) -> int:
    return fixed + sum(map(message_tokens, messages))


def quick_tokens(messages: Sequence[Message], tools: Sequence[Mapping[str, Any]]) -> int:
    """The prompt of a whole request, roughly and quickly: for pacing, where the provider's own count corrects it."""
    chars = sum(len(message.get("content") or "") for message in messages) + len(str(tools))
    return _HIDDEN_TOKENS + len(messages) * _MESSAGE_TOKENS + int(chars / _OWN_CHARS)


def fit(
    history: Sequence[Message],
    context: Message,
    text: str,
    exchanges: Sequence[Message],
    *,
    room: int,
) -> list[Message]:
    """The messages behind the system prompt, within ``room`` tokens.

    What goes first: the oldest history, then the tool results of this turn, older ones before the newest, then the
    middle of a very long text. The patient's last words always stay, and what they answer as far as it goes; nothing is
    left out of the store.
    """
    beside = (
        message_tokens(context) + _MESSAGE_TOKENS + min(estimate_tokens(text[:_TEXT_CHARS]), _TEXT_TOKENS)
    )
    answered = sum(message_tokens(_clipped(one, _ANSWERED_CHARS)) for one in history[-1:])
    for_exchanges = max(room // 2, min(_EXCHANGES_TOKENS, room - beside))
    exchanges = _shortened(exchanges, min(for_exchanges, max(room // 3, room - beside - answered)))
    left = room - sum(map(message_tokens, exchanges)) - message_tokens(context)
    patient = {"role": "user", "content": shorten(text, left - _MESSAGE_TOKENS)}
    left -= message_tokens(patient)
    kept: list[Message] = []
    for one in reversed(history):
        message = _clipped(one, _HISTORY_CHARS)
        if not kept and message_tokens(message) > left:
            message = _clipped(one, _ANSWERED_CHARS)
        left -= message_tokens(message)
        if left < 0:
            break
        kept.append(message)
    return [*reversed(kept), context, patient, *exchanges]


def _clipped(message: Message, chars: int) -> Message:
    return {**message, "content": _clip(str(message.get("content", "")), chars)}


def shorten(text: str, tokens: int) -> str:
    """``text``, or its beginning and its longer end with a mark between, estimated within ``tokens``."""
    # No text longer than this can fit, so a flood is not estimated as a whole again and again.
    chars = min(len(text), max(0, int(tokens * _CHAT_CHARS)))
    while chars > len(_GAP) + 8 and estimate_tokens(_clip(text, chars)) > tokens:
        chars = int(chars * 0.9)
    return _clip(text, chars)


def _clip(text: str, chars: int) -> str:
    if len(text) <= chars:
        return text
    kept = max(8, chars - len(_GAP))
    head = kept // 3
    # No half word: of "R$ 900" a lone "0" must not be left.
    before = re.sub(rf"(?<=\s)\S{{1,{_WORD_CHARS}}}$", "", text[: head + 1])[:head]
    after = re.sub(rf"^\S{{1,{_WORD_CHARS}}}(?=\s)", "", text[len(text) - (kept - head) - 1 :])[
        -(kept - head) :
    ]
    return _whole_parts_before(before) + _GAP + _whole_parts_after(after)


def _whole_parts_before(text: str) -> str:
    """Nor half a list's part: a service without its price could get the next one's behind the gap."""
    last = max((found.end() for found in _PART_END.finditer(text)), default=0)
    return text[:last] if last >= len(text) // 2 else text


def _whole_parts_after(text: str) -> str:
    first = _PART_END.search(text)
    return text[first.end() :] if first and first.end() <= len(text) // 2 else text


def _shortened(exchanges: Sequence[Message], room: int) -> list[Message]:
    """Tool results the model has already read shrink, no more than they must, until all fit.

    Long ones before short ones, which may tell of what was done; of each the oldest first.
    """
    shortened = list(exchanges)
    lengths = [len(str(message.get("content") or "")) for message in shortened]
    for index in sorted(range(len(shortened)), key=lambda at: lengths[at] <= _SHORT_RESULT_CHARS):
        message = shortened[index]
        over = sum(map(message_tokens, shortened)) - room
        if over <= 0:
            break
        content = str(message.get("content") or "")
        if index < len(shortened) - 1 and len(content) > _OLD_RESULT_CHARS:
            enough = shorten(content, estimate_tokens(content) - over)
            least = _clip(content, _OLD_RESULT_CHARS)
            shortened[index] = {**message, "content": max(enough, least, key=len)}
    over = sum(map(message_tokens, shortened)) - room
    if over > 0 and shortened and shortened[-1].get("content"):
        newest = str(shortened[-1]["content"])
        shortened[-1] = {**shortened[-1], "content": shorten(newest, estimate_tokens(newest) - over)}
    return shortened
