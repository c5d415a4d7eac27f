"""Whether a reply gives what only a health professional may: a dose, a remedy, a diagnosis, a result. Pure."""

import re
from collections.abc import Sequence

from clinic_bot.agent.guards.health.remedies import speaks_of_the_body
from clinic_bot.agent.guards.language.clauses import sentences
from clinic_bot.agent.guards.language.marks import PICTURES
from clinic_bot.clinic.spelling import plain

_COUNT = r"(?:\d+(?:[.,/]\d+)?|mei[oa]|um|uma|dois|duas|tres|quatro|cinco|seis|oito|dez|quinze|vinte)"
_DOSE = re.compile(
    r"\b\d+(?:[.,]\d+)?\s?(?:mg|mcg|microgramas?|miligramas?|ui)\b(?:/\w+)?|\bmg/kg\b"
    rf"|\b{_COUNT}\s(?:a\s{_COUNT}\s)?(?:comprimid\w+|capsul\w+|gotas?|ampol\w+|drageas?|jatos?|colher\w*"
    rf"|sache\w*|supositori\w+)\b"
    r"|\b(?:comprimid\w+|capsul\w+|gotas?|doses?|remedio\w*|medicament\w+)\b[^.!?\n]{0,30}\b(?:a cada\s\d+"
    r"|de\s\d+\s(?:em|a)\s\d+)\s?h"
    rf"|\b{_COUNT}\s?ml\b[^.!?\n]{{0,20}}\ba cada\b"
)
_DRUG = (
    r"(?:dipirona|novalgina|paracetamol|tylenol|ibuprofeno|advil|alivium|aspirina|aas|nimesulida|diclofenaco"
    r"|cetoprofeno"
    r"|amoxicilina|azitromicina|cefalexina|antibiotico\w*|omeprazol|pantoprazol|buscopan|dramin|plasil"
    r"|loratadina|polaramine"
    r"|allegra|predni\w+|dexametasona|corticoide\w*|losartana|enalapril|captopril|atenolol|metformina|insulina"
    r"|rivotril"
    r"|clonazepam|fluoxetina|sertralina|zolpidem|ritalina|anti-?inflamatori\w+|antialergic\w+|analgesic\w+"
    r"|ivermectina"
    r"|tramadol|codeina|xarope\w*|pomada\w*|remedios?|medicamentos?|medicacao)"
)
_TAKE = re.compile(
    r"\b(?:tome|(?<!quem )(?<!que )(?<!voce )(?<!vc )(?<!se )(?<!ja )(?<!el[ea] )toma|tomem"
    r"|pode tomar|deve tomar|deveria tomar|administre|dar|pode dar|use|pode usar|passe"
    r"|aplique|recomendo|sugiro|indico"
    r"|aumente|diminua|reduza|suspenda|suspender|interrompa|pare de tomar|parar de tomar|continue tomando"
    r"|troque|dobre|pul[ae]|pular|compense|retome"
    r"|(?:pode|deve) (?:parar|suspender|continuar|manter|seguir)|pare|mantenha|continue)\s+"
    rf"(?:\w+\s+){{0,4}}?(?:{_DRUG}|doses?|colirios?|lubrificante|descongestionante|spray nasal)\b"
)
_ILL = (
    r"(?:gripe|resfriado|virose|covid\S*|dengue|zika|chikungunya|infecc\w+|inflamac\w+|alergia|dermatite|micose"
    r"|psoriase"
    r"|cancer|tumor|melanoma|diabetes|pressao alta|hipertens\w+|infarto|avc|arritmia|gastrite|refluxo|ulcera"
    r"|apendicite"
    r"|pneumonia|bronquite|asma|sinusite|rinite|amigdalite|otite|conjuntivite|enxaqueca|labirintite|ansiedade"
    r"|depressao|anemia"
    r"|hernia|lombalgia|ciatico|tendinite|artrose|cistite|candidiase|gravidez|gravida|carie|gengivite|verme\w*"
    r"|sarna|catapora"
    r"|autismo|tdah|atraso (?:d[ae] |na |no )?(?:linguagem|fala|desenvolvimento)|crise de \w+|panico|burnout|insonia"
    r"|bruxismo|abscesso|periodontite|pericoronarite|artrite|bursite|fibromialgia|escoliose|menisco|fratura|entorse"
    r"|torcao|contratura|osteoporose|herpes|acne|rosacea|urticaria|eczema|impetigo|vitiligo|hemorroida\w*"
    r"|fissura|cisto\w*"
    r"|mioma|endometriose|intoxicacao|intolerancia|desidratacao|pre-?diabetes|hipoglicemia|angina|derrame"
    r"|catarata|glaucoma|tercol|faringite|laringite|tuberculose|caxumba|sarampo|rubeola|escarlatina"
    r"|bronquiolite"
    r"|miopia|astigmatismo|hipermetropia|presbiopia|estrabismo|ambliopia|ceratocone|descolamento de retina"
    r"|gases|prisao de ventre|varizes|esporao|adenoides?|desvio de septo|polipos?|dislexia|hiperatividade"
    r"|hipotireoidismo|colesterol alto|trombose|calculo renal|pedra n\w+ rin\w*)"
)
_DIAGNOSIS = re.compile(
    rf"\b(?:voce|vc|ele|ela|o bebe|seu filho|sua filha|a crianca|sua mae|seu pai) (?:esta com|tem"
    rf"|deve estar com|deve ter|pode estar com"
    rf"|pode ter|parece ter|parece estar com|provavelmente (?:esta com|tem))\s+(?:\w+\s+){{0,2}}?{_ILL}\b"
    rf"|\b(?:isso|parece|deve ser|pode ser|provavelmente e|e so|e apenas|trata-se de|sintomas? (?:sao )?de"
    rf"|quadro de|sinal de|sinais de"
    rf"|caracteristic\w+ de|tipic\w+ de|compativel com)\s+(?:e\s+|ser\s+|so\s+|apenas\s+|um[a]?\s+"
    rf"|de\s+){{0,3}}{_ILL}\b"
    rf"|\b{_ILL}\b[^.!?\n]{{0,24}}\b(?:esta|e) (?:ainda |bem |muito )?(?:no (?:comeco|inicio)|inicial|avancad\w|leve"
    r"|grave|moderad\w)\b"
    r"|\bgrau \w+ (?:e|significa|quer dizer|indica)\b[^.!?\n]{0,30}\b(?:leve|moderad\w+|grave|avancad\w+|inicial"
    r"|normal)\b"
    r"|\bnao (?:e|deve ser|parece) (?:nada )?(?:grave|serio|preocupante|perigoso)\b|\bnao e nada\b"
    r"|\bpode ficar tranquil\w+, (?:isso|e normal)\b"
    r"|\b(?:exames?|resultados?|hemograma|laudo|ultrassom|raio[- ]?x|biopsia)\b[^.!?\n]{0,30}\b(?:esta|estao"
    r"|deu|deram|veio|vieram|foi|e|saiu)"
    r"\s(?:tudo\s|muito\s|bem\s|um pouco\s)?(?:normal|normais|alterad\w+|positiv\w+|negativ\w+|otim\w+|bom"
    r"|bons|ruim|ruins)\b"
)
#: What an examination says, and what a measure means.
_MEASURE = (
    r"\b(?:exames?|resultados?|hemograma|laudo|ultrassom|raio[- ]?x|biopsia|ressonancia|tomografia|eletro\w*|glicose"
    r"|glicemia|pressao|colesterol|triglicerides|imc|hemoglobina|tsh|plaquetas|leucocitos|bioimpedancia|gordura|febre"
    r"|temperatura)\b"
)
_FINDING = re.compile(
    rf"{_MEASURE}[^.!?\n]{{0,40}}\b(?:apont\w+|mostr\w+|indic(?:a|ou|am)|acus\w+|revel\w+|suger\w+"
    r"|(?:esta|estao|e|ta) (?:\w+ )?(?:\w+ )?(?:alt[oa]s?|baix[oa]s?|elevad[oa]s?|normal|normais"
    r"|alterad[oa]s?|otim[oa]s?|bo[am]|acima|abaixo|dentro|fora))\b"
    rf"|{_MEASURE}[^.!?,\n]{{0,40}}\b(?:signific\w+|(?:deu|deram|veio|vieram|saiu|sairam|esta|estao|foi) (?:tudo )?"
    r"(?:dentro d[aeo]|sem alterac\w+|na normalidade|ok|limp[oa]|\d+))\b"
    r"|\b(?:indica|sugere|significa|aponta para|caracteriza|confirma|configura)\w* (?:um |uma "
    r"|um quadro de )?(?:pre-?)?" + _ILL
)
_SURE = re.compile(
    r"\b(?:isso|isto|assim|esses? sintomas?|essa dor|essa mancha|provavelmente|certamente|com certeza|deve"
    r"|parece|pode)\b"
    r"[^.!?\n]{0,24}\b(?:e|ser|seja|sao)\b (?:so |apenas |um |uma |de |caso de |sinal de )*(?:canal|desgaste"
    r"|menisco|estresse|"
    r"nervos[oa]|pressao|muscular|emocional|hormonal|viral|bacterian\w|tensao|torcao|entorse|fratura|cisto"
    r"|nodulo|bruxismo"
    r"|abscesso|inflamad\w|psicologic\w|normal da idade|normal n\w+ gravidez|passageiro|intoxicacao|intolerancia"
    r"|coluna|postura|mau jeito|fungo|bacteria|picada|mordida|queimadura)\b"
)
_HOME = re.compile(
    r"\b(?:lave bem|deixe secar|bocheche|massageie|alongue|eleve (?:a|o)|volte a medir)\b"
    r"|\b(?:reduza|diminua|corte|evite|aumente) (?:o |a |as |os )?(?:sal|acucar|cafe|alcool|gordura"
    r"|carboidrato\w*|leite|gluten"
    r"|esforco\w*|sol|doces?)\b"
    r"|(?<!recepcao )\bque (?:ja |logo )?(?:resolve|melhora|passa|alivia|some)\b(?=\s*(?:$|[.!,]))"
    r"|\bhidrate-se\b|\bhidrat\w+ bastante\b|\bevite (?:as )?telas\b"
    r"|\b(?:podem?|experimente|recomendo|sugiro|ajuda|vale) (?:\w+ ){0,3}?(?:bochech\w+|compressa\w*|gelo"
    r"|cha de|melatonina|agua (?:morna|com sal))"
    r"|\b(?:coloque|ponha|faca|aplique|passe|use|beba|tome|tente|experimente|evite"
    r"|mantenha)\s(?:\w+ ){0,3}?(?:gelo|compressa\w*"
    r"|repouso|bochecho\w*|enxaguante|cha\b|alongamento\w*|banho (?:morno|frio|gelado|quente)|vinagre"
    r"|bicarbonato|agua (?:morna|com sal)|pimenta|alcool"
    r"|inalacao|nebulizacao|soro|dieta|jejum intermitente|suplemento\w*|vitamina\w*|melatonina)\b"
)
#: That nothing can come of it, which nobody knows who does not see the patient.
_SAFE = re.compile(
    r"\bsem (?:nenhum |qualquer )?risco\b|\b(?:totalmente|completamente|super|e|bem) segur[oa]s?\b(?! d)"
    r"|\bnao (?:tem|ha|oferece)"
    r" (?:nenhum[a]? |qualquer )?(?:risco|contraindicac\w+|perigo)|\bnao faz mal\b|\bpassam? sozinh[oa]s?\b"
    r"|\bmelhoram? sozinh[oa]s?\b"
    r"|\be normal (?:ness[ae]|na (?:gravidez|idade))\b|\bnormal n?ess[ae] (?:idade|fase)\b"
    r"|\bness[ae] (?:idade|fase) (?:isso )?e normal\b"
    r"|\bnao (?:e|ha|tem|seria) (?:nenhum )?(?:motivo|razao|caso) (?:de|para|pra|d[ea]) (?:preocup|alarm"
    r"|panic|urgencia|se)\w*"
    r"|\bprovavelmente (?:vai |voce )*(?:precis\w+|sera (?:preciso|necessario)|tera (?:que|de)|e caso de|e necessario)"
    r"|\bnao (?:afeta|prejudica|interfere)\b(?![^.!?\n]*\b(?:valor|precos?|convenio|horarios?|agenda)\b)"
    r"|\b(?:e|sao) (?:bem |muito |super )?comu(?:m|ns) (?:quando|depois|apos|em quem)\b"
    r"|\b(?:benign|malign)\w+|\bna maioria d[ao]s (?:vezes|casos)\b|\bnao se assuste\b"
    r"|\bpode tomar (?:mais )?(?:um|uma|dois|duas|outr[oa]|meio|meia|\d+)\b"
    r"|\bpede (?:antibiotico|remedio|cirurgia|exame)|\bgravidas? pode|\bgestantes? pode"
)
#: That it is nothing, mostly nothing, or will be well.
_WILL_BE_WELL = re.compile(
    r"\bnada (?:de )?(?:muito |tao |mais )?(?:grave|urgente|seri[oa]|preocupante|alarmante|perigos[oa]|demais)\b"
    r"|\b(?:geralmente|normalmente|em geral|quase sempre|na maioria|costum\w+|provavelmente|raramente|dificilmente"
    r"|deve|parece\w*)\b[^.!?,\n]{0,30}\b(?:graves?|urgentes?|urgencia|seri[oa]s?|riscos?|perigo\w*|gravidade"
    r"|complicac\w+)\b"
    r"|\b(?:vai|vao|ira) (?:logo |sim )?(?:voltar a \w+|ficar|sair|se sentir|dormir|enxergar|ouvir|andar)"
    r"(?: \w+){0,3}? (?:bem|melhor|curad[oa]|otim[oa]|perfeit\w+|sem (?:dor|sentir))\b(?! (?:para|pra|se|que)\b)"
    r"|\b(?:esperad[oa]s?|comu(?:m|ns)|norma(?:l|is))\b[^.!?\n]{0,20}\bness[ae] (?:idade|fase)\b"
    r"|\bness[ae] (?:idade|fase)\b[^.!?\n]{0,20}\b(?:esperad[oa]s?|comu(?:m|ns)|norma(?:l|is))\b"
    r"|\btem (?:\w+ )?cura\b"
    r"|\bcura (?:garantida|certa)\b|\bresultado (?:e )?garantido\b"
    r"|\b(?:fica|ficam|ficar|ficara)(?: \w+){0,2} sob controle\b"
    rf"|\b(?:funciona|resolve) (?:(?:muito|super|bem|sim|mesmo) )*(?:para|pra|contra|na|no|com) (?:[ao]s? )?{_ILL}\b"
    r"|\bnao vai (?:sentir (?:nada|nenhuma|dor)|doer)\b"
)
#: How it feels, which everybody feels otherwise.
_FEELS = re.compile(
    r"\bnao d(?:oi|oe)m?\b(?! (?:pergunt|tent|avis))|\bdo[ei]m? (?:(?:so|bem|muito|um) )*(?:pou[cq]|quase nada)\w*"
    r"|\bindolor\w*|\b(?:super|bem|muito) toleravel\b|\b(?:nem|mal|quase nao) sente\b"
    r"|\bsensacao e (?:so|apenas|bem|muito|de|como|um|uma)\b"
)
#: What is to be done about a remedy of which only the patient spoke.
_OF_A_REMEDY = re.compile(rf"\b(?:{_DRUG}|comprimidos?|doses?)\b")
_TAKING = re.compile(
    r"(?:\b(?:tome|pule|pular|dobr(?:e|ar)|suspend(?:a|er)|retom(?:e|ar)|compens(?:e|ar))\b"
    r"|(?:^|[.,:;] )(?:toma|pula|dobra)\b"
    r"|\b(?:pode|deve|precisa|melhor|so|basta|vale|ideal e|problema em) (?:\w+ )?tomar\b)"
    r"(?! (?:\w+ )?(?:agua|cafe|banho|sol|leite|cuidado|nota|decis\w+))"
)
_KEPT = re.compile(r"\b(?:tom|mant|continu|suspend|interromp)")
_LEFT_OPEN = re.compile(
    r"\b(?:se|caso|nao (?:posso|podemos|consigo|sei|sabemos|temos como|tenho como|da para))\b[^.!?\n]*$"
)
#: What the patient has, guessed from what the patient tells.
_GUESS = re.compile(
    r"\bpelo que (?:voce|vc|o senhor|a senhora|me) [^.!?\n]{2,60}?\b(?:deve (?:ser|estar|ter)|parece|provavelmente"
    r"|esta com|trata-se|e (?:so|apenas|um|uma))\b"
    rf"|\bpelo que (?:voce|vc|o senhor|a senhora|me) [^.!?\n]{{2,80}}?\b{_ILL}\b"
    r"(?![^.!?\n]*\b(?:ideal|avali\w+|consulta|indicad\w|procur\w+|horarios?)\b)"
    r"|\b(?:quase certo|(?:bem |muito )?provavel|tudo indica)(?: de)? que (?:\w+ ){0,2}?(?:e|seja|esteja|tenha)\b"
    r"|\b(?:provavelmente|possivelmente|certamente|com certeza) (?:\w+ )?(?:esta|estao) com\b"
)
_DRUG_STEM = re.compile(
    r"\b(?:dorflex|torsilax|neosaldina|cataflam|voltaren|toragesic|benzetacil|tandrilax|lisador|doril|vonau|luftal"
    r"|simeticona|melatonina|\w{2,}(?:cilina|micina|prazol|sartana|profeno|zepam|zolam|statina|tidina|floxacino"
    r"|dipino|cetamol|pirona|semida|fenaco|oxetina|triptilina|conazol|tadina|formina|sulida|trigina|coxibe))s?\b"
)
#: What is to be done about a remedy; bringing its prescription is none of it.
_ABOUT_A_DRUG = re.compile(
    r"\b(?:melhor|pode|podem|deve|devem|precisa|espere|esperar|recomend\w+|evite|continue|mantenha"
    r"|nao ha problema|sem problema)\b"
    rf"[^.!?\n]{{0,50}}\b(?:{_DRUG}|comprimido\w*|dose)\b"
    r"|\b(?:suspend(?:er|a|e)|interromp(?:er|a|e)|par(?:ar|e) de tomar) (?:(?:o|a|os|as|seu|sua) )?\w+"
)
_PAPERS = re.compile(
    r"\b(?:receitas?|traz\w+|traga|leve|levar|listas?|inform\w+|perguntar|pergunte|orient\w+|profissional|medic[oa]s?"
    r"|consulta|avali\w+|recepcao|dr|dra)\b"
)
_NAMED_ILL = re.compile(rf"\b{_ILL}\b")
_DENIES = re.compile(
    r"\b(?:nao|nem|nunca)\b[^.!?\n,]{0,40}$|\b(?:diga|informe|avise|conte)\b[^.!?\n]{0,40}$|\bse (?:voce )?$"
)


_CLAUSE = re.compile(r"[.;:,]| e (?=\w+[aei]\b)")
_NOT = re.compile(r"\b(?:nao|nem|nunca|sem|evit\w+|suspend\w+)\b")
_STEM, _ROOT = 4, 6
#: Verbs and small words; it is what they are said of that is told.
_FILLER = re.compile(
    r"(?:pode|podem|deve|devem|precisa|melhor|seus|suas|seu|sua|para|antes|voce|uma|uns|umas|nos|nas|dos|das|com|por"
    r"|(?:evit|tom|us|mant|sig|segu|continu|fac|faz|coloqu|colo|pass|beb|aplic|apliqu|suspend|troqu|vale|poss)\w*)$"
)


def advises(text: str, told: Sequence[str] = (), said: str | None = None) -> str | None:
    """What ``text`` says that it may not, in Portuguese for the model; None for nothing.

    Args:
        told: what the clinic's file and the tools say, plain: a preparation may name a laxative's drops, and be
            repeated.
        said: the patient's words, plain. An illness that stands in neither is the model's own finding; None: not
            looked at.
    """
    for sentence in sentences(PICTURES.sub(". ", text)):
        bare = plain(
            re.sub(r"\bdê\b", "administre", sentence.casefold())
        )  # without its accent it is a preposition
        for pattern, what in (
            (_DOSE, "dá dose ou quantidade de remédio"),
            (_TAKE, "recomenda ou muda um remédio"),
            (_DIAGNOSIS, "diz o que a pessoa tem ou como está um exame"),
            (_FINDING, "diz o que um exame ou uma medida significa"),
            (_SURE, "diz o que a pessoa tem ou como está um exame"),
            (_HOME, "dá um conselho de saúde"),
            (_SAFE, "diz o que só quem examina pode dizer"),
            (_WILL_BE_WELL, "diz o que só quem examina pode dizer"),
            (_FEELS, "diz o que se sente"),
            (_GUESS, "diz o que a pessoa tem ou como está um exame"),
        ):
            for match in pattern.finditer(bare):
                if bare.endswith("?") or _denied(bare, match, pattern):
                    continue
                if not any(match[0] in one for one in told) and (
                    pattern not in (_TAKE, _HOME, _FEELS) or not _in_its_own_words(bare, match, told)
                ):
                    return what
        if (
            speaks_of_the_body(bare, told)
            or _about_a_drug(bare, told)
            or (said is not None and _finds(bare, " ".join([said, *told])))
            or (said is not None and _answers_of_a_remedy(bare, said, told))
            or _names_a_drug(bare, " ".join([said or "", *told]))
        ):
            return "diz o que a pessoa tem ou o que fazer com um remédio"
    return None


def _in_its_own_words(bare: str, match: re.Match[str], told: Sequence[str]) -> bool:
    """Whether one sentence that was told says the same, and as the same: ``manter os remédios`` is kept by
    ``pode manter seus remédios``, not by a denial of it."""
    clause = _CLAUSE.split(bare[: match.start()])[-1] + _CLAUSE.split(bare[match.start() :])[0]
    stems = [word[:_STEM] for word in re.findall(r"\w{3,}", match[0]) if not _FILLER.match(word)]
    turns = len(_NOT.findall(clause)) % 2
    return bool(stems) and any(
        all(re.search(rf"\b{stem}", part) for stem in stems) and len(_NOT.findall(part)) % 2 == turns
        for one in told
        for part in _CLAUSE.split(one)
    )


def _about_a_drug(bare: str, told: Sequence[str]) -> bool:
    match = _ABOUT_A_DRUG.search(bare)
    return (
        match is not None
        and not bare.endswith("?")
        and not _DENIES.search(bare[: match.start()])
        and (not _PAPERS.search(bare))
        and not _in_its_own_words(bare, match, told)
    )


def _answers_of_a_remedy(bare: str, said: str, told: Sequence[str]) -> bool:
    """``tome assim que lembrar`` to whom forgot one; what the clinic says of remedies may be told in any words."""
    match = _TAKING.search(bare)
    if match is None or bare.endswith("?") or _PAPERS.search(bare) or not _OF_A_REMEDY.search(said):
        return False
    return not _DENIES.search(bare[: match.start()]) and not any(
        _OF_A_REMEDY.search(part) and _KEPT.search(part) and not _NOT.search(part)
        for one in told
        for part in _CLAUSE.split(one)
    )


def _names_a_drug(bare: str, known: str) -> bool:
    """A drug that neither the clinic nor the patient named is the model's own idea."""
    return any(
        match[0] not in known and not _DENIES.search(bare[: match.start()])
        for match in _DRUG_STEM.finditer(bare)
    )


def _finds(bare: str, known: str) -> bool:
    if bare.endswith("?") or re.search(r"\b(?:avis\w+|inform\w+|avali\w+)\b", bare):
        return False
    return any(
        (match[0] if match[0].endswith("ite") else match[0][:_ROOT]) not in known
        and not _DENIES.search(bare[: match.start()])
        for match in _NAMED_ILL.finditer(bare)
    )


def _denied(bare: str, match: re.Match[str], pattern: re.Pattern[str]) -> bool:
    """``não tome remédio por conta própria`` recommends none; a number of drops is one wherever it stands."""
    if pattern is _DOSE:
        return False
    if pattern is _WILL_BE_WELL:
        return bool(_LEFT_OPEN.search(bare[: match.start()]))
    inside = r"\S+ (?:nao|nem)\b" if pattern is _FINDING else r"\S+ (?:nao|nem|sem|evit\w+)\b"
    return bool(_DENIES.search(bare[: match.start()]) or re.search(inside, match[0]))
