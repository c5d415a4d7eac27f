"""What a patient's words show that a person has to take care of, whatever the model makes of them. Pure.

Each pattern is one that people of the reception know from their own chats, on text made plain. A false alarm costs the
reception a look; a patient who asks for a person and gets a robot does not ask twice. So asking is read broadly, and
anger only where it is meant for the clinic.
"""

import re
from collections.abc import Sequence
from enum import StrEnum

from clinic_bot.clinic.spelling import plain


class Wish(StrEnum):
    """Why a person must have the chat. The value is what the reception reads."""

    PERSON = "pediu para falar com uma pessoa"
    COMPLAINT = "reclamação"
    ANGER = "paciente irritado"
    MONEY = "assunto de dinheiro que a ficha da clínica não responde"
    MISUNDERSTOOD = "o assistente não está entendendo o paciente"


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))


_ARTICLE = r"(?:(?:o|a|um|uma|algum|alguma|os|as|outra|outro|voces da|pessoal da|gente da) )?"
_STAFF = (
    r"(?:pessoas?|humano|humana|atendentes?|alguem|gente|recepcao|recepcionista|secretari[ao]|moca|gerente|gerencia"
    r"|responsavel|funcionari[ao]s?|ser humano|equipe|coordenador\w*|diretor\w*|supervisor\w*)\b"
)
_DOCTORS = r"(?:medic[oa]|doutora?|dra?)\b"
_SOMEBODY = rf"(?:{_STAFF}|{_DOCTORS})"
_WITH = r"(?:com|c/?|cm|por|a|ao|para|pra|pro|de) "
_PERSON = _any(
    rf"\b(?:falar|como (?:eu )?falo|conversar|contato|ligacao) "
    rf"(?:(?:direto|diretamente|logo|so|agora|primeiro|mesmo|urgente) )?{_WITH}{_ARTICLE}{_SOMEBODY}",
    rf"\b(?:atendid[oa]|resolver) (?:(?:direto|diretamente|so|agora) )?(?:por|com|c/?) {_ARTICLE}{_STAFF}",
    rf"\bajuda de {_ARTICLE}(?:pessoa|atendente|human[oa]|alguem)\b",
    rf"\b(?:chama|chame|chamar) (?:ai |logo )?{_ARTICLE}{_SOMEBODY}",
    rf"\b(?:passa|passe|passar|transfere|transfira|transferir|encaminha|encaminhar|poe|coloca)"
    rf" (?:ai |me |isso |eu |a conversa |meu caso )*(?:pra|para|com|pro|a|ao) {_ARTICLE}{_STAFF}",
    rf"\b(?:quero|queria|preciso(?: de)?|prefiro|gostaria de|cade|tem) (?:falar com )?{_ARTICLE}"
    r"(?:atendente|recepcionista|humano|humana|pessoa (?:de verdade|real|humana)|ser humano|atendimento humano)\b",
    r"\balguem (?:da|de|do|ai da) (?:recepcao|clinica|equipe|verdade|atendimento|financeiro|consultorio)\b",
    r"^\W*(?:(?:um|uma|o|a|por favor) )?(?:atendente|humano|humana|recepcao|recepcionista|pessoa real"
    r"|atendimento humano"
    r"|pessoa de verdade|falar com (?:atendente|humano|pessoa))(?: por favor| pf\w*| agora)?\W*$",
    r"\b(?:pod(?:e|em|eria|eriam)|quero que|preciso que|tem como|queria que)(?: voces?| vcs?| alguem)?(?: me)?"
    r" lig(?:a|ar|uem?|arem)\b(?! (?:o|a|os|as) )",
    r"\bme lig(?:a|ue|uem|am)\b",
    r"\b(?:talk|speak|chat) (?:to|with) (?:an? |the )?(?:real )?(?:human|person|someone|agent|receptionist|staff)\b",
)
#: Not wanted, or another talk than ours.
_NOT_ASKED = _any(
    r"\bnao (?:quero|queria|preciso|precisa|precisam|gosto|vou|posso|consigo)(?: de)?(?: \w+)?$",
    r"\b(?:nao|vou|ja|eu|fui|depois|ontem|quando)$",
    r"\bsem(?: precisar)?$",
)

_COMPLAINT = _any(
    r"\b(?:quero|queria|gostaria de|preciso|vou|venho|fazer|registrar|abrir|formalizar|deixar)"
    r" (?:uma |minha |fazer uma |registrar uma |abrir uma |de )?reclam(?:ar|acao)",
    r"\b(?:minha|uma) reclamacao\b",
    r"\breclame ?aqui\b|\bprocon\b|\bouvidoria\b",
    r"\b(?:vou|quero) (?:processar|denunciar)\b|\bmeu advogado\b",
    r"\bmal[ -]?atendid[oa]s?\b|\b(?:fui|fomos) (?:muito |super |pessimamente )?(?:mal|destratad|humilhad|ignorad)",
    r"\b(?:tratad[oa]s? (?:muito )?(?:mal|com (?:grosseria|descaso))|grosseria|destratou|me destrat)",
    r"\b(?:atendimento|experiencia|servico|clinica)(?: de voces| ai| \w{1,6})? (?:e |foi |ta |esta "
    r"|eh )?(?:muito |um )?"
    r"(?:pessim|horrivel|horror|ruim|lixo|porcaria|vergonh|decepc)",
    r"\bpessim[oa] (?:atendimento|experiencia|servico|clinica)",
    r"\b(?:muito |extremamente )?(?:insatisfeit|decepcionad)[oa]s?\b",
)
_ANGER = _any(
    r"\b(?:que|uma|isso e|isso|e uma) (?:palhacada|pouca vergonha|falta de respeito|desrespeito|sacanagem|descaso)",
    r"\buma vergonha\b|\bvergonhos[oa]\b|\bvergonha na cara\b|\bpouca vergonha\b",
    r"\b(?:um|que|isso e|acho um|e um|isso ta) absurdo\b(?! de)",
    r"\b(?:estou|to|tou|fiquei|ja estou|ja to|eu to) (?:muito |super |ficando |bem )?"
    r"(?:irritad|furios|revoltad|indignad|put|perdendo a paciencia|de saco cheio|p da vida)",
    r"\bde saco cheio\b|\bsem paciencia com (?:voces|vcs|essa|esse|isso)",
    r"\b(?:voces|vcs|esse robo|essa clinica|isso|esse atendimento|essa porcaria)(?: ai| sao| e| eh| nao)?"
    r"(?: (?:um|uns|uma|umas|muito|muitos|tudo|bando de|tao))*"
    r" (?:ridicul|incompetent|inutil|inuteis|lixo|palhac|pilantra|ladr|mentiros|irresponsav|burr|idiot|imbecil"
    r"|uma? merda|porcaria|prestam?\b|servem? (?:pra|para) nada)",
    r"\b(?:robo|atendimento|clinica|assistente|sistema) (?:inutil|burr[oa]|idiota|ridicul[oa]|lixo|de merda|imbecil)\b",
    r"\b(?:bando de|seus?) (?:incompetent|palhac|ladr|idiot|imbeci|inut|safad)",
    r"\bvai (?:se (?:fuder|foder|ferrar)|tomar no|pra (?:puta|merda))|\bvtnc\b|\bvsf\b|\bfilh[oa]s? da puta\b"
    r"|\bvao se fuder",
    r"\bnunca mais (?:volto|piso|marco|venho|coloco os pes|quero saber de voces)",
    r"\bcansei (?:de voces|dessa clinica|desse robo|desse atendimento|de esperar (?:voces|resposta|retorno))",
    r"\bninguem (?:me )?respond\w+.*(?:absurdo|ridiculo|palhacada|vergonha)",
)


def wishes(texts: Sequence[str]) -> tuple[Wish, ...]:
    """What the burst's own words ask of the clinic's people, the plainest first; empty for most bursts."""
    lines = [plain(line) for text in texts for line in text.splitlines()]
    joined = " ".join(line for line in lines if line)
    found: list[Wish] = []
    if any(_asks(line) for line in (*lines, joined)):
        found.append(Wish.PERSON)
    if _COMPLAINT.search(joined):
        found.append(Wish.COMPLAINT)
    if _ANGER.search(joined):
        found.append(Wish.ANGER)
    return tuple(found)


def _asks(line: str) -> bool:
    return any(not _NOT_ASKED.search(line[: match.start()].rstrip()) for match in _PERSON.finditer(line))
