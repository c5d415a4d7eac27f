"""The agenda's tools, as a model that behaves uses them; ``test_booking_guards`` has the one that does not."""

from datetime import datetime

import pytest

from clinic_bot.clinic.facts import ClinicFacts
from tests.support.desk import FACTS, JOANA, MARIA, Desk
from tests.support.store import Store

ASKS = "Tenho quinta-feira, 24/09, às 14h com a Dra. Ana Reis. Posso marcar para Maria Souza?"


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store)


def changed(**rules: int) -> ClinicFacts:
    return ClinicFacts.model_validate(FACTS.model_dump() | {"agenda": rules})


def at(desk: Desk, ms: int) -> str:
    return f"{datetime.fromtimestamp(ms / 1000, desk.facts.timezone):%d/%m %H:%M}"


def test_free_slots_are_told_by_professional_and_day(desk: Desk) -> None:
    desk.says("tem dermato quinta ou sexta?")
    assert desk.free("dermato", "quinta ou sexta") == (
        "Consulta de dermatologia (30 min; Dra. Ana Reis). Livres:\n"
        "Dra. Ana Reis: quinta 24/09: 14h, 14h30, 15h, 15h30; sexta 25/09: 8h, 8h30"
    )


def test_where_nothing_is_free_the_next_ones_are_told(desk: Desk) -> None:
    desk.says("tem dermato amanhã?")
    told = desk.free("dermato", "amanhã")
    assert "nada livre nesse pedido. Outros:\nDra. Ana Reis: quinta 24/09: 14h" in told


def test_a_day_on_which_the_clinic_is_closed_is_told_as_such(store: Store) -> None:
    hours = FACTS.model_dump()["hours"] | {"holidays": ["2026-09-24"]}
    desk = Desk(store, ClinicFacts.model_validate(FACTS.model_dump() | {"hours": hours}))
    desk.says("tem dermato quinta?")
    told = desk.free("dermato", "quinta")
    assert (
        "nada livre nesse pedido (a clínica não abre quinta 24/09, feriado). Outros:\nDra. Ana Reis:" in told
    )
    assert "pedido (a clínica não abre domingo 27/09). Outros" in desk.free("dermato", "domingo")
    assert "nada livre nesse pedido. Outros" in desk.free("dermato", "na semana que vem às 12h")


def test_a_phrase_in_doubt_is_told_as_such(desk: Desk) -> None:
    desk.says("dermato quinta que vem")
    assert "Dúvida, pergunte: é quinta, 24/09 ou quinta, 01/10?" in desk.free("dermato", "quinta que vem")


def test_a_service_that_is_not_booked_here_goes_to_the_reception(desk: Desk) -> None:
    desk.says("tem ortopedista?")
    assert "chame a recepção" in desk.free("ortopedista", "amanhã")


def test_booking_takes_two_steps_and_a_yes(desk: Desk) -> None:
    desk.says("quero dermato quinta às 14h, meu nome é Maria Souza")
    told = desk.book("dermato", "quinta às 14h", "Maria Souza")
    assert told == (
        "proposta#1: marcar Consulta de dermatologia com Dra. Ana Reis, quinta-feira, 24/09, às 14h, para Maria "
        "Souza. Horário guardado por 15 min. Escreva serviço, dia, hora e nome e peça o sim; só depois "
        "efetivar_proposta."
    )
    assert desk.booked() == []
    desk.reply(ASKS)
    desk.says("pode ser, confirma pra mim")
    assert desk.standing() == (
        "Propostas em aberto: proposta#1: marcar Consulta de dermatologia com Dra. Ana Reis, quinta-feira, 24/09, "
        "às 14h, para Maria Souza."
    )
    assert desk.carry_out().startswith("Feito, marcada: Consulta de dermatologia com Dra. Ana Reis, quinta")
    (row,) = desk.booked()
    assert (at(desk, row.start_ms), row.patient) == ("24/09 14:00", "Maria Souza")


def test_a_slot_that_is_proposed_is_kept_from_others_and_shown_to_its_own(desk: Desk) -> None:
    desk.says("dermato quinta às 14h, Maria Souza")
    desk.book("dermato", "quinta às 14h", "Maria Souza")
    desk.says("dermato quinta, Joana Prado", JOANA)
    assert "quinta 24/09: 14h30" in desk.free("dermato", "quinta", JOANA)
    assert "quinta 24/09: 14h, 14h30" in desk.free("dermato", "quinta")
    assert desk.book("dermato", "quinta às 14h", "Joana Prado", JOANA).startswith(
        "Erro: não há horário livre"
    )


def test_a_burst_that_names_everything_and_orders_it_is_booked_at_once(desk: Desk) -> None:
    desk.says("quero dermato quinta às 14h no nome de Maria Souza, pode marcar")
    assert "chame efetivar_proposta agora" in desk.book("dermato", "quinta às 14h", "Maria Souza")
    assert desk.carry_out().startswith("Feito")
    assert len(desk.booked()) == 1


def test_only_one_free_start_in_what_was_asked_for_is_the_one_that_is_meant(desk: Desk) -> None:
    desk.has(MARIA, when="sexta às 8h")
    desk.says("dermato sexta cedo, Joana Prado", JOANA)
    assert "sexta-feira, 25/09, às 8h30" in desk.book("dermato", "sexta cedo", "Joana Prado", JOANA)
    assert desk.book("dermato", "quinta", "Joana Prado", JOANA).startswith("Erro: diga um só dia e hora")


def test_a_mother_books_for_two_children_and_cancels_for_one(desk: Desk) -> None:
    desk.has(MARIA, "pediatra", "sexta às 10h", "Bento Reis")
    desk.has(MARIA, "pediatra", "sexta às 10h30", "Alice Reis")
    desk.says("preciso cancelar a consulta de sexta")
    listed = desk.own()
    assert listed.splitlines() == [
        "consulta#1: Consulta de pediatria com Dr. Rui Sá, sexta-feira, 25/09, às 10h, para Bento Reis (marcada)",
        "consulta#2: Consulta de pediatria com Dr. Rui Sá, sexta-feira, 25/09, às 10h30, para Alice Reis (marcada)",
    ]
    assert desk.own(who="alice") == listed.splitlines()[1]
    assert desk.cancel("").startswith("Erro: qual consulta?")
    desk.reply("Na sexta, 25/09, há a do Bento às 10h e a da Alice às 10h30. Qual, ou as duas?")
    desk.says("só a do bento\na da alice mantém\npode cancelar")
    desk.cancel("consulta#1")
    assert desk.carry_out("proposta#3").startswith("Feito, cancelada")
    assert [row.patient for row in desk.booked()] == ["Alice Reis"]


def test_a_known_patient_is_found_by_the_first_name(desk: Desk) -> None:
    desk.has(MARIA, "pediatra", "sexta às 10h", "Bento Reis")
    desk.says("outra pro bento, sexta às 11h")
    assert "para Bento Reis" in desk.book("pediatra", "sexta às 11h", "Bento")
    assert "para Bento Reis" in desk.book("pediatra", "sexta às 11h", "")  # the only one of this phone


def test_moving_keeps_the_appointment_and_frees_its_time(desk: Desk) -> None:
    desk.has(MARIA)
    desk.says("preciso remarcar, tem sexta às 8h?")
    assert "remarcar Consulta de dermatologia com Dra. Ana Reis, sexta-feira, 25/09, às 8h" in desk.move(
        "consulta#1", "sexta às 8h"
    )
    desk.reply("Sexta, 25/09, às 8h com a Dra. Ana. Confirma a troca?")
    desk.says("isso")
    assert desk.carry_out("proposta#2").startswith("Feito, remarcada")
    (row,) = desk.booked()
    assert (row.number, at(desk, row.start_ms)) == (1, "25/09 08:00")
    assert "quinta 24/09: 14h, 14h30" in desk.free("dermato", "quinta")


def test_moving_may_be_told_by_the_appointment_that_is_moved(desk: Desk) -> None:
    desk.has(MARIA, when="quinta às 15h")
    desk.says("dá pra ser no mesmo dia mais tarde?")
    assert "quinta-feira, 24/09, às 15h30" in desk.move("consulta#1", "no mesmo dia mais tarde")
    desk.reply("Quinta, 24/09, às 15h30. Confirma?")
    desk.says("melhor passar a de quinta pra sexta às 8h")
    assert "sexta-feira, 25/09, às 8h," in desk.move("consulta#1", "passa a de quinta pra sexta às 8h")


def test_a_time_of_the_list_that_was_sent_is_booked_by_its_hour_and_the_order(desk: Desk) -> None:
    desk.says("tem dermato quinta? é pra Maria Souza")
    desk.reply(desk.free("dermato", "quinta"))
    desk.says("14h30\npode marcar\ntem estacionamento?")
    assert "chame efetivar_proposta agora" in desk.book("dermato", "quinta 24/09 14h30", "Maria Souza")
    assert desk.carry_out().startswith("Feito, marcada")
    assert [at(desk, row.start_ms) for row in desk.booked()] == ["24/09 14:30"]


def test_a_time_of_a_list_without_an_order_is_asked_about(desk: Desk) -> None:
    desk.says("tem dermato quinta? é pra Maria Souza")
    desk.reply(desk.free("dermato", "quinta"))
    desk.says("14h30")
    assert "peça o sim" in desk.book("dermato", "quinta 14h30", "Maria Souza")
    assert desk.carry_out().startswith("Erro")


def test_a_patient_who_says_that_they_come_is_confirmed(desk: Desk) -> None:
    desk.has(MARIA)
    desk.says("Confirmo sim 👍\ntem onde estacionar?")
    assert desk.standing() == "Consultas futuras deste telefone: 1 (consultas_do_telefone)."
    assert desk.confirm().startswith("Presença confirmada")
    assert [row.status for row in desk.booked()] == ["confirmed"]
    assert "(presença confirmada)" in desk.own()


@pytest.mark.parametrize(
    "words", ["1\ntenho q levar toalha?", "tem onde estacionar?\n1", "bom dia\n1\nchego 10 min antes?"]
)
def test_the_number_that_a_reminder_asks_for_confirms_beside_a_question(desk: Desk, words: str) -> None:
    desk.has(MARIA)
    desk.says("ok")
    desk.reply("Lembrete: quinta-feira, 24/09, às 14h. Responda 1 para confirmar ou 2 para remarcar.")
    desk.says(words)
    assert desk.confirm().startswith("Presença confirmada")


@pytest.mark.parametrize("words", ["2\ntem outro horário?", "1\nnão vou poder ir", "é no andar 1?"])
def test_another_number_or_another_answer_confirms_nothing(desk: Desk, words: str) -> None:
    desk.has(MARIA)
    desk.says("ok")
    desk.reply("Lembrete: quinta-feira, 24/09, às 14h. Responda 1 para confirmar ou 2 para remarcar.")
    desk.says(words)
    assert desk.confirm().startswith("Erro: o paciente não confirmou")


def test_a_yes_long_after_the_hold_books_if_the_slot_is_still_free(desk: Desk) -> None:
    desk.says("dermato quinta às 14h, Maria Souza")
    desk.book("dermato", "quinta às 14h", "Maria Souza")
    desk.reply(ASKS)
    desk.store.later(3 * 3_600_000)
    desk.says("sim")
    assert desk.carry_out().startswith("Feito")


def test_a_yes_to_what_somebody_else_has_by_now_is_told(desk: Desk) -> None:
    desk.says("dermato quinta às 14h, Maria Souza")
    desk.book("dermato", "quinta às 14h", "Maria Souza")
    desk.reply(ASKS)
    desk.store.later(3_600_000)
    desk.has(JOANA)
    desk.says("sim")
    assert "acabou de ser ocupado" in desk.carry_out()
    assert [row.patient for row in desk.booked()] == ["Joana Prado"]


def test_late_changes_are_the_reception_s_where_the_clinic_says_so(store: Store) -> None:
    desk = Desk(store, changed(change_hours=96))
    desk.has(MARIA)
    desk.says("quero cancelar")
    assert desk.cancel("consulta#1") == "Erro: faltam menos de 96 h para essa consulta: chame a recepção."
    desk.facts = changed(change_hours=48)
    assert desk.cancel("consulta#1").startswith("proposta#2: cancelar")


def test_a_name_the_display_name_holds_counts_as_written(desk: Desk) -> None:
    desk.says("dermato quinta às 14h, é pra mim", name="Maria Souza 🌻")
    assert "para Maria Souza" in desk.book("dermato", "quinta às 14h", "Maria Souza")


def test_where_replies_are_only_drafted_nothing_is_held_or_booked(store: Store) -> None:
    desk = Desk(store, binding=False)
    desk.says("quero dermato quinta às 14h, meu nome é Maria Souza, pode marcar")
    desk.book("dermato", "quinta às 14h", "Maria Souza")
    assert desk.carry_out().startswith("Erro: só observação")
    assert desk.booked() == []
    desk.says("dermato quinta", JOANA)
    assert "quinta 24/09: 14h, 14h30" in desk.free("dermato", "quinta", JOANA)
