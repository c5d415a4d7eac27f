"""What is named and yet not there: denied, a hypothesis, a question, a topic, a manner of speaking, an animal.

The tables are in the notation of ``emergency_phrases``, each under the reason why it matters.
"""

import re

from clinic_bot.turns.emergency_phrases import anywhere, at_end, at_start, rows
from clinic_bot.turns.emergency_setting import Setting
from clinic_bot.turns.emergency_time import happened, is_present, says_now
from clinic_bot.turns.emergency_words import words

# --- Denied -----------------------------------------------------------------------------------------------------

# "dor no peito" behind one of these is denied, when only words of CARRIES_DENIAL lie between.
DENIALS = frozenset(
    words(
        "nao nunca nem sem jamais nenhum nenhuma tampouco zero nega nego negou negam descartou descartaram descartado "
        "descartada excluiu negativo negativa"
    )
)
CARRIES_DENIAL = frozenset(
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
    r" (?:sem|nem|nao(?= (?:desmai|vomit|apag|sangr)\w+ )|nao (?:saiu|teve|tem|tenho|houve|tive|ta|to|vi|e|foi))"
    r"(?: (?:muito|nenhum|nenhuma|nada|de|um|uma|com|no|na))* "
    r"(?!parar|estancar|passar|forcas?|movimentos?|respirar|vida|ar|reagir|sentir|fala )[^ ]+ $"
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
        {_SCHOOLWORK} da|de|do|na|no|pra|sobre escola|faculdade|colegio|curso|aula|disciplina|residencia|concurso
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


def is_denied(setting: Setting) -> bool:
    said = setting.before.split()
    own_clause = False
    for i in range(len(said) - 1, max(-1, len(said) - 1 - _LONGEST_WALK), -1):
        word = said[i]
        if word in DENIALS:
            if word == "nunca" and _NEVER_SO.search(setting.match[:-1] + setting.after):
                return False
            # "não, to com dor no peito" answers a question; it denies nothing that follows.
            following = said[i + 1] if i + 1 < len(said) else setting.match.split()[0]
            if following not in _ENDS_ANSWER:
                return True
            break
        if word not in CARRIES_DENIAL or (own_clause and word in _ENDS_LIST):
            break
        own_clause = own_clause or word in _STARTS_OWN_CLAUSE
    if _NOTHING_OF.search(setting.before[:-1]) or _NOBODY.search(setting.before[:-1]):
        return True
    if setting.affirmative and _DENIED_INSIDE.search(setting.match):
        return True
    return bool(_DENIED_AFTER.match(setting.rest))


def is_hypothetical(setting: Setting, emotional: bool) -> bool:
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
    return bool(asked) and not is_present(setting)


def is_topic(setting: Setting, emotional: bool) -> bool:
    """A noun that belongs to another: "retorno do AVC", "receita para convulsão"."""
    pause = " ," if setting.match.startswith(" , ") else ""  # a match begins with the pause before it
    found = _TOPIC.search(setting.before[:-1] + pause)
    if found is None and setting.match.split()[-1] in _NAMES:
        found = _TOPIC.search(setting.lead)
    if found is not None:
        return not (emotional and found[0].startswith(_FEARS))
    real = is_present(setting) or happened(setting)
    if not real and _DOCUMENT.search(setting.before) and not says_now(setting):
        return True
    if _NEWS.search(setting.sentence) or (_STUDY.search(setting.line) and not real):
        return True
    return bool(_PURPOSE.search(setting.before[:-1])) and not _NO_HELP.search(setting.rest)


def is_figurative(setting: Setting) -> bool:
    """Said for effect, or of an animal; "meu cachorro me mordeu" is neither."""
    if _HYPERBOLE.match(setting.after) or _TO_CROWN_IT_ALL.search(setting.before[:-1]):
        return True
    if _ANIMAL.search(setting.lead):
        return True
    return bool(_VET.search(setting.sentence) and _ANIMAL_ANYWHERE.search(setting.sentence))
