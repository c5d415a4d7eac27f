"""What a patient may be asking about, as far as words show it, and what of it is a person's work. Pure.

Which services, people and plans a clinic has, the request itself tells, among the facts of its system prompt.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from clinic_bot.clinic.fields import beginnings
from clinic_bot.clinic.spelling import plain
from clinic_bot.sandbox.brain import content_of


@dataclass(frozen=True, slots=True)
class Topic:
    label: str  #: what it is called in the look-up and in the answer
    pattern: re.Pattern[str]  #: in what the patient wrote, without accents
    lines: re.Pattern[str]  #: which lines of a result speak about it


def _topic(label: str, pattern: str, lines: str) -> Topic:
    return Topic(label, re.compile(pattern), re.compile(lines))


WALK_IN = "sem hora marcada"
#: Where a look-up wants the service beside the topic.
OF_A_SERVICE = frozenset(("preço", "preparo", WALK_IN))

TOPICS = (
    _topic(
        "horário",
        r"\bhorarios?\b|\babr(?:e|em|ir)\b|\babert|\bfecha|\bfunciona|\bate (?:que|q) hor|\b(?:que|q) horas\b"
        r"|\bsabados?\b"
        r"|\bdomingo|\bferiado|\b(?:hora|horario) d[oe] almoco\b"
        r"|\batend\w+ (?:hoje|amanha|a noite|de noite|de manha|a tarde|n[ao]s? \w+)",
        r"\bhorario|\bsegunda\b|\bsabado|\babert|\bfecha",
    ),
    _topic(
        "preço",
        r"\bprecos?\b|\bvalor|\b(?:quanto|qto|qnto|qnt) (?:e|fica|custa|sai|ta|esta|cobra|vcs|voces|seria|da)\b"
        r"|\bcusta|\bdesconto"
        r"|\btabela\b|\b(?:e|eh|sao) pag[ao]s?\b(?! (?:no|em|com))|\bde graca\b|\bgratuit|\bgratis\b",
        r"r\$|\bvalor|\bpreco",
    ),
    _topic(
        "endereço",
        r"\benderec|\bonde (?:fica|e|voces|vcs|esta)\b|\blocaliza|\bcomo (?:chego|chegar|faz pra chegar)|\bmapa\b"
        r"|\bmetro\b|\bqual (?:a )?rua\b",
        r"\benderec|\brua\b|\bavenida\b|\bmapa\b",
    ),
    _topic("estacionamento", r"\bestacion|\bvaga pra carro|\bvalet\b|\bparar o carro", r"\bestacion"),
    _topic(
        "convênio",
        r"\bconvenio|\bplanos?\b|\bunimed\b|\bbradesco\b|\bsul ?america\b|\bamil\b|\bhapvida\b|\bcassi\b"
        r"|\bporto seguro\b|\breembolso|\bparticular\b",
        r"\bconvenio|\bplano|\baceit|\breembolso",
    ),
    _topic(
        "pagamento",
        r"\bpix\b|\bcartao\b|\bdebito\b|\bcredito\b|\bparcel|\bpagar\b|\bpagamento|\bdinheiro\b|\bboleto",
        r"\bpagamento|\bpix\b|\bcartao|\bcredito",
    ),
    _topic(
        "preparo",
        r"\bjejum|\bprepar|\bcoleta|\bsangue\b|\beletro|\becg\b|\bexames?\b(?! (?:marcad|agendad))"
        r"|\bo que (?:preciso )?lev|\blevar\b"
        r"|\bcomer\b|\bbeber\b|\bagua\b|\bdesodorante|\bque roupa\b",
        r"\bprepar|\bjejum|\blevar|\bcoleta",
    ),
    _topic(
        "profissionais",
        r"\bmedic[oa]s?\b|\bdoutora?\b|\bdra?\b|\bespecialidade|\bdermato\w*|\bcardio\w*|\bpediatr\w*|\bclinico\b"
        r"|\bgineco\w*|\bortoped\w*|\bdentista|\bfisioterapeuta|\bnutricionista|\bpsicolog\w*",
        r"\bprofission|\bdra?\b",
    ),
    _topic(
        WALK_IN,
        r"\b(?:precisa|tem (?:que|q)|e preciso) (?:de )?(?:marcar|agendar|hora\b|agendamento)[^.!]*\?"
        r"|\b(?:e )?so chegar\b|\bordem de chegada|\bsem (?:hora )?marca[rd]",
        r"\bsem hora|\bchegada|\bhora marcada",
    ),
    _topic(
        "atraso",
        r"\batras|\btolerancia|\bpres[oa] no transito|\bcheg(?:ar|o|ando) [^.!?]{0,20}\batend",
        r"\batras|\btolerancia",
    ),
    _topic("retorno", r"\bretorno\b", r"\bretorno"),
    _topic(
        "menores de idade",
        r"\bmenor(?:es)? de idade|\bacompanhante|\bresponsavel"
        r"|\b(?:baba|avos?|tia|tio|vizinha|irma|irmao)\b[^.!?]{0,12} (?:lev|acompanh|ir\b|vai\b)"
        r"|\b(?:ir|vir|vai|vem|leva\w*) (?:com|sem) (?:os (?:dois |2 )?pais|a mae|o pai|um adulto)\b",
        r"\bmenor|\brespons",
    ),
    _topic("acessibilidade", r"\bcadeirante|\bcadeira de rodas|\belevador|\bacessi|\brampa\b", r"\bacess"),
    _topic("privacidade", r"\bmeus dados|\blgpd\b|\bapag\w+ .*dados", r"\bprivac|\bdados\b"),
    _topic("telefone", r"\btelefone\b|\bnumero de voces|\bligar pra (?:ai|voces|vcs)", r"\btelefone"),
)  # fmt: skip

#: Topics that a booking has no word of.
OF_FACTS = tuple(
    topic
    for topic in TOPICS
    if topic.label in ("preço", "retorno", "estacionamento", "pagamento", "endereço")
)

#: Of these a day may be asked for all the same: "quarta com a dra Ana", "sábado".
_BESIDE_A_DAY = frozenset(("horário", "profissionais"))


def is_about_facts(said: str) -> bool:
    """Whether a fact of the file is asked about, plain words."""
    return any(topic.label not in _BESIDE_A_DAY and topic.pattern.search(said) for topic in TOPICS)


# Words that make a look-up more precise: they are added to the topic as the patient wrote them.
_DETAILS = (
    r"dermato\w*|cardio\w*|pediatr\w*|clinico|clinica geral|gineco\w*|ortoped\w*|coleta|sangue|eletro\w*|ecg"
    r"|sabado|domingo"
    r"|feriado|pix|cartao|consulta"
)
#: Plans that patients ask for everywhere.
_PLANS = r"unimed|bradesco|sul ?america|amil|hapvida|cassi"
_LONGEST_STEM = 5


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of one clinic, as patterns."""

    services: str = ""  #: beginnings of words that name a service or a speciality
    plans: str = _PLANS

    @property
    def details(self) -> re.Pattern[str]:
        parts = filter(None, (_DETAILS, self.plans, rf"(?:{self.services})\w*" if self.services else ""))
        return re.compile(rf"\b(?:{'|'.join(parts)})\b")

    @property
    def plan(self) -> re.Pattern[str]:
        return re.compile(rf"\b(?:{self.plans})\b")

    def plans_in(self, said: str) -> list[str]:
        """The plans that are named, in the patient's letters: "unimede" too."""
        named = self.plans.split("|")
        slips = [
            word for word in re.findall(r"[a-z]{5,}", said) if get_close_matches(word, named, n=1, cutoff=0.8)
        ]
        exact = self.plan.findall(said)
        found = [*exact, *(word for word in slips if not any(word in one for one in exact))]
        return sorted(dict.fromkeys(found), key=said.index)

    def names_one(self, said: str) -> bool:
        return bool(self.services) and bool(re.search(rf"\b(?:{self.services})", said))

    def wants_one(self, said: str) -> bool:
        """Whether a service is asked for as something to be had: ``tem fisio``, ``quero limpeza``."""
        if not self.services:
            return False
        some = (
            r"(?:com |uma? |o |a |para |pra |horario |vaga |sessao |consulta |hora |de |da |do |rotina |nova |mais "
            r"|outr[oa] )*"
        )
        return bool(
            re.search(
                rf"\b(?:tem|tinha|quero|queria|gostaria de|preciso de"
                rf"|marca\w*) {some}(?:{self.services})|^e (?:tambem )?(?:uma?|outr[oa]) (?:{self.services})",
                said,
            )
        )


def vocabulary(request: Mapping[str, Any]) -> Vocabulary:
    """From the facts in the system prompt of ``request``."""
    system = next(
        (content_of(one) for one in request.get("messages") or [] if one.get("role") == "system"), ""
    )
    facts = system.partition("Fatos da clínica:")[2]
    offered = _listed(facts, "Serviços") + _listed(facts, "Profissionais")
    people = [name.split(" — ") for name in offered]  # what they note of themselves is no name
    named = [one[0].partition(":")[0] for one in people] + [one[1] for one in people if one[1:]]
    words = {word for name in named for word in re.findall(r"[a-z]{4,}", plain(name))} - _COMMON
    words |= {plain(word) for name in named for word in re.findall(r"\b[A-Z]{2,3}\b", name)}
    stems = {stem for word in words for stem in (word[:_LONGEST_STEM], *beginnings(word))}
    accepted = re.search(r"Aceitos: ([^.\n]+)\.", facts)
    plans = re.split(r", | e ", re.sub(r" ?\([^)]*\)", "", accepted[1])) if accepted else []
    return Vocabulary(
        "|".join(sorted(stems)),
        "|".join([_PLANS, *(re.escape(plain(plan)) for plan in plans)]),
    )


_COMMON = frozenset(
    (
        "consulta",
        "sessao",
        "exame",
        "geral",
        "valor",
        "dental",
        "para",
        "doutor",
        "doutora",
        "clinica",
        "saude",
        "avaliacao",
    )
)


def _listed(facts: str, title: str) -> list[str]:
    found = re.search(rf"^{title}[^:\n]*: (.+)$", facts, re.MULTILINE)
    return found[1].split("; ") if found else []


CORRECTION = "corrigir um nome"
# What only a person can do in a clinic without an agenda, and why.
FOR_A_PERSON = tuple(
    (reason, re.compile(pattern))
    for reason, pattern in (
        (
            "quer falar com uma pessoa",
            r"\b(?:falar|conversar) (?:com|c) (?:um |uma |alguem|a |o )?(?:pessoa|atendente|human|alguem|recepc|gente"
            r"|moca|secretaria|gerente)|\batendente\b|\bhumano\b|\bpessoa de verdade|\bfala\w* c\w* alguem",
        ),
        ("reclamação", r"\breclam|\babsurdo\b|\bpessim|\bprocon\b|\bdescaso\b|\bmal atendid"),
        ("quer cancelar", r"\bcancel|\bdesmarc|\bnao vou (?:poder|conseguir) ir"),
        ("quer remarcar", r"\bremarc|\breagend|\bmudar (?:o |a )?(?:horario|data|dia|consulta)|\badiar"),
        (
            "quer marcar",
            r"\bmarcar\b|\bmarco\b|\bmarca (?:pra|para|uma)|\bagend|\btem (?:vaga|horario|encaixe)|\bencaixe"
            r"|\bquero (?:o|um) horario|\btem (?:clinico|dermato\w*|cardio\w*|pediatra)",
        ),
        (
            "pergunta sobre uma consulta marcada",
            r"\b(?:minha|meu) (?:consulta|exame|retorno|horario)|\b(?:consulta|exame) (?:dela|dele|d[ao]s? \w+)\b"
            r"|\b(?:dia|hora|horas|horario) (?:e|eh|seria) [ao] d(?:ele|ela)\b"
            r"|\b(?:ele|ela) (?:tem|ta com|esta com) [^.?!]*\b(?:consulta|exame|horario|sessao)"
            r"|\bconfirm",
        ),
        (CORRECTION, r"\bcorrig\w+ (?:o |meu |o meu )?nome\b|\bnome (?:ta|esta|saiu|ficou) errado"),
        ("nota fiscal ou recibo", r"\bnota fiscal|\brecibo|\batestado|\breceita\b|\bresultado"),
        ("dúvida de saúde", r"\bdose|\bgotas|\bremedio|\bfebre|\bdipirona|\bmg\b|\bposso tomar|\bsintoma|\bdor\b"),
    )
)  # fmt: skip

ABOUT_VISIT = "pergunta sobre uma consulta marcada"
# These do not wait for a yes: a person was asked for, or there is nothing to understand first.
AT_ONCE = frozenset(("quer falar com uma pessoa", "reclamação", "nota fiscal ou recibo", CORRECTION))
#: What the clerk does where there is an agenda.
FOR_THE_AGENDA = frozenset(("quer cancelar", "quer remarcar", "quer marcar", ABOUT_VISIT, CORRECTION))
WHEN = re.compile(
    r"\b(?:\d{1,2}(?:h\d{0,2}|:\d{2})|(?:dia )?\d{1,2}/\d{1,2}|dia \d{1,2}|hoje|amanha|segunda|terca|quarta"
    r"|quinta|sexta|sabado|domingo|de manha|de tarde|a noite)(?!\w)"
)


def topics_in(said: str, words: Vocabulary) -> list[Topic]:
    """What the patient asks about. A speciality in a question about prices is no question about people."""
    topics = [
        topic
        for topic in TOPICS
        if topic.pattern.search(said) or (topic.label == _PLAN and _asks_for_a_plan(said, words))
    ]
    if all(topic.label != "preço" for topic in topics):
        return topics
    covered = {"profissionais"}
    if not words.plan.search(said) and "particular" in said:
        covered.add(_PLAN)  # a price without insurance is what the price list says
    return [topic for topic in topics if topic.label not in covered]


_OPENING = re.compile(r"\babr(?:e|em|ir|iu)\b|\bfech|\bfunciona|\bhorario|\bferiad")
_DAYS_OF_SOMEBODY = re.compile(
    r"\batend\w*\b[^.?!]*\b(?:q|que|quais) dias?\b|\b(?:q|que|quais) dias?\b[^.?!]*\batend"
)


def beside_a_booking(topics: Sequence[Topic], said: str) -> list[Topic]:
    """What is asked besides: a day that is wanted asks for no opening hours, and a speciality for no team."""
    still = {"horário": _OPENING, "profissionais": _DAYS_OF_SOMEBODY}
    return [one for one in topics if one.label not in still or still[one.label].search(said)]


#: What somebody is asked to offer: "vocês fazem drenagem linfática?"
_OFFERS = re.compile(r"\b(?:fazem|faz|oferecem|realizam|trabalham com) ([a-z]{4,}(?: [a-z]{4,})?)\b")


def unknown_offer(said: str, words: Vocabulary) -> list[Topic]:
    """A service that the clinic has no word for: its price is none of the list's."""
    match = _OFFERS.search(said)
    if match is None or words.names_one(said) or {one.label for one in topics_in(said, words)} - {"preço"}:
        return []
    return in_their_words(f"{match[1]}?")


_FILE = re.compile(r"(?<=[\[:;,—])[^\[\]:;,—]+\.(?:pdf|jpe?g|png|heic|docx?|xlsx?|txt|zip)\b", re.IGNORECASE)


def without_file_names(text: str) -> str:
    """What the patient wrote: the name of a file is nobody's wish."""
    return _FILE.sub(" ", text)


_ASKS = re.compile(r"\?|\b(?:quando|qndo|qdo|como|onde|qual|quais|quem|quantos?|quantas?)\b")
_SMALL_TALK = re.compile(
    r"\b(?:tudo bem|td bem|bom dia|boa tarde|boa noite|ajud\w+|fal\w+|entend\w+|pergunt\w+)\b"
)


def in_their_words(said: str) -> list[Topic]:
    """A question about something that is no known topic: its own words are looked up."""
    words = re.findall(r"[a-z]{4,}", _SMALL_TALK.sub(" ", said))
    words = [word for word in dict.fromkeys(words) if word not in _NO_SUBJECT]
    if not words or not _ASKS.search(said):
        return []
    stems = "|".join(word[:_LONGEST_STEM] for word in words)
    return [Topic(" ".join(words[:6]), re.compile(r"(?!)"), re.compile(rf"\b(?:{stems})"))]


_NO_SUBJECT = frozenset(
    re.findall(r"\w+", "para pode posso voces quando qndo como onde qual quais quem quanto quantos quantas isso essa "
               "esse esta este mais minha meus minhas tambem entao fica tenho queria quero gostaria saber agora hoje"),
)  # fmt: skip
_PLAN = "convênio"


def _asks_for_a_plan(said: str, words: Vocabulary) -> bool:
    return bool(words.plan.search(said)) or bool(
        re.search(r"\baceita\w* (?!pix|cartao|dinheiro|credito|debito)\w+", said)
    )


def reasons_in(said: str, topics: Sequence[Topic], words: Vocabulary) -> list[str]:
    """What a person would have to do in a clinic without an agenda. A bare time or day answers an offer."""
    reasons = [reason for reason, pattern in FOR_A_PERSON if pattern.search(said)]
    if any(topic.label == WALK_IN for topic in topics):  # asked whether one has to
        reasons = [reason for reason in reasons if reason != "quer marcar"]
    if re.search(r"\btem (?:que|q) remarcar|\bpreciso remarcar ou\b", said):  # asked about, and not for
        reasons = [reason for reason in reasons if reason != "quer remarcar"]
    if not reasons and (words.wants_one(said) and WHEN.search(said)):
        reasons = ["quer marcar"]
    return reasons or (["quer marcar"] if WHEN.search(said) and not topics else [])
