"""The stand-in receptionist at the agenda's tools: which call comes next, and what to say of the results.

It knows a handful of phrases and no clinic: services, days and names go to the tools in the patient's own words, and
what it may not do the tools refuse. Same request, same step.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from clinic_bot.clinic import consent, dates
from clinic_bot.clinic.consent import Deed
from clinic_bot.clinic.spelling import plain, words_of
from clinic_bot.sandbox.brain import Done
from clinic_bot.sandbox.topics import Vocabulary

FREE_SLOTS = "horarios_livres"
OWN = "consultas_do_telefone"
PROPOSE = "propor_consulta"
CARRY_OUT = "efetivar_proposta"
CONFIRM = "confirmar_presenca"

_CANCEL = re.compile(r"\bcancel|\bdesmarc|\bnao vou (?:poder|conseguir) ir")
_MOVE = re.compile(r"\bremarc|\breagend|\bmudar (?:o |a )?(?:horario|data|dia|consulta)|\badiar")
_BOOK = re.compile(
    r"\bmarcar\b|\bmarca (?:pra|para|uma)|\bagend|\btem (?:vaga|horario|encaixe)|\bencaixe|\bquero (?:o|um) horario"
    r"|\btem (?:clinic|dermato|cardio|pediatr|gineco|ortoped|dentista)\w*"
)
_PRESENCE = re.compile(r"\bconfirm")
_OFFERED = re.compile(r"\bqual (?:horario|prefere|dia)|\blivres\b|\btenho\b")
#: The patient takes back what stands before it.
_TAKEN_BACK = re.compile(r"^\W*(?:nao,? )?(?:pera|perai|espera|melhor nao|esquece|alias)\b")
_IMPOSSIBLE = re.compile(
    r"\bnao (?:consigo|posso|da|quero|pode ser) (?:ir )?(?:de |a |na |pela )?(?:manha|tarde|noite)\b"
)
_STAYS = re.compile(r"\b(?:mantem|manter|mantenha|continua|fica|deixa)\b")
_FULL_NAME = r"((?:[A-ZÀ-Ý][\wÀ-ÿ'-]+)(?:\s+(?:d[aeo]s?\s+)?[A-ZÀ-Ý][\wÀ-ÿ'-]+){1,4})"
_NAME = re.compile(
    rf"(?:[Mm]eu nome [ée]|[Nn]ome d[eao]|[Ss]ou(?: [ao])?|[Mm]e chamo|[Pp]aciente:?|[Pp]ara|[Pp]ra)\s+{_FULL_NAME}"
)
_NAME_LINE = re.compile(rf"(?:^|[,;.])\s*{_FULL_NAME}\s*(?:$|[,;.])", re.MULTILINE)
_LABEL = re.compile(r"^(consulta#\d+): (.+?) \(([^()]*)\)$", re.MULTILINE)
_OPEN = re.compile(
    r"(proposta#\d+): (marcar|remarcar|cancelar) (.+?)(?=; proposta#|\. Consultas futuras|\. [A-Z]\w+ |\.?$)"
)
_NOW = re.compile(r"Agora: [^,]+, (\d{1,2}) de (\w+) de (\d{4}), (\d{1,2})h(\d{2})?")
_MONTHS = ("janeiro", "fevereiro", "março", "abril", "maio", "junho", "julho", "agosto", "setembro", "outubro",
           "novembro", "dezembro")  # fmt: skip
_DEEDS = {"marcar": Deed.BOOK, "remarcar": Deed.MOVE, "cancelar": Deed.CANCEL}
_GONE = "acabou de ser ocupado"
_AT_ONCE = f"chame {CARRY_OUT} agora"


@dataclass(frozen=True, slots=True)
class Call:
    name: str
    arguments: Mapping[str, str]


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


def intent(talk: Talk) -> str:
    """What the patient wants of the agenda: yes, confirm, cancel, move, book, or nothing."""
    text = plain(talk.said)
    if talk.now is None:
        return ""
    if talk.open and _answered(talk):
        return "yes"
    if (
        _PRESENCE.search(text)
        and "Consultas futuras" in talk.context
        and not talk.open
        and "embrete" in talk.before
    ):
        return "confirm"
    if _CANCEL.search(text):
        return "cancel"
    if _MOVE.search(text):
        return "" if "atras" in text else "move"
    hours = dates.resolve(talk.said, talk.now).hours
    if hours and any(deed is Deed.BOOK for _, deed, _ in talk.open):
        return "book"  # another time than the one that was asked about
    picks = hours and _OFFERED.search(plain(talk.before))
    wants_one = talk.words.wants_one(text) and not re.search(
        r"\bquanto|\bqto|\bqnto|\bpreco|\bvalor|\bpreparo", text
    )
    return "book" if _BOOK.search(text) or picks or wants_one else ""


def _answered(talk: Talk) -> list[str]:
    """The labels of the open proposals to which the words are a yes."""
    assert talk.now is not None
    when = dates.resolve(talk.said, talk.now)
    return [
        label
        for label, deed, told in talk.open
        if consent.orders(deed, talk.said)
        or consent.agrees(talk.said)
        or set(when.hours) & set(dates.resolve(told, talk.now).hours)
    ]


def gave_up(talk: Talk) -> bool:
    """Whether a tool said that this is the reception's."""
    return any("chame a recepção" in one.result for one in talk.done)


def next_call(talk: Talk) -> Call | None:
    """The next tool to call; None when it is time to write."""
    steps = {"yes": _say_yes, "confirm": _confirm, "cancel": _cancel, "move": _move, "book": _book}
    step = None if gave_up(talk) else steps.get(intent(talk))
    return step(talk) if step else None


def _say_yes(talk: Talk) -> Call | None:
    tried = {one.arguments.get("proposta") for one in talk.results(CARRY_OUT)}
    label = next((label for label in _answered(talk) if label not in tried), None)
    if label:
        return Call(CARRY_OUT, {"proposta": label})
    gone = any(_GONE in one.result for one in talk.results(CARRY_OUT))
    if not gone or talk.results(FREE_SLOTS):
        return None
    told = next(told for label, _, told in talk.open if label in tried)
    return Call(FREE_SLOTS, {"servico": told.partition(",")[0], "quando": ""})


def _confirm(talk: Talk) -> Call | None:
    if not talk.results(OWN):
        return Call(OWN, {"quem": ""})
    chosen = _chosen(talk, f"{talk.said}\n{talk.before}")
    if len(chosen) != 1 or talk.results(CONFIRM):
        return None
    return Call(CONFIRM, {"consulta": chosen[0][0]})


def _cancel(talk: Talk) -> Call | None:
    if not talk.results(OWN):
        return Call(OWN, {"quem": ""})
    chosen = _chosen(talk, talk.said)
    if len(chosen) != 1:
        return None
    return _propose(talk, {"acao": "cancelar", "consulta": chosen[0][0]})


def _move(talk: Talk) -> Call | None:
    if not talk.results(OWN):
        return Call(OWN, {"quem": ""})
    chosen = _chosen(talk, talk.said)
    if len(chosen) != 1:
        return None
    return _propose(talk, {"acao": "remarcar", "consulta": chosen[0][0], "quando": _phrase(talk.said)})


def _book(talk: Talk) -> Call | None:
    everything = f"{talk.earlier}\n{talk.said}\n{talk.before}"
    phrase = _phrase(talk.said)
    assert talk.now is not None
    if not dates.resolve(phrase, talk.now).days and not dates.resolve(phrase, talk.now).spans:
        phrase = _phrase(f"{talk.earlier}\n{talk.said}")
    names_it = _BOOK.search(plain(talk.said)) or talk.words.wants_one(plain(talk.said))
    service = talk.said if names_it else everything
    name = _name(talk)
    if name and not talk.results(PROPOSE):
        given = {"acao": "marcar", "servico": service[:160], "quando": phrase, "paciente": name}
        return _propose(talk, given)
    refused = any(one.result.startswith("Erro") for one in talk.results(PROPOSE))
    if (refused or not name) and not talk.results(FREE_SLOTS):
        return Call(FREE_SLOTS, {"servico": service[:160], "quando": phrase})
    return _carry_out_at_once(talk)


def _propose(talk: Talk, given: Mapping[str, str]) -> Call | None:
    if talk.results(PROPOSE):
        return _carry_out_at_once(talk)
    blank = {"acao": "", "consulta": "", "servico": "", "quando": "", "paciente": ""}
    return Call(PROPOSE, {**blank, **given})


def _carry_out_at_once(talk: Talk) -> Call | None:
    """Where the patient's words were the order already, as the tool says."""
    ready = [one.result for one in talk.results(PROPOSE) if _AT_ONCE in one.result]
    if not ready or talk.results(CARRY_OUT):
        return None
    return Call(CARRY_OUT, {"proposta": ready[-1].partition(":")[0]})


def _chosen(talk: Talk, words: str) -> list[tuple[str, str]]:
    """Label and words of the appointments that are meant: by name, by day, or the only one."""
    rows = [(label, told) for one in talk.results(OWN) for label, told, _ in _LABEL.findall(one.result)]
    assert talk.now is not None
    staying = _names_in("\n".join(line for line in words.splitlines() if _STAYS.search(plain(line))), rows)
    named = [row for row in _names_in(words, rows) if row not in staying]
    if named:
        rows = named
    days = set(dates.resolve(words, talk.now).days)
    on_day = [row for row in rows if days & set(dates.resolve(row[1], talk.now).days)]
    return on_day or rows


def _names_in(words: str, rows: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    written = set(words_of(words))
    return [row for row in rows if set(words_of(row[1].rpartition(" para ")[2])[:1]) & written]


def _phrase(words: str) -> str:
    """What is left of day and hour when the patient changed their mind, and without what does not suit."""
    lines = words.splitlines()
    for n, line in enumerate(lines):
        if _TAKEN_BACK.search(plain(line)):
            lines = lines[n + 1 :] or [_TAKEN_BACK.sub("", plain(line))]
            break
    return _IMPOSSIBLE.sub(" ", plain(" ".join(lines)))[:160]


def _name(talk: Talk) -> str:
    """A full name as the patient wrote it, or as we repeated it, or as WhatsApp shows it."""
    for pattern, words in (
        (_NAME, talk.said), (_NAME_LINE, talk.said), (_NAME, talk.earlier), (_NAME_LINE, talk.earlier),
        (_NAME, talk.before),
    ):  # fmt: skip
        if match := pattern.search(words):
            return match[1]
    return ""


# What is said.


def answer(talk: Talk) -> list[str]:
    """What the results come to, for the patient; nothing when the agenda was not asked."""
    if gave_up(talk):
        return []
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
        return [
            f"Tenho livres: {' / '.join(result.partition('Livres:')[2].split(chr(10)))}. Qual horário prefere?"
        ]
    if one.name == FREE_SLOTS:
        return [f"{' '.join(result.split())} Qual horário prefere, e qual o nome completo do paciente?"]
    if one.name == OWN and intent(talk) in ("cancel", "move") and not talk.results(PROPOSE):
        rows = [told for _, told, _ in _LABEL.findall(result)]
        return [f"Encontrei: {'; '.join(rows)}. Qual delas, ou todas?"] if rows else [result]
    if one.name == CARRY_OUT:
        return [
            "Ainda não fiz nada: " + result.removeprefix("Erro, nada foi alterado: ").partition(". ")[0] + "."
        ]
    return []
