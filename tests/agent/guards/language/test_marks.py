import pytest

from clinic_bot.agent.guards.language.marks import unmarked


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Boleto não aceitamos 🙏 As opções são Pix", "Boleto não aceitamos. As opções são Pix"),
        ("Custa R$ *130* 😊👍🏽 Quer marcar? 🦷", "Custa R$ 130. Quer marcar?"),
        ("📍 Rua do Sol\n⏰ 8h", "Rua do Sol\n 8h"),
        ("Tudo certo! ✅ _Até_ ~logo~", "Tudo certo!  Até logo"),
        ("siga @clinica_sol", "siga @clinica_sol"),
        ("um 😊 sorriso", "um  sorriso"),
        ("Consulta ⌚ Dura 40 min ▪️ Retorno", "Consulta. Dura 40 min. Retorno"),
        ("de quinta → Sexta", "de quinta → Sexta"),
    ],
)
def test_what_is_for_the_eye_is_left_out(text: str, read: str) -> None:
    assert unmarked(text) == read
