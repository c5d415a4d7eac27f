"""What a patient's words show that a person has to take care of, whatever the model makes of them. Pure.

For complaints and anger ``wish_model`` stands beside the patterns: it hears wordings that none of them lists, and
doubts one that is about somebody else. Each pattern is one that people of the reception know from their own chats, on
text made plain. A false alarm costs the reception a look; a patient who asks for a person and gets a robot does not ask
twice. So asking is read broadly, and anger only where it is meant for the clinic.
"""

import re
from collections.abc import Sequence
from enum import StrEnum

from clinic_bot.clinic.spelling import plain
from clinic_bot.turns.wish_model import Sound, is_heard


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
_MACHINE = (
    r"(?:(?:um|uma|esse|essa|este) )?(?:robo|maquina|bot|computador|inteligencia artificial"
    r"|assistente virtual)\b"
)
_WITH = r"(?:com|c/?|cm|por|a|ao|para|pra|pro|de) "
_PERSON = _any(
    rf"\b(?:falar|como (?:eu )?falo|conversar|contato|ligacao) "
    rf"(?:(?:direto|diretamente|logo|so|agora|primeiro|mesmo|urgente) )?{_WITH}{_ARTICLE}{_SOMEBODY}",
    rf"\b(?:atendid[oa]|resolver) (?:(?:isso|isto|esse problema|meu caso|direto|diretamente|so|agora) )?(?:por|com"
    rf"|c/?) {_ARTICLE}{_STAFF}",
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
    r"\b(?:tem|cade|ha) alguem (?:ai\b|online\b|de verdade|(?:pra|para|que) (?:me \w+|(?:atend|respond)\w+))"
    r"|\balguem human[oa]\b",
    r"\b(?:nao|n) (?:quero|queria|gosto de|adianta|consigo|vou)(?: mais)?(?: ficar)? (?:fala|conversa"
    r"|trata)\w+ (?:com|c)"
    rf" {_MACHINE}|\b(?:para de|chega de|nada de|sem) {_MACHINE}|{_MACHINE} nao,? ",
    r"\b(?:quero|prefiro|queria) (?:gente|humanos?|pessoas?)\b(?! (?:que|pra|para|com|idosa|fisica))",
    r"\b(?:quero|queria|preciso(?: de)?|prefiro|tem|gostaria de)(?: um)? (?:suporte|atendimento)(?: \w+)? (?:human"
    r"|de gente)",
    r"\bfal\w+ (?:com|c) (?:o |a )?\w+ d[aeo] (?:recepcao|financeiro|atendimento|secretaria|administracao)\b",
    r"\b(?:alguem|alguma pessoa) (?:pode|poderia|consegue|vai|pra) (?:me )?(?:atender|responder)\b",
    rf"\b(?:bota|poe|coloca|manda|arruma|arranja) {_ARTICLE}{_SOMEBODY} (?:pra|para) (?:falar|me|conversar|responder)",
    r"\b(?:pede|peca|pedir|fala|avisa|diz)\b.{0,40}\bme (?:ligar|chamar|responder|retornar)\b|\blig(?:a|uem?) (?:pra"
    r"|para) mim\b",
    r"\bme transf(?:er|ir)\w+\b|^\W*pessoa\W*$",
    r"\b(?:talk|speak|chat) (?:to|with) (?:an? |the )?(?:real )?(?:human|person|someone|agent|receptionist|staff)\b",
)
#: Not wanted, or another talk than ours.
_NOT_ASKED = _any(
    r"\bnao (?:quero|queria|preciso|precisa|precisam|gosto|vou|posso|consigo)(?: de)?(?: \w+)?$",
    r"\b(?:nao|vou|ja|(?<!deixa )eu|fui|depois|ontem|quando)$",
    r"\bsem(?: precisar)?$",
)

_WE = r"(?:voces?|vcs|vc|(?:a|essa|nessa|dessa) clinica|ai)"
_STAFF_THERE = (
    r"(?:recepcionista|recepcao|atendente|moca|secretaria|medic[oa]|doutora?|dra?|dentista|funcionari[oa]|pessoal|"
    r"enfermeira|tecnica|voces|vcs)\b"
)
_PLACE = (
    r"(?:atendimento|clinica|servico|lugar|consultorio|empresa|hospital|robo|sistema|gente|organizacao"
    r"|profissional)\b"
)
_LONG = (
    r"(?:(?:\d+|uma?|duas|tres|quase|mais|muit[oa]s?|varios|varias) (?:de uma |de duas |de )?(?:h|horas?|dias?|semanas?"
    r"|mes(?:es)?)|(?:ha|faz) (?:horas|dias|semanas|meses))\b"
)
_COMPLAINT = _any(
    r"\b(?:quero|queria|gostaria de|preciso|vou|venho|fazer|registrar|abrir|formalizar|deixar)"
    r" (?:uma |minha |fazer uma |registrar uma |abrir uma |de )?reclam(?:ar|acao)",
    r"\b(?:minha|uma) reclamacao\b",
    r"\breclame ?aqui\b|\bprocon\b|\bouvidoria\b|\b(?:procurar|atras d?os|conheco) (?:os )?meus direitos\b",
    r"\b(?:vou|quero) (?:(?:te |lhe )?processar|denunciar)\b|\bmeu advogado\b|\b(?:vou|entrar) na justica\b",
    r"\bmal[ -]?atendid[oa]s?\b|\b(?:fui|fomos) (?:muito |super |pessimamente )?(?:mal|destratad|humilhad|ignorad)",
    r"\b(?:tratad[oa]s? (?:muito )?(?:mal|com (?:grosseria|descaso))|grosseria|destratou|me destrat)",
    # What the people there did.
    rf"\b{_STAFF_THERE}.{{0,25}}\b(?:gross[oa]s?|gross(?:eir[oa]|issim[oa])|mal[ -]?educad[oa]s?|estupid[oa]s?"
    rf"|rudes?|arrogantes?)\b",
    rf"\b{_STAFF_THERE}.{{0,15}}\b(?:nem|nao) (?:apareceu|veio|compareceu|chegou|pediu desculpas?)\b",
    rf"\b{_STAFF_THERE}.{{0,20}}\b(?:machuc(?:ou|aram)|me engan(?:ou|aram)|me enrol(?:ou|aram))\b",
    r"\b(?:me|nos|minha \w+|meu \w+) trat(?:ou|aram) (?:\w+ ){0,2}(?:mal|feito|igual)\b"
    r"|\bdo jeito que .{0,20}(?:falou|trat(?:ou|aram)) com",
    rf"\b{_WE} (?:\w+ )?(?:err(?:aram|ou)|fizeram (?:errado|besteira|merda)|me fizeram|engan(?:aram|ou)"
    rf"|estrag(?:aram|ou)"
    r"|perderam (?:o |a )?m(?:eu|inha)|troc(?:aram|ou) m(?:eu|inha)|mentiram)\b|\berro de (?:voces|vcs)\b"
    r"|\bfizeram errado\b",
    r"\b(?:desmarc|cancel|remarc|mud|troc|adi)(?:aram|ou)\b.{0,40}\bsem (?:nem )?(?:me )?(?:avis|consult|pergunt|fal)",
    r"\b(?:segunda|terceira|quarta|quinta|[2-9]a?|enesima|milesima) vez que (?:voces |vcs |isso |me |ja )*"
    r"(?:desmarc|cancel|remarc|err|cobr|acontec|esquec|mud|atras|pec|cheg|reclam|tento|ligo)",
    r"\b(?:servico|trabalho|procedimento|tratamento|canal|implante)\b.{0,12}\b(?:mal feito|porco|deu errado"
    r"|ficou (?:horrivel|pessimo|torto))",
    r"\bnao (?:tem|consta|acham|encontram) (?:a |o )?(?:minha|meu) (?:consulta|nome|horario|cadastro)\b(?! em outr)",
    # Waiting for nothing.
    rf"\b(?:esper|aguard|tent)\w+\b.{{0,40}}\b{_LONG}.{{0,25}}\b(?:nada|ninguem|nenhum)",
    r"\bninguem (?:\w+ )?(?:me |nos )?(?:respond|retorn|resolv)\w+\b|\bninguem (?:me )?atend(?:e|eu)\b"
    r"(?! (?:n[oa]s?|aos?|de|em|particular|convenio)\b)|\b(?:ngm|ninguem) (?:resolve|fala|sabe) nada\b",
    r"\benrolacao\b|\b(?:que|poxa|quanta)\b.{0,12}\bdemora\b(?!.*\b(?:desculp|minha))|\bdemora .{0,30}\b(?:hein"
    r"|dia\b|absurd)",
    r"\b(?:voces|vcs) (?:nao|nunca|n) (?:me )?(?:respond\w+|retorn\w+|resolv\w+|atend\w+ (?:o telefone|ligac|a gente"
    r"|ninguem))",
    r"\bdeixaram\b.{0,15}\besperando\b|\b(?:liguei|ligo|mandei|tentei|tento)\b.{0,25}\bvezes\b.{0,20}\b(?:nao"
    r"|ninguem|nada)\b",
    # Words of judgement.
    r"\b(?:atendimento|experiencia|servico|clinica)(?: de voces| ai| \w{1,6})? (?:e |foi |ta |esta "
    r"|eh )?(?:muito |um )?"
    r"(?:pessim|horrivel|horror|ruim|lixo|porcaria|vergonh|decepc|desorganizad|bagunc)",
    rf"\b(?:pessim[oa]|horrivel|desorganizad[oa]|horros[oa]|(?:que|uma?) (?:\w+ )?(?:merda|porcaria|bosta|lixo|droga"
    rf"|vergonha|horror|nojo) (?:de|desse|dessa)) {_PLACE}",
    rf"\b(?:lixo|vergonha|porcaria|merda|bosta) de {_PLACE}|\b{_PLACE}.{{0,4}}(?:desorganizad|pessim|horr)",
    r"\bfalta de (?:respeito|profissionalismo|educacao|consideracao|organizacao|compromisso)\b|\bnao se faz\b",
    r"\b(?:muito |extremamente )?(?:insatisfeit|decepcionad)[oa]s?\b|\bnao gostei (?:d[oea] (?:atend|jeito|forma"
    r"|tratamento|postura)|de como)",
    r"\b(?:descaso|desrespeito|desorganizacao)\b|\bsem educacao\b(?! fisica)|\b(?:nao|nunca|n) (?:recomendo|indico)\b",
)
_ANGER = _any(
    r"\b(?:palhacada|pouca vergonha|sacanagem)\b|\b(?:que|isso e) (?:falta de respeito|desrespeito|descaso)\b",
    r"\buma vergonha\b|\bvergonhos[oa]\b|\bvergonha na cara\b|\bpouca vergonha\b",
    r"\b(?:um|que|isso e|acho um|e um|isso ta) absurdo\b(?! de)",
    r"\b(?:estou|to|tou|fiquei|ja estou|ja to|eu to) (?:muito |super |ficando |bem )?"
    r"(?:irritad(?!\w+ (?:com )?(?:o |a )?(?:gengiva|pele|garganta|olho|boca|couro))|furios|revoltad|indignad|put"
    r"|perdendo a paciencia|de saco cheio|p da vida)",
    r"\bde saco cheio\b|\bsem paciencia com (?:voces|vcs|essa|esse|isso)",
    r"\b(?:voces|vcs|esse robo|essa clinica|isso|esse atendimento|essa porcaria)(?: ai| sao| e| eh| nao)?"
    r"(?: (?:um|uns|uma|umas|muito|muitos|tudo|bando de|tao))*"
    r" (?:ridicul|incompetent|inutil|inuteis|lixo|palhac|pilantra|ladr|mentiros|irresponsav|burr|idiot|imbecil"
    r"|uma? merda|porcaria|prestam?\b|servem? (?:pra|para) nada)",
    r"\b(?:robo|atendimento|clinica|assistente|sistema) (?:inutil|burr[oa]|idiota|ridicul[oa]|lixo|de merda|imbecil)\b",
    r"\b(?:raiva|odio|nojo) (?:de (?:voces|vcs)|dess[ae] (?:clinica|robo|lugar|atendimento))\b",
    r"\b(?:voces|vcs) sao (?:\w+ )?(?:pessim|horriv|terriv)",
    r"\b(?:bando de|seus?) (?:incompetent|palhac|ladr|idiot|imbeci|inut|safad)",
    r"\bvai (?:se (?:fuder|foder|ferrar)|pra (?:puta|merda))|\btomar? no (?:cu|rabo|meio)\b|\bvtnc\b|\bvsf\b"
    r"|\bfilh[oa]s? da puta\b"
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
    if is_heard(Sound.COMPLAINT, texts, by_pattern=bool(_COMPLAINT.search(joined))):
        found.append(Wish.COMPLAINT)
    if is_heard(Sound.ANGER, texts, by_pattern=bool(_ANGER.search(joined))):
        found.append(Wish.ANGER)
    return tuple(found)


def _asks(line: str) -> bool:
    return any(not _NOT_ASKED.search(line[: match.start()].rstrip()) for match in _PERSON.finditer(line))
