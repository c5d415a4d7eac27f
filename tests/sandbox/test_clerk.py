"""The stand-in receptionist against the real tools: what it understands of their words, and they of its."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from clinic_bot.agent import prompt
from clinic_bot.agent.booking_schemas import SCHEMAS
from clinic_bot.agent.tools import TOOLS
from clinic_bot.sandbox.groq_checks import check_call
from clinic_bot.sandbox.receptionist import Receptionist
from tests.support.desk import FACTS, JOANA, MARIA, Desk
from tests.support.store import Store

REQUEST = {"tools": [*TOOLS, *SCHEMAS.values()]}


class Conversation:
    """What the agent would send: history, remark, words, calls and results."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.history: list[Mapping[str, Any]] = []

    def __call__(self, text: str) -> str:
        """The reply to a burst; the tools it called run at the gate."""
        self.desk.says(text)
        standing = self.desk.standing()
        context = prompt.context(
            FACTS, self.desk.now(), first_contact=False, patient_name=None, standing=standing
        )
        messages: list[Mapping[str, Any]] = [
            *self.history,
            {"role": "user", "content": context},
            {"role": "user", "content": text},
        ]
        for n in range(6):
            turn = Receptionist().reply({"messages": messages, **REQUEST})
            if turn.tool_call is None:
                reply = str(turn.text)
                self.desk.reply(reply)
                self.history += [{"role": "user", "content": text}, {"role": "assistant", "content": reply}]
                return reply
            messages += self._called(turn.tool_call.name, dict(turn.tool_call.arguments), n)  # type: ignore[arg-type]
        raise AssertionError("it never answers")

    def _called(self, name: str, arguments: dict[str, str], n: int) -> list[Mapping[str, Any]]:
        written = json.dumps(arguments)
        check_call(REQUEST, name, written)
        result = self.desk.call(name, **arguments)
        result = result.replace("Erro: ", "Erro, nada foi alterado: ")
        call = {"id": f"c{n}", "type": "function", "function": {"name": name, "arguments": written}}
        return [
            {"role": "assistant", "tool_calls": [call]},
            {"role": "tool", "tool_call_id": f"c{n}", "content": result},
        ]


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store)


def test_it_books_in_two_steps(desk: Desk) -> None:
    say = Conversation(desk)
    asked = say("olá queria marcar\ncom dermato\nse tiver quinta\nàs 14h\nmeu nome é Rafaela Dias Pinto")
    assert "quinta-feira, 24/09, às 14h, para Rafaela Dias Pinto. Confirma?" in asked
    assert desk.booked() == []
    assert "Consulta marcada" in say("pode ser\nconfirma pra mim pfvr")
    assert [row.patient for row in desk.booked()] == ["Rafaela Dias Pinto"]


def test_without_a_name_it_offers_and_asks(desk: Desk) -> None:
    say = Conversation(desk)
    offered = say("tem dermato quinta?")
    assert "quinta 24/09: 14h, 14h30, 15h, 15h30" in offered
    assert "nome completo" in offered
    assert "às 15h, para Rafaela Pinto. Confirma?" in say("15h da quinta\nRafaela Pinto")


def test_a_yes_that_is_none_books_nothing(desk: Desk) -> None:
    say = Conversation(desk)
    say("quero marcar dermato quinta às 14h, meu nome é Rafaela Dias Pinto")
    say("não, deixa")
    assert desk.booked() == []


def test_it_asks_which_of_two_children_and_cancels_that_one(desk: Desk) -> None:
    desk.has(MARIA, "pediatra", "sexta às 10h", "Bento Reis")
    desk.has(MARIA, "pediatra", "sexta às 10h30", "Alice Reis")
    say = Conversation(desk)
    asked = say("preciso cancelar a consulta de sexta\nsurgiu um imprevisto")
    assert "Bento" in asked
    assert "Alice" in asked
    assert len(desk.booked()) == 2
    assert "Consulta cancelada" in say("so a do bento\na da alice mantem\npode cancelar")
    assert [row.patient for row in desk.booked()] == ["Alice Reis"]


def test_it_moves_by_the_last_thing_that_was_said(desk: Desk) -> None:
    desk.has(MARIA, when="quinta às 14h")
    say = Conversation(desk)
    asked = say("preciso remarcar minha consulta\npode ser quinta às 15h?\nnão, pera\nsexta às 8h30")
    assert "remarcar Consulta de dermatologia com Dra. Ana Reis, sexta-feira, 25/09, às 8h30" in asked
    assert "Consulta remarcada" in say("isso")
    assert len(desk.booked()) == 1


def test_it_confirms_what_a_reminder_asked(desk: Desk) -> None:
    desk.has(MARIA)
    say = Conversation(desk)
    say.history = [{"role": "assistant", "content": "Lembrete: quinta, 24/09, às 14h. Responda CONFIRMO."}]
    assert "Presença confirmada" in say("Confirmo sim 👍\ntem onde estacionar?")
    assert [row.status for row in desk.booked()] == ["confirmed"]


def test_what_is_not_booked_here_goes_to_the_reception(desk: Desk) -> None:
    say = Conversation(desk)
    assert "Posso passar seu pedido para a recepção" in say("queria marcar botox sexta")


def test_a_name_after_para_is_read_and_a_whole_order_is_carried_out_at_once(desk: Desk) -> None:
    say = Conversation(desk)
    assert "Consulta marcada" in say(
        "quero marcar dermatologia quinta às 14h pra Rafaela Dias Pinto, pode confirmar"
    )
    assert [row.patient for row in desk.booked()] == ["Rafaela Dias Pinto"]


def test_another_time_in_the_answer_is_another_proposal(desk: Desk) -> None:
    say = Conversation(desk)
    say("quero marcar dermato quinta às 14h, meu nome é Rafaela Dias Pinto")
    assert "às 8h30, para Rafaela Dias Pinto. Confirma?" in say("melhor sexta às 8h30")
    assert desk.booked() == []


def test_of_two_appointments_the_service_tells_which_and_the_last_wish_counts(desk: Desk) -> None:
    desk.has(MARIA, when="quinta às 14h")
    desk.has(MARIA, "pediatra", "sexta às 10h", "Bento Reis")
    say = Conversation(desk)
    asked = say("quero cancelar a dermato\nna verdade melhor remarcar\ntem sexta 8h30?")
    assert "remarcar Consulta de dermatologia com Dra. Ana Reis, sexta-feira, 25/09, às 8h30" in asked
    assert "fica tudo como está" in say("pensando bem\ndeixa como ta\nn cancela nao")
    assert len(desk.booked()) == 2


def test_the_answer_to_which_of_them_goes_on_with_what_was_asked(desk: Desk) -> None:
    desk.has(MARIA, when="quinta às 14h")
    desk.has(MARIA, "pediatra", "sexta às 10h", "Bento Reis")
    say = Conversation(desk)
    assert "Qual delas" in say("preciso remarcar meu horário")
    assert "remarcar Consulta de dermatologia" in say("a da dermato\npra sexta 8h30")


def test_another_day_in_answer_to_a_reminder_is_a_move(desk: Desk) -> None:
    desk.has(MARIA)
    say = Conversation(desk)
    say.history = [{"role": "assistant", "content": "Lembrete: quinta, 24/09, às 14h. Responda CONFIRMO."}]
    assert "sexta-feira, 25/09, às 8h30" in say("vixi quinta não consigo\ntem como ser sexta 8h30?")


def test_two_services_in_one_burst_are_both_offered(desk: Desk) -> None:
    say = Conversation(desk)
    offered = say("quero marcar dermato quinta\ne um pediatra pro Bento")
    assert "Consulta de dermatologia" in offered
    assert "Consulta de pediatria" in offered


def test_a_yes_or_a_name_takes_the_one_time_that_was_offered(desk: Desk) -> None:
    desk.has(JOANA, when="sexta às 8h")
    say = Conversation(desk)
    assert "sexta 25/09: 8h30 Qual" in say("tem dermato sexta?")
    assert "às 8h30, para Rafaela Dias Pinto. Confirma?" in say("fechou\nRafaela Dias Pinto")


def test_a_relative_is_booked_by_the_full_name(desk: Desk) -> None:
    say = Conversation(desk)
    assert "às 14h, para Orlando Pinto. Confirma?" in say(
        "quero marcar dermato quinta às 14h\né pro meu pai Orlando Pinto"
    )
    assert "Consulta marcada" in say("isso\npd marcar")


def test_the_service_of_an_earlier_burst_is_kept(desk: Desk) -> None:
    say = Conversation(desk)
    say("queria marcar dermato pra minha tia\nquinta de tarde")
    assert "quinta-feira, 24/09, às 15h, para Rafaela Pinto. Confirma?" in say("quinta 15h\nRafaela Pinto")


def test_what_is_booked_is_moved_without_the_word_for_it(desk: Desk) -> None:
    desk.has(MARIA, when="quinta às 15h")
    say = Conversation(desk)
    asked = say("minha consulta de quinta\nda p ser no msm dia mais tarde?")
    assert "quinta-feira, 24/09, às 15h30" in asked
    assert "Consulta remarcada" in say("pode ser")


def test_where_the_wanted_time_is_taken_the_next_ones_are_told(desk: Desk) -> None:
    desk.has(MARIA, when="quinta às 15h")
    assert "sexta 25/09: 8h, 8h30" in Conversation(desk)("queria adiantar minha consulta\ntem amanhã?")


def test_one_s_own_appointment_is_told(desk: Desk) -> None:
    desk.has(MARIA, when="quinta às 15h")
    told = Conversation(desk)("oi\nq dia é minha consulta msm?")
    assert "Está marcado: Consulta de dermatologia com Dra. Ana Reis, quinta-feira, 24/09, às 15h" in told


def test_both_children_are_meant_where_both_are_named_together(desk: Desk) -> None:
    desk.has(MARIA, "pediatra", "sexta às 10h", "Bento Reis")
    desk.has(MARIA, "pediatra", "sexta às 10h30", "Alice Reis")
    asked = Conversation(desk)("preciso remarcar os gêmeos\no bento ta com virose")
    assert "Bento" in asked
    assert "Alice" in asked


def test_the_one_that_stays_may_be_told_by_its_service(desk: Desk) -> None:
    desk.has(MARIA, "pediatra", "sexta às 10h")
    desk.has(MARIA, "dermato", "sexta às 8h")
    say = Conversation(desk)
    say("desmarca pra mim a de sexta")
    assert "Consulta cancelada: Consulta de pediatria" in say("a do pediatra\na dermato fica\npode desmarcar")


def test_the_day_that_was_asked_for_after_a_reminder_moves_the_appointment(desk: Desk) -> None:
    desk.has(MARIA, when="quinta às 15h")
    say = Conversation(desk)
    say.history = [{"role": "assistant", "content": "Para remarcar, diga o dia e o período que prefere."}]
    assert "remarcar Consulta de dermatologia com Dra. Ana Reis, sexta-feira, 25/09, às 8h30" in say(
        "sexta às 8h30"
    )


CHILDREN = (("Bento Reis", "sexta às 10h"), ("Alice Reis", "sexta às 10h30"))


def test_a_time_of_the_list_is_booked_by_its_hour_in_words_of_any_order(desk: Desk) -> None:
    say = Conversation(desk)
    say("tem dermato quinta?\nsou a Rafaela Dias Pinto")
    assert "Consulta marcada" in say("14h\nnao, pera\n15h é melhor\npode marcar")
    assert [row.patient for row in desk.booked()] == ["Rafaela Dias Pinto"]


def test_a_day_alone_goes_on_with_the_service_of_the_list(desk: Desk) -> None:
    say = Conversation(desk)
    say("tem dermato quinta?")
    assert "sexta 25/09: 8h, 8h30" in say("e sexta?")


def test_one_who_was_moved_may_be_moved_again(desk: Desk) -> None:
    desk.has(MARIA, when="quinta às 15h")
    say = Conversation(desk)
    assert "às 8h30" in say("preciso remarcar minha dermato de quinta pra sexta\nas 8h30")
    assert "Consulta remarcada" in say("isso\nobrigada")
    assert "quinta-feira, 24/09, às 14h" in say("ih\nsexta nao vai dar tb\ntem quinta as 14h?")
    assert "Consulta remarcada" in say("pode\n14h ta otimo")
    assert len(desk.booked()) == 1


def test_two_children_are_moved_each_to_an_hour_of_their_own(desk: Desk) -> None:
    for name, when in CHILDREN:
        desk.has(MARIA, "pediatra", when, name)
    say = Conversation(desk)
    say("oi preciso remarcar a consulta dos dois\ntem dia 25?")
    asked = say("bento dia 25 as 11 e a alice dia 25 as 11h30\npode mudar")
    assert "às 11h, para Bento Reis. Confirma?" in asked
    assert "às 11h30, para Alice Reis. Confirma?" in asked


def test_one_more_of_what_is_booked_needs_no_service_and_no_name(desk: Desk) -> None:
    desk.has(MARIA, "pediatra", "sexta às 10h", "Bento Reis")
    say = Conversation(desk)
    assert "sexta 25/09" in say("queria marcar mais uma consulta\ndia 25")
    assert "às 11h, para Bento Reis. Confirma?" in say("11h")


def test_the_child_who_goes_all_the_same_is_not_cancelled(desk: Desk) -> None:
    for name, when in CHILDREN:
        desk.has(MARIA, "pediatra", when, name)
    say = Conversation(desk)
    say("preciso desmarcar a de sexta")
    assert "Consulta cancelada" in say("a da alice\no bento vai normal\npode desmarcar")
    assert [row.patient for row in desk.booked()] == ["Bento Reis"]


def test_the_number_that_a_reminder_asks_for_is_a_presence_beside_a_question(desk: Desk) -> None:
    desk.has(MARIA)
    reminder = "Lembrete: quinta, 24/09, às 14h. Responda 1 para confirmar."
    desk.says("oi")
    desk.reply(reminder)
    say = Conversation(desk)
    say.history = [{"role": "assistant", "content": reminder}]
    assert "Presença confirmada" in say("1\ntem onde estacionar?")


def test_a_corrected_name_is_proposed_anew(desk: Desk) -> None:
    say = Conversation(desk)
    say("quero marcar dermato quinta às 14h, meu nome é Rafaela Dias Pinto")
    assert "para Rafaela Dias Prates. Confirma?" in say("sim\nsó corrige o nome\né Rafaela Dias Prates")
    assert desk.booked() == []


def test_an_appointment_is_told_where_it_is_asked_whether_it_stands(desk: Desk) -> None:
    desk.has(MARIA, when="quinta às 15h")
    assert "quinta-feira, 24/09, às 15h" in Conversation(desk)(
        "minha consulta de quinta continua valendo ne?"
    )
