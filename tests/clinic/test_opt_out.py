"""Who wants no reminders says so in a whole message; words that merely look like it stop nothing."""

import pytest

from clinic_bot.clinic.opt_out import Wish, wish_of


@pytest.mark.parametrize(
    "text",
    [
        "PARAR", "parar", " Parar. ", "PARAR!!", "parar por favor", "Bom dia, parar", "STOP", "parem",
        "parar lembretes", "Quero parar de receber essas mensagens", "nao quero mais receber essas msg",
        "Não quero receber mais lembretes de vocês", "não me mande mais mensagens", "Pare de me enviar avisos",
        "cancelar lembretes", "PARAR 🙏", "descadastrar",
        "pare", "SAIR", "Isso é spam, parem com as mensagens", "já pedi pra parar de mandar msg",
        "tira meu número dessa lista",
    ],
)  # fmt: skip
def test_a_message_that_asks_to_stop(text: str) -> None:
    assert wish_of(text) is Wish.STOP


@pytest.mark.parametrize(
    "text", ["VOLTAR", "voltar a receber", "Quero voltar a receber os lembretes", "ativar lembretes"]
)
def test_a_message_that_asks_to_have_them_again(text: str) -> None:
    assert wish_of(text) is Wish.RESUME


@pytest.mark.parametrize(
    "text",
    [
        "", "quero parar o tratamento", "posso parar o carro aí?", "quando devo parar de tomar o remédio",
        "preciso parar de fumar", "parar ou continuar?", "não parar", "quero voltar aí na quinta", "cancelar",
        "cancela a consulta", "não quero receber visita", "voltar na semana que vem",
        "para", "para isso", "não quero mais nada", "não quero contato com leite",
        "parar " * 40,
        "não quero mais receber lembretes, mas confirme minha consulta",
    ],
)  # fmt: skip
def test_words_that_only_look_like_it(text: str) -> None:
    assert wish_of(text) is None
