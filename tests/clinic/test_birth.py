"""Birth dates."""

from datetime import date

import pytest

from clinic_bot.clinic import birth

TODAY = date(2026, 9, 21)
THIRD_OF_MAY = date(2019, 5, 3)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("03/05/2019", {THIRD_OF_MAY}),
        ("3-5-19", {THIRD_OF_MAY}),
        ("3.5.2019", {THIRD_OF_MAY}),
        ("2019-05-03", {THIRD_OF_MAY}),
        ("nasceu em 3 de maio de 2019", {THIRD_OF_MAY}),
        ("dia 3º de Maio 2019", {THIRD_OF_MAY}),
        ("03/05/85 e 04/05/1986", {date(1985, 5, 3), date(1986, 5, 4)}),
        ("quinta 24/09 às 15h", set()),
        ("31/02/2019", set()),
        ("03/05/2030", set()),
        ("03/05/1850", set()),
        ("cpf 123.456.789-10, 120/05/2019", set()),
        ("", set()),
    ],
)
def test_births(text: str, found: set[date]) -> None:
    assert birth.births(text, TODAY) == found


@pytest.mark.parametrize(
    ("text", "name", "born"),
    [
        ("Bento Lima 03/05/2019", "Bento Lima", THIRD_OF_MAY),
        ("Bento Lima, nascido em 3 de maio de 2019", "Bento Lima", THIRD_OF_MAY),
        ("Bento Lima (nasc. 03/05/2019)", "Bento Lima", THIRD_OF_MAY),
        ("Bento Lima, data de nascimento: 03/05/2019", "Bento Lima", THIRD_OF_MAY),
        ("Bento Nascimento", "Bento Nascimento", None),
    ],
)
def test_a_name_and_its_date(text: str, name: str, born: date | None) -> None:
    assert birth.split(text, TODAY) == (name, born)


@pytest.mark.parametrize(
    ("on", "is_child"), [(date(2037, 5, 2), True), (date(2037, 5, 3), False), (date(2026, 9, 24), True)]
)
def test_who_is_a_child(on: date, is_child: bool) -> None:
    assert birth.is_child(THIRD_OF_MAY, on) is is_child
