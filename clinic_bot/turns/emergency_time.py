"""When a sign was there: now, long ago, always, or until somebody took care of it.

The tables are in the notation of ``emergency_phrases``, each under the reason why it matters.
"""

import re

from clinic_bot.turns.emergency_phrases import anywhere, at_end, at_start, rows
from clinic_bot.turns.emergency_setting import Setting
from clinic_bot.turns.emergency_words import words

# --- Now --------------------------------------------------------------------------------------------------------

_PRESENT_BEFORE = re.compile(
    r" (?:to|ta|tao|sinto|sente|sentindo|tenho|tem|tendo|ficando|comecou|comecei|comecando|continua|continuo|fico|fica|"
    r"doendo|acordei com|acordou com|chegou com|passando mal|acho que)"
    r"(?: (?!(?:tive|teve|tinha|tava|consulta|medo|nao|vacina|vaga|horario|exames?|medic[oa]s?|especialistas?|remedio|"
    r"tratamento|como|algum|alguma|atendimento|casos?|risco|cardiologista|psicolog[oa]|quem|pra) )\w+){0,4}$"
)
_PRESENT_INSIDE = anywhere(
    rows("to|ta|sinto|sente|tenho|tem|nao|quero|vou|vontade|acho|doi|socorro|aguento|aguenta")
)
_GERUND_INSIDE = re.compile(r" (?!quando |segundo |mundo )\w{3,}ndo(?= )")

# What makes of "agora" or "hoje" the time of something else: "e agora quero marcar", "hoje to bem".
_OTHER_NEWS = "|".join(
    words(
        "quer* precis* gostaria faco faz vou tenho_que que tem_# ta_tudo ta_gravida to_gravida tudo ja so "
        "ta_bem to_bem ta_otim* to_otim* ta_estavel to_estavel ta_melhor to_melhor ta_tranquil* to_tranquil* "
        "ta_curad* to_curad* ta_recuperad* to_recuperad* ta_em_casa to_em_casa to_em_tratamento ta_em_tratamento "
        "ta_controlad* to_controlad* ta_com_# to_com_# to_de_# ta_de_# to_# ta_# nada "
        "tenho_# sou_* tomo vivo levo trabalho uso e_psico* e_medic* "
        "e_outr* e_feliz e_saudavel e_casad* e_adult*"
    )
)
_NOW_NEAR = anywhere(
    rows(
        f"""
        ^ate|acompanhamento|consulta|retorno|receita|atendimento|remarcar|marcar agora !{_OTHER_NEWS}
        ^ate hoje !{_OTHER_NEWS}|tem|da|pra
        agorinha
        nesse|neste|este|esse exato? momento|instante
        acabou|acabei|acaba|acabaram de
        de repente
        do nada
        nao para|passa
        ta? piorando|piorou
        desde !entao|que|la
        comecou|comecei|voltou|novamente|ainda|continua
        ^gravida de novo
        outra vez
        acho|parece que
        minuto|minutos|segundos
        correndo
        caido|caida
        """
    )
)
_NOW_ANYWHERE = anywhere(
    rows(
        """
        ^pronto|primeiros socorro
        acode|ambulancia|samu
        pelo amor
        me ajuda
        nao ta? acorda|acordando|respira|respirando
        nao responde|reage
        emergencia agora
        pra|para qual hospital|upa
        onde eu|a_gente? levo|levamos|corro
        nao sei o que eu? faco|fazer|fazemos
        o que eu? faco|fazer|faco agora
        ta roxo|roxa
        """
    )
)
# The question alone, at the end of a sentence: "o que eu faço?", but not "o que fazer em caso de".
_WHAT_TO_DO = re.compile(
    r" o que (?:eu |a gente )?(?:faco|fazer|faz)(?: doutora?| dra?| gente)?(?= (?:[?|/,]|$))"
)
_SUMMONS_NOT_NOW = anywhere(rows("ontem\nano|semana|mes passado|passada|retrasado|retrasada"))

_URGENT = anywhere(
    rows(
        """
        ^pronto socorro
        agora|hoje|piorou|piorando|forte|fortissima|insuportavel|pior|horrivel
        nao para|passa|aguento|consigo|consegue
        de novo
        """
    )
)

# --- Past -------------------------------------------------------------------------------------------------------

_PERFECT_INSIDE = re.compile(r" (?!vou |sou )\w{2,}(?:ou|eu|iu|ei|aram|eram|iram|bi|ado|ada|ido)(?= )")
_PAST_INSIDE = anywhere(rows("tive|teve|tinha|tava|sofri|sofreu"))
_PAST_VERBS = (
    "tive|teve|tinha|tava|sofri|sofreu|sofria|tinham|dava|deu|passei|sentia|senti|sentiu|ficava|fiquei|vivia|quase|"
    "foi|era|tomava|pensava|fui|perdi|perdeu"
)
_PAST_BEFORE = at_end(rows(_PAST_VERBS), gap=4)
_ALREADY_BEFORE = at_end(rows("ja"), gap=1)
# "já infartou duas vezes"
_JUST_ALREADY = at_end(rows("ja"), links=words("se me"))
_ALREADY_OVER_BEFORE = at_end(rows("ja passou|parou|melhorou|sumiu|acabou"), gap=3)
_PAST_AFTER = at_start(
    rows("que|onde eu|ele|ela? ja? tive|teve|tinha|senti|sentiu|sentia|sofri|sofreu|aconteceu")
)
_PAST = anywhere(
    rows(
        """
        retrasado|retrasada
        ano|mes|semana|vez|noite|feira|segunda|terca|quarta|quinta|sexta passado|passada
        gravidez|gestacao|consulta|sessao passada
        anteontem|ontem|antigamente|recentemente|ultimamente|adolescencia|passado
        outro dia
        outra vez que
        ^de uma vez
        certa vez
        na epoca|infancia
        naquele|naquela|naqueles|naquelas ~1
        quando eu|ele|ela? era|tinha|tava|nasceu|nasci
        faz|ha|a|tem|uns|umas|por ~2 mes|meses|ano|anos|tempo|tempos|decada|decadas
        dia|dias|semana|semanas|mes|meses|ano|anos|tempo atras
        em 19*|20*
        em # #
        em|no_mes_de janeiro|fevereiro|marco|abril|maio|junho|julho|agosto|setembro|outubro|novembro|dezembro
        no natal|carnaval|inicio_do_ano|comeco_do_ano|feriado
        ja tive|teve|tinha|sofri|sofreu|desmaiei|desmaiou|tentei|tentou|convulsionou|engasgou|pensei|quis
        ja infartei|infartou
        ja fui|foi|passei|levei|levou|queimei|cai
        dessa vez nao
        depois|apos|desde o|do|de avc|derrame|infarto|cirurgia ~3 ficou|fiquei|ficaram
        no passado
        ultimo|ultima|ultimos|ultimas vez|mes|ano|semana|gravidez|gestacao|crise|episodio|exame|consulta|parto
        primeiro|primeira|segundo|segunda filho|filha|parto|gravidez|gestacao
        dia #
        dia que|em_que eu|ele|ela? passei|passou|desmaiei|desmaiou|cai|caiu|fui|foi|tive|teve
        aos #
        com # ano|anos|mes|meses
        de crianca
        """
    )
)
# "tomei veneno quando pequena, hoje tenho gastrite": no word of now brings that back.
_IN_CHILDHOOD = at_start(
    rows("quando crianca|pequeno|pequena|jovem|adolescente|menino|menina\nna infancia|adolescencia"), gap=2
)
_CHILDHOOD_BEFORE = at_end(rows("quando crianca|pequeno|pequena|jovem|adolescente|menino|menina"), gap=4)
# Days ago is past for what happened, not for what is felt: "desmaiei há 3 dias", but "dor no peito há 3 dias".
_TIMES = at_start(rows("uma|duas|dois|tres|#|varias|algumas vez|vezes"))
_DAYS_AGO = anywhere(rows("faz|ha|tem|uns|umas ~2 dia|dias|semana|semanas"))

_CHRONIC = anywhere(
    rows(
        """
        desde crianca|pequeno|pequena|os_#|a_adolescencia|a_infancia|que_nasc*|sempre|bebe|novo|nova
        as vezes
        de vez em quando
        ha|faz|tem ~1 anos|meses|tempo
        ha|faz|tem muito tempo
        desde o|a ~4 em|de|ha|faz|tem 19*|20*|#|mais|muito|uns
        desde 19*|20*
        raramente|frequentemente|costum*|cronico|cronica|geralmente
        sempre tive|tenho|tem|teve|que
        toda vez
        todo dia|mes|ano
        vez ou outra
        vai e volta
        uso ~1 pra
        tomo|toma remedio|medicamento|losartana|aas pra|para
        quando eu|ela|ele? faco|subo|corro|caminho|ando|treino|malho|faz|sobe|corre|anda|como
        quando eu|ela|ele? fico nervos*
        """
    )
)

# --- Somebody's history, an errand, or over ---------------------------------------------------------------------

_HISTORY = anywhere(
    rows(
        """
        morreu|morreram|faleceu|faleceram|cometeu
        se matou|suicidou
        perdi|perdeu o|a|meu|minha|um|uma|seu pai|mae|irmao|irma|filho|filha|marido|esposa|avo|tio|tia|amigo|amiga
        perdi|perdeu o|a|meu|minha|um|uma|seu primo|prima|sogro|sogra
        ^pra|para|pro na|da|de|em|a|minha familia
        historico|familiar|familiares|hereditario|hereditaria|genetico|genetica|finado|finada
        falecido|falecida|antecedente|antecedentes|luto|velorio|enterro
        """
    )
)
_ADMINISTRATIVE = anywhere(
    rows(
        """
        marcar|marca|agendar|agendamento|remarcar|desmarcar|consulta|consultas|retorno|receita|exame|exames|neuro*|cardio*
        psiquiatra|psicologo|psicologa|pediatra|especialista|laudo|atestado|encaixe|checkup|check|acompanhamento|avaliacao
        comprovante|recibo|nota_fiscal|declaracao|comparecimento|reembolso|relatorio|pericia|prontuario|segunda_via
        resultado|investigar|horario|convenio|plano|internado|internada|alta|uti
        o|a|com|do|da|pelo|pela|de|um dr|dra|doutor|doutora|medico|medica
        fisioterapia|cancelar|atrasar|faltei|faltar|faltam
        """
    )
)
# Somebody else already takes care of the body: "minha mãe tá na uti com infarto, queria cancelar a consulta".
_IN_CARE = anywhere(
    rows(
        """
        ta|tao|ficou|foi|segue|continua|to|ja ja|la? internado|internada|hospitalizado|hospitalizada
        ta|tao|ficou|segue|continua|to|ja ja? na|no|em uti|cti|hospital|upa|pronto_socorro|observacao|enfermaria
        samu|resgate|ambulancia ja levou|atendeu|buscou|socorreu
        ja foi|fui|fomos|foram atendido|atendida|socorrido|socorrida|medicado|medicada|operado|operada|liberado|liberada
        ja|me|nos|e|foi|fui|ele|ela liberou|liberaram|liberado|liberada
        fui|fomos|foi|foram|levei|levamos|levaram|passei|passou ~2 upa|hospital|pronto_socorro|medico|emergencia
        ja? teve|tive|tivemos|recebeu|recebi|teve alta
        saiu|sai da|do uti|hospital|upa|cti
        """
    )
)
_BUT = "ja|mas|agora|depois|gracas_a_deus|logo|hoje|porem|e"
_WELL = (
    "melhorou|melhorei|melhor|acordou|ta_bem|to_bem|tudo_bem|recuperou|recuperad*|normal|parou|saiu|sumiu|cuspiu|"
    "desengasgou|foi_embora|ta_otim*|to_otim*|voltou_ao_normal|estavel|ta_estavel|to_estavel"
)
_OVER = anywhere(
    rows(
        f"""
        ^nao|nem passou !mal|a|o|por|d*|muito|u*
        {_BUT} ~1 passou !mal|do|dos
        {_BUT} ~1 {_WELL}
        ta tudo bem
        to|ta bem agora
        passou tudo
        foi so um? susto
        nao foi nada
        mas|e|era|foi era|foi so? pressao|gases|ansiedade|labirintite|refluxo|estresse|muscular
        """
    )
)
# "o xarope tirou a [falta de ar]"
_CURED_BEFORE = at_end(
    rows(
        "^nao|nem|nada tirou|curou|sarou|resolveu|aliviou|eliminou\n^nao|nem|nada acabou|acabaram|sumiu|sumiram com"
    ),
    links=words("a o as os minha meu essa esse aquela aquele de da do dela dele crise crises muito bastante"),
)
# "tive falta de ar na gravidez, agora não"
_NOT_ANY_MORE = re.compile(
    r" (?:hoje|agora)(?: em dia)?(?: ja| eu)? nao(?: tenho| tem| sinto| sente| mais)*(?= (?:[|,?/]|$))"
)
_OVER_AT_ONCE = at_start(
    rows(
        """
        melhorou|melhorei|passou|sumiu|acabou|cedeu|parou !mal
        foi embora|investigado|investigada|resolvido|resolvida
        """
    ),
    gap=2,
)
_NOT_OVER = anywhere(
    rows(
        """
        voltou !ao_normal|a_respirar|normal
        ^gravida de novo
        outra vez
        novamente|piorou|desmaiou|continua|ainda
        nao ~1 melhorou|passou|melhora|parou
        nao acorda
        """
    )
)


def happened(setting: Setting) -> bool:
    """The sign itself is told as done: "desmaiou"."""
    return bool(_PERFECT_INSIDE.search(setting.match))


def says_now(setting: Setting) -> bool:
    return bool(_NOW_NEAR.search(setting.near))


def is_history(setting: Setting) -> bool:
    return bool(_HISTORY.search(setting.sentence))


def is_summoned(setting: Setting) -> bool:
    """Somebody calls for help, so whatever was told happens now."""
    called = _NOW_ANYWHERE.search(setting.line) or _WHAT_TO_DO.search(setting.line)
    return bool(called) and not _SUMMONS_NOT_NOW.search(setting.line)


def is_present(setting: Setting) -> bool:
    told_now = _PRESENT_INSIDE.search(setting.match) or _GERUND_INSIDE.search(setting.match)
    if told_now and not _PAST_INSIDE.search(setting.match):
        return True
    return bool(_PRESENT_BEFORE.search(setting.before[:-1]))


def is_past(setting: Setting) -> bool:
    """Past words count unless the sign itself is told in the present, or something near says "now"."""
    if is_present(setting):
        return False
    if _IN_CHILDHOOD.match(setting.after) or _CHILDHOOD_BEFORE.search(setting.before[:-1]):
        return True
    if says_now(setting):
        return False
    if _PAST.search(setting.sentence) or _PAST_AFTER.match(setting.after):
        return True
    before = setting.before[:-1]
    told_as_past = (
        _PAST_BEFORE.search(before)
        or _ALREADY_BEFORE.search(before)
        or _ALREADY_OVER_BEFORE.search(before)
        or _PAST_INSIDE.search(setting.match)
    )
    done = happened(setting)
    if (told_as_past or done) and _DAYS_AGO.search(setting.sentence):
        return True
    if done and _JUST_ALREADY.search(before) and _TIMES.match(setting.after):
        return True
    return bool(told_as_past) and not done


def is_over(setting: Setting) -> bool:
    if (at_once := _OVER_AT_ONCE.match(setting.after)) and " nao " not in at_once[0]:
        return not _NOT_OVER.search(setting.rest)
    if _CURED_BEFORE.search(setting.before[:-1]) or _NOT_ANY_MORE.search(setting.rest):
        return not _NOT_OVER.search(setting.rest)
    over = None
    for over in _OVER.finditer(setting.rest):  # noqa: B007 - the last one counts
        pass
    return over is not None and not _NOT_OVER.search(setting.rest[over.end() :])


def is_chronic(setting: Setting) -> bool:
    return bool(_CHRONIC.search(setting.sentence)) and not _URGENT.search(setting.near)


def is_in_care(setting: Setting) -> bool:
    return bool(_IN_CARE.search(setting.sentence)) and not _NOT_OVER.search(setting.rest)


def is_told(setting: Setting) -> bool:
    """An event without a time: history when somebody died of it, or when the errand is an appointment."""
    if is_present(setting) or says_now(setting):
        return False
    if is_history(setting):
        return True
    return happened(setting) and bool(_ADMINISTRATIVE.search(setting.line))
