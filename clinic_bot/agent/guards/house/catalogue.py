"""Whether a reply says of a service or a speciality that the clinic has it, or has not, against its file. Pure.

Both ways are wrong, and a bare ``fazemos sim`` answers for what the patient asked about.
"""

import re
from collections.abc import Iterator, Sequence

from clinic_bot.agent.guards.house.unheard import NOT_THERE, Unheard
from clinic_bot.agent.guards.language.clauses import Found, claims, elliptical, plain_lines, whole
from clinic_bot.agent.guards.language.denials import NO
from clinic_bot.agent.guards.language.names import first_names, names_of
from clinic_bot.agent.guards.language.service_words import ANY_SERVICE
from clinic_bot.clinic.facts import ClinicFacts
from clinic_bot.clinic.spelling import plain

#: Specialities, examinations and treatments, by their stems; one line of several stems is one thing.
CARE = (
    "dermatolog", "pediatr", "cardiolog", "ortoped", "ginecolog|obstetr", "urolog", "neurolog", "psiquiatr",
    "psicolog|psicoterap", "nutric|nutrolog", "fisioterap", "fonoaudiolog", "odontolog|dentist|dentari|dental",
    "ortodont", "endodont|tratamento de canal", "implante", "oftalmolog|oculist", "otorrino", "endocrin", "gastro",
    "reumatolog", "oncolog", "hematolog", "infectolog", "pneumolog", "nefrolog", "geriatr", "alergolog|alergist",
    "angiolog|vascular", "mastolog", "proctolog", "acupuntur", "pilates", "quiropra", "osteopat",
    "massag|massoterap", "podolog", "botox|toxina botulinica", "preenchimento", "a laser", "depilac", "peeling",
    "harmonizac", "clareamento", "protese", "raio ?-?x|radiograf", "ultrass", "tomograf", "ressonanc", "mamograf",
    "endoscop", "colonoscop", "ecocardiogram", "eletrocardiogram|eletro(?!cardio|encef)", "eletroencef", "holter",
    "ergometr", "espirometr", "densitometr", "papanicolau", "vacin", "coleta|exames? de sangue|hemograma",
    "canal(?! de (?:atend|comun|ouv))", "extracao", "aparelho", "bioimpedanc", "drenagem", "hipnos", "tosa",
    "castrac", "cirurgia", "domicili|em casa|residencia", "on-?line|por video|telemedicina|teleconsulta",
    "limpeza de pele",
    "terapia ocupacional", "estacionamento|garagem", "manobrista", "wi-?fi", "elevador", "rampa", "fraldario",
    "espaco (?:kids|pet)|brinquedoteca", r"cafe\b|lanchonete|cantina", "ar[- ]condicionado", "libras|interprete",
    "vagas? exclusiv|vagas? propri", r"pet\b|animais|bichinho",
)  # fmt: skip
_HAS = re.compile(
    r"\b(?:temos|fazemos|realizamos|oferecemos|atendemos|trabalhamos com|contamos com|disponibilizamos"
    r"|(?:a clinica|a gente|aqui|nos|o espaco|o instituto)(?: tambem| ja| so)? (?:tem|faz|oferece|realiza|atende)"
    r"|(?:pode|podem|da para|da pra) (?:tambem )?(?:ser )?(?:feit[oa]s?|fazer|realizad[oa]s?)|e feit[oa]"
    r"|(?:a clinica|aqui) e|(?:equipe|a gente|clinica|recepcao) vai ate|vamos ate"
    r"|(?:tambem|sim) (?:tem|faz)|(?:tem|faz) (?:sim|tambem|aqui))\b"
)
_HAS_NOT = re.compile(
    r"(?:\bnao (?:temos|fazemos|realizamos|oferecemos|atendemos|trabalhamos com|contamos com|ha)\b"
    r"|\ba gente nao (?:tem|faz|oferece|realiza|atende|trabalha com)\b)"
)
_WITHOUT = re.compile(r"\bsem (?:nenhuma? )?\w+")
#: Begins a clause of its own in a list.
_ANEW = re.compile(
    r"\b(?:temos|tem|ha|e|sao|pode\w*|fic\w+|faz\w*|atend\w*|\w+[aei]mos|inclu\w+|mas|porem|so|apenas|quem|quando)\b"
)
#: Which sort of it: ``de mama``, ``em casa``, ``proprio``.
_SORT = re.compile(
    r"^,? (?:d[aeo]s?|com|em|para|por|n[ao]s?)? ?(?!aqui|clinica|mais|ainda|infelizmente|tambem)(\w{4,})"
)
#: What is not there at some time, or with somebody, is there.
_FOR_NOW = re.compile(
    r"\b(?:vagas?|horarios?|agenda|hoje|amanha|segunda|terca|quarta|quinta|sexta|sabados?|domingos?|dia|manha|tarde"
    r"|noite|sem|ness[ae]|nest[ae]|por aqui|mensagem|livres?|avuls\w+|dr|dra|menores|criancas?|adultos?)\b|\d"
)
_IN_PERSON = re.compile(r"\b(?:so|e|sao|apenas|somente)(?: no| feit[oa])? presencia(?:l|is)\b(?! (?:e|ou) )")
_FROM_AFAR = re.compile(r"\bon-?line\b|\bpor video\b|\bvideochamada\b|\ba distancia\b")


class Catalogue:
    """What one clinic does.

    Args:
        text: everything its file says.
    """

    def __init__(self, facts: ClinicFacts, text: str) -> None:
        people = "|".join(
            re.escape(word) for one in facts.professionals for word in names_of(one.name)[:2] if len(word) > 2
        )
        does = rf"\b(?:{people or '(?!)'})(?: \w+)? (?:tambem )?(?:faz|realiza|trabalha com|atende)\b"
        self._has = re.compile(f"{_HAS.pattern}|{does}")
        self._stems = (*CARE, *_own(facts))
        self._items = re.compile("|".join(rf"\b(?:{stems})\w*" for stems in self._stems))
        self._affirmed, self._denied = _told(text)
        self._unheard = Unheard(facts, text)
        self._in_person = list(_in_person(facts, text))

    def mistake(self, text: str, asked: str, told: Sequence[str] = ()) -> str | None:
        """What ``text`` says wrongly that the clinic has or has not, in Portuguese; None for nothing.

        Args:
            asked: the burst that is answered, plain.
            told: tool results and earlier messages of the clinic.
        """
        found = [
            one
            for sentence in whole(text)
            if self._has.search(sentence)
            or _HAS_NOT.search(sentence)
            or re.search(r"\bsim\b|\bso\b", sentence)
            for one in claims(sentence, self._items, self._has)
        ]
        if problem := self._unheard.mistake(text, asked, told):
            return problem
        if not found and not self._items.search(plain(text)):
            found = list(elliptical(text, asked, self._items))
        there = " . ".join([self._affirmed, *(_told(one)[0] for one in told)])
        for one in found:
            stems = next(stems for stems in self._stems if re.match(rf"(?:{stems})", one.item))
            if one.says and (not re.search(rf"\b\w*(?:{stems})", there) or self._only_in_person(one)):
                return NOT_THERE
            if not one.says and self._has_it(one.clause, stems):
                return "nega um serviço que a clínica tem"
        return None

    def _has_it(self, clause: str, stems: str) -> bool:
        """Whether a clause denies what is there, and not only a sort of it, ``coleta em casa``, or at some time."""
        if not re.search(rf"\b(?:{stems})", self._affirmed) or re.search(rf"\b(?:{stems})", self._denied):
            return False
        there = re.search(rf"{_HAS_NOT.pattern} (?:\w+ ){{0,2}}?(?:{stems})\w*(?P<rest>.*)", clause)
        if there is None or _FOR_NOW.search(_HAS_NOT.sub("", clause)):
            return False
        sort = _SORT.match(there["rest"])
        return sort is None or re.search(rf"\b{re.escape(sort[1])}", self._affirmed) is not None

    def _only_in_person(self, one: Found) -> bool:
        words = set(re.findall(r"\w+", one.clause)) if _FROM_AFAR.search(one.clause) else set()
        return any(subject <= words for subject in self._in_person if words)


def _told(text: str) -> tuple[str, str]:
    """What a text affirms, without a title whose text begins with a denial, and what it denies."""
    yes: list[str] = []
    no: list[str] = []
    for line in text.splitlines():
        parts = [plain(part) for part in re.split(r"[.;:]", line)]
        if len(parts) > 1 and NO.search(parts[1].split(",")[0]):
            no.append(parts.pop(0))
        for part in parts:
            denied = False
            for one in part.split(","):
                # ``não fazemos tomografia, ressonância nem coleta``: a no is for all that is listed.
                denied = NO.search(one) is not None or (denied and not _ANEW.search(one))
                no += [one] if denied else _WITHOUT.findall(one)
                yes += [] if denied else [_WITHOUT.sub(" ", one)]
    return " . ".join(yes), " . ".join(no)


def _in_person(facts: ClinicFacts, text: str) -> Iterator[frozenset[str]]:
    """What is done in person only: by the words of the clause, or by whose notes say it."""
    for part in re.split(r"[.;:,\n]", plain_lines(text)):
        if match := _IN_PERSON.search(part):
            for item in re.split(r"\s(?:e|ou|nem)\s", part[: match.start()]):
                if words := re.findall(r"\w{5,}", item):
                    yield frozenset(words)
    for one in facts.professionals:
        parts = re.split(r"[.;]\s*", plain(one.notes))
        if any(re.fullmatch(r"so (?:no )?presencial(?:mente)?", part) for part in parts):
            yield frozenset(first_names(one.name)[:1])


def _own(facts: ClinicFacts) -> Iterator[str]:
    """The services of the file by the word that tells them apart."""
    for service in facts.services:
        words = [word for word in re.findall(r"\w{4,}", plain(service.name)) if word not in ANY_SERVICE]
        if words and not any(re.match(rf"(?:{stems})", words[0]) for stems in CARE):
            yield re.escape(words[0][:-1] if len(words[0]) > 5 else words[0])
