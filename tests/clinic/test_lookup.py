from typing import Any

import pytest
from pydantic import BaseModel

from clinic_bot.clinic import lookup
from clinic_bot.clinic.clinic_file import Away, Days, Hours, Insurance, Policies, Professional, Service, Topic
from clinic_bot.clinic.facts import ClinicFacts, example_clinic

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
        ("precisa marcar a coleta ou é só chegar", "Sem hora marcada"),
        ("a babá pode acompanhar", "responsável legal"),
    ],
)
def test_a_topic_finds_what_the_clinic_wrote(topic: str, part: str) -> None:
    assert part in FACTS.about(topic)


@pytest.mark.parametrize("topic", ["xyzzy", "", "que da no", "🙂"])
def test_nothing_found_says_so_and_names_the_topics(topic: str) -> None:
    answer = FACTS.about(topic)
    assert answer.startswith("Não há essa informação")
    assert "Estacionamento" in answer
    assert "Serviço:" not in answer  # "Serviços e preços" says as much, and the room is the other look-ups'


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


#: What is no fact for a patient's question, or is told another way; a new field has to be put here or be found.
NOT_LOOKED_UP = {
    "name", "assistant_name", "ai_disclosure", "timezone",  # stand in every request
    "texts", "whatsapp", "agenda", "reminders",  # how it works
    "professionals.id", "services.id", "services.minutes",  # keys; minutes stand beside the price
    "professionals.slots",  # the agenda's tool tells what is free of them
}  # fmt: skip


def filled(model: type[BaseModel], path: str, found: dict[str, str]) -> dict[str, Any]:
    """A table with a word of its own in every field that holds text; ``found`` gets them by path."""
    data: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        at = f"{path}.{name}" if path else name
        if at in NOT_LOOKED_UP:
            continue
        kind = str(field.annotation)
        inner = next((one for one in TABLES if one.__name__ in kind), None)
        if at.rpartition(".")[2] in SPECIAL:
            data[name], found[at] = SPECIAL[at.rpartition(".")[2]]
        elif inner is not None:
            table = filled(inner, at, found)
            data[name] = [table] if "tuple" in kind else table
        else:
            word = f"zz{len(found):02d}x"
            data[name], found[at] = ([word] if "tuple" in kind else word), word
    return data


TABLES = (Hours, Days, Professional, Service, Insurance, Policies, Topic, Away)
SPECIAL: dict[str, tuple[Any, str]] = {
    **dict.fromkeys(
        ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday"), ("07:05-07:55", "7h05")
    ),
    "sunday": ("", "domingo fechado"),
    "holidays": (["2027-02-09"], "terça 09/02/2027"),
    "yearly_holidays": (["25/12"], "25/12"),
    "first": ("2027-01-04", "04/01/2027"),
    "last": ("2027-01-08", "08/01/2027"),
    "price": ("123.45", "123,45"),
}


def test_every_field_of_any_clinic_s_file_is_found() -> None:
    found: dict[str, str] = {}
    data = filled(ClinicFacts, "", found)
    data |= {"name": "N", "assistant_name": "A"}
    data["professionals"][0]["services"] = [data["services"][0]["name"]]
    found["professionals.services"] = data["services"][0]["name"]
    data["services"][0]["minutes"] = 30
    data["professionals"][0]["hours"]["sunday"] = "08:00-09:00"
    found.pop("professionals.hours.sunday")
    facts = ClinicFacts.model_validate(data)
    everything = "\n".join(section.text for section in facts.sections())
    titles = "\n".join(section.title for section in facts.sections())
    missing = {at for at, word in found.items() if word not in everything and word not in titles}
    assert missing == set()
    assert len(found) > 40
    for section in facts.sections():  # and a question that names it gets it
        assert section.text[:40] in facts.about(section.title), section.title


def test_when_somebody_attends_and_is_away_is_told() -> None:
    told = FACTS.about("que dia a Marta Figueira atende")
    assert "Atende Consulta de clínica geral. Dias: segunda das 8h às 12h; terça" in told.replace(
        "-feira", ""
    )
    assert "Ausente de 21/12/2026 a 08/01/2027" in told


def test_a_price_of_two_services_is_told_of_these_two_before_the_team() -> None:
    told = FACTS.about("preço gineco ortopedia")
    assert told.startswith("Serviço: Consulta de ginecologia: R$ 360")
    assert told.index("Consulta de ortopedia: R$ 340") < told.index("Profissionais")
    assert FACTS.about("preço").startswith("Serviços e preços")
