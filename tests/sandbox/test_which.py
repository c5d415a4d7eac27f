"""Which service the stand-in takes where a tool asks for one."""

from collections.abc import Sequence

import pytest

from clinic_bot.sandbox import which
from clinic_bot.sandbox.brain import Done
from clinic_bot.sandbox.talk import OWN, Talk
from clinic_bot.sandbox.topics import Vocabulary

CONTEXT = "[contexto] Consultas futuras deste telefone: 1 (consultas_do_telefone)."
PHYSIO = ("Avaliação de fisioterapia", "Sessão de fisioterapia")


def talk(said: str, *, earlier: str = "", own: Sequence[str] = (), before: str = "") -> Talk:
    rows = "\n".join(f"consulta#{n}: {row} (marcada)" for n, row in enumerate(own, 1))
    done = [Done(OWN, {}, rows)] if own else []
    return Talk(said, earlier, before, CONTEXT if own else "", done, Vocabulary())


def test_the_services_of_a_question_are_read() -> None:
    told = "Erro, nada foi alterado: Qual serviço? Sessão de RPG, Clínica e check-up e Consulta de nutrição."
    assert which.asked(told) == ["Sessão de RPG", "Clínica e check-up", "Consulta de nutrição"]
    assert which.asked("Sessão de RPG (60 min; Ft. Gil). Livres:\nFt. Gil: sexta 27/11: 11h") == ()


@pytest.mark.parametrize(
    ("options", "said", "earlier", "meant"),
    [
        (PHYSIO, "é a primeira vez", "", PHYSIO[0]),
        (PHYSIO, "quero fisio", "", ""),
        (("Consulta de ginecologia", "Coleta de preventivo"), "com a dra ana", "", "Consulta de ginecologia"),
        (
            ("Avaliação de fisioterapia", "Avaliação de fono"),
            "a avaliação",
            "quanto é a fono?",
            "Avaliação de fono",
        ),
        (("Sessão de RPG", "Sessão de fono"), "uma sessão", "oi", ""),
    ],
)
def test_the_words_around_tell_which_is_meant(
    options: Sequence[str], said: str, earlier: str, meant: str
) -> None:
    assert which.meant(options, talk(said, earlier=earlier)) == meant


def test_one_more_is_of_what_this_phone_has() -> None:
    row = "Sessão de fisioterapia com Ft. Fabiana, terça-feira, 24/11, às 15h, para Sebastiana Teles"
    assert which.once_more(talk("mais uma sessão pra minha mãe", own=[row])) == "Sessão de fisioterapia"
    assert which.patient(talk("mais uma sessão", own=[row])) == "Sebastiana Teles"
    assert which.once_more(talk("uma sessão", own=[row])) == ""


def test_of_several_patients_the_one_who_is_named_and_does_not_stay() -> None:
    own = [
        f"Sessão de fono com Fga. Bia, segunda-feira, 23/11, às {at}, para {name} Couto"
        for at, name in (("9h", "Enzo"), ("9h40", "Valentina"))
    ]
    words = "mais uma sessão pra valentina"
    assert which.patient(talk(words, own=own)) == "Valentina Couto"
    assert which.patient(talk("a do enzo deixa como tá", earlier=words, own=own)) == "Valentina Couto"
    assert which.patient(talk("mais uma sessão", own=own)) == ""


@pytest.mark.parametrize(
    ("before", "service"),
    [
        (
            "Consulta de nutrição (50 min; Nutr. Otávio). Livres: Nutr. Otávio: sábado 21/11: 8h",
            "Consulta de nutrição",
        ),
        (
            "*Consulta de nutrição*: horários livres:\n- Nutr. Otávio: sábado 21/11: 8h",
            "Consulta de nutrição",
        ),
        ("*Fono*: horários livres:\n- Bia: 8h\n\n*RPG*: horários livres:\n- Gil: 9h", ""),
        ("Qual horário prefere?", ""),
    ],
)
def test_the_service_of_our_last_list_is_known(before: str, service: str) -> None:
    assert which.listed(before) == service
