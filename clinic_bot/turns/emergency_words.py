"""Brazilian Portuguese as it is typed on WhatsApp, brought to one spelling.

``canonical`` turns "TÔ COM UMA DOOOR FORTEE\\nnopeito!!" into " to com uma dor forte / no peito | ": lower case,
no accents, abbreviations written out, one form for each word the lexicon knows. Breaks stay as tokens, because
what a word means depends on them: ``/`` a new message or line, ``,`` a pause, ``|`` the end of a sentence, ``?``
the end of a question. The text begins and ends with a space, so that " word " finds whole words only.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


def words(text: str) -> tuple[str, ...]:
    """A table of words, written as text."""
    return tuple(dict.fromkeys(text.split()))


# A token longer than this is no word; the limit bounds the work on it.
_LONGEST_WORD = 32
# Shorter words have too many neighbours that mean something else: "dor" and "cor", "tiro" and "tira".
_SHORTEST_FUZZY = 5
_SHORTEST_FUZZY_CONTEXT = 6
_SHORTEST_GLUED = 6
# Endings of Portuguese verbs that put a thing into the past.
_TELLING_ENDINGS = ("ado", "ada", "ido", "ida", "ava", "ndo")
_COMBINING = dict.fromkeys(range(0x300, 0x370))
_TOKEN = re.compile(r"[a-z]+|\d+|\n+|[?]+[?!]*|[.!;]+|[,:()]+|🆘|🙏")
_DECIMALS = re.compile(r"(?<=\d)[.,]\d(?!\d)")
_LAUGHTER = re.compile(r"k{2,}|(?:rs)+r?|(?:[ha]{2}|he|hu|hua|ua){2,}h?|[ashu]*(?:hau|uhs|hsu)[ashu]*")
_RUNS = re.compile(r"([a-qt-z])\1+|([rs])\2{2,}")
_SOFT_K = re.compile(r"k(?=[ei])")
_ALL_RUNS = re.compile(r"([a-z])\1+")

# Written short or wrong in a way that no general rule finds.
_SHORT_FORMS: Mapping[str, str] = {
    "n": "nao", "nn": "nao", "nao": "nao", "naum": "nao", "nau": "nao", "nop": "nao", "noa": "nao",
    "to": "to", "tou": "to", "toh": "to", "estou": "to", "estu": "to", "tow": "to", "esto": "to",
    "ta": "ta", "tah": "ta", "esta": "ta", "taa": "ta", "eta": "ta", "tamos": "tao", "estamos": "tao",
    "estao": "tao", "tao": "tao", "estava": "tava", "tava": "tava", "estavam": "tava", "tavam": "tava",
    "q": "que", "ke": "que", "qe": "que", "hj": "hoje", "oje": "hoje", "agr": "agora", "agra": "agora",
    "gora": "agora", "vc": "voce", "vcs": "voces", "ce": "voce", "ces": "voces", "mto": "muito",
    "mt": "muito", "mtu": "muito", "mta": "muito", "muita": "muito", "mtos": "muito", "mts": "muito",
    "muitos": "muito", "muitas": "muito", "muinto": "muito", "mutio": "muito", "muto": "muito", "mui": "muito",
    "pra": "pra", "para": "para", "p": "pra", "pro": "pra", "pros": "pra", "pras": "pra", "c": "com",
    "cm": "com", "cum": "com", "d": "de", "di": "de", "du": "do", "nu": "no", "pq": "porque", "pk": "porque",
    "mi": "me",
    "oq": "o que",
    "oque": "o que",
    "oqe": "o que",
    "tb": "tambem", "tbm": "tambem", "eh": "e", "mae": "mae", "mainha": "mae", "painho": "pai",
    "qdo": "quando", "qnd": "quando", "qndo": "quando", "mau": "mal", "msm": "mesmo", "dps": "depois",
    "hrs": "horas", "blz": "beleza", "td": "tudo", "tds": "todos", "cmg": "comigo", "ngm": "ninguem",
    "sos": "socorro", "🆘": "socorro", "aki": "aqui", "axo": "acho", "xau": "tchau", "sla": "sei",
    "zoio": "olho", "zoios": "olhos", "oio": "olho",
    "minina": "menina", "minino": "menino", "fio": "fio", "nenem": "bebe", "nene": "bebe",
    "bb": "bebe", "rn": "bebe", "bebezinho": "bebe", "bebezinha": "bebe", "bebe": "bebe", "desmaio": "desmaio",
    "peitu": "peito", "peto": "peito", "pieto": "peito", "peio": "peito", "peitinho": "peito", "pito": "peito",
    "ker": "quer",
    "qro": "quero", "qero": "quero", "kro": "quero", "qria": "queria",
    "dorr": "dor",
    "dro": "dor",
    "odr": "dor",
    "dorzona": "dor",
    "dorsinha": "dor",
 "do": "do", "doendu": "doendo", "sague": "sangue", "sange": "sangue", "doi": "doi",
    "doe": "doi", "enfarto": "infarto", "enfarte": "infarto", "infarte": "infarto", "enfartando": "infartando",
    "enfartou": "infartou", "enfartei": "infartei", "enfartar": "infartar", "infato": "infarto",
    "infartos": "infarto", "corassao": "coracao", "coracaum": "coracao", "labio": "labios", "ambulansia": "ambulancia",
    "avci": "avc", "ave": "ave", "convulcao": "convulsao", "convulsoes": "convulsao", "convucao": "convulsao",
    "comvulsao": "convulsao", "convulsao": "convulsao", "convulsionano": "convulsionando",
    "gravidinha": "gravida", "prenha": "gravida", "suisidio": "suicidio", "suicidil": "suicidio",
    "alejia": "alergia", "alergya": "alergia", "xoque": "choque", "sufocano": "sufocando", "remedios": "remedio",
    "remedinho": "remedio", "comprimidos": "comprimido", "medicamentos": "medicamento", "fexando": "fechando",
    "fexo": "fechou", "enxando": "inchando", "enxou": "inchou", "inxando": "inchando", "inxada": "inchada",
    "inxado": "inchado", "inxou": "inchou", "rochinho": "roxinho", "rocho": "roxo", "rocha": "roxa",
    "respira": "respira", "rispirar": "respirar", "repirar": "respirar",
    "isquerdo": "esquerdo", "dereito": "direito", "brasso": "braco", "braso": "braco", "num": "num",
    "dormenti": "dormente", "desmaia": "desmaia", "convulsa": "convulsao", "socoro": "socorro", "socorre": "socorro",
    "socorram": "socorro", "acudam": "acode", "acuda": "acode", "ajudem": "ajuda", "ajude": "ajuda",
    "cansasso": "cansaco", "morre": "morre", "more": "more", "mata": "mata",
    "consego": "consigo", "consgo": "consigo", "cosigo": "consigo", "conssigo": "consigo", "consigu": "consigo",
    "consige": "consegue", "guento": "aguento", "guenta": "aguenta", "guentando": "aguentando",
    "guentano": "aguentando", "guentar": "aguentar", "troncha": "torta", "troncho": "torto",
    "conseguo": "consigo", "conseg": "consegue", "respirando": "respirando",
}  # fmt: skip

# "num" is "não" in much of Brazil and "em um" in the rest; these words tell which.
_AFTER_NAO = frozenset(
    words(
        "consigo consegue to ta tao quero aguento para respira responde acorda sei tenho tem reage vou vai sinto "
        "mexe fala quer posso paro melhora passa volta voltou acordou parou aguento aguenta aguentando respirando "
        "deu dou come dorme anda enxergo vejo"
    )
)

# Of a child, and by the old, a body is spoken of in diminutives: "a boquinha ta roxa", "ta geladinha".
_SAID_SMALL: Mapping[str, str] = {
    "boquinha": "boca", "rostinho": "rosto", "carinha": "cara", "labinho": "labios", "labinhos": "labios",
    "maozinha": "mao", "maozinhas": "maos", "pezinho": "pe", "bracinho": "braco", "bracinhos": "bracos",
    "perninha": "perna", "perninhas": "pernas", "cabecinha": "cabeca", "barriguinha": "barriga",
    "olhinho": "olho", "olhinhos": "olhos", "corpinho": "corpo", "linguinha": "lingua", "dedinho": "dedo",
    "dedinhos": "dedos", "coracaozinho": "coracao", "gargantinha": "garganta", "geladinho": "gelado",
    "geladinha": "gelada", "inchadinho": "inchado", "inchadinha": "inchada", "azulzinho": "azul",
    "azulzinha": "azul", "caidinho": "caido", "caidinha": "caida", "paradinho": "parado", "paradinha": "parada",
}  # fmt: skip

# Common words near a word of the lexicon, or long enough to look like two glued ones. They are what they are.
_PLAIN = words(
    """
    perto preto prato pleito peixe parto porto morando morada mirando marcar marcando marcado desmarcar
    desmarcando remarcar consulta consultas horario amanha quinta segunda terca quarta sexta sabado
    domingo doutor doutora obrigado obrigada por favor convenio particular preco valor clinica medico
    medica fachada tirando tirar tira semana passado passada ontem depois antes quando porque tambem ainda
    mesmo minha menos mesma tenha tinha atender atende atendem agendar agenda agendamento confirmar
    cancelar exame exames retorno receita resultado endereco telefone numero nome cartao pagamento unimed
    amil bradesco dentista cardiologista pediatra ginecologista dermatologista neurologista psicologo
    psicologa psiquiatra ortopedista recepcao secretaria informacao informacoes gostaria queria preciso
    precisando posso pode podem consegue conseguir seria fazer fazendo fiz tomar tomando comprar comprei
    acordar acordei acordo acordou sangue cabelo cabelos parar parando partir parte corte cortes morar
    moro mora moram matricula matar mato marca marco pele peso pesado pesada pista costas costa gosta
    brasil brincar banco branco barco virado viagem vontade virtude voltar volto volta falar falta faltar
    faltei faltou faltando saltar caixa caiu cair casa causa cobra cobrar cobram compra cobrir cobre pular
    pulso bolsa bolso balsa tudo todos todas entrar entrou boleto fogo foge jogo jogar joga queimar
    vivendo vive viver vivo vida sumir suma sentido sentir sente gente mente tente quente leite noite
    dente dentes pente lente frente sempre tempo templo campo canto quanto quantos conta contas ponta
    ponto afastado afagou chegou chegando cheguei chamar chama chave chuva chute choque toque bloqueio
    desmaio parcela parcelar parede parecer parece aparece fervor ardido ardor aperta apertada apertado
    pressao prescricao preparo prazo prazer praca mama mamas mamografia mamar direito direita esquerda
    esquerdo bateria bateu batida rosto resto gosto agosto posto costume torto corpo copo tiroide tireoide
    faca facas fica ficar ficando ficou figado facil face fase frase fala falam falei falando rolando lado
    lados dado dados nada fada estrada entrada enterrada errada espera esperar esperando respeito carro
    caro cara caras carta cartas certa perna pernas pena penas perda perde perder perdendo olho olhos
    filho filha folha velho velha abelha ovelha baixa baixo caixas cama camas calma morto morta morte
    mortos porta portas sorte forte norte esporte suporte transporte sessao cessao secao sensacao reuniao
    situacao posicao operacao cirurgia anestesia fisioterapia acidental acidez acido engasgo engano
    enrolar enrolado enrolada azul azuis roxo roxa inteiro inteira terceiro primeiro primeira cheio cheia
    cheiro chuveiro janeiro fevereiro dinheiro chamei chamamos chamaram cometeu chamado chamada autista autismo autistas
    proxima proximo preferencia disponivel disponibilidade vagas carteirinha desconto pix cpf data nascimento
    joao maria jose carlos ana paulo pedro lucas tarde completo bairro cidade rua credito debito confirmado
    confirmada proximos hapvida sulamerica saude horarios disponiveis periodo vespertino matutino aguardo
    agradeco atenciosamente direto direta sufoco aguda agudo mandei mandou
    """
)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words a lexicon uses, with an index that finds them in spite of one wrong letter."""

    words: Mapping[str, str]  #: spelling -> canonical words, separated by spaces
    near: Mapping[str, tuple[str, ...]]  #: a word with one letter dropped -> words of the lexicon
    pieces: Mapping[str, str]  #: the words that may stand glued together, as in ``words``

    def spell(self, token: str) -> str:
        """The canonical spelling of one token; what nobody knows stays as it is."""
        known = self.words.get(token)
        if known is not None:
            return known
        if len(token) > _LONGEST_WORD or token.isdigit():
            return token[:_LONGEST_WORD]
        if _LAUGHTER.fullmatch(token):
            return "kkk"
        squeezed = _RUNS.sub(r"\1\2", token)
        if "k" in squeezed:  # "kero", "akabou": teenagers write sounds
            squeezed = _SOFT_K.sub("qu", squeezed).replace("k", "c")
        known = self.words.get(squeezed) or self.words.get(_ALL_RUNS.sub(r"\1", squeezed))
        if known is not None:
            return known
        # "maatr" is no longer "matar" once squeezed, so the token itself is tried as well.
        near = self._near(squeezed) or (self._near(token) if token != squeezed else None)
        return near or self._unglued(squeezed) or squeezed

    def _near(self, token: str) -> str | None:
        """A word of the lexicon one letter away: missing, extra, other, or two swapped; not the first one."""
        if len(token) < _SHORTEST_FUZZY:
            return None
        for word in self.near.get(token, ()):  # a letter is missing
            if word[0] == token[0] and _same_tense(token, word):
                return self.words[word]
        for i in range(1, len(token)):
            shorter = token[:i] + token[i + 1 :]
            for word in self.near.get(shorter, ()):
                if word == shorter or (
                    word[0] == token[0] and _one_apart(token, word) and _same_tense(token, word)
                ):
                    return self.words[word]
        return None

    def _unglued(self, token: str) -> str | None:
        """``nopeito`` -> "no peito": only when words we know use up the whole token."""
        if len(token) < _SHORTEST_GLUED:
            return None
        best: list[tuple[str, ...] | None] = [()] + [None] * len(token)
        for end in range(1, len(token) + 1):
            for start in range(max(0, end - 16), end):
                head = best[start]
                if head is None or (end - start < 2 and token[start:end] not in "aeo"):
                    continue
                if (piece := self.pieces.get(token[start:end])) is None:
                    continue
                if (here := best[end]) is None or len(head) + 1 < len(here):
                    best[end] = (*head, piece)
        pieces = best[-1]
        return " ".join(pieces) if pieces else None


def _same_tense(token: str, word: str) -> bool:
    """Whether the word keeps the token's ending, where that tells time: "infartado" is not "infartando"."""
    return not token.endswith(_TELLING_ENDINGS) or word.endswith(token[-3:])


def _one_apart(token: str, word: str) -> bool:
    """Whether the two differ by one letter replaced, added or dropped, or two neighbours swapped."""
    if len(token) == len(word):
        differing = [i for i, (a, b) in enumerate(zip(token, word, strict=True)) if a != b]
        if len(differing) == 2:
            i, j = differing
            return j == i + 1 and token[i] == word[j] and token[j] == word[i]
        return len(differing) <= 1
    longer, shorter = (token, word) if len(token) > len(word) else (word, token)
    return len(longer) == len(shorter) + 1 and any(
        longer[:i] + longer[i + 1 :] == shorter for i in range(len(longer))
    )


def build_vocabulary(lexicon: Iterable[str], context: Iterable[str], linking: Iterable[str]) -> Vocabulary:
    """Index the words of the signs and of their context, found in spite of a typo; the shorter ones exactly.

    ``linking`` are the small words that people glue to those of the signs: "faltadear", "nopeito".
    """
    lexicon, context = tuple(lexicon), frozenset(context)
    spelling = {word: word for word in (*_PLAIN, *context)}
    near: dict[str, list[str]] = {}
    spelling |= {word: word for word in lexicon}
    fuzzy = [word for word in lexicon if len(word) >= _SHORTEST_FUZZY]
    fuzzy += [short for short in _SHORT_FORMS if len(short) >= _SHORTEST_FUZZY]
    fuzzy += sorted(word for word in context if len(word) >= _SHORTEST_FUZZY_CONTEXT)
    for word in dict.fromkeys(fuzzy):
        near.setdefault(word, []).append(word)
        for i in range(1, len(word)):
            near.setdefault(word[:i] + word[i + 1 :], []).append(word)
    for short, full in _SHORT_FORMS.items():
        spelling[short] = full
        spelling.setdefault(full, full)
    for small, word in _SAID_SMALL.items():
        spelling.setdefault(small, word)
    pieces = {word: spelling.get(word, word) for word in (*linking, *lexicon) if not word.isdigit()}
    return Vocabulary(spelling, {form: tuple(found) for form, found in near.items()}, pieces)


def tokens(text: str, vocabulary: Vocabulary) -> list[str]:
    """Canonical words and breaks of ``text``, in order."""
    plain = text.lower()
    if not plain.isascii():
        plain = unicodedata.normalize("NFKD", plain).translate(_COMBINING)
    plain = _DECIMALS.sub("", plain)  # the point of "38.9" ends no sentence
    spell, known_words = vocabulary.spell, vocabulary.words
    found: list[str] = []
    for token in _TOKEN.findall(plain):
        known = known_words.get(token)
        if known is not None:
            found.append(known)
        elif token[0] in "abcdefghijklmnopqrstuvwxyz0123456789":
            found.append(spell(token))
        else:
            found.append(_break(token))
    return found


def _break(token: str) -> str:
    if token[0] == "\n":
        return "/"
    if token[0] == "?":
        return "?"
    if token[0] in ",:()" or token.startswith(".."):
        return ","
    return "|"


def canonical(text: str, vocabulary: Vocabulary) -> str:
    """``text`` as one line of canonical words between spaces; see the module's head."""
    line = f" {' '.join(tokens(text, vocabulary))} "
    line = line.replace(" | / ", " / ").replace(" , / ", " / ")
    if " num " in line:
        line = re.sub(r" num (?=(\w+) )", lambda m: " nao " if m[1] in _AFTER_NAO else " num ", line)
    return line
