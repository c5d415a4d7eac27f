"""The words by which ``piece_words.py`` tells kinds of messages apart, in the one spelling that ``plain`` gives."""

import re
import unicodedata

_COMBINING = re.compile("[\u0300-\u036f]+")
_RUN = re.compile(r"([a-z])\1+")


def plain(text: str) -> str:
    """Lower case, no accents, every run of one letter as one letter."""
    lower = text.lower()
    if not lower.isascii():
        lower = _COMBINING.sub("", unicodedata.normalize("NFKD", lower))
    return _RUN.sub(r"\1", lower) if _RUN.search(lower) else lower


def _table(text: str) -> frozenset[str]:
    return frozenset(plain(text).split())


GREETINGS = _table(
    "oi ola oie oii opa eai salve alo hello hi hey bom boa dia tarde noite bomdia boatarde boanoite bd"
)
GREETING_HEADS = _table("oi ola oie opa eai salve alo hello hi hey bom boa bomdia boatarde boanoite bd")
COURTESY = _table(
    "tudo td bem bom joia certo com vc voce vcs voces e como vai esta estao doutora doutor dra dr moca moco "
    "pessoal gente a o todos amigo amiga querida querido ai viu por favor pfv licenca"
)
THANKS = _table(
    "obrigado obrigada obg obgd obgda brigado brigada brigadao agradeco agradecida agradecido agradecer grato "
    "grata gratidao valeu vlw thanks"
)
THANKS_FILLERS = _table(
    "muito mt mto pela pelo por tudo ajuda atencao viu doutora doutor dra dr demais mesmo de nada deus abencoe "
    "e a vc voce voces vcs todos desde ja eu que"
)
BYES = _table("tchau xau tchauzinho ate abraco abracos abs bjs beijo beijos adeus falou fui")
BYE_FILLERS = _table(
    "mais logo amanha breve segunda terca quarta quinta sexta sabado la entao bom boa fim de semana descanso noite "
    "dia tarde feira um uma otimo otima e pra voces vcs voce vc todos proxima"
)
ACKS = _table(
    "ok okay okey okk sim ss s isso ta bom pode ser blz beleza certo certinho combinado claro uhum aham nao n nn "
    "perfeito otimo show confirmo confirmado fechado exato entendi positivo quero sei joia tranquilo tranks aceito "
    "bele correto td tudo bem legal maravilha negativo ainda obviamente serve"
)
ACK_FILLERS = _table(
    "entao sim mesmo com certeza por mim e muito pra ai viu a eu o esse essa isso que nesse nessa"
)
BARE_QUESTIONS = _table(
    "qual quais quanto quanta quantos quantas quando onde como quem cade oq porque posso tem vcs voces aceita aceitam "
    "atende atendem fazem abre abrem funciona sera consigo conseguem"
)
QUESTION_PAIRS = frozenset(
    {("que", "horas"), ("q", "horas"), ("da", "pra"), ("da", "para"), ("pode", "me"), ("o", "que"), ("a", "que"),
     ("me", "diz"), ("vc", "tem"), ("voce", "tem"), ("a", "doutora"), ("o", "doutor")}
)  # fmt: skip
JOINING = _table(
    "e mas ou pq porque que q pra para pro pras pros por com c de do da dos das no na nos nas em se entao tipo meu "
    "minha meus minhas seu sua o os as um uma so como quando sobre sem ate pois porem tambem nem enquanto embora "
    "cujo onde ao aos num numa pelo pela nesse nessa neste nesta queria gostaria preciso eu"
)
#: Words that join, but also end a sentence in this company.
ENDS_ANYWAY = frozenset(
    tuple(pair.split())
    for pair in (
        "sou eu", "so eu", "mim eu", "e eu", "so iso", "por que", "o que", "ate entao", "eu tambem", "mim tambem",
        "pode entao", "ta entao", "bom entao", "ok entao", "amanha entao", "pra quando", "quanto e", "qual e", "que e",
    )
)  # fmt: skip
WEEKDAYS = _table("segunda terca quarta quinta sexta sabado domingo seg ter qua qui sex sab dom")
DAYS = _table("hoje hj amanha amanh ontem depois semana mes manha tarde noite cedo almoco meio dia")
MONTHS = _table("janeiro fevereiro marco abril maio junho julho agosto setembro outubro novembro dezembro")
WHEN_NOUNS = _table("horario hora horas dia data quando periodo turno semana mes")
WISHES = _table(
    "quero queria preciso gostaria marcar remarcar desmarcar cancelar agendar reagendar confirmar mudar trocar "
    "transferir adiar antecipar passar"
)
NUMBER_WORDS = _table("cpf rg telefone celular numero carteirinha carteira cep codigo whatsapp idade")
OPEN_QUESTION_WORDS = _table(
    "qual quais quanto quantos quantas quando onde como quem que informe informar enviar mandar passar dizer falar"
)
ASIDE = _table("e mas entao ai so por favor pfv tudo bem")
