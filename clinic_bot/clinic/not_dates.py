"""Words that look like a day or an hour and are none: "segunda via", "rua 15 de novembro", "dor há 3 semanas". Pure.

Each pattern tells why by what stands around, never by the whole sentence. All work on repaired text.
"""

import re

_WEEKDAY = r"(?:segunda|terca|quarta|quinta|sexta)"
_MONTH = r"(?:janeiro|fevereiro|marco|abril|maio|junho|julho|agosto|setembro|outubro|novembro|dezembro)"
_COUNT = r"(?:\d{1,3}|uma?|dois|duas|tres|quatro|cinco|seis|sete|oito|nove|dez)"
_LENGTH = rf"{_COUNT} ?(?:h|dias?|semanas?|mes|meses|anos?|min\w*)\b(?: e meia)?"
_PART = r"(?:manha|tarde|noite)"
_DAY = (
    rf"(?:hoje|ontem|{_WEEKDAY}(?: feira)?|sabado|domingo|{_MONTH}"
    rf"|(?:dia )?\d{{1,2}} de {_MONTH}|(?:dia )?\d{{1,2}}/\d{{1,2}}|dia \d{{1,2}})"
)

#: What is counted in Portuguese with the names of weekdays.
_ORDINAL = (
    rf"\b{_WEEKDAY}(?: |\. ?)(?:via|vez|opcao|dose|filha|neta|parte|serie|categoria|pessoa|fase|etapa|opiniao|gravidez|"
    r"gestacao|tentativa|mensagem|avenida|rua|casa|esposa|mulher|alternativa|unidade|chamada|ligacao|guia|receita|"
    r"parcela|turma|mao|linha)\b"
    # What is done on a weekday as well: "quinta consulta com a Marta" may be either.
    rf"|\b(?:a|minha|sua|da|uma|essa) {_WEEKDAY} (?:consulta|sessao|avaliacao|aplicacao|cirurgia|aula|visita)\b"
    rf"|\b(?:em|de) {_WEEKDAY} (?:lugar|mao|categoria)\b|\b{_WEEKDAY} da boa vista\b"
)
#: A name behind the word for a person or a place takes the number or month in it along.
_ADDRESS = (
    r"\b(?:rua|r\.|av|av\.|avenida|praca|parque|alameda|travessa|bairro|estrada|rodovia|largo|vila|jardim|colegio|escola|"
    r"edificio|condominio)\.? (?!perto)\w+(?: (?:de|da|do|dos) \w+| segundo)?(?:,? (?:n|numero)? ?\d+\b(?! ?h|:|/))?"
    r"|\bparque domingo \w+(?: segundo)?"  # "dom", written out
)
_PERSON = (
    rf"\b(?:doutora?|dra?\.?|sra?\.?|seu|dona|senhora?) (?:domingos?|{_MONTH}|noite)\b"
    rf"|\bcham[oa]\w* (?:de )?{_MONTH}\b|\bnome (?:\w+ )?e {_MONTH}\b"
)
#: For how long, how often, since when.
_DURATION = (
    rf"\b(?:ha|faz|fazem|durante|cada|esper\w+|demor\w+|dur[ao]\w*|lev[ao]\w*|jejum(?: de)?"
    rf"|atraso de|intervalo de|plantao de|por)"
    rf" (?:(?:mais|cerca|menos|volta) (?:de|que) |uns |umas |quase |so |tipo |tomar )?{_LENGTH}"
    rf"|\b(?:exame|urina|holter|mapa)(?: de)? \d+ ?h\b|\b24 ?h\b"
    rf"|\bde {_COUNT} em {_COUNT} (?:h|dias?|semanas?|mes|meses)\b"
    rf"|\b(?:retorno|prazo|garantia|resultado|pronto|entrega|validade|vale)(?: \w+){{0,2}} (?:em|de) {_LENGTH}"
    rf"|\b{_LENGTH} (?:de|atras|depois da|apos a)"
    r"(?= (?:gravidez|gestacao|vida|idade|experiencia|cirurgia|duracao|jejum)| ?$)"
    rf"|\bquanto tempo\W+{_LENGTH}"
)
_GREETING = (
    r"\b(?:bo[ma]|otim[oa]|excelente|feliz|lind[oa]|abencoad[oa]|maravilhos[oa]) "
    rf"(?:dia+|{_PART}|noite+|tarde+|semana|(?:fim|final) de semana|domingo|sabado|{_WEEKDAY}|feriado\w*"
    r"|natal|ano novo|pascoa)\b"
    rf"|\b{_PART} (?:boa|otima|excelente)\b"
)
#: Comparisons and sayings; "mais tarde" is later than what was said, not in the afternoon.
_SAYING = (
    r"\b(?:mais|tao|muito|ja e|meio|bem) tarde\b(?! da)|\btarde demais\b|\bcedo ou tarde\b|\bantes tarde\b"
    r"|\bmais cedo\b|\b(?:um|algum|qualquer) dia desses\b"
)
#: When somebody is not free, told as a habit.
_HABIT = rf"\b(?:trabalh|estud|faculdade|escola|aula|curso)\w*(?: \w+)? (?:de|a|pela|na|da) {_PART}\b"
#: What is over. Not before "pra": "marquei pra quinta", "fiquei de ir na sexta" are still to come.
_OVER = (
    r"\b(?:fui|fiz|falei|liguei|passei|mandei|paguei|operei|consultei|estive|vim|tomei|senti|comecei|aconteceu|atendid[oa]|"
    r"nasc(?:i|eu|id[oa]|imento)|dn|aniversario(?: \w+)? foi|faleceu|morreu|caiu|deu|venc\w+|expir\w+|validade)"
    rf"(?: (?!pra|para|e|mas|quero|queria|entao)[\w.:]+){{0,4}}? (?:n[ao]s? |a |em )?{_DAY}"
    r"(?:/\d{2,4}| (?:de )?(?:19|20)\d\d)?"
    rf"(?: (?:de|a|pela|na) {_PART})?"
    rf"|\b(?:{_WEEKDAY}(?: feira)?|sabado|domingo|semana|mes|ano|dia \d{{1,2}}|fim de semana)"
    rf" (?:passad|retrasad)[oa]s?\b(?: de {_PART})?"
    r"|\b(?:carnaval|natal|feriado|pascoa|ano novo|fim de semana) (?:foi|passou)\b"
    r"|\bja (?:passou|passa) d[ae]s? \d{1,2} ?h?\b"
    rf"|\b(?:d[oe] )?{_MONTH} (?:d[oe] )?ano passado\b"
    rf"|\b(?:\d{{1,2}}[/.-]\d{{1,2}}[/.-]|\d{{1,2}} de {_MONTH} (?:de )?)(?:19\d\d|200\d|201\d)\b"
)
_NONE_OF_THEM = re.compile(
    "|".join((_ADDRESS, _PERSON, _OVER, _ORDINAL, _DURATION, _GREETING, _SAYING, _HABIT)), re.ASCII
)


def without_lookalikes(text: str) -> str:
    """``text`` with blanks in their places."""
    return _NONE_OF_THEM.sub(lambda match: " " * len(match[0]), text)
