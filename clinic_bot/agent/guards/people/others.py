"""Whether a reply tells, or denies, that somebody else is a patient or has an appointment. Pure.

Somebody who is none of the phone's own: neither in the records that were read for it nor told by the clinic before.
"""

import re
from collections.abc import Collection, Sequence

from clinic_bot.agent.guards.language.clauses import sentences
from clinic_bot.agent.guards.language.marks import without_markup
from clinic_bot.agent.guards.people.common_names import COMMON_NAMES
from clinic_bot.clinic.spelling import plain

_HAS = (
    r"(?:(?:ja |nao |ainda |tambem |nem )*"
    r"(?:tem|tinha|teve|possui)(?: um| uma| a| o| algum| alguma| nenhum| nenhuma| nada)?"
    r" (?:consultas?|sess(?:ao|oes)|horarios?|retornos?|exames?|agendamentos?|cadastro|avaliac\w+"
    r"|procedimento|marcad\w+)"
    r"|(?:ja |nao |ainda |tambem )*(?:esta|ta|foi|ficou|era|estava)(?: mesmo)? (?:agendad|marcad|cadastrad|confirmad"
    r"|internad|registrad|com (?:a )?(?:consulta|sessao|horario)|na (?:agenda|lista)|no (?:sistema|cadastro)"
    r"|em (?:nosso|atendimento|tratamento"
    r"|nossa|consulta))"
    r"|(?:ja |nao |ainda |tambem )*(?:e|foi|era) (?:nosso |nossa )?pacientes?\b|(?:ja "
    r"|nao )*e pacientes? (?:nosso|daqui)"
    r"|(?:ja |nao |ainda |tambem )*(?:compareceu|frequenta|vem (?:toda|todo|sempre|hoje|amanha)"
    r"|faltou|veio|desmarcou|cancelou|remarcou|confirmou|consta(?! como)|aparece(?! como)"
    r"|se consulta|se consultou|se trata|faz (?:tratamento|terapia|acompanhamento|fisio\w*|sess\w+)|fez"
    r"|passou (?:com|por|em|n|aqui)|esteve aqui|trouxe|levou"
    r"|passa com|realizou|atendid[oa]|foi atendid[oa]|chegou|retirou|pagou|deve(?! \w+[aei]r\b)|mora)\b)"
)
_KIN = (
    r"(?:marido|esposo|esposa|mulher|namorad[oa]|noiv[oa]|ex|companheir[oa]|sogr[oa]|cunhad[oa]|vizinh[oa]|amig[oa]"
    r"|colega|chefe|patra[o]?|patroa|funcionari[oa]|tia|tio|prim[oa]|avo|mae|pai|irma[o]?|filh[oa]|sobrinh[oa]|net[oa]"
    r"|enteado|padrasto|madrasta|empregad[oa]|alun[oa])"
)
_RELATIVE = rf"(?:(?:o|a|os|as) )?(?:seu|sua|seus|suas|teu|tua) (?:\w+ )?{_KIN}"
_SOMEBODY = (
    r"(?:ele|ela|essa pessoa|esse paciente|essa paciente|esta pessoa|esse nome|essa senhora|esse senhor)"
)
_OF_A_RELATIVE = re.compile(
    rf"\b(?:{_RELATIVE}|{_SOMEBODY})(?: (?:tambem|realmente|sim|ja|nao|ainda|aqui))* (?:{_HAS})"
)
#: Nobody needs a record to say it of their own child; of others it is never told.
_IS_PATIENT = re.compile(
    rf"\b(?:{_RELATIVE}|{_SOMEBODY})\b[^.!?,;]{{0,12}}\b(?:(?:e|foi|era) (?:nosso |nossa )?pacientes?|se consulta"
    r"|se trata (?:aqui|conosco)|faz (?:tratamento|terapia|acompanhamento))\b"
)
_NAME = r"[A-ZÀ-Ý][a-zà-ÿ]{2,}(?: (?:d[aeo]s? )?[A-ZÀ-Ý][a-zà-ÿ]+)*"
_NAMED = re.compile(
    rf"(?:\b[AaOo] (?:[Ss]ra? |[Ss]enhora? )?|^|[,;:.] |\b[Ss]im, |\bque )({_NAME})((?: \w+){{1,6}})"
)
_OF_NAMED = re.compile(
    r"\b(?:[Cc]onsulta|[Ss]ess[ãa]o|[Hh]or[áa]rio|[Ee]xame|[Rr]esultado|[Ll]audo|[Cc]adastro|[Tt]elefone"
    r"|[Ee]ndere[çc]o"
    r"|[Pp]rontu[áa]rio|[Pp]resen[çc]a|[Aa]gendamento|[Dd]ados|[Rr]etorno|[Pp]aciente|CPF|[Cc]elular"
    r"|[Ee]-?mail) d[aeo] "
    rf"({_NAME})(?: (?:\w+,? ){{0,3}}?)\b(?:é|está|foi|ficou|será|tem|são|era)\b"
)
_IS_HERE = re.compile(
    r"\b(?:[Nn][ãa]o (?:temos|h[áa]|existe|consta|encontrei|encontramos|achei|localizei|tem)) (?:nenhum[a]? "
    r"|a |o |uma |um )?"
    rf"(?:paciente |pessoa )?(?:chamad[ao] |com (?:o |esse )?nome (?:de )?)?({_NAME})[^.!?\n]*?\b(?:agendad|marcad"
    r"|cadastr|agenda\b|paciente|consulta|sistema|registr)"
)
_FOUND = re.compile(
    r"\b(?:[Ee]ncontrei|[Aa]chei|[Ll]ocalizei|[Tt]emos|[Vv]i|[Tt]em|[Cc]onsta)(?: aqui| sim)?(?: [oa]"
    r"| uma?)? (?:cadastro"
    r"|consulta|ficha|prontu[áa]rio|agendamento|registro|hor[áa]rio|sess[ãa]o) (?:aqui )?(?:d[aeo]"
    r"|em nome d[aeo]|para|no nome d[aeo])"
    rf" (?:[ao] )?({_NAME})"
)
_NONE_OF_THAT_NAME = re.compile(
    rf"\b[Nn][ãa]o (?:temos|h[áa]|existe|consta|encontrei|encontramos|achei|localizei) nenhum[a]? ({_NAME})"
)
#: Records that are, or are not, in somebody's name.
_THERE = (
    r"(?:[Hh][áa]|[Tt]em(?:os)?|[Tt]inha|[Ee]xiste|[Cc]onsta|[Aa]parece|[Ee]st[áa]|[Ee]ncontr(?:ei|amos)|[Aa]chei"
    r"|[Ll]ocalizei|[Vv](?:i|ejo))"
)
_WHOSE = (
    rf"(?:[Ee]m|[Nn]o) nome d[aeo]s? (?:(?:seu|sua|[Ss]ra?|[Ss]enhora?|[Dd]ona) )?(?:[a-zà-ÿ]+ )?({_NAME})"
)
_IN_NAME = re.compile(
    rf"\b{_THERE} (?:[\w/]+,? ){{0,6}}?{_WHOSE}"
    rf"|\b{_WHOSE}[^.!?\n]{{0,24}}?\b{_THERE} (?:\w+ ){{0,3}}?(?:nada|consultas?|exames?|hor[áa]rios?|agendamentos?"
    r"|cadastro|registros?|marcad\w+|agendad\w+)\b"
)
_NO_SUCH = re.compile(
    r"\bnao (?:temos|ha|existe|consta|encontrei|encontramos|achei|localizei)(?: \w+){0,3}? (?:paciente"
    r"|cadastro|consulta"
    r"|agendamento|registro)s? (?:\w+ ){0,2}?(?:com|em|no|de|para|n[ao]) (?:esse|este|ess[ae]|seu|sua|o) "
    r"(?:nome|pessoa|marido|esposa|filh\w+|mae|pai|amig\w+|vizinh\w+|sogr\w+|namorad\w+|ex)\b"
    r"|\b(?:ele|ela|essa pessoa) nao (?:esta|consta(?! como)|aparece(?! como)) (?:em|no"
    r"|na) (?:\w+ )?(?:cadastro|sistema|agenda|lista)"
)
_WHOSE_TURN = re.compile(
    r"\b(?:o|a) (?:proxim[oa] )?paciente (?:d[aeo]s? |que )(?:\d{1,2}|vem|foi|esta)[^.!?\n]*? (?:e|chama\w*|se chama) "
    r"|\bquem (?:esta|ta|vem|tem) (?:marcad[oa] |agendad[oa] |horario |consulta )?(?:as|nesse|nesta|na"
    r"|no)[^.!?\n]* e (?:a|o)\b"
    r"|\b(?:marcad|agendad|reservad|ocupad)[oa] (?:para|pra|pel[ao]|por|com) (?:a paciente|o paciente|outra paciente"
    r" chamada|outro paciente chamado)\b"
)
#: Asked of somebody else, a bare ``marcou sim`` tells of them.
_ASKED_OF_ANOTHER = re.compile(
    rf"\b(?:meu|minha|{_RELATIVE}|a|o|el[ae]) (?:\w+ ){{0,3}}?(?:marcou|agendou|veio|foi|compareceu|faltou|cancelou"
    r"|confirmou|desmarcou|remarcou|passou|esteve|chegou|pagou)\b"
)
_BARE_DID = re.compile(
    r"^\W*(?:(?:sim|nao|claro)\W+)*(?:nao |ainda nao |ja )?(?:marcou|agendou|veio|foi|compareceu|faltou"
    r"|cancelou|confirmou"
    r"|desmarcou|remarcou|passou|esteve|chegou|pagou)(?: sim| ja| nao| hoje| ontem)*\W*(?:$|[:.,!])"
)
#: So does a bare ``faz sim`` of whether a relative is a patient.
_ASKED_OF_KIN = re.compile(
    rf"\b(?:meu|minha) (?:\w+ )?{_KIN}(?: \w+){{0,2}}? (?:faz (?:terapia|tratamento|acompanhamento|fisio\w*|sess\w+)"
    r"|se trata|se consulta|frequenta|e paciente|tem (?:consulta|sessao|exame|retorno|algo|alguma coisa))\b"
)
_BARE_DOES = re.compile(
    r"^\W*(?:(?:sim|nao|claro)\W+)*(?:nao )?(?:faz|trata|se trata|se consulta|frequenta|e|tem)(?: sim)?\W*(?:$|[:.,!])"
)
#: Asked of whether somebody is a patient, and of nothing else, any answer but a refusal tells.
_ASKED_WHETHER = re.compile(
    r"\b(?!eu |vc |voce |quem )\w+ (?:\w+ ){0,2}?(?:(?:ja |tambem )?(?:e|eh) (?:mesmo )?pacientes?"
    r"|se (?:trata|consulta) (?:ai|aqui|com))"
    r"(?: (?:ai|daqui|aqui|de voces|voces|vcs|dai|sim|mesmo))*(?:,? ?(?:ne|nao e|certo))?\W*(?:$|[?.!\n])"
)
_ASKS_MORE = re.compile(
    r"\b(?:eu|quem|tem|vale|se(?! (?:trata|consulta))|posso|quer\w*|pode|da (?:para|pra)"
    r"|marc\w+|agend\w+|como|quant\w+|qual|quando|que)\b"
)
_TELLS = re.compile(
    r"^\W*(?:(?:sim|nao|claro|isso)\W+)*(?:sim|nao|e|eh|se trata|consulta|faz|isso|trata)(?: sim)?\W*(?:$|[:.,!])"
)
#: What refuses tells nothing.
_REFUSES = re.compile(
    r"\bnao (?:posso|podemos|consigo|conseguimos|tenho como|temos como|passo|passamos|informo|informamos|falo|falamos"
    r"|confirmo|compartilh\w+|tenho acesso|sei|vejo|estou autorizad\w+|e possivel|devo|divulg\w+)\b"
    r"|\b(?:por|questao de) (?:privacidade|sigilo)\b|\bso (?:a propria|o proprio|vejo|posso|consigo|falo|informo)\b"
    r"|\b(?:ela|ele) mesm[ao]\b|\bsigil\w+"
)
_THIS_PHONE = re.compile(
    r"\b(?:deste|neste|por este|por esse|nesse|desse|seu|este|para este) (?:telefone|numero|whatsapp|celular"
    r"|contato)\b"
    r"|\bpor aqui\b|\bcom esse numero\b"
)
_IF = re.compile(r"\b(?:se|caso|quando|para que|assim que)\b")
_TITLES = frozenset(("dona", "seu", "sr", "sra", "senhor", "senhora"))
_NO_NAMES = frozenset(
    (
        "nao", "sim", "ola", "oi", "bom", "boa", "certo", "claro", "pronto", "perfeito", "obrigado", "obrigada",
        "otimo", "clinica", "recepcao", "consulta", "sessao", "segunda", "terca", "quarta", "quinta", "sexta", "sabado",
        "domingo", "aqui", "hoje", "amanha", "qual", "quando", "voce", "seu", "sua", "nossa", "nosso", "temos", "tem",
        "posso", "para", "com", "isso", "esse", "essa", "este", "esta", "quem", "depois", "entao", "por",
        "infelizmente", "entendi", "cada", "todos", "toda", "todo", "caso", "pix", "cpf", "dia", "dra", "doutor",
        "doutora", "menores", "crianca", "criancas", "pacientes", "paciente", "whatsapp", "sus", "ele", "ela", "tambem",
        "ja", "ainda", "unimed", "manha", "tarde", "atendimento", "retorno", "exame", "avaliacao", "equipe",
        "assistente", "janeiro", "fevereiro", "marco", "abril", "maio", "junho", "julho", "agosto", "setembro",
        "outubro", "novembro", "dezembro", "jejum", "chegue", "traga", "lembrete", "ate",
    )
)  # fmt: skip


class Others:
    """Tells the phone's own people from others.

    Args:
        ours: words of names that are no patient's: professionals, the clinic, its services, the assistant.
    """

    def __init__(self, ours: Collection[str]) -> None:
        self._ours = frozenset(ours) | _NO_NAMES

    def told_of(self, text: str, told: Sequence[str], *, asked: str, read: bool, found: bool) -> bool:
        """Whether ``text`` tells of somebody else.

        Args:
            asked: the burst that is answered.
            told: results of tools and earlier messages of the clinic, plain; whom they name may be spoken of.
            read: whether the phone's own records were read or changed in this turn, so that a relative may be in them.
            found: whether they hold something.
        """
        question, bare_text = plain(asked), plain(text)
        if not read and _barely(question, bare_text):
            return True
        if not found and _whether(question, bare_text):
            return True
        known = frozenset(word for one in told for word in re.findall(r"\w+", one))
        for sentence in sentences(without_markup(text)):
            bare = plain(sentence)
            if bare.endswith("?") or _REFUSES.search(bare) or _THIS_PHONE.search(bare):
                continue
            if self._names(sentence, known) or _WHOSE_TURN.search(bare) or _no_such(bare):
                return True
            if _IS_PATIENT.search(bare):
                return True
            match = _OF_A_RELATIVE.search(bare)
            if match and not read and not _IF.search(bare[: match.start()]):
                return True
        return False

    def _names(self, sentence: str, known: frozenset[str]) -> bool:
        for match in _NAMED.finditer(sentence):
            if not _is_a_name(match):
                continue
            if self._is_other(match[1], known) and re.match(rf"\s*(?:{_HAS})", plain(match[2]) + " "):
                return True
            if self._is_other(match[1], known) and re.match(rf"(?:{_HAS})", plain(sentence[match.end(1) :])):
                return not _IF.search(plain(sentence[: match.start()]))
        if any(
            plain(match[1]).split()[0] in COMMON_NAMES - known
            for match in _NONE_OF_THAT_NAME.finditer(sentence)
        ):
            return True
        return any(
            self._is_other(name, known)
            for pattern in (_OF_NAMED, _IS_HERE, _FOUND, _IN_NAME)
            for match in pattern.finditer(sentence)
            for name in filter(None, match.groups())
        )

    def _is_other(self, name: str, known: Collection[str]) -> bool:
        words = [word for word in re.findall(r"\w+", plain(name)) if word not in _TITLES]
        return bool(words) and words[0] not in self._ours and not any(word in known for word in words[:1])


def _barely(asked: str, text: str) -> bool:
    """Whether a bare yes or no tells of whom the patient asks."""
    return any(
        of_another.search(asked) and bare.search(text)
        for of_another, bare in ((_ASKED_OF_ANOTHER, _BARE_DID), (_ASKED_OF_KIN, _BARE_DOES))
    )


def _whether(asked: str, text: str) -> bool:
    """Whether it tells if somebody is a patient of whom nothing else was asked."""
    first = next(iter(re.split(r"(?<=[.!?\n])\s", text.strip())), "")
    return bool(
        _ASKED_WHETHER.search(asked)
        and not _ASKS_MORE.search(asked)
        and _TELLS.search(first)
        and not (_REFUSES.search(text) or _THIS_PHONE.search(first))
    )


def _is_a_name(match: re.Match[str]) -> bool:
    """Any word may begin a sentence with a capital; behind an article, or with a surname, it is a name."""
    first, *more = match[1].split()
    return bool(more) or match[0].lstrip()[:2].casefold() in ("a ", "o ") or plain(first) in COMMON_NAMES


def _no_such(bare: str) -> bool:
    return bool(_NO_SUCH.search(bare))
