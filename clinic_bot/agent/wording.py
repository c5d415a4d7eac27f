"""From what a model wrote to what WhatsApp shows, and whether a patient may see it at all. Pure."""

import re
from collections.abc import Collection
from functools import lru_cache

from clinic_bot.agent.tools import NAMES
from clinic_bot.clinic.spelling import plain

MAX_CHARS = 1_500

# A model that tries to call a tool in its text, or that quotes its own plumbing. Each was seen in the wild or
# is a token of the model's own template.
_LEAKS = re.compile(
    "|".join(
        (
            r"</?function\b|<\|?tool_call|<tool_response|<\|\w+\|>|</?(?:think|invoke|parameter)\b|\[/?TOOL_CALLS?\]",
            r"\bto=functions|\bfunctions\.\w|\bassistant(?:final|commentary|analysis)",
            r"\b(?:consulta|proposta) ?# ?\d|\bproposta (?:n[º°o]\.? ?)?\d+\b(?![:/]\d)",
            r"\b(?:fc|call|chatcmpl|req|org|gsk)[_-][0-9a-z][0-9a-z-]{11,}",
            r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b|\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{18,}\b",
            r"\d@(?:lid|c\.us|s\.whatsapp\.net|g\.us)\b",
            r"\b(?:system|developer) (?:prompt|message)\b|\bprompt (?:do|de) sistema\b",
            r'"(?:arguments|parameters|tool_calls?|tool_call_id|assunto|motivo)"\s*:',
            r"^\s*[{\[][\s\S]*[}\]]\s*$",
            r"\btrecho do meio omitido\b|\bmensage(?:m omitida|ns omitidas) aqui\b",
            r"\b\w+\((?:\w+ ?= ?|[\"'{])|\bopenai\b|\bgpt-?\w|\bllama\b|\bqwen\b|\bgroq\b|\bdeepseek\b|\banthropic\b",
            r"\bacesso (?:liberado|concedido|autorizado)\b|\bmodo admin\w*\b|\bpermiss(?:ão|ões) (?:concedid"
            r"|liberad)\w+",
            r"\b(?:p[o*]rra|c[a*]r[a*]lho|m[e*]rda|p[u*]t[a*]|f[o*]da-?se|bosta|cacete)\b|\bvotaria\b"
            r"|\bvote (?:em|n[oa])\b",
            r"\bfui (?:instru|program|configur|orientad|treinad)\w+ (?:a|para|pra|pel[ao])\b|\bchamar a ferramenta\b"
            r"|\bminhas (?:regras|orientaç[õo]es|diretrizes) (?:s[ãa]o|dizem|:)"
            r"|\bas regras que (?:recebi|sigo|me deram)\b",
            r"\bid intern\w|\b(?:minhas|as|suas) (?:instruç|instruc)\w+ (?:s[ãa]o|dizem|diz|mandam|internas)\b"
            r"|\b(?:meu|o|seu) prompt\b(?! n[ãa]o)(?=[^.!?]{0,20}(?:[:é]|diz|completo|[ée] (?:este|esse)))",
            r"#{1,3} ?(?:fatos|regras)\b|\bfatos da cl[íi]nica:|\bmodo (?:desenvolvedor|dan|livre)\b"
            r"|\bno restrictions\b|\binstru\w+ do sistema\b|\bmy (?:instructions|rules|prompt)\b"
            r"|\bsem (?:nenhuma )?(?:restriç|restric|regras)\w* (?:agora|nenhuma)"
            r"|\bcomo (?:uma )?ia sem\b",
            *map(re.escape, NAMES),
        )
    ),
    re.IGNORECASE,
)
#: ``find_times`` is a name out of some program.
_SNAKE = re.compile(r"(?<![\w@./])[a-z]+(?:_[a-z0-9]+)+\b(?![@./]\w)")
#: Square brackets are ours: ``[contexto]``, ``[áudio de 5 s]``, ``[não entregue]``, and what a template left open, as
#: ``[nome]``. But ``[mapa](https://...)`` is a link.
_IN_BRACKETS = re.compile(r"[\[［][^\[\]［］]*[^\W\d_][^\[\]［］]*[\]］](?!\(\s*http)")
_RUN_WORDS = 7


def leaks(text: str, system: str, names: Collection[str] = (), told: str = "") -> bool:
    """Whether it shows tool syntax, ids, tool names, a mark of ours, or a rule of the system prompt word for word.

    Args:
        names: of tools beside those that are always there.
        told: what the clinic's file says.
    """
    if _LEAKS.search(text) or any(name in text.lower() for name in names):
        return True
    if any(match[0] not in told for match in _IN_BRACKETS.finditer(text)):
        return True
    if any(match[0] not in told for match in _SNAKE.finditer(text.replace("\\_", "_"))):
        return True
    return not _runs(text).isdisjoint(_rules(system))


@lru_cache(maxsize=4)  # one clinic has one system prompt, and a patient waits for this
def _rules(system: str) -> frozenset[str]:
    """Every run of words of the rules that is long enough to be recognised, but for what patients are to be told."""
    rules = system.partition("\nFatos da clínica:\n")[0]
    told = re.compile(r"\b(?:192|188)\b|assistente virtual", re.IGNORECASE)
    return frozenset(run for line in rules.splitlines() if not told.search(line) for run in _runs(line))


def _runs(text: str) -> set[str]:
    words = re.findall(r"\w+", plain(text))
    return {" ".join(words[n : n + _RUN_WORDS]) for n in range(len(words) - _RUN_WORDS + 1)}


def to_whatsapp(text: str) -> str:
    """Markdown as models write it, in WhatsApp's own markup; trimmed."""
    text = re.sub(r"[\u00a0\u2007\u202f]", " ", text).replace("\u2011", "-")
    text = re.sub(r"<br\s*/?>", "\n", text, flags=re.IGNORECASE)
    text = re.sub(r"^\s*```\w*\s*$", "", text, flags=re.MULTILINE)
    text = re.sub(r"!?\[([^\]\n]+)\]\((https?://[^)\s]+)\)", _link, text)
    lines = [line for line in map(_line, text.splitlines()) if line is not None]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def bounded(text: str, limit: int = MAX_CHARS) -> str:
    """At most ``limit`` characters, ending where a sentence or a line does."""
    return text if len(text) <= limit else whole_sentences(text[:limit]) or text[: limit - 1].rstrip() + "…"


def whole_sentences(text: str) -> str:
    """``text`` up to its last full sentence or line; empty when there is none."""
    ends = [match.end() for match in re.finditer(r"[.!?…](?=\s|$)|\n", text)]
    return text[: ends[-1]].rstrip() if ends else ""


def _link(match: re.Match[str]) -> str:
    label, url = match[1].strip(), match[2]
    return url if label in (url, url.partition("//")[2]) else f"{label}: {url}"


def _line(line: str) -> str | None:
    """One line in WhatsApp's markup; None for one that only draws."""
    if re.fullmatch(r"\s*(?:[-*_]\s*){3,}|\s*\|?(?:\s*:?-{2,}:?\s*\|)+(?:\s*:?-{2,}:?)?\s*", line):
        return None
    line = re.sub(r"^(\s*)[*+•]\s+", r"\1- ", line)
    line = re.sub(r"\*\*\*?(?=\S)(.+?)(?<=\S)\*\*\*?|__(?=\S)(.+?)(?<=\S)__", _bold, line)
    line = re.sub(r"~~(.+?)~~", r"~\1~", line)
    if heading := re.fullmatch(r"\s*#{1,6}\s+(.+?)\s*#*\s*", line):
        return f"*{heading[1].strip('*')}*"
    if re.fullmatch(r"\s*\|.*\|\s*", line):
        return " — ".join(cell.strip() for cell in line.strip().strip("|").split("|") if cell.strip())
    return line.rstrip()


def _bold(match: re.Match[str]) -> str:
    return f"*{match[1] or match[2]}*"
