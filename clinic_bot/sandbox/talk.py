"""What the stand-in receptionist reads of a conversation: a day, a name, which appointment. Pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from clinic_bot.clinic import dates
from clinic_bot.clinic.consent import Deed
from clinic_bot.clinic.matching import related, words_in
from clinic_bot.clinic.spelling import plain, words_of
from clinic_bot.sandbox.brain import Done
from clinic_bot.sandbox.topics import Vocabulary

FREE_SLOTS = "horarios_livres"
PROPOSE = "propor_consulta"
CARRY_OUT = "efetivar_proposta"
CONFIRM = "confirmar_presenca"
OWN = "consultas_do_telefone"
#: Whose results are told also where no more calls are allowed.
TOOLS = frozenset((FREE_SLOTS, OWN, PROPOSE, CARRY_OUT, CONFIRM))
#: What a proposal says whose patient gave the order with it.
AT_ONCE = f"chame {CARRY_OUT} agora"
_MOST_CHARS = 160

STAYS = re.compile(r"\b(?:mantem|manter|mantenha|continua|fica|deixa|vai (?:normal\w*|sim|igual))\b")
#: Between what is said of two people.
_CLAUSES = re.compile(r"[\n,;]|\be (?=[ao] )", re.IGNORECASE)
_HOUR = re.compile(r"\b\d{1,2}(?:h\d{0,2}|:\d{2})?\b")
_ALL = re.compile(
    r"\b(?:gemeos|gemeas|os dois|as duas|ambos|ambas|todos|todas"
    r"|(?:os|as) (?:meninos|meninas|criancas|filhos|filhas))\b"
)
_FULL_NAME = r"(?:[A-ZÀ-Ý][\wÀ-ÿ'-]+)(?: +(?:d[aeo]s? +)?[A-ZÀ-Ý][\wÀ-ÿ'-]+){1,4}"
_NAME = re.compile(
    rf"(?:[Nn]ome(?: [ée]| d[eao])?:?|[Ss]ou(?: [ao])?|[Mm]e chamo|[Pp]aciente:?|[Pp]ara|[Pp]ra)\s+({_FULL_NAME})"
)
_NAME_LINE = re.compile(
    rf"(?:^|[,;.])\s*(?:[ée] (?:[oa] )?)?({_FULL_NAME})\s*(?:$|[,;.]|o nome\b)", re.MULTILINE
)
#: Somebody the clinic may know by a first name: ``pra minha mãe, a Osmarina``, ``pro Caio``.
_RELATIVE = re.compile(
    r"\b(?:m[ãa]e|pai|filh[oa]|marido|esposa|av[óôo]|irm[ãa]o?)(?:,? (?:[ée] )?[ao]s?)? "
    rf"({_FULL_NAME}|[A-ZÀ-Ý][\wÀ-ÿ]+)|\bpr(?:o|a(?: a)?) ({_FULL_NAME}|[A-ZÀ-Ý][\wÀ-ÿ]+)"
)
LABEL = re.compile(r"^(consulta#\d+): (.+?) \(([^()]*)\)$", re.MULTILINE)
_OPEN = re.compile(
    r"(proposta#\d+): (marcar|remarcar|cancelar) (.+?)(?=; proposta#|\. Consultas futuras|\. [A-Z]\w+ |\.?$)"
)
_NOW = re.compile(r"Agora: [^,]+, (\d{1,2}) de (\w+) de (\d{4}), (\d{1,2})h(\d{2})?")
_MONTHS = ("janeiro", "fevereiro", "março", "abril", "maio", "junho", "julho", "agosto", "setembro", "outubro",
           "novembro", "dezembro")  # fmt: skip
_DEEDS = {"marcar": Deed.BOOK, "remarcar": Deed.MOVE, "cancelar": Deed.CANCEL}
_ANY_SERVICE = frozenset(("consulta", "sessao", "exame", "aula", "avaliacao"))


@dataclass(frozen=True, slots=True)
class Talk:
    """What the clerk goes by: the patient's words as they were written, and what stands around them."""

    said: str
    earlier: str  #: the patient's words before
    before: str  #: our last message
    context: str  #: the agent's remark: the time, the display name, what is open
    done: Sequence[Done]
    words: Vocabulary

    @property
    def now(self) -> datetime | None:
        match = _NOW.search(self.context)
        if match is None:
            return None
        day, month, year, hour, minute = match.groups()
        return datetime(int(year), _MONTHS.index(month) + 1, int(day), int(hour), int(minute or 0))  # noqa: DTZ001

    @property
    def open(self) -> list[tuple[str, Deed, str]]:
        """Label, deed and words of each proposal that waits for an answer."""
        return [(label, _DEEDS[deed], told) for label, deed, told in _OPEN.findall(self.context)]

    def results(self, name: str) -> list[Done]:
        return [one for one in self.done if one.name == name]


def chosen(talk: Talk, words: str) -> list[tuple[str, str]]:
    """Label and words of the appointments that are meant: by name, by day, or the only one."""
    rows = [(label, told) for one in talk.results(OWN) for label, told, _ in LABEL.findall(one.result)]
    assert talk.now is not None
    staying = _names_in("\n".join(line for line in words.splitlines() if STAYS.search(plain(line))), rows)
    named = [] if _ALL.search(plain(words)) else [row for row in _names_in(words, rows) if row not in staying]
    leaving = "\n".join(line for line in words.splitlines() if not STAYS.search(plain(line)))
    rows = named or [row for row in rows if _is_of_service(leaving, row)] or rows
    days = set(dates.resolve(words, talk.now).days)
    on_day = [row for row in rows if days & set(dates.resolve(row[1], talk.now).days)]
    return on_day or rows


def each_with_an_hour(words: str, rows: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Label and words of every appointment, where each patient is named with an hour of their own; else none."""
    clauses = [one for one in _CLAUSES.split(words) if _HOUR.search(one)]
    found = [(row[0], clause) for row in rows for clause in clauses if _names_in(clause, [row])]
    return (
        found if {label for label, _ in found} == {row[0] for row in rows} and len(found) == len(rows) else []
    )


def _names_in(words: str, rows: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    written = set(words_of(words))
    return [row for row in rows if set(words_of(row[1].rpartition(" para ")[2])[:1]) & written]


def _is_of_service(words: str, row: tuple[str, str]) -> bool:
    service = words_in(row[1].partition(" com ")[0]) - _ANY_SERVICE
    return any(related(word, other) for word in words_in(words) for other in service)


def phrase(words: str) -> str:
    """Day and hour in the patient's own words, as the tools take them; of many, the last."""
    return "\n".join(plain(line) for line in words.splitlines())[-_MOST_CHARS:]


def name_line(words: str) -> str:
    """A full name that stands by itself."""
    match = _NAME_LINE.search(words)
    return match[1] if match else ""


def name_in(talk: Talk, *, said_only: bool = False) -> str:
    """A full name as the patient wrote it, or as we repeated it, or as WhatsApp shows it."""
    before = ((_NAME, talk.earlier), (_NAME_LINE, talk.earlier), (_NAME, talk.before))
    for pattern, words in ((_NAME, talk.said), (_NAME_LINE, talk.said), *(() if said_only else before)):
        if match := pattern.search(words):
            return str(match[1])
    if said_only:
        return ""
    relative = _RELATIVE.search(talk.said) or _RELATIVE.search(talk.earlier)
    return (relative[1] or relative[2]) if relative else ""
