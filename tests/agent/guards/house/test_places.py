import pytest

from clinic_bot.agent.guards.house.places import Told, mistake
from clinic_bot.clinic.spelling import plain

FILE = Told(
    plain(
        "Rua das Gameleiras, 1482, térreo, Setor Bueno, na esquina da padaria Pequi; Av. dos Ipês-Amarelos, 930"
    )
)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("O dia mais próximo do fim de semana é o sábado.", False),
        ("Ficamos perto da padaria Pequi.", False),
        ("Ficamos perto da farmácia Sol.", True),
        ("Estamos na Av. dos Ipês-Amarelos, 930.", False),
        ("Estamos na Av. dos Ipês-Amarelos, 390.", True),
        ("Há uma unidade menor em São José.", True),
    ],
)
def test_what_is_near_in_time_is_no_place(text: str, wrong: bool) -> None:
    assert (mistake(text, FILE, Told("")) is not None) is wrong
