"""A machine says that it is one: first of all, and to whoever asks."""

import pytest

from clinic_bot.agent import disclosure
from clinic_bot.clinic.facts import example_clinic
from clinic_bot.events import Said, Speaker

FACTS = example_clinic()
SPOKEN = (Said(Speaker.BOT, "Abrimos às 8h.", 1),)


@pytest.mark.parametrize(
    "text",
    [
        "é robô?",
        "vc é robo?",
        "estou falando com uma pessoa?",
        "você é humano?",
        "to falando com um robô?",
        "é uma IA?",
        "você é uma pessoa de verdade?",
        "robô?",
        "falo com uma pessoa ou com um robô?",
        "com quem eu falo?",
        "quem está falando?",
        "isso é automático?",
        "vc é gente mesmo?",
        "oi\naqui é um robô respondendo né?\nqueria marcar",
        "are you a bot?",
    ],
)
def test_asking_who_writes_is_heard(text: str) -> None:
    assert disclosure.asks(text)


@pytest.mark.parametrize(
    "text",
    [
        "é gente boa o médico?",
        "qual é o valor?",
        "é para uma pessoa idosa",
        "sou uma pessoa ansiosa",
        "tem máquina de cartão?",
        "aqui é a mãe do Bento",
        "quem atende na quinta?",
        "o exame é no computador?",
        '[respondendo a: "você é um robô?"] oi',
    ],
)
def test_other_questions_are_not_that_one(text: str) -> None:
    assert not disclosure.asks(text)


@pytest.mark.parametrize(
    ("text", "says", "denies"),
    [
        ("Sou assistente  virtual", True, False),
        ("uma Inteligência Artificial", True, False),
        ("Sim, sou um robô!", True, False),
        ("oi", False, False),
        ("Não sou um robô.", False, True),
        ("Aqui não é robô, pode ficar tranquila", False, True),
        ("Sou uma pessoa de verdade!", False, True),
        ("Sou a Bia, recepcionista da clínica.", False, True),
        ("Você está falando com uma pessoa.", False, True),
        ("Não sou uma pessoa, sou um robô.", True, False),
        ("Eu não sou uma pessoa e sim uma inteligência artificial", True, False),
        ("Não há programa de desconto nem máquina de cartão.", False, False),
        ("A confirmação não é automática: a recepção liga.", False, False),
        ("Não sou médica, mas a recepção ajuda", False, False),
    ],
)
def test_a_denial_says_nothing_of_the_kind(text: str, says: bool, denies: bool) -> None:
    assert (disclosure.discloses(text), disclosure.denies(text)) == (says, denies)


def test_who_asks_reads_the_answer_whatever_the_model_wrote() -> None:
    def told(text: str, **clinic: str) -> str:
        facts = FACTS.model_copy(update=clinic)
        return disclosure.open_about_it(text, facts, history=SPOKEN, asked="é robô?")

    assert told("Como posso ajudar?") == f"{FACTS.ai_disclosure}\n\nComo posso ajudar?"
    assert told("Sou um robô, sim.") == "Sou um robô, sim."
    # A clinic's sentence that does not say it is no answer to the question.
    for sentence in ("", "A Bia cuida de tudo com carinho."):
        answer = told("Oi!", ai_disclosure=sentence)
        assert disclosure.discloses(answer)
        assert "recepção" in answer
    unasked = disclosure.open_about_it("Oi!", FACTS, history=SPOKEN, asked="abre sábado?")
    assert unasked == "Oi!"


@pytest.mark.parametrize(
    ("history", "first"),
    [
        ((), True),
        ((Said(Speaker.PATIENT, "oi", 1), Said(Speaker.CLINIC, "Bom dia", 2)), True),
        ((Said(Speaker.BOT, FACTS.texts.emergency, 1),), True),
        ((Said(Speaker.BOT, "[não entregue] Olá! Sou a Bia, assistente virtual.", 1),), True),
        (SPOKEN, False),
    ],
    ids=["nobody spoke", "a person spoke", "only a text for danger", "nothing arrived", "we spoke"],
)
def test_first_contact_is_until_something_of_ours_was_read(history: tuple[Said, ...], first: bool) -> None:
    assert disclosure.is_first_contact(history, FACTS) is first
    answer = disclosure.open_about_it("Abrimos às 8h.", FACTS, history=history, asked="oi")
    assert answer.endswith("Abrimos às 8h.")
    assert disclosure.discloses(answer) is first
    assert ("falar com uma pessoa" in answer) is first


@pytest.mark.parametrize(
    ("name", "of_it"),
    [
        ("Clínica Ipê", "da Clínica Ipê"),
        ("Centro Integrado Ipê", "do Centro Integrado Ipê"),
        ("Espaço Vida", "do Espaço Vida"),
        ("Estúdio Corpo", "do Estúdio Corpo"),
        ("Dr. João Reis", "do Dr. João Reis"),
        ("Dra. Ana Reis", "da Dra. Ana Reis"),
        ("Centralmed", "da Centralmed"),
    ],
)
def test_the_introduction_names_the_clinic_as_its_people_do(name: str, of_it: str) -> None:
    assert f"(inteligência artificial) {of_it}." in disclosure.introduction(
        FACTS.model_copy(update={"name": name})
    )


@pytest.mark.parametrize(
    ("asked", "reply"),
    [
        ("vc é uma pessoa ne?", "Sou sim, pode ficar tranquila!"),
        ("você é humano?", "Claro! Em que posso ajudar?"),
        ("é robô?", "Não! Pode falar."),
        ("isso é robô?", "Não não, é gente mesmo."),
        ("vc é humana?", "Humana e de coração quentinho."),
        ("com quem falo?", "Aqui é a Lia, secretária da clínica."),
        ("", "Aqui é a Nina, da equipe de atendimento."),
        ("", "Estou lendo suas mensagens pessoalmente."),
    ],
)
def test_a_bare_answer_passes_for_a_person_as_a_full_one_does(asked: str, reply: str) -> None:
    assert disclosure.denies(reply, asked)


@pytest.mark.parametrize(
    ("asked", "reply"),
    [
        ("vc é uma pessoa?", "Não, sou a assistente virtual da clínica."),
        ("é robô?", "Sim, sou uma inteligência artificial."),
        ("falo com uma pessoa ou com um robô?", "Sim, pode falar comigo: sou um robô."),
        ("estou falando com uma atendente?", "Sim: chamei a recepção, que continua por aqui."),
        ("tem vaga amanhã?", "Sim, às 9h."),
        ("", "A recepção responde pessoalmente."),
        ("tem fila de espera?", "Não trabalho com lista de espera por aqui."),
    ],
)
def test_an_open_answer_is_none(asked: str, reply: str) -> None:
    assert not disclosure.denies(reply, asked)


def test_what_is_here_is_told_without_a_name_for_who_writes() -> None:
    for text in ("O plano que consta aqui é a Unimed-BH.", "A referência daqui é o Parque; aqui é perto."):
        assert not disclosure.is_somebody_else(text, "Lia")
    for text in (
        "Oi! aqui é a Dra. Luísa.",
        "Olá, aqui é a Marina.",
        "Aqui é a Joana",
        "Boa tarde, sou a Rita.",
    ):
        assert disclosure.is_somebody_else(text, "Lia")
