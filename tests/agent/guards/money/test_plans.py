"""What is said of health plans, where the notes of a file limit what they pay for."""

import pytest

from clinic_bot.agent.guards.money.plans import Plans
from clinic_bot.clinic.clinic_file import Insurance, Professional, Service
from clinic_bot.clinic.facts import ClinicFacts, example_clinic
from clinic_bot.clinic.spelling import plain

LIMITED = (
    "Convênios cobrem consultas e audiometria; lavagem de ouvido, fonoterapia e lentes são só particulares. "
    "Amil vale apenas para oftalmologia. Cassi não vale para audiometria. Audiometria pelo plano pede autorização "
    "prévia. Outros planos não são atendidos; damos recibo para pedir reembolso."
)


def plans(notes: str = LIMITED) -> Plans:
    names = ("Consulta oftalmológica", "Consulta de otorrinolaringologia", "Audiometria", "Lavagem de ouvido",
             "Sessão de fonoterapia")  # fmt: skip
    people = (
        Professional(name="Dra. Ana Lima", specialty="oftalmologia"),
        Professional(name="Dr. Rui Sá", specialty="otorrinolaringologia"),
    )
    facts: ClinicFacts = example_clinic().model_copy(
        update={
            "insurance": Insurance(accepted=("Unimed", "Amil", "Cassi"), notes=notes),
            "services": tuple(Service(name=name) for name in names),
            "professionals": people,
        }
    )
    return Plans(facts, plain("\n".join(one.text for one in facts.sections())))


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("A lavagem de ouvido é só particular, mesmo com Unimed.", "oi"),
        ("Infelizmente não. A fonoterapia é feita somente no particular.", "a unimed cobre fono?"),
        ("Para o otorrino, a Amil não é aceita; ela vale só para oftalmologia.", "tenho amil, serve?"),
        ("Amil (só para oftalmologia)", "quais convenios"),
        ("A Amil cobre a consulta com a oftalmologista.", "oi"),
        ("A Unimed cobre a audiometria, sim, com autorização prévia.", "oi"),
        ("A Unimed atende consultas e audiometria.", "oi"),
        ("Para otorrino só atendemos Unimed e Cassi.", "oi"),
        ("Cassi não entra na audiometria, só nas consultas.", "oi"),
        ("Não precisa de autorização do plano para as consultas com a Unimed.", "oi"),
    ],
)
def test_a_plan_may_be_limited_as_the_file_limits_it(text: str, asked: str) -> None:
    assert plans().mistake(text, asked, ()) is None


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("A Unimed cobre também a fonoterapia.", "oi"),
        ("Cobre sim! É só trazer a carteirinha.", "a unimed cobre lavagem de ouvido?"),
        ("A lavagem de ouvido entra pelo plano.", "tenho unimed"),
        ("Com a Unimed a fonoterapia sai pelo plano.", "oi"),
        ("A Amil cobre a audiometria.", "oi"),
        ("Amil é aceita para otorrinolaringologia.", "oi"),
        ("A Cassi cobre a audiometria.", "oi"),
        ("A Unimed não exige autorização para a audiometria.", "oi"),
        ("Com a Unimed não há carência.", "oi"),
        ("Infelizmente não atendemos Unimed.", "unimed?"),
        ("Atendemos somente particular.", "aceitam convenio?"),
        ("A Unimed vale só para fonoterapia infantil e botox.", "oi"),
    ],
)
def test_it_pays_for_nothing_else(text: str, asked: str) -> None:
    assert plans().mistake(text, asked, ()) is not None


def test_a_file_without_limits_limits_nothing() -> None:
    free = plans("Outros convênios não são atendidos; no particular damos recibo para reembolso.")
    assert free.mistake("A Unimed cobre a audiometria.", "oi", ()) is None
    assert (
        free.mistake("A Unimed não cobre nada aqui, só particular.", "audiometria pela unimed?", ())
        is not None
    )


def test_a_condition_of_somebody_else_s_is_none_of_a_plan() -> None:
    text = "Não precisa de autorização nenhuma: a Unimed atende na hora."
    notes = "Outros convênios não são atendidos."
    assert plans(notes).mistake(text, "oi", ()) is not None


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("Pode sim! A Cassi vale para a consulta com o Dr. Rui.", True),
        ("A Cassi vale para a consulta com a Dra. Ana.", False),
        ("A Cassi é só com a Dra. Ana; com o Dr. Rui seria particular.", False),
        ("A Unimed vale com o Dr. Rui.", False),
    ],
)
def test_a_plan_may_be_of_one_professional_alone(text: str, wrong: bool) -> None:
    notes = "Para todas as consultas. Cassi só com a Dra. Ana Lima."
    assert (plans(notes).mistake(text, "oi", []) is not None) is wrong


@pytest.mark.parametrize(
    "text",
    [
        "Unimed atendemos; Unimed Sul de Minas a recepção confirma.",
        "A Unimed Sul de Minas não está na nossa lista; atendemos Unimed.",
        "Não sei dizer se a Unimed Sul de Minas é aceita; a recepção confirma.",
        "Atendemos Unimed, sim. Já a Unimed Norte Fluminense não está na minha ficha.",
    ],
)
def test_a_plan_of_a_region_that_the_file_does_not_know_is_another_plan(text: str) -> None:
    assert plans().mistake(text, "atendem unimed sul de minas?", ()) is None


@pytest.mark.parametrize(
    "text",
    [
        "Unimed não atendemos; Unimed Sul de Minas a recepção confirma.",
        "Não atendemos Unimed nem Unimed Sul de Minas.",
        "Amil não aceitamos; Unimed Sul de Minas a recepção confirma.",
        "Unimed Campinas não atendemos.",  # the clinic's own town
    ],
)
def test_beside_it_no_accepted_plan_may_be_denied(text: str) -> None:
    assert plans().mistake(text, "atendem unimed sul de minas?", ()) is not None
