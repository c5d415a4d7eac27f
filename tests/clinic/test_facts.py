import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from freezegun import freeze_time

from clinic_bot.clinic import fixture
from clinic_bot.clinic.clinic_file import Service
from clinic_bot.clinic.facts import ClinicFacts, example_clinic, load_clinic
from clinic_bot.clinic.texts import money
from clinic_bot.errors import Misconfigured

SMALL = """
name = "Clínica Teste"
assistant_name = "Lu"
[hours]
monday = "08:00-18:00"
tuesday = "08:00-18:00"
"""
FIXTURE: dict[str, Any] = {
    "clinic": {
        "name": "Clínica Aroeira",
        "assistant_name": "Nina",
        "address": "Rua A, 1",
        "phone": "1140000000",
    },
    "hours": {
        "mon_fri": "08:00-18:00",
        "sat": "08:00-12:00",
        "sun": "fechado",
        "holidays": ["2026-10-12"],
        "holiday_note": "Fechada em feriados nacionais.",
    },
    "professionals": [{"id": "h", "name": "Dra. Helena", "specialty": "dermatologia"}],
    "services": [
        {"id": "derma", "name": "Consulta de dermatologia", "price_brl": 350, "minutes": 30},
        {"id": "coleta", "name": "Coleta de sangue", "price_brl": None, "price_note": "depende do pedido"},
    ],
    "return_visit": "Retorno em 30 dias.",
    "insurance": {"accepted": ["Unimed"], "not_listed": "Outros não."},
    "payment": "Pix.",
    "preparation": {"coleta": "Jejum de 8 horas.", "general": "Chegar antes."},
    "policy": {"cancel": "24 horas.", "late": "15 minutos.", "emergency": "192", "no_medical_advice": "..."},
    "patients": [{"phone": "5511900000001", "name": "Marina"}],
    "free_slots": {"h": ["2026-10-08T08:30"]},
    "appointments": [],
}


def write(folder: Path, text: str, name: str = "clinic.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_recorded_clinic_s_texts_under_other_keys_are_topics(tmp_path: Path) -> None:
    """The scenarios' format may grow; a fact that is left out makes the assistant say that it does not know."""
    data = FIXTURE | {
        "clinic": FIXTURE["clinic"] | {"wifi": "Rede Visitantes, senha na recepção.", "floor": 3},
        "policy": FIXTURE["policy"] | {"companion": "Um acompanhante por paciente."},
        "insurance": FIXTURE["insurance"] | {"authorization": "Guia com 5 dias de antecedência."},
        "preparation": FIXTURE["preparation"] | {"ultrassom": "Bexiga cheia."},
    }
    facts = load_clinic(write(tmp_path, json.dumps(data), "clinic.json"))
    assert [(one.topic, one.text) for one in facts.more] == [
        ("wifi", "Rede Visitantes, senha na recepção."),
        ("companion", "Um acompanhante por paciente."),
        ("Convênios (authorization)", "Guia com 5 dias de antecedência."),
        ("Preparo (ultrassom)", "Bexiga cheia."),
    ]
    assert "Um acompanhante" in facts.about("posso levar acompanhante?")
    assert load_clinic(write(tmp_path, json.dumps(FIXTURE), "clinic.json")).more == ()


def loaded(folder: Path, text: str) -> ClinicFacts:
    return load_clinic(write(folder, text))


def test_the_example_is_complete_and_in_portuguese() -> None:
    facts = example_clinic()
    assert all(section.text for section in facts.sections())
    assert "192" in facts.texts.emergency
    assert "188" in facts.texts.emotional_crisis
    assert facts.whatsapp.never_answer == ("5519930000001",)
    assert facts.whatsapp.automatic_texts
    assert facts.whatsapp.give_back_phrase == "#bot"
    assert facts.whatsapp.alerts_to is None


def test_a_small_file_is_enough(tmp_path: Path) -> None:
    facts = loaded(tmp_path, SMALL)
    assert facts.timezone.key == "America/Sao_Paulo"
    assert "192" in facts.texts.emergency
    assert "188" in facts.texts.emotional_crisis
    assert facts.texts.hand_over
    assert facts.texts.unavailable


def test_the_clinic_of_recorded_scenarios_is_read_without_its_patients(tmp_path: Path) -> None:
    facts = load_clinic(write(tmp_path, json.dumps(FIXTURE), "clinic.json"))
    assert (facts.name, facts.assistant_name) == ("Clínica Aroeira", "Nina")
    assert facts.hours.friday == "08:00-18:00"
    assert facts.hours.saturday == "08:00-12:00"
    assert [service.price for service in facts.services] == [Decimal(350), None]
    assert facts.services[1].preparation == "Jejum de 8 horas."
    assert facts.policies.return_visit == "Retorno em 30 dias."
    assert not facts.is_open(datetime(2026, 10, 12, 12, tzinfo=UTC))
    everything = " ".join(section.text for section in facts.sections())
    assert "Marina" not in everything
    assert "coleta" not in everything  # nor an id, which could then leak


def test_the_agenda_of_recorded_scenarios_is_their_free_slots(tmp_path: Path) -> None:
    booked = {"id": "A1", "phone": "5511900000001", "patient": "Marina", "service": "derma"}
    gone = booked | {"id": "A2", "status": "cancelled"}
    given = [{**one, "professional": "h", "start": "2026-10-08T15:00"} for one in (booked, gone)]
    data = FIXTURE | {"appointments": given}
    facts = load_clinic(write(tmp_path, json.dumps(data), "clinic.json"))
    assert facts.has_agenda
    (helena,) = facts.professionals
    assert (helena.key, helena.slots) == ("h", (datetime(2026, 10, 8, 8, 30),))  # noqa: DTZ001 - local
    assert [one.id for one in fixture.booked(data)] == ["A1"]
    assert fixture.families(data) == (("5511900000001", ("Marina",)),)


def test_a_single_day_and_a_range_can_stand_in_the_recorded_hours(tmp_path: Path) -> None:
    data = FIXTURE | {"hours": {"mon_thu": "08:00-17:00", "fri": "09:00-12:00"}}
    facts = load_clinic(write(tmp_path, json.dumps(data), "clinic.json"))
    assert (facts.hours.thursday, facts.hours.friday, facts.hours.saturday) == (
        "08:00-17:00",
        "09:00-12:00",
        "",
    )


@pytest.mark.parametrize(
    ("text", "part"),
    [
        (SMALL + "\nclosed = 1", "hours.closed: unknown field"),
        (SMALL.replace('name = "Clínica Teste"', "", 1), "name: is missing"),
        (SMALL.replace("08:00-18:00", "18-8", 1), "hours.monday: write hours as"),
        (SMALL + "\n[[services]]\nname = 'X'\nprice = 'caro'", "services.1.price: "),
        (SMALL + "\n[[services]]\nname = 'X'\n[[services]]\nname = ''", "services.2.name: "),
        (SMALL + "\n[texts]\nemergency = 'Ligue 1925'", "texts.emergency: must name 192"),
        (SMALL + "\n[texts]\nemotional_crisis = 'Ligue 192'", "texts.emotional_crisis: must name 188"),
        (SMALL + "\n[texts]\nhand_over = ' '", "texts.hand_over: "),
        (SMALL + "\n[whatsapp]\nnever_answer = ['abc']", "whatsapp.never_answer.1: "),
        ("timezone = 'America/Sampa'\n" + SMALL, "timezone: no such time zone"),
        (SMALL + "\nyearly_holidays = ['31/02']", "hours.yearly_holidays.1: "),
        (SMALL + "\nname = sem aspas", "line"),
        ('{"a": ', "JSON"),
    ],
    ids=lambda value: value if len(str(value)) < 60 else "",
)
def test_a_wrong_file_is_refused_with_its_path_and_field(tmp_path: Path, text: str, part: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(Misconfigured) as caught:
        load_clinic(path)
    assert str(path) in str(caught.value)
    assert part in str(caught.value)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("{", "line 1"),
        ("[]", "JSON object"),
        (json.dumps(FIXTURE | {"hours": {"feira": "x"}}), "hours.feira"),
    ],
)
def test_a_wrong_recorded_clinic_is_refused(tmp_path: Path, text: str, part: str) -> None:
    with pytest.raises(Misconfigured, match=part):
        load_clinic(write(tmp_path, text, "clinic.json"))


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="CLINIC_BOT_CLINIC_FILE"):
        load_clinic(tmp_path / "missing.toml")
    with pytest.raises(Misconfigured, match="CLINIC_BOT_CLINIC_FILE"):
        load_clinic(tmp_path)
    (tmp_path / "latin.toml").write_bytes("name = 'Clínica'".encode("latin-1"))
    with pytest.raises(Misconfigured, match="UTF-8"):
        load_clinic(tmp_path / "latin.toml")


def test_a_file_saved_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    assert loaded(tmp_path, "\ufeff" + SMALL).name == "Clínica Teste"


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ("2026-10-06T13:12:00Z", ""),
        ("2026-10-06T10:30:00Z", "A recepção responde hoje a partir das 8h."),
        ("2026-10-07T01:41:00Z", "A recepção responde amanhã (quarta) a partir das 8h."),
        ("2026-10-10T16:00:00Z", "A recepção responde na terça-feira (13/10) a partir das 8h."),
    ],
    ids=["open", "early the same day", "at night, already tomorrow in UTC", "over a holiday"],
)
def test_the_hand_over_says_when_a_person_answers(when: str, said: str) -> None:
    facts = example_clinic()
    with freeze_time(when):
        text = facts.hand_over_text(datetime.now(UTC))
    assert text == f"{facts.texts.hand_over} {said}".strip()


def test_far_openings_are_named_by_date_and_none_in_sight_is_no_lie(tmp_path: Path) -> None:
    facts = example_clinic()
    closed = [date(2026, 10, day) for day in range(6, 20)]
    hours = facts.hours.model_copy(update={"holidays": tuple(closed)})
    now = datetime(2026, 10, 6, 15, tzinfo=UTC)
    holiday = facts.model_copy(update={"hours": hours})
    assert holiday.reception_answers(now) == "no dia 20/10 (terça) a partir das 8h"
    never = loaded(tmp_path, 'name = "A"\nassistant_name = "B"\n[hours]')
    assert never.reception_answers(now) == "assim que possível"


def test_money_is_written_as_in_brazil() -> None:
    assert [money(Decimal(text)) for text in ("220", "220.5", "1220.00")] == [
        "R$ 220",
        "R$ 220,50",
        "R$ 1.220",
    ]


@pytest.mark.parametrize(
    ("price", "note", "told"),
    [
        (0, "", "sem custo"),
        (0, "Sem custo", "Sem custo"),
        (0, "gratuita", "gratuita"),
        (0, "só na primeira consulta", "sem custo; só na primeira consulta"),
        (180, "com a limpeza", "R$ 180; com a limpeza"),
        (None, "", "valor com a recepção"),
    ],
)
def test_what_is_free_is_told_in_words(price: int | None, note: str, told: str) -> None:
    service = Service.model_validate({"name": "Avaliação", "price": price, "price_note": note})
    assert service.price_text() == told
