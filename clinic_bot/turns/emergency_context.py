"""What the words around a sign make of it: denied, long ago, somebody's history, a topic, or over.

Everything here works on the canonical line of ``emergency_words``: words between spaces, breaks as tokens. Each
context is a table of phrases in the notation of ``emergency_phrases``, under the reason why it matters.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from clinic_bot.turns.emergency_phrases import anywhere, at_end, at_start, rows
from clinic_bot.turns.emergency_words import words

# --- Denied -----------------------------------------------------------------------------------------------------

# "dor no peito" behind one of these is denied, when only words of _CARRIES_DENIAL lie between.
_DENIALS = frozenset(
    words(
        "nao nunca nem sem jamais nenhum nenhuma tampouco zero nega nego negou negam descartou descartaram descartado "
        "descartada excluiu negativo negativa"
    )
)
_CARRIES_DENIAL = frozenset(
    words(
        "mais eu ela ele tenho tinha tem to ta com sinto sente senti sentiu tive teve houve foi sentindo tendo uma um "
        "nenhum nenhuma qualquer sinal sinais de do da febre tosse ou nem e a o ha ter sentir quero quer vou vai penso "
        "pensa pensando em me dor dores tontura vomito vomitos enjoo nausea diarreia falta ar peito no na chegou "
        "apresenta apresentou sintoma sintomas caso seja esse isso tipo cabeca garganta coriza fraqueza desmaio "
        "sangramento pretendo pretende deu tava caso nada palpitacao , / grave gravidade acho que tambem so apenas "
        "momento hora pensei pensou convulsao avc infarto se fui foram houveram minha meu mae pai filho filha marido "
        "ninguem pra queixa queixas relato relatos historia historico crise crises episodio episodios"
    )
)
# Once one of these was passed on the way back, the clause speaks for itself: "não tenho febre, to com dor no peito".
_STARTS_OWN_CLAUSE = frozenset(words("to ta tenho tem sinto sente sentindo tendo com minha meu"))
_ENDS_LIST = frozenset(words(", / e"))
_ENDS_ANSWER = frozenset(words(", /"))
_LONGEST_WALK = 14

# "ninguém desmaiou", but "ninguém atende e minha mãe desmaiou".
_NOBODY = at_end(
    rows("ninguem\nnenhum|nenhuma de nos|voces|meus|minhas|nossos"),
    links=words(
        "aqui la em na no da de do casa minha meu familia filhos turma trabalho tem teve ta tava tinha sente sentiu "
        "com passou chegou a ja mais nunca se quase muito"
    ),
)
# "nada de falta de ar", but "do nada".
_NOTHING_OF = at_end(rows("^do nada de"), links=words("dor dores sentir ter"))
# "nunca senti uma dor tão forte no peito" tells how bad it is.
_NEVER_SO = anywhere(rows("tao\nassim\nigual\ndesse_jeito\ndessa_forma\ntanto"))

_DENIED_AFTER = re.compile(
    r"(?: ja| foi){0,2} (?:descartad[oa]|negad[oa])(?= )|"
    r" (?:\w+ ){0,1}?(?:[,?] )?(?:eu |ela |ele |isso )?(?:nao|negativo)"
    r"(?: (?:tenho|tem|tive|teve|sinto|senti|sente|sentiu|to|ta|houve|tinha|mais))*(?: [|,/?]| $|$)"
)
# "bati a cabeça, não saiu sangue": a phrase that asks for no denial, and yet one stands before its last word.
_DENIED_INSIDE = re.compile(
    r" (?:sem|nem|nao (?:saiu|teve|tem|tenho|houve|tive|ta|to|vi|e|foi))"
    r"(?: (?:muito|nenhum|nenhuma|nada|de|um|uma|com|no|na))* "
    r"(?!parar|estancar|passar|forcas?|movimentos?|respirar|vida|ar|reagir|sentir|fala )[^ ]+ $"
)

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
        de|quando crianca|pequeno|pequena|jovem|adolescente|moleque|solteiro|solteira|menina|menino|novinho|novinha
        """
    )
)
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

# --- Not happening: hypotheses, questions, topics ---------------------------------------------------------------

_SUBJUNCTIVE = (
    "tiver|sentir|tivesse|der|desse|acontecer|passar|desmaiar|ficar|voltar|comecar|aparecer|houver|convulsionar|"
    "engasgar|sangrar|fosse|ocorrer|precisar|piorar|doer"
)
_HYPOTHESIS = at_end(
    rows(
        f"""
        se por_acaso|acaso|um_dia? eu|ela|ele|voce|alguem? {_SUBJUNCTIVE}
        quando eu|ela|ele|voce? {_SUBJUNCTIVE}
        se o|a|minha|meu ~1 {_SUBJUNCTIVE}
        caso eu|ela|ele|venha_a? tenha|sinta|haja|de|ocorra|aconteca|desmaie|comece|volte|apareca
        em caso|casos de
        no caso de
        quando alguem
        quando a|uma|o|um pessoa|paciente
        pode causar|dar|provocar
        nao|isso|remedio|vacina|anestesia|exame|contraste|ansiedade|panico|tambem|injecao|tosse|esforco|so da|dao
        causa|causam|provoca|evita|evitar|previne|prevenir|identificar|reconhecer
        socorrer quem
        sintoma|sintomas|sinal|sinais de|do|da
        primeiros socorros
        e verdade que
        tem|ha|existe|qual ~1 perigo|risco|chance|chances|possibilidade
        o que e
        qual a diferenca
        como saber|identificar|evitar|prevenir|reconhecer
        """
    ),
    gap=5,
    pauses=True,
)
# These may reach into the match: "pra quem [teve infarto]", "se [sangrar muito]".
_SOMEBODY = at_end(
    rows(
        """
        quem ja|tambem? sente|tem|teve|tinha|sofre|sofreu|pensa|pensou|desmaia|faz|ta
        pode|posso|podem causar|dar|provocar|levar
        pode|posso|podem ter !tido|sofrido|dado
        pessoa|pessoas|paciente|pacientes que ja|tambem? tem|teve|sofreu|sofre|pensa|pensam|tiveram
        """
    ),
    gap=5,
    pauses=True,
)
_IF_AT_END = re.compile(
    r" (?:se|caso|quando)(?: (?:por )?acaso| um dia)?(?: (?:eu|ele|ela|meu filho|minha filha|a pessoa))?$"
)
_INFINITIVE_FIRST = re.compile(r" \w+[aei]r ")
_DOCTORS = "cardio*|clinico|neuro*|especial*|medico|medica|quem|qual|pneumo*|gastro*"
_ASKED_FOR = "medico|medica|doutor|doutora|especialista|especialidade|profissional|exame|exames|setor"
_CLINIC_QUESTION = at_end(
    rows(
        f"""
        ^ninguem|me|nos atende|atendem
        atendimento|tratam|trata|tratar|cuida|cuidam|fazem
        especialista|especialistas|especializado|especialidade
        medico de|pra|para|que
        qual|quais|que ~2 {_ASKED_FOR}
        quem eu? devo|posso? procuro|procurar|procura|vejo
        procuro|procurar|procura|marco|marcar ~2 {_DOCTORS}
        cardio*|neuro*|pneumo*|clinico|medico|medica|dr|dra ve|olha|resolve
        cobre|cobrem|cobertura|aceita|aceitam
        emergencia|emergencias|urgencia|urgencias|caso|casos|pacientes|pessoas|quem
        ^uma|essa|esta|outra|tem pessoa
        posso fazer|tomar|usar|viajar|voar|treinar|malhar|operar|doar|voltar
        grupo de
        apoio a
        ajuda para|pra
        vacina
        """
    ),
    gap=5,
    pauses=True,
)
_HARMLESS_CAUSES = (
    "ansiedade|gases|estresse|stress|refluxo|muscular|nervoso|normal|gravidez|idade|menopausa|coluna|o_que"
)
_MAY_MEAN = at_start(
    rows(
        f"""
        pode ser|vir_de ~1 {_HARMLESS_CAUSES}
        e sinal|sintoma|por_causa ~2 {_HARMLESS_CAUSES}|que
        e normal|comum
        e sinal|sintoma|sintomas de
        e|era|so muscular|postural|emocional|nervoso|de_ansiedade
        tem a ver com
        seria|vem_de ~1 {_HARMLESS_CAUSES}
        """
    ),
    gap=2,
)
_WHICH_DOCTOR = at_start(
    rows(
        f"""
        e|seria|tem_que_ser|vai|passa|trata|marco|vejo|e_pra|procuro|atende|atendem|tratam|ai ~2 {_DOCTORS}
        qual|que medico|medica|especialista|especialidade|doutor|exame
        """
    ),
    gap=4,
)
_LINKS = words(
    "de do da dos das pra para por o a as um uma ter meu minha seu que tive teve no na com outra outro ao contra sobre "
    "possivel causa crise crises em ser e doenca mae pai filho filha marido avo ele ela eu tipo imagem esforco mundial "
    "nacional pronto socorro quem sofreu pessoas primeiros socorros epilepsia caso casos tentativa"
)
# These make a topic of what stands right behind them: "pós infarto".
_TOPIC_ALONE = words(
    "pos anti retorno laudo rx x historico exame exames receita receitas palestra campanha sequela sequelas cid "
    "prevencao pavor fobia contra sobre risco antecedente antecedentes episodio episodios setembro teste testes apos "
    "renovacao investigar prevenir avaliar descartar"
)
# These only with a preposition: "depois do infarto", but "caiu e depois desmaiou".
_TOPIC_OF = words(
    "remedio remedios medicamento medicamentos medicacao tratamento trata consulta depois acompanhamento prevenir "
    "preventivo recuperacao recuperando atestado historia curso livro filme serie video noticia materia aula trabalho "
    "artigo post controle controlar cirurgia ecografia ultrassom tomografia ressonancia radiografia avaliacao "
    "investigar investigacao causa devido motivo trauma revisao reabilitacao sobrevivente fisioterapia fisio "
    "alta internado internada internacao cuidados check_up ansiedade duvida duvidas reavaliacao pesquisa tcc protocolo "
    "medo curativo relatorio encaminhamento pedido guia diagnostico plano semana dia mes combate roda treinamento "
    "formacao aposentadoria beneficio afastamento auxilio reportagem folheto anuncio cartaz"
)
_PREPOSITIONS = "de|do|da|dos|das|pra|para|por|contra|sobre|com|que|a|ao|no|pos|em"
_TOPIC = at_end(
    (
        "|".join(_TOPIC_ALONE),
        f"{'|'.join(_TOPIC_OF)} {_PREPOSITIONS}",
        f"melhorei|melhorou|recuperei|curado|curada muito|bastante|100? {_PREPOSITIONS}",
        f"^se queixa {_PREPOSITIONS}",
        "bem|melhor do|da|depois",
        "encaminhamento|guia|pedido pra|para|ao|a|do|da|de ~2 por|pra|de|devido|com",
        "pedido|guia|hipotese|indicacao|solicitacao|diagnostico medico|medica|diagnostica? ,",
        "pedido|guia|encaminhamento|laudo ~1 diz|dizia|fala|consta",
        "consulta|exame|retorno|atendimento|sessao|cirurgia que ~1 fiz|fez|passei|tive|marquei ~2 por|pra|de|da|do",
    ),
    links=_LINKS,
)
# Names of an illness: a phrase that ends in one may begin before the topic, "ta [internado por causa do] avc".
_NAMES = frozenset(words("infarto avc derrame isquemia convulsao desmaio suicidio hemorragia overdose"))
# An errand about paper; what it says happened to somebody some other day.
_DOCUMENT = anywhere(
    rows(
        """
        comprovante|recibo|nota_fiscal|boleto|reembolso|prontuario|segunda_via|em_anexo|anexo
        curso|treinamento|aula|workshop|oficina|simulado|simulacao|podcast|campanha|folheto|palestra de|sobre|do|da|em
        segue|seguem !com|mal|passando|sentindo|piorando|sangrando|assim
        nota|declaracao|relatorio|copia|foto|laudo|resultado|atestado|guia|mando|enviando da|do|de|o|a|as|os
        """
    )
)
_NEWS = anywhere(
    rows(
        """
        vi|li|assisti|ouvi|assistindo|lendo ~3 tv|televisao|jornal|noticia|tiktok|insta|instagram|internet|youtube
        vi|li|assisti|ouvi|assistindo|lendo ~3 facebook|reportagem|video|videos|post|google|novela|filme|serie|radio
        vi|li|assisti|ouvi|assistindo|lendo ~3 materia|livro
        viu|viram ~2 noticia|jornal|reportagem|video|post
        filme|livro|serie|novela|reportagem|video|post|teatro|musica|podcast|peca fala|falava|conta|trata|mostra|mostrou
        sonhei|sonhou que|com
        jogador|ator|atriz|cantor|cantora|artista|famoso|famosa|personagem|celebridade|apresentador|apresentadora
        """
    )
)
# What somebody has to write or present, not what he lives through.
_SCHOOLWORK = "trabalho|tcc|projeto|seminario|prova|apresentacao|redacao|pesquisa|tarefa|artigo"
_STUDY = anywhere(
    rows(
        f"""
        {_SCHOOLWORK} da|de|do|na|no|pra|sobre escola|faculdade|colegio|curso|aula|disciplina
        pra|e|num|no meu|minha|um|uma|o|a? tcc|seminario|redacao|monografia|dissertacao
        to|tamos fazendo|escrevendo um|o|meu tcc|artigo|trabalho|seminario
        sou estudante
        estudante|aluno|aluna|academico|academica de
        so? por? curiosidade
        """
    )
)
_FEARS = (" plano", " medo", " ansiedade", " pavor")
# What the sign is a reason for: "receitou isordil pra dor no peito". Not when that did not help.
_PURPOSE = at_end(
    rows(
        """
        receit*|passou|prescreveu|indicou|tomo|toma|uso|usa|usava|pomada|bombinha|encaminhou ~4 pra|para|contra
        pedido|exame|guia|laudo|pediu|pediram|solicitou ~4 pra|para|por|pela|pelo|devido
        """
    ),
    links=words("a o de da do crise crises minha meu evitar prevenir controlar"),
)
_NO_HELP = anywhere(
    rows(
        """
        nao ~2 passa|passou|adianta|adiantou|resolve|resolveu|melhora|melhorou|funciona|respira|consegue|consigo
        piorou|piorando|agora
        """
    )
)

# --- A manner of speaking, or an animal ---------------------------------------------------------------------------

# These do make people ill: "desmaiou de tanto vomitar".
_REAL_CAUSES = (
    "tossir|vomitar|sangrar|chorar|sofrer|apanhar|beber|sentir|tomar|usar|fumar|cheirar|pensar|lutar|viver|aguentar|"
    "evacuar|espirrar"
)
_HYPERBOLE = at_start(
    rows(
        f"""
        de tanto !{_REAL_CAUSES} *ar|*er|*ir
        com|de o|esse|essa|tanto|tanta|a? preco|valor|boleto|orcamento|demora|fila|burocracia|espera|rapidez|noticia
        de tao lind*|bonit*|legal|bom|boa|feliz|cheiros*|car*|engracad*|emocionad*|cansad*|gostos*
        de ~1 rir|vergonha|tedio|preguica|inveja|curiosidade|saudade|saudades
        """
    ),
    gap=3,
)
# "só falta eu ter um avc com essa burocracia"
_TO_CROWN_IT_ALL = at_end(rows("so|so_me falta|faltava"), links=words("eu me a gente ter dar agora"))
_ANIMAL = at_end(
    rows("cachorr*|cadela|cadelinha|gato|gata|gatinh*|pet|coelho|hamster|papagaio"),
    links=words("ta to com tendo teve tem nao se ja e tava comecou a acho que quase foi ficou"),
)
_VET = anywhere(rows("veterinari*|vet"))
_ANIMAL_ANYWHERE = anywhere(rows("cachorr*|cadela|cadelinha|gato|gata|gatinh*|pet|coelho|hamster|papagaio"))

# --- Somebody's history, an errand, or over ---------------------------------------------------------------------

_HISTORY = anywhere(
    rows(
        """
        morreu|morreram|faleceu|faleceram|cometeu
        se matou|suicidou
        perdi|perdeu o|a|meu|minha|um|uma|seu pai|mae|irmao|irma|filho|filha|marido|esposa|avo|tio|tia|amigo|amiga
        perdi|perdeu o|a|meu|minha|um|uma|seu primo|prima|sogro|sogra
        historico|familia|familiar|familiares|hereditario|hereditaria|genetico|genetica|finado|finada
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
        {_BUT} ~1 passou !mal
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

    @property
    def lead(self) -> str:
        """The sentence up to the last word of the match: "ta internado por causa do [avc]"."""
        return f"{self.before[:-1]}{self.match[:-1].rpartition(' ')[0]}"


def explains_away(setting: Setting, *, emotional: bool) -> bool:
    """Whether something around the sign says that nobody is in danger now."""
    if _is_denied(setting) or _is_hypothetical(setting, emotional) or _is_topic(setting, emotional):
        return True
    if _is_figurative(setting) or _is_over(setting):
        return True
    if _is_summoned(setting):
        return False
    if emotional:
        return _is_past(setting) or (not _is_present(setting) and bool(_HISTORY.search(setting.sentence)))
    return _is_past(setting) or _is_chronic(setting) or _is_in_care(setting) or _is_told(setting)


def _is_denied(setting: Setting) -> bool:
    said = setting.before.split()
    own_clause = False
    for i in range(len(said) - 1, max(-1, len(said) - 1 - _LONGEST_WALK), -1):
        word = said[i]
        if word in _DENIALS:
            if word == "nunca" and _NEVER_SO.search(setting.match[:-1] + setting.after):
                return False
            # "não, to com dor no peito" answers a question; it denies nothing that follows.
            if i + 1 == len(said) or said[i + 1] not in _ENDS_ANSWER:
                return True
            break
        if word not in _CARRIES_DENIAL or (own_clause and word in _ENDS_LIST):
            break
        own_clause = own_clause or word in _STARTS_OWN_CLAUSE
    if _NOTHING_OF.search(setting.before[:-1]) or _NOBODY.search(setting.before[:-1]):
        return True
    if setting.affirmative and _DENIED_INSIDE.search(setting.match):
        return True
    return bool(_DENIED_AFTER.match(setting.rest))


def _is_hypothetical(setting: Setting, emotional: bool) -> bool:
    before = setting.before[:-1]
    if _HYPOTHESIS.search(before) or _SOMEBODY.search(setting.lead):
        return True
    if not emotional and _IF_AT_END.search(before) and _INFINITIVE_FIRST.match(setting.match):
        return True
    asked = (
        _CLINIC_QUESTION.search(before)
        or _WHICH_DOCTOR.match(setting.after)
        or _MAY_MEAN.match(setting.after)
    )
    return bool(asked) and not _is_present(setting)


def _is_topic(setting: Setting, emotional: bool) -> bool:
    """A noun that belongs to another: "retorno do AVC", "receita para convulsão"."""
    pause = " ," if setting.match.startswith(" , ") else ""  # a match begins with the pause before it
    found = _TOPIC.search(setting.before[:-1] + pause)
    if found is None and setting.match.split()[-1] in _NAMES:
        found = _TOPIC.search(setting.lead)
    if found is not None:
        return not (emotional and found[0].startswith(_FEARS))
    happened = _is_present(setting) or _PERFECT_INSIDE.search(setting.match)
    if not happened and _DOCUMENT.search(setting.before) and not _NOW_NEAR.search(_near(setting)):
        return True
    if _NEWS.search(setting.sentence) or (_STUDY.search(setting.line) and not happened):
        return True
    return bool(_PURPOSE.search(setting.before[:-1])) and not _NO_HELP.search(setting.rest)


def _is_figurative(setting: Setting) -> bool:
    """Said for effect, or of an animal; "meu cachorro me mordeu" is neither."""
    if _HYPERBOLE.match(setting.after) or _TO_CROWN_IT_ALL.search(setting.before[:-1]):
        return True
    if _ANIMAL.search(setting.lead):
        return True
    return bool(_VET.search(setting.sentence) and _ANIMAL_ANYWHERE.search(setting.sentence))


def _is_over(setting: Setting) -> bool:
    if (at_once := _OVER_AT_ONCE.match(setting.after)) and " nao " not in at_once[0]:
        return not _NOT_OVER.search(setting.rest)
    if _CURED_BEFORE.search(setting.before[:-1]):
        return not _NOT_OVER.search(setting.rest)
    over = None
    for over in _OVER.finditer(setting.rest):  # noqa: B007 - the last one counts
        pass
    return over is not None and not _NOT_OVER.search(setting.rest[over.end() :])


def _is_summoned(setting: Setting) -> bool:
    """Somebody calls for help, so whatever was told happens now."""
    called = _NOW_ANYWHERE.search(setting.line) or _WHAT_TO_DO.search(setting.line)
    return bool(called) and not _SUMMONS_NOT_NOW.search(setting.line)


def _is_present(setting: Setting) -> bool:
    told_now = _PRESENT_INSIDE.search(setting.match) or _GERUND_INSIDE.search(setting.match)
    if told_now and not _PAST_INSIDE.search(setting.match):
        return True
    return bool(_PRESENT_BEFORE.search(setting.before[:-1]))


def _is_past(setting: Setting) -> bool:
    """Past words count unless the sign itself is told in the present, or something near says "now"."""
    if _is_present(setting) or _NOW_NEAR.search(_near(setting)):
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
    happened = _PERFECT_INSIDE.search(setting.match)
    if (told_as_past or happened) and _DAYS_AGO.search(setting.sentence):
        return True
    if happened and _JUST_ALREADY.search(before) and _TIMES.match(setting.after):
        return True
    return bool(told_as_past) and not happened


def _is_chronic(setting: Setting) -> bool:
    return bool(_CHRONIC.search(setting.sentence)) and not _URGENT.search(_near(setting))


def _is_in_care(setting: Setting) -> bool:
    return bool(_IN_CARE.search(setting.sentence)) and not _NOT_OVER.search(setting.rest)


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
