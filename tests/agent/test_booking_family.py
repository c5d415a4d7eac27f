"""Several patients on one phone: a mother and her children, a father and a son of one name."""

import pytest
from sqlalchemy import Connection, insert

from clinic_bot.agent.booking_words import what_was_done
from clinic_bot.clinic.facts import ClinicFacts
from clinic_bot.clinic.spelling import name_key
from clinic_bot.store import patients
from clinic_bot.store.clinic_tables import Patient
from tests.support import builders as b
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


def births(desk: Desk) -> dict[str, set[str | None]]:
    """What is known of the patients of this phone, by name."""
    found: dict[str, set[str | None]] = {}
    who = desk.store.run(lambda c: patients.owner(c, 1))
    for one in desk.store.run(lambda c: patients.of(c, who)):
        found.setdefault(one.name, set()).add(one.born)
    return found


def test_a_child_s_birth_date_is_not_learnt_of_the_holder_who_has_its_name(desk: Desk) -> None:
    desk.says("oi, aqui é o João", name="João 🦷")
    desk.reply("Oi!")
    has(desk, "João Silva", "sexta às 9h", "9h")
    has(desk, SON, "sexta às 9h30", "9h30")
    assert births(desk) == {"João Silva": {None, "2019-05-03"}}
    assert [row.born for row in desk.booked()] == [None, "2019-05-03"]


def test_a_birth_date_goes_to_no_namesake_of_two_without_one(desk: Desk) -> None:
    """Whose appointment stood there first nobody knows any more, so nothing is guessed of it."""
    has(desk, FATHER, "sexta às 9h", "9h")
    desk.store.run(another_without_a_date)
    has(desk, SON, "sexta às 9h30", "9h30")
    assert births(desk) == {"João Silva": {None, "1985-02-10", "2019-05-03"}}


def another_without_a_date(connection: Connection) -> None:
    """As a chat that became a part of this one had him."""
    values = {"instance": b.INSTANCE, "conversation_id": 1, "name": "João Silva", "created_ms": 0}
    connection.execute(insert(Patient).values({**values, "name_key": name_key("João Silva")}))


def test_a_birth_date_goes_to_nobody_of_a_longer_name(desk: Desk) -> None:
    has(desk, FATHER, "sexta às 9h", "9h")
    has(desk, "João Pedro Silva", "sexta às 9h30", "9h30")
    has(desk, SON, "sexta às 10h", "10h")
    assert births(desk) == {"João Silva": {"1985-02-10", "2019-05-03"}, "João Pedro Silva": {None}}


def test_a_model_gives_nobody_the_birth_date_of_another(desk: Desk) -> None:
    has(desk, "Bia Lima 04/06/2018", "sexta às 9h", "9h")
    has(desk, "João Silva", "sexta às 9h30", "9h30")
    desk.says("quero pediatria sexta às 10h para o João Silva")
    refused = desk.book("pediatria", "sexta às 10h", "João Silva 04/06/2018")
    assert refused == "Erro: essa data de nascimento não foi escrita pelo paciente; pergunte."
    desk.reply("Qual a data de nascimento dele?")
    desk.says("04/06/2018, são gêmeos")
    assert desk.book("pediatria", "sexta às 10h", "João Silva 04/06/2018").startswith("proposta#")
