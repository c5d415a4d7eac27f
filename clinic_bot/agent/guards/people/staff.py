"""Whether a reply names a professional whom the clinic has not, or says of one what somebody else does. Pure."""

import re
from collections.abc import Sequence

from clinic_bot.agent.guards.house.catalogue import CARE
from clinic_bot.agent.guards.language.clauses import clauses
from clinic_bot.agent.guards.language.denials import states_nothing
from clinic_bot.agent.guards.language.names import first_names, without_title_stops
from clinic_bot.agent.guards.language.service_words import ANY_SERVICE
from clinic_bot.agent.guards.people.common_names import COMMON_NAMES
from clinic_bot.clinic import team
from clinic_bot.clinic.facts import ClinicFacts
from clinic_bot.clinic.spelling import plain

_NAME = r"([A-ZÀ-Ý][\wÀ-ÿ'-]+)(?: +(?:d[aeo]s? +)?([A-ZÀ-Ý][\wÀ-ÿ'-]+))?"
_TITLE = r"(?:[Dd]ras?|[Dd]rs?|[Dd]outor(?:a|es|as)?|[Pp]rof(?:essor(?:a)?)?)(?:\(a\))?\.?"
_CALLING = (
    r"(?:[Mm][ée]dic[oa]|[Dd]entista|[Ee]nfermeir[oa]|[Tt]erapeuta|[Ff]isioterapeuta|[Mm]assagista|[Pp]ediatra"
    r"|[Pp]siquiatra|[Gg]eriatra|[Oo]bstetra|[Cc]l[íi]nico(?: geral)?|[Vv]eterin[áa]ri[oa]|[Ee]specialista"
    r"|[Pp]rofissional|[Ii]nstrutor[a]?|[Tt][ée]cnic[oa]|[Bb]iom[ée]dic[oa]|[A-Za-zÀ-ÿ]{3,}(?:logist|ionist|tetic"
    r"|etic|turist|diatr)a"
    r"|[A-Za-zÀ-ÿ]{3,}peuta|[A-Za-zÀ-ÿ]{3,}(?:ólog|olog)[oa]|[A-Za-zÀ-ÿ]{4,}ista)"
)
_TITLED = re.compile(rf"\b{_TITLE}\s+\*?{_NAME}")
_CALLED = re.compile(rf"\b{_CALLING},? +\*?{_NAME}")
_RELATED = re.compile(
    r"\b(?:irm[ãa]o?|filh[oa]|m[ãa]e|pai|marido|esposa|av[óô]|ti[oa]|paciente|[Ss]ra?\.?|[Ss]enhora?|chamad[ao]) "
    r"([A-ZÀ-Ý][a-zà-ÿ]{2,})\b"
)
#: Begin with a capital behind a name, and are none.
_NO_NAME = frozenset(
    ("segunda", "terca", "quarta", "quinta", "sexta", "sabado", "domingo", "qual", "posso", "quer", "bom", "boa", "na")
)  # fmt: skip
_IS_A = re.compile(
    r"\be (?:tambem )?(?:uma? |nosso |nossa |[oa] )?(?:\w+ )?(\w{3,}(?:olog[oa]|ista|iatra|peuta|gog[oa])"
    r"|enfermeir[oa]|veterinari[oa]|biomedic[oa])\b"
)
_NO_CALLING = frozenset(("especialista", "recepcionista"))
_REGISTERED = re.compile(
    r"\b(?:CRM|CRO|CRP|CREFITO|CRN|CREFONO|COREN|CRBM|RQE|CRMV)\b[^\d.\n]{0,12}([\d.]{3,})"
)
_SENDS_ON = re.compile(r"\b(?:indic\w+|encaminh\w+|pedido|receita|laudo|procur\w+)\b")
#: ``a consulta com o Dr. Davi e também a sua limpeza``: the second is with nobody.
_AND_MORE = re.compile(r"(\bcom [oa] (?:dra? )?\w+(?: \w+)?) e (?:tambem )?(?:[ao]s?|sua|seu)\b.*")
#: What the notes on somebody say that they do not do.
_DENIED = re.compile(r"\bnao (?:da|faz|realiza|atende|aceita) (?!a[os]|[oa]s? |em |n[oa]|mais)(\w{4,})")
_GIVES = re.compile(r"\b(?:da|faz|realiza|atende|aceita)\b")
_STEM = 6
_NO_VERB = re.compile(r"(?!)")


class Staff:
    """Who attends at one clinic.

    Args:
        text: everything its file says.
    """

    def __init__(self, facts: ClinicFacts, text: str) -> None:
        named = {word for one in facts.professionals for word in re.findall(r"\w+", plain(one.name))}
        self._names = named | {name for match in _TITLED.finditer(text) for name in _plain_names(match)}
        self._about = [
            (
                frozenset(first_names(one.name)),
                plain(
                    " ".join(
                        [
                            one.specialty,
                            one.notes,
                            *one.services,
                            *(s.name for s in team.attended_by(facts, one)),
                        ]
                    )
                ),
            )
            for one in facts.professionals
        ]
        self._denied = [
            (
                frozenset(first_names(one.name)),
                frozenset(match[1][:_STEM] for match in _DENIED.finditer(plain(one.notes))),
            )
            for one in facts.professionals
        ]
        self._text = plain(text)
        attended = " ".join(about for _, about in self._about)
        names = (word for one in facts.services for word in re.findall(r"\w{5,}", plain(one.name)))
        self._attended = frozenset(word for word in names if word not in ANY_SERVICE and word in attended)

    def mistake(self, sentence: str, told: Sequence[str], said: str) -> str | None:
        """What a sentence says wrongly of who attends, in Portuguese; None for nothing.

        Args:
            told: words of tool results and earlier messages of the clinic.
            said: the patient's words, plain.
        """
        invented = self.invented(sentence, told, said)
        return invented or self._stranger(sentence, told, said) or self._mixed_up(sentence)

    def invented(self, sentence: str, told: Sequence[str], said: str) -> str | None:
        """Whether a professional is named, or a registration, that nobody told of."""
        bare = plain(sentence)
        for match in (*_TITLED.finditer(sentence), *_CALLED.finditer(sentence)):
            names = [name for name in _plain_names(match) if name not in _NO_NAME]
            unknown = [name for name in names if name not in self._names and not _told(name, told)]
            if match.re is _CALLED:  # ``médico Cardiologista``
                unknown = [name for name in unknown if not _is_a_word(name, self._text)]
            if not unknown or (match.re is _CALLED and len(names) < 1):
                continue
            if all(re.search(rf"\b{re.escape(name)}\b", said) for name in unknown) and states_nothing(bare):
                continue
            return "cita um profissional que a clínica não tem"
        for number in _REGISTERED.findall(sentence):
            if number.strip(".") not in self._text and not _told(number.strip("."), told):
                return "cita um registro profissional que ninguém informou"
        return None

    def _stranger(self, sentence: str, told: Sequence[str], said: str) -> str | None:
        """A person of whom nobody spoke before."""
        related = {match[1] for match in _RELATED.finditer(sentence)}
        for match in re.finditer(r"(?<!S[ãa]o )(?<!Santa )(?<!Santo )\b[A-ZÀ-Ý][a-zà-ÿ]{2,}\b", sentence):
            name = plain(match[0])
            if (name in COMMON_NAMES or match[0] in related) and not any(
                re.search(rf"\b{name}\b", source) for source in (self._text, said, *told)
            ):
                return "cita o nome de uma pessoa que ninguém informou"
        return None

    def _mixed_up(self, sentence: str) -> str | None:
        bare = plain(without_title_stops(sentence))
        if bare.endswith("?") or _SENDS_ON.search(bare):
            return None
        for part in clauses(bare, _NO_VERB, _NO_VERB):
            text = _AND_MORE.sub(r"\1", part.text)
            words = set(re.findall(r"\w+", text))
            here = [about for names, about in self._about if names & words]
            if len(here) != 1 or part.says is False:
                continue
            if _GIVES.search(text) and any(
                names & words and stems & {word[:_STEM] for word in words} for names, stems in self._denied
            ):
                return "diz que um profissional faz o que a ficha diz que não faz"
            if self._of_another(words, here[0]):
                return "diz que um profissional atende o que é de outro"
            calling = _IS_A.search(text)
            if calling and _is_new(calling[1], here[0]):
                return "diz que um profissional é o que a ficha não diz"
            for stems in CARE:
                if not re.search(rf"\b(?:{stems})", text) or re.search(rf"(?:{stems})", here[0]):
                    continue
                others = any(re.search(rf"(?:{stems})", about) for _, about in self._about)
                if others or not re.search(rf"(?:{stems})", self._text):
                    return "diz que um profissional atende o que é de outro"
        return None

    def _of_another(self, words: set[str], about: str) -> bool:
        """Whether a service is named that is somebody else's alone."""
        return any(word in words and word not in about for word in self._attended)


def _is_a_word(name: str, text: str) -> bool:
    """Whether what looks like a name is one of the file's words, or a calling."""
    return re.search(rf"\b{re.escape(name)}\b", text) is not None or any(
        re.match(rf"(?:{stems})", name) for stems in CARE
    )


def _is_new(calling: str, about: str) -> bool:
    """Whether somebody is called what the file does not call them; what ``CARE`` knows is looked at there."""
    if calling in _NO_CALLING or any(re.match(rf"(?:{stems})", calling) for stems in CARE):
        return False
    return re.sub(r"(?:ista|iatra|[oa])$", "", calling) not in about


def _plain_names(match: re.Match[str]) -> list[str]:
    return [plain(name) for name in match.groups() if name]


def _told(name: str, told: Sequence[str]) -> bool:
    return any(re.search(rf"\b{re.escape(name)}\b", one) for one in told)
