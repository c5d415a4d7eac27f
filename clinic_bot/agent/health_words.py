"""Whether a reply gives what only a health professional may: a dose, a remedy, a diagnosis, a result. Pure."""

import re
from collections.abc import Sequence

from clinic_bot.agent.inventions import sentences
from clinic_bot.clinic.spelling import plain

_COUNT = r"(?:\d+(?:[.,/]\d+)?|mei[oa]|um|uma|dois|duas|tres|quatro|cinco|seis|oito|dez|quinze|vinte)"
_DOSE = re.compile(
    r"\b\d+(?:[.,]\d+)?\s?(?:mg|mcg|microgramas?|miligramas?|ui)\b(?:/\w+)?|\bmg/kg\b"
    rf"|\b{_COUNT}\s(?:a\s{_COUNT}\s)?(?:comprimid\w+|capsul\w+|gotas?|ampol\w+|drageas?|jatos?|colher\w*"
    rf"|sache\w*|supositori\w+)\b"
    r"|\b(?:comprimid\w+|capsul\w+|gotas?|doses?|remedio\w*|medicament\w+)\b[^.!?\n]{0,30}\b(?:a cada"
    r"|de)\s\d+\s?(?:em\s\d+\s?)?h"
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
    r"\b(?:tome|toma|tomem|pode tomar|deve tomar|deveria tomar|administre|dar|pode dar|use|pode usar|passe"
    r"|aplique|recomendo|sugiro|indico"
    r"|aumente|diminua|reduza|suspenda|suspender|interrompa|pare de tomar|parar de tomar|continue tomando"
    r"|troque|dobre)\s+"
    rf"(?:\w+\s+){{0,4}}?{_DRUG}\b"
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
    r"|\bnao (?:e|deve ser|parece) (?:nada )?(?:grave|serio|preocupante|perigoso)\b|\bnao e nada\b"
    r"|\bpode ficar tranquil\w+, (?:isso|e normal)\b"
    r"|\b(?:exames?|resultados?|hemograma|laudo|ultrassom|raio[- ]?x|biopsia)\b[^.!?\n]{0,30}\b(?:esta|estao"
    r"|deu|deram|veio|vieram|foi|e|saiu)"
    r"\s(?:tudo\s)?(?:normal|normais|alterad\w+|positiv\w+|negativ\w+|otim\w+|bom|bons|ruim|ruins)\b"
)
_DENIES = re.compile(
    r"\b(?:nao|nem|nunca)\b[^.!?\n,]{0,40}$|\b(?:diga|informe|avise|conte)\b[^.!?\n]{0,40}$|\bse (?:voce )?$"
)


def advises(text: str, told: Sequence[str] = ()) -> str | None:
    """What ``text`` says that it may not, in Portuguese for the model; None for nothing.

    Args:
        told: what the clinic's file and the tools say: a preparation may name a laxative's drops, and be repeated.
    """
    for sentence in sentences(text):
        bare = plain(
            re.sub(r"\bdê\b", "administre", sentence.casefold())
        )  # without its accent it is a preposition
        for pattern, what in (
            (_DOSE, "dá dose ou quantidade de remédio"),
            (_TAKE, "recomenda ou muda um remédio"),
            (_DIAGNOSIS, "diz o que a pessoa tem ou como está um exame"),
        ):
            for match in pattern.finditer(bare):
                if bare.endswith("?") or _denied(bare, match, pattern):
                    continue
                if not any(match[0] in plain(one) for one in told):
                    return what
    return None


def _denied(bare: str, match: re.Match[str], pattern: re.Pattern[str]) -> bool:
    """``não tome remédio por conta própria`` recommends none; a number of drops is one wherever it stands."""
    if pattern is _DOSE:
        return False
    return bool(
        _DENIES.search(bare[: match.start()]) or re.search(r"\S+ (?:nao|nem|sem|evit\w+)\b", match[0])
    )
