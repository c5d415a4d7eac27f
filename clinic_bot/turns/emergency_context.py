"""What the words around a sign make of it: denied, long ago, somebody's history, a topic, or over.

Everything here works on the canonical line of ``emergency_words``: words between spaces, breaks as tokens.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from clinic_bot.turns.emergency_words import words

# "dor no peito" behind one of these is denied, when only words of _CARRIES_DENIAL lie between.
_DENIALS = frozenset(words("nao nunca nem sem jamais nenhum nenhuma tampouco zero"))
_CARRIES_DENIAL = frozenset(
    words(
        "mais eu ela ele tenho tinha tem to ta com sinto sente senti sentiu tive teve houve foi sentindo tendo uma um "
        "nenhum nenhuma qualquer sinal sinais de do da febre tosse ou nem e a o ha ter sentir quero quer vou vai penso "
        "pensa pensando em me dor dores tontura vomito vomitos enjoo nausea diarreia falta ar peito no na chegou "
        "apresenta apresentou sintoma sintomas caso seja esse isso tipo cabeca garganta coriza fraqueza desmaio "
        "sangramento pretendo pretende deu tava caso nada palpitacao , / grave gravidade acho que tambem so apenas"
    )
)
# Once one of these was passed on the way back, the clause speaks for itself: "não tenho febre, to com dor no peito".
_STARTS_OWN_CLAUSE = frozenset(words("to ta tenho tem sinto sente sentindo tendo com"))
_ENDS_LIST = frozenset(words(", / e"))
_ENDS_ANSWER = frozenset(words(", /"))
_LONGEST_WALK = 14

_DENIED_AFTER = re.compile(
    r" (?:\w+ ){0,1}?(?:[,?] )?(?:eu |ela |ele |isso )?(?:nao|negativo)"
    r"(?: (?:tenho|tem|tive|teve|sinto|senti|sente|sentiu|to|ta|houve|tinha|mais))*(?: [|,/?]| $|$)"
)

# "bati a cabeça, não saiu sangue": a phrase that asks for no denial, and yet one stands before its last word.
_DENIED_INSIDE = re.compile(
    r" (?:sem|nem|nao (?:saiu|teve|tem|tenho|houve|tive|ta|to|vi))(?: (?:muito|nenhum|nenhuma|nada|de|um|uma|"
    r"com))* "
    r"(?!parar|estancar|passar|forcas?|movimentos?|respirar|vida|ar|reagir|sentir|fala )[^ ]+ $"
)

_PRESENT_BEFORE = re.compile(
    r" (?:to|ta|tao|sinto|sente|sentindo|tenho|tem|tendo|ficando|comecou|comecei|comecando|continua|"
    r"continuo|fico|fica|"
    r"doendo|acordei com|acordou com|chegou com|passando mal|acho que)(?: (?!(?:tive|teve|tinha|tava|"
    r"consulta|medo|nao|vacina|vaga|horario|exames?|medic[oa]s?|especialistas?|remedio|"
    r"tratamento|como|algum|alguma|atendimento|casos?|risco) )\w+)"
    r"{0,4}$"
)
_PRESENT_INSIDE = re.compile(
    r" (?:to|ta|tao|sinto|sente|tenho|tem|nao|agora|\w{3,}ndo|quero|vou|vontade|acho|doi|socorro|aguento|"
    r"aguenta)(?= )"
)
_PERFECT_INSIDE = re.compile(r" (?!vou |sou )\w{2,}(?:ou|eu|iu|ei|aram|eram|iram|bi|ado|ada|ido)(?= )")
_PAST_BOUND = re.compile(
    r" (?:tive|teve|tinha|tava|sofri|sofreu|sofria|tinham|dava|deu|passei|sentia|senti|sentiu|ficava|"
    r"fiquei|vivia|"
    r"quase|foi|era|tomava|pensava)(?: \w+){0,4}$| ja(?: \w+)?$|"
    r" ja (?:passou|parou|melhorou|sumiu|acabou)(?: \w+){0,3}$"
)
_PAST = re.compile(
    r" (?:(?:ano|mes|semana|vez|gravidez|gestacao|noite|verao|natal|inverno|sabado|domingo|segunda|terca|"
    r"quarta|quinta|"
    r"sexta|feira|quarentena|pandemia|consulta) (?:passad[oa]|retrasad[oa])|anteontem|ontem|antigamente|"
    r"outro dia|outra vez "
    r"que|(?<!de )uma vez|certa vez|na epoca|naquel[ea] \w+|na infancia|quando (?:eu |ele |ela )?(?:era|tinha|"
    r"tava|"
    r"nasceu|nasci)|"
    r"(?:faz|ha|a|tem|uns|umas|por) (?:\w+ ){0,2}(?:dias?|semanas?|mes|meses|anos?|tempo|tempos|decada)|"
    r"\w+ (?:dias?|semanas?|mes|meses|anos?|tempo) atras|em (?:19|20)\d\d|em (?:janeiro|fevereiro|marco|"
    r"abril|maio|junho|"
    r"julho|agosto|setembro|outubro|novembro|dezembro)|ja (?:tive|teve|tinha|sofri|sofreu|desmaiei|"
    r"desmaiou|tentei|tentou|"
    r"convulsionou|engasgou|pensei|quis|fui|foi|passei|levei|levou|queimei|cai)|dessa vez nao|recentemente|"
    r"ultimamente|"
    r"no passado|passado|ultim[oa]s? (?:vez|mes|ano|semana|gravidez|crise|episodio)|dia \d+|"
    r"aos \d+ anos|com \d+ anos|de crianca|adolescencia|em casa semana) "
)
_NOW_NEAR = re.compile(
    r" (?:agora(?! (?:quer\w*|precis\w+|gostaria|faco|faz|vou|tenho que|que|ta tudo|ta bem|to bem|"
    r"to em tratamento|tudo|ja|"
    r"ta otim|to otim|so) )|"
    r"agorinha|neste momento|nesse momento|nesse exato|nesse instante|neste instante|acabou de|acabei de|"
    r"acaba de|"
    r"acabaram de|de repente|do nada|nao para|nao passa|ta piorando|piorando|piorou|desde|comecou|comecei|voltou|"
    r"de novo|outra vez|novamente|acho que|parece que|ainda|continua|hoje(?! (?:tem|da|pra|quer\w*|to bem|faco|"
    r"faz) )|"
    r"minutos?|correndo|caid[oa]|segundos) "
)
_NOW_ANYWHERE = re.compile(
    r" (?:socorro|acode|ambulancia|samu|pelo amor|me ajuda|ajuda pelo|nao acorda|nao ta acordando|"
    r"nao respira|nao ta respirando|"
    r"o que (?:eu |a gente )?(?:faco|fazer|faz)(?= (?:[?|/,]|$))|"
    r"nao responde|nao reage|emergencia agora|nao sei o que (?:eu )?fa\w+|o que (?:eu )?fa\w+ agora|"
    r"ta roxo|ta roxa) "
)
_SUMMONS_NOT_NOW = re.compile(r" (?:ontem|ano passado|semana passada|mes passado) ")

_CHRONIC = re.compile(
    r" (?:desde (?:crianca|pequen[oa]|os \d+|a adolescencia|a infancia|que nasc\w+|sempre|bebe|novo|nova)|"
    r"as vezes|de vez em quando|"
    r"(?:ha|faz|tem) (?:\w+ )?(?:anos|meses|tempo|muito tempo)|raramente|frequentemente|costum\w+|"
    r"sempre (?:tive|tenho|tem|teve)|"
    r"toda vez|todo (?:dia|mes|ano)|vez ou outra|cronic[oa]|uso \w+ pra|tom[oa] (?:remedio|medicamento|"
    r"\w+) (?:pra|para)|"
    r"quando (?:eu |ela |ele )?(?:faco|subo|corro|caminho|ando|treino|malho|faz|sobe|corre|anda|"
    r"fico nervos\w+|como)) "
)
_URGENT = re.compile(
    r" (?:agora|socorro|piorou|piorando|forte|muito forte|fortissima|insuportavel|nao para|nao passa|pior|"
    r"horrivel|hoje|"
    r"nao aguento|de novo|nao consigo|nao consegue) "
)

_HYPOTHESIS = re.compile(
    r" (?:se (?:eu |ela |ele |voce |alguem |(?:o |a |minha |meu )\w+ )?(?:tiver|sentir|tivesse|der|desse|"
    r"acontecer|passar|"
    r"desmaiar|ficar|voltar|comecar|aparecer|houver|convulsionar|engasgar|sangrar|fosse|ocorrer|precisar|"
    r"piorar|doer)|"
    r"caso (?:eu |ela |ele )?(?:tenha|sinta|haja|de|ocorra|aconteca|desmaie|comece|volte|apareca)|"
    r"quem (?:ja |tambem )?(?:sente|tem|teve|tinha|sofre|sofreu|pensa|pensou|desmaia|faz)|em casos? de|"
    r"no caso de|suspeita de|quando (?:alguem|a pessoa|uma pessoa|o paciente)|pode (?:causar|"
    r"dar|provocar)|"
    r"(?:causa|causam|provoca|da|evita|evitar|previne|prevenir|identificar|reconhecer|socorrer quem|"
    r"sintomas? (?:de|do|da)|sinais (?:de|do|da)|primeiros socorros))(?: [\w,]+){0,5}$"
)
_CLINIC_QUESTION = re.compile(
    r" (?:atende|atendem|atendimento|tratam|trata|tratar|cuida|cuidam|fazem|especialistas?|especializado|"
    r"especialidade|"
    r"medico (?:de|pra|para|que)|cobre|cobrem|cobertura|aceita|aceitam|emergencias?|urgencias?|casos|"
    r"pacientes?|quem|pessoas|"
    r"posso (?:fazer|tomar|usar|viajar|voar|treinar|malhar|operar|doar|voltar)|grupo de|apoio a|ajuda para|"
    r"ajuda pra|vacina)(?: [\w,]+){0,5}$"
)
_MAY_MEAN = re.compile(
    r" (?:\w+ ){0,2}?(?:pode ser|e sinal de|e sintoma de|e normal|e comum|tem a ver com|seria|e por causa de|"
    r"vem de) "
    r"(?:\w+ )?(?:ansiedade|gases|estresse|stress|refluxo|muscular|nervoso|normal|gravidez|idade|menopausa|"
    r"o que|coluna) "
)
_WHICH_DOCTOR = re.compile(
    r" (?:\w+ ){0,2}?(?:e|seria|tem que ser|vai|passa|trata|marco|vejo|e pra|procuro|atende|atendem|tratam|"
    r"ai)"
    r"(?: \w+){0,2} (?:cardio\w*|clinico|neuro\w*|especial\w+|medic[oa]|quem|qual|pneumo\w*|gastro\w*) "
)
_LINKS = (
    r"(?:de|do|da|dos|das|pra|para|por|o|a|as|um|uma|ter|meu|minha|seu|que|tive|teve|no|na|com|outra|outro|ao|"
    r"contra|"
    r"sobre|possivel|causa|crise|crises|em|ser|e|doenca|mae|pai|filho|filha|marido|avo|ele|ela|eu|tipo|imagem|"
    r"esforco|"
    r"mundial|nacional|pronto|socorro|quem|sofreu|pessoas|primeiros|socorros|epilepsia)"
)
# The first row makes a topic of what stands right behind it, the second only with a preposition: "pós infarto", but
# "caiu e depois desmaiou".
_TOPIC = re.compile(
    r" (?:(?:pos|anti|retorno|laudo|rx|x|historico|exames?|receitas?|palestra|campanha|sequelas?|cid|prevencao|"
    r"pavor|fobia|"
    r"contra|sobre|risco|antecedentes?|episodios?|setembro|testes?)|"
    r"(?:melhorei|melhorou|recuperei|curad[oa]|remedios?|medicamentos?|medicacao|tratamento|trata|consulta|"
    r"depois|apos|"
    r"acompanhamento|prevenir|preventivo|recuperacao|recuperando|atestado|historia|curso|livro|filme|serie|"
    r"video|noticia|"
    r"materia|aula|trabalho|artigo|post|controle|controlar|cirurgia|ecografia|ultrassom|tomografia|ressonancia|"
    r"radiografia|"
    r"avaliacao|investigar|investigacao|check up|causa|devido|motivo|queixa|trauma|revisao|reabilitacao|"
    r"sobrevivente|"
    r"fisioterapia|fisio|alta|internad[oa]|internacao|cuidados|ansiedade|duvidas?|reavaliacao|pesquisa|tcc|"
    r"protocolo|medo|"
    r"curativo|relatorio|encaminhamento|pedido|guia|diagnostico|plano|semana|dia|mes|combate|roda|treinamento|"
    r"formacao) "
    r"(?:de|do|da|dos|das|pra|para|por|contra|sobre|com|que|a|ao|no|pos|em))"
    rf"(?: {_LINKS})*$"
)

_HISTORY = re.compile(
    r" (?:morreu|morreram|faleceu|faleceram|perd(?:i|eu) (?:o|a|meu|minha|um|uma|seu) (?:pai|mae|irmao|"
    r"irma|filho|filha|marido|esposa|avo|tio|tia|amigo|amiga|primo|prima|sogro|sogra)|historico|familia|"
    r"familiar|familiares|"
    r"hereditari[oa]|genetic[oa]|finad[oa]|falecid[oa]|antecedente|antecedentes|luto|velorio|enterro) "
)
_ADMINISTRATIVE = re.compile(
    r" (?:marcar|marca|agendar|agendamento|remarcar|desmarcar|consulta|consultas|retorno|receita|exames?|"
    r"neuro\w*|cardio\w*|"
    r"psiquiatra|psicolog[oa]|pediatra|especialista|laudo|atestado|encaixe|checkup|check|acompanhamento|"
    r"avaliacao|resultado|"
    r"investigar|medico|horario|convenio|plano|dr|dra|doutor|doutora|internad[oa]|alta|hospital|upa|uti|"
    r"fisioterapia|cancelar|"
    r"atrasar|faltei|falta[rm]) "
)
_OVER = re.compile(
    r" (?:(?<!nao )(?<!nem )passou(?! mal| a | o | por | d| muito| u)|(?:ja|mas|agora|depois|gracas a deus|"
    r"logo|hoje|porem|e) (?:\w+ )?"
    r"(?:passou(?! mal)|melhorou|melhorei|melhor|acordou|ta bem|to bem|tudo bem|recuperou|recuperad[oa]|"
    r"normal|parou|saiu|"
    r"sumiu|voltou ao normal|cuspiu|desengasgou|foi embora|ta otim[oa]|to otim[oa])|ta tudo bem|"
    r"to bem agora|ta bem agora|"
    r"passou tudo|foi so um susto|nao foi nada) "
)
_OVER_AT_ONCE = re.compile(
    r" (?:\w+ ){0,1}?(?:ja )?(?:melhorou|melhorei|passou(?! mal)|sumiu|acabou|cedeu|parou|foi embora|"
    r"foi investigad[oa]|"
    r"foi resolvid[oa]) "
)
_NOT_OVER = re.compile(
    r" (?:voltou(?! ao normal| a respirar)|de novo|outra vez|novamente|nao (?:\w+ )?(?:melhorou|passou|"
    r"melhora|parou)|piorou|"
    r"desmaiou|nao acorda) "
)


@dataclass(frozen=True, slots=True)
class Setting:
    """A match and the words of its sentence; each part begins and ends with a space."""

    line: str  #: everything the patient wrote
    before: str  #: the sentence up to the match
    match: str
    after: str  #: the rest of the sentence
    rest: str  #: the rest of the line
    affirmative: bool  #: the phrase found has no "não" or "sem" of its own

    @property
    def sentence(self) -> str:
        return f"{self.before[:-1]}{self.match[:-1]}{self.after}"


def explains_away(setting: Setting, *, emotional: bool) -> bool:
    """Whether something around the sign says that nobody is in danger now."""
    if _is_denied(setting) or _is_hypothetical(setting) or _is_topic(setting, emotional):
        return True
    if _is_over(setting):
        return True
    summoned = _NOW_ANYWHERE.search(setting.line) and not _SUMMONS_NOT_NOW.search(setting.line)
    if summoned:
        return False
    if emotional:
        return _is_past(setting) or (not _is_present(setting) and bool(_HISTORY.search(setting.sentence)))
    return _is_past(setting) or _is_chronic(setting) or _is_told(setting)


def _is_denied(setting: Setting) -> bool:
    said = setting.before.split()
    own_clause = False
    for i in range(len(said) - 1, max(-1, len(said) - 1 - _LONGEST_WALK), -1):
        word = said[i]
        if word in _DENIALS:
            # "não, to com dor no peito" answers a question; it denies nothing that follows.
            return i + 1 == len(said) or said[i + 1] not in _ENDS_ANSWER
        if word not in _CARRIES_DENIAL or (own_clause and word in _ENDS_LIST):
            break
        own_clause = own_clause or word in _STARTS_OWN_CLAUSE
    if setting.affirmative and _DENIED_INSIDE.search(setting.match):
        return True
    return bool(_DENIED_AFTER.match(setting.rest))


def _is_hypothetical(setting: Setting) -> bool:
    if _HYPOTHESIS.search(setting.before[:-1]):
        return True
    asked = (
        _CLINIC_QUESTION.search(setting.before[:-1])
        or _WHICH_DOCTOR.match(setting.after)
        or _MAY_MEAN.match(setting.after)
    )
    return bool(asked) and not _is_present(setting)


def _is_topic(setting: Setting, emotional: bool) -> bool:
    """A noun that belongs to another: "retorno do AVC", "receita para convulsão"."""
    found = _TOPIC.search(setting.before[:-1])
    if found is None:
        return False
    return not (emotional and found[0].startswith((" medo", " ansiedade", " pavor")))


def _is_over(setting: Setting) -> bool:
    if (at_once := _OVER_AT_ONCE.match(setting.after)) and " nao " not in at_once[0]:
        return not _NOT_OVER.search(setting.rest)
    over = None
    for over in _OVER.finditer(setting.rest):  # noqa: B007 - the last one counts
        pass
    return over is not None and not _NOT_OVER.search(setting.rest[over.end() - 1 :])


def _is_present(setting: Setting) -> bool:
    if _PRESENT_INSIDE.search(setting.match) and not _PAST_INSIDE.search(setting.match):
        return True
    return bool(_PRESENT_BEFORE.search(setting.before[:-1]))


_PAST_INSIDE = re.compile(r" (?:tive|teve|tinha|tava|sofri|sofreu) ")


def _is_past(setting: Setting) -> bool:
    """Past words count unless the sign itself is told in the present, or something near says "now"."""
    if _is_present(setting) or _NOW_NEAR.search(_near(setting)):
        return False
    if _PAST.search(setting.sentence):
        return True
    told_as_past = _PAST_BOUND.search(setting.before[:-1]) or _PAST_INSIDE.search(setting.match)
    return bool(told_as_past) and not _PERFECT_INSIDE.search(setting.match)


def _is_chronic(setting: Setting) -> bool:
    return bool(_CHRONIC.search(setting.sentence)) and not _URGENT.search(_near(setting))


def _is_told(setting: Setting) -> bool:
    """An event without a time: history when somebody died of it, or when the errand is an appointment."""
    if _is_present(setting) or _NOW_NEAR.search(_near(setting)):
        return False
    if _HISTORY.search(setting.sentence):
        return True
    return bool(_PERFECT_INSIDE.search(setting.match)) and bool(_ADMINISTRATIVE.search(setting.line))


def _near(setting: Setting) -> str:
    """The match with a few words on each side, not across a message."""
    left = setting.before.rsplit(" / ", 1)[-1].split()[-6:]
    right = setting.after.split(" / ", 1)[0].split()[:10]
    return f" {' '.join(left)} {setting.match.strip()} {' '.join(right)} "


#: Words that bring an older sign into the present, so a message that holds one may complete an emergency.
WORDS_OF_NOW = words(
    "agora hoje agorinha socorro acode ambulancia samu voltou piorou piorando comecou desde novamente ainda continua "
    "repente nada"
)

# Whole words only: a stem before "\w" is none.
_WORD_IN_PATTERN = re.compile(r"[a-z]{3,}+(?:\[[a-z]+\])?(?![\\\[])")


def words_in(patterns: Iterable[str]) -> frozenset[str]:
    """The words that regular expressions speak of, so that no typo correction turns them into others."""
    found: set[str] = set()
    for pattern in patterns:
        for word in _WORD_IN_PATTERN.findall(pattern):
            stem, _, endings = word.rstrip("]").partition("[")
            found.update(stem + ending for ending in endings or ("",))
    return frozenset(found)


CONTEXT_WORDS = (
    words_in(value.pattern for value in tuple(globals().values()) if isinstance(value, re.Pattern))
    | _CARRIES_DENIAL
    | _DENIALS
)
