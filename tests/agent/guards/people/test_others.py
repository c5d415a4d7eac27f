import pytest

from clinic_bot.agent.guards.people.others import Others
from clinic_bot.clinic.spelling import plain

OTHERS = Others({"lia", "baru", "icaro"})
TOLD = [plain("consulta#1: Ecocardiograma com Dr. Ícaro, quinta-feira, 08/10 às 13h40, para Severina Galvão")]


def told_of(text: str, *, read: bool = True) -> bool:
    return OTHERS.told_of(text, TOLD, asked="", read=read, found=read)


@pytest.mark.parametrize(
    "text",
    [
        "A sua é quinta, às 18h. No nome da Yara não tem nada para esse dia.",
        "Verifiquei aqui e não há nenhum exame em nome de Neide Farias para amanhã.",
        "Não há nenhuma consulta em nome do Jonas Pimpão.",
        "Encontrei duas consultas em nome da Carla Menezes.",
        "Em nome de Paulo Souza há uma consulta na sexta.",
        "Dona Neide tem exame amanhã.",
        "Não temos nenhum Rafael Costa na clínica.",
    ],
)
def test_records_in_somebody_else_s_name_are_neither_confirmed_nor_denied(text: str) -> None:
    assert told_of(text)


@pytest.mark.parametrize(
    "text",
    [
        "Dona Severina deve trazer o pedido médico.",
        "A dona Severina tem exame na quinta.",
        "Encontrei o exame em nome de Severina Galvão.",
        "Não posso dizer se há consulta em nome de Neide Farias.",
        "Posso marcar em nome de Paulo Souza.",
        "A Neide deve escrever do telefone dela.",
    ],
)
def test_who_stands_in_the_phone_s_records_and_what_is_still_to_do_may_be_told(text: str) -> None:
    assert not told_of(text)


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ("minha vizinha faz terapia aí?", "Faz sim, às quartas."),
        ("meu ex marido tem consulta aí?", "Tem, sim."),
        ("minha irmã marcou?", "Marcou sim."),
    ],
)
def test_a_bare_answer_tells_of_whom_it_was_asked(asked: str, text: str) -> None:
    assert OTHERS.told_of(text, [], asked=asked, read=False, found=False)
    assert not OTHERS.told_of(text, [], asked="tem vaga? meu plano tem cobertura?", read=False, found=False)


def test_of_a_relative_nothing_is_told_without_the_records() -> None:
    assert told_of("Seu marido não tem nada marcado.", read=False)


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        (
            "a Sônia Rezende é paciente ai né? é minha tia",
            "É, sim, Wagner! Ela é acompanhada pela Dra. Luísa.",
        ),
        ("o jorge lemos se trata com vcs?", "Se trata, sim."),
        ("minha sogra é paciente daí?", "Não, não é."),
        ("a Carla Souza é paciente?", "Sim, com a Dra. Luísa."),
    ],
)
def test_whoever_asks_if_somebody_is_a_patient_is_told_by_any_answer(asked: str, text: str) -> None:
    assert OTHERS.told_of(text, [], asked=asked, read=True, found=False)
    assert not OTHERS.told_of("De outras pessoas não informo nada.", [], asked=asked, read=True, found=False)


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ("meu filho já é paciente, posso marcar pra ele?", "Sim! Qual o nome dele?"),
        ("o preço muda pra quem já é paciente?", "Não, é o mesmo."),
        ("quanto é a consulta?", "É R$ 300."),
        ("do que se trata o holter?", "É um exame de 24 horas."),
        ("minha mãe é paciente aí?", "Não encontrei nada marcado neste telefone."),
        ("minha mãe é paciente aí?", "Não posso informar sobre outras pessoas."),
    ],
)
def test_what_asks_for_something_else_is_answered(asked: str, text: str) -> None:
    assert not OTHERS.told_of(text, [], asked=asked, read=False, found=False)
