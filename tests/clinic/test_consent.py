"""Seen on Tuesday, 6 October 2026, at 10:12; what is asked about is Thursday, the 8th, at 16:00."""

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from clinic_bot.clinic.consent import Asked, Deed, Missing, Told, agrees, missing, orders, shows

ZONE = ZoneInfo("America/Sao_Paulo")
NOW = datetime(2026, 10, 6, 10, 12, tzinfo=ZONE)
START = datetime(2026, 10, 8, 16, tzinfo=ZONE)
BOOK = Asked(Deed.BOOK, START, "Rafaela Dias Pinto", "Consulta de dermatologia com Dra. Ana Reis")
MOVE, CANCEL = replace(BOOK, deed=Deed.MOVE), replace(BOOK, deed=Deed.CANCEL)
SHOWN = Told("Tenho quinta, 08/10, às 16h com a Dra. Ana. Posso marcar?", NOW - timedelta(minutes=1))
PARKING = Told("Sim, há estacionamento ao lado.", NOW)


def lacks(
    words: str,
    asked: Asked = BOOK,
    replies: tuple[Told, ...] = (SHOWN,),
    *,
    this_turn: bool = False,
    person_since: bool = False,
) -> Missing | None:
    return missing(asked, words, replies, now=NOW, this_turn=this_turn, person_since=person_since)


@pytest.mark.parametrize(
    "words",
    [
        "sim",
        "Siiim",
        "s",
        "pode ser\nconfirma pra mim pfvr",
        "pode marcar",
        "ok, obrigada",
        "isso",
        "perfeito!",
        "👍",
        "fechado",
        "fechou",
        "pd ser",
        "joia",
        "às 16h tá ótimo",
        "quinta às 16 então",
        "16:00",
        "blz",
        "pode",
        "quero sim",
        "eu quero sim",
        "por favor",
        "Boa tarde, sim",
        "acho ótimo",
        "pode ser de tarde",
        "sim! tem estacionamento?",
        "pode sim, não tem problema, confirma",
    ],
)
def test_a_yes_to_what_was_shown_is_enough(words: str) -> None:
    assert lacks(words) is None


@pytest.mark.parametrize(
    ("words", "lack"),
    [
        ("não", Missing.NO_YES),
        ("não quero", Missing.NO_YES),
        ("nao pode marcar", Missing.NO_YES),
        ("pera, vou ver com meu marido", Missing.NO_YES),
        ("tem estacionamento?", Missing.NO_YES),
        ("ok mas tem outro horário?", Missing.NO_YES),
        ("talvez", Missing.NO_YES),
        ("ok, e quanto custa?", Missing.NO_YES),
        ("quero saber o preço", Missing.NO_YES),
        ("pode me dizer o endereço", Missing.NO_YES),
        ("me passa o endereço por favor", Missing.NO_YES),
        ("sim, mas é pra minha filha", Missing.NO_YES),
        ("ok, vou ver e te aviso", Missing.NO_YES),
        ("ontem deu tudo certo com o exame", Missing.NO_YES),
        ("", Missing.NO_YES),
        ("sim\nsó corrige o nome\né Rafaela Dias Prates", Missing.NO_YES),
        ("isso, mas o nome tá... errei o nome", Missing.NO_YES),
        ("sim, mas às 15h", Missing.OTHER),
        ("pode ser sexta?", Missing.OTHER),
        ("pode marcar dia 9", Missing.OTHER),
        ("sim, mas quinta eu não posso", Missing.OTHER),
        ("confirma, sem ser dia 8", Missing.OTHER),
        ("pode ser de manhã", Missing.OTHER),
        ("ok vou confirmar com meu marido", Missing.NO_YES),
        ("acho que sim", Missing.NO_YES),
        ("pode ser com outro médico", Missing.NO_YES),
    ],
)
def test_what_is_no_yes_to_this_changes_nothing(words: str, lack: Missing) -> None:
    assert lacks(words) is lack


def test_a_yes_to_what_was_never_shown_is_none() -> None:
    assert lacks("sim", replies=()) is Missing.NOT_SHOWN
    assert lacks("sim", replies=(PARKING,)) is Missing.NOT_SHOWN
    other = Told("Tenho quinta, 08/10, às 15h.", NOW)
    assert lacks("sim", replies=(other,)) is Missing.NOT_SHOWN
    no_day = Told("Tenho às 16h. Posso marcar?", NOW)
    assert lacks("sim", replies=(no_day,)) is Missing.NOT_SHOWN


def test_a_bare_yes_answers_the_last_reply_and_an_order_what_was_shown_before() -> None:
    assert lacks("sim", replies=(PARKING, SHOWN)) is Missing.NO_YES
    assert lacks("pode marcar então", replies=(PARKING, SHOWN)) is None


def test_a_bare_yes_after_a_person_wrote_is_the_person_s() -> None:
    assert lacks("sim", person_since=True) is Missing.NO_YES
    assert lacks("pode marcar", person_since=True) is None


def test_a_yes_in_the_burst_that_asked_is_none_unless_it_names_everything() -> None:
    assert lacks("sim", this_turn=True) is Missing.NOT_SHOWN
    whole = "quero dermato quinta dia 8 às 16h, meu nome é Rafaela Dias Pinto, pode marcar"
    assert lacks(whole, replies=(), this_turn=True) is None


@pytest.mark.parametrize(
    "words",
    [
        "quero dermato quinta dia 8 às 16h, meu nome é Rafaela Dias Pinto",  # no order
        "dermato dia 8 às 16h, pode marcar",  # no name
        "dia 8 às 16h, Rafaela, pode marcar",  # no service
        "dermato às 16h, Rafaela, pode marcar",  # no day
        "dermato dia 8, Rafaela, pode marcar",  # no hour
        "dermato dia 8 às 15 ou às 16h, Rafaela, pode marcar",  # two hours
    ],
)
def test_a_burst_that_leaves_something_open_is_asked_about(words: str) -> None:
    assert lacks(words, replies=(), this_turn=True) is Missing.NOT_SHOWN


LIST = Told(
    "*Consulta de dermatologia*: horários livres:\n- Dra. Ana Reis: quinta 08/10: 8h30, 16h; sexta 09/10: 10h, 11h",
    NOW - timedelta(minutes=1),
)


@pytest.mark.parametrize(
    "words",
    [
        "16h\npode marcar",
        "as 16h, confirma pra mim",
        "quinta as 16\npode confirmar\nprecisa levar alguma coisa?",
        "8h30\nnao, pera\n16h é melhor\npode marcar",
    ],
)
def test_a_time_of_the_list_that_was_just_sent_may_be_ordered_by_its_hour(words: str) -> None:
    assert lacks(words, replies=(LIST,), this_turn=True) is None
    assert lacks(words, replace(MOVE, is_only=True), (LIST,), this_turn=True) is None


@pytest.mark.parametrize(
    ("words", "reply"),
    [
        ("16h", LIST),  # no order
        ("pode marcar", LIST),  # no hour
        ("8h30 ou 16h, pode marcar", LIST),  # two
        ("nao pode marcar 16h", LIST),
        ("16h\npode marcar", replace(LIST, text="Tenho quinta 08/10: 16h; sexta 09/10: 16h")),  # of two days
        ("16h\npode marcar", replace(LIST, text="Tenho sexta 09/10: 16h")),
        ("16h\npode marcar", replace(LIST, text="Na semana que vem tenho às 16h")),
        ("16h\npode marcar", PARKING),
    ],
)
def test_what_picks_no_single_time_of_the_list_is_asked_about(words: str, reply: Told) -> None:
    assert lacks(words, replies=(reply, LIST), this_turn=True) is Missing.NOT_SHOWN


def test_a_day_tells_which_of_two_equal_hours_of_a_list_is_ordered() -> None:
    both = replace(LIST, text="Tenho quinta 08/10: 16h; sexta 09/10: 16h")
    assert lacks("quinta 16h, pode marcar", replies=(both,), this_turn=True) is None
    assert lacks("sexta 16h, pode marcar", replies=(both,), this_turn=True) is Missing.OTHER


def test_a_time_of_a_list_is_ordered_for_somebody_who_is_named_where_there_are_several() -> None:
    child = replace(BOOK, relatives=("Alice Pinto",))
    named = replace(LIST, text=f"Para Rafaela tenho:\n{LIST.text}")
    assert lacks("16h\npode marcar", child, (LIST,), this_turn=True) is Missing.NOT_SHOWN
    assert lacks("16h pra rafaela\npode marcar", child, (LIST,), this_turn=True) is None
    assert lacks("16h\npode marcar", child, (named,), this_turn=True) is None
    assert lacks("16h\npode trocar", MOVE, (LIST,), this_turn=True) is Missing.NOT_SHOWN
    assert lacks("16h\npode marcar", replies=(LIST,), this_turn=True, person_since=True) is Missing.NOT_SHOWN


def test_cancelling_wants_the_order_or_a_yes_to_what_was_shown() -> None:
    assert lacks("quero desmarcar", CANCEL, this_turn=True) is Missing.NO_YES
    assert lacks("sim cancela", CANCEL) is None
    assert lacks("sim", CANCEL) is None
    assert lacks("pode cancelar", CANCEL, this_turn=True) is None  # it was listed in the last reply
    assert lacks("pode cancelar", CANCEL, replies=(), this_turn=True) is Missing.NOT_SHOWN
    assert lacks("não cancela", CANCEL) is Missing.NO_YES
    only = replace(CANCEL, is_only=True)
    assert lacks("quinta não vou poder, pode cancelar", only, this_turn=True) is None
    assert lacks("quinta não vou poder, pode cancelar", only, replies=()) is None
    assert lacks("sexta não vou poder, pode cancelar", only, replies=()) is Missing.NOT_SHOWN


def test_of_two_children_only_the_one_who_is_named_is_meant() -> None:
    bento = replace(CANCEL, patient="Bento Reis", relatives=("Alice Reis",))
    alice = replace(CANCEL, patient="Alice Reis", relatives=("Bento Reis",))
    words = "só a do bento, pode cancelar"
    assert lacks(words, bento, this_turn=True) is None
    assert lacks(words, alice, this_turn=True) is Missing.OTHER
    assert lacks("pode cancelar as duas", alice) is None


def test_moving_wants_its_new_time_shown_or_named() -> None:
    assert lacks("isso, 16h ta otimo", MOVE) is None
    assert lacks("pode remarcar pra quinta dia 8 às 16h", replace(MOVE, is_only=True), replies=()) is None
    assert lacks("pode remarcar pra quinta dia 8 às 16h", MOVE, replies=()) is Missing.NOT_SHOWN
    assert lacks("quero remarcar pra quinta dia 8 às 16h", MOVE, replies=()) is Missing.NOT_SHOWN


@pytest.mark.parametrize(
    ("reply", "shown"),
    [
        ("Quinta-feira, 08/10, às 16:00.", True),
        ("Dia 8 de outubro, 16h, com a Dra. Ana.", True),
        ("Depois de amanhã às 16h00 no valor de R$ 350 em até 3x", True),
        ("Quinta: 8h30, 9h30 ou 16h", True),
        ("Quinta às 6h", False),
        ("A partir de quarta há 16h", False),
        ("Na quinta não dá, às 16h só sexta", False),
        ("Sexta, 09/10, às 16h", False),
        ("Rua Dezesseis, 16, aberta das 8h às 18h", False),
    ],
)
def test_a_reply_shows_a_slot_by_day_and_hour(reply: str, shown: bool) -> None:
    assert shows(Told(reply, NOW), START) is shown


def test_orders_are_no_wishes() -> None:
    assert not orders(Deed.CANCEL, "preciso cancelar a consulta de sexta")
    assert not orders(Deed.BOOK, "queria marcar uma consulta")
    assert not orders(Deed.MOVE, "preciso remarcar minha consulta")
    assert orders(Deed.BOOK, "marca pra mim")
    assert not agrees("obrigada, tchau")
