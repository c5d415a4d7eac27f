"""Several patients on one phone: a mother and her children, a father and a son of one name."""

import pytest

from clinic_bot.agent.booking_words import what_was_done
from clinic_bot.clinic.facts import ClinicFacts
from tests.support.desk import FACTS, JOANA, Desk
from tests.support.store import Store

MINORS = "Menores vêm com um responsável."
SON, FATHER = "João Silva 03/05/2019", "João Silva, nascido em 10/02/1985"


@pytest.fixture
def desk(store: Store) -> Desk:
    facts = ClinicFacts.model_validate(FACTS.model_dump() | {"policies": {"minors": MINORS}})
    return Desk(store, facts)


def has(desk: Desk, patient: str, when: str, shown: str) -> str:
    """Somebody of this phone who is booked the proper way; what the model read of it."""
    desk.says(f"quero pediatria {when}, para {patient}")
    label = desk.book("pediatria", when, patient).partition(":")[0]
    desk.reply(f"Tenho sexta-feira, 25/09, às {shown} com Dr. Rui Sá. Posso marcar?")
    desk.says("sim, pode marcar")
    told = desk.carry_out(label)
    desk.reply("Marcado!")
    return told


def test_two_of_one_name_are_told_apart_by_their_birth_dates(desk: Desk) -> None:
    told = has(desk, SON, "sexta às 9h", "9h")
    assert told.endswith(f"Diga isso ao paciente. Menor de idade: {MINORS}")
    assert str(what_was_done(told)).endswith("às 9h, para João Silva")
    told = has(desk, FATHER, "sexta às 9h30", "9h30")
    assert "para João Silva (nasc. 10/02/1985)" in told
    assert MINORS not in told
    rows = {(row.patient, row.born) for row in desk.booked()}
    assert rows == {("João Silva", "2019-05-03"), ("João Silva", "1985-02-10")}
    desk.says("e mais uma pediatria sexta às 10h para o João Silva")
    asked = desk.book("pediatria", "sexta às 10h", "João Silva")
    assert asked.startswith("Erro: há mais de um paciente com esse nome neste telefone; pergunte a data")
    # The date of one who is known need not be written again: the model read it in the list.
    assert "João Silva (nasc. 03/05/2019)" in desk.own()
    assert desk.book("pediatria", "sexta às 10h", SON).startswith("proposta#")


def test_a_birth_date_is_learnt_of_who_was_known_without_one(desk: Desk) -> None:
    has(desk, "Bia Silva", "sexta às 9h", "9h")
    has(desk, "Bia Silva 04/06/2018", "sexta às 9h30", "9h30")
    assert [row.born for row in desk.booked()] == ["2018-06-04"] * 2


def test_a_model_makes_no_birth_date_up(desk: Desk) -> None:
    desk.says("quero pediatria sexta às 9h para o João Silva")
    refused = desk.book("pediatria", "sexta às 9h", SON)
    assert refused == "Erro: essa data de nascimento não foi escrita pelo paciente; pergunte."


def test_another_phone_knows_none_of_them(desk: Desk) -> None:
    has(desk, SON, "sexta às 9h", "9h")
    desk.says("quero pediatria sexta às 10h para o João", JOANA)
    told = desk.book("pediatria", "sexta às 10h", "João", JOANA)
    assert told == "Erro: falta o nome completo do paciente; pergunte."
    assert desk.book("pediatria", "sexta às 10h", SON, JOANA).startswith("Erro: essa data de nascimento")
    assert desk.own(JOANA).startswith("Nenhuma consulta futura")
