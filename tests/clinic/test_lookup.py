import pytest

from clinic_bot.clinic import lookup
from clinic_bot.clinic.facts import Service, Topic, example_clinic

FACTS = example_clinic()


@pytest.mark.parametrize(
    ("topic", "part"),
    [
        ("preparo para coleta de sangue", "Jejum de 8 horas"),
        ("jejum", "Jejum de 8 horas"),
        ("ESTACIONAMENTO", "R$ 12"),
        ("tem onde estacionar", "R$ 12"),
        ("preço da consulta de cardiologia", "R$ 390"),
        ("valores", "Consulta de ortopedia: R$ 340"),
        ("horário de sábado", "sábado das 8h às 12h"),
        ("aceita Unimed", "Unimed"),
        ("localização", "Rua dos Ipês"),
        ("retorno", "30 dias"),
        ("tolerância de atraso", "15 minutos"),
        ("cancelar consulta", "24 horas"),
        ("ginecologista", "Yasmin"),
        ("nota fiscal", "e-mail"),
        ("apagar meus dados", "encarregada"),
        ("cadeirante", "rampa"),
        ("parcelamento", "3x"),
    ],
)
def test_a_topic_finds_what_the_clinic_wrote(topic: str, part: str) -> None:
    assert part in FACTS.about(topic)


@pytest.mark.parametrize("topic", ["xyzzy", "", "que da no", "🙂"])
def test_nothing_found_says_so_and_names_the_topics(topic: str) -> None:
    answer = FACTS.about(topic)
    assert answer.startswith("Não há essa informação")
    assert "Estacionamento" in answer


def test_two_topics_in_one_question_are_both_answered() -> None:
    answer = FACTS.about("estacionamento e acessibilidade")
    assert "R$ 12" in answer
    assert "rampa" in answer


def test_an_answer_never_outgrows_its_bound() -> None:
    services = tuple(Service(name=f"Exame número {n}", notes="palavra " * 60) for n in range(80))
    facts = FACTS.model_copy(update={"services": services, "more": (Topic(topic="Tudo", text="x " * 5000),)})
    for topic in ("exame", "tudo", "preço", "nada disso existe aqui"):
        assert 0 < len(facts.about(topic)) <= lookup.MAX_CHARS


def test_a_link_is_not_followed_by_a_full_stop() -> None:
    assert FACTS.about("endereço").endswith("https://maps.example/ipe-amarelo")
