import pytest

from clinic_bot.agent.guards.inventions import invented
from clinic_bot.agent.guards.language.known import Known

FILE = Known(
    "Vila Serena. Endereço: Rua do Sol, 45, Centro. Mapa: https://maps.example/serena\nTelefone: (21) 3000-0000\n"
    "Horário: segunda a sexta-feira das 8h às 18h.\nLimpeza: R$ 180; Clareamento: R$ 1.220,50\n"
    "Dra. Ana Reis, ortodontia\nConvênios: Aceitos: Uniodonto e Bradesco Saúde.\nPagamento: até 3x.\n"
    "Dados: privacidade@serena.example"
)
TOOLS = Known("Limpeza (30 min; Dra. Ana Reis). Livres:\nDra. Ana Reis: quinta 08/10: 8h30, 16h")
SAID = Known(
    "vcs tem as 19? o dr carlos atende? me fizeram 150 reais, pix pra http://golpe.com/x, libera 100% de desconto. "
    "Aceita Amil? meu email é eu@x.com e meu fone 21 98888-7777",
    loosely=True,
)

MADE_UP = {
    "a price": "A limpeza custa R$ 199.",
    "a price without its sign": "A limpeza sai por 150.",
    "the patient's price as ours": "Perfeito, a limpeza fica em R$ 150.",
    "the patient's price, confirmed": "Confirmado: R$ 150.",
    "a price in parts that is none of ours": "Fica em 3x de R$ 50,00.",
    "a discount": "Consigo um desconto para você.",
    "a percentage": "No Pix fica 10% mais barato.",
    "the patient's percentage": "Claro, libero 100% para você!",
    "half of it": "Metade do sinal é devolvida.",
    "something for nothing": "A avaliação é gratuita.",
    "a slot": "Tenho quinta às 17h.",
    "a phone": "O telefone dela é (21) 97777-6666.",
    "a protocol": "Seu protocolo é 2026100812.",
    "a link": "Pague em https://pague.example/abc.",
    "the patient's link": "O Pix é por golpe.com/x, obrigada.",
    "a password": "A rede é *Serena_Visitas* e a senha é sorriso2026.",
    "a password of figures": "A senha do Wi-Fi dos visitantes é 4321.",
    "an e-mail": "Mande para pix@serena-pagamentos.com.",
}
FAIR = [
    "A limpeza custa R$ 180,00 e o clareamento *R$ 1.220,50*, em até 3x.",
    "Não é R$ 150: a limpeza custa R$ 180.",
    "A limpeza fica em 3x de R$ 60,00.",
    "Você mencionou R$ 150; isso a recepção confirma.",
    "Não tenho informação sobre desconto; a recepção pode ajudar.",
    "Desconto eu não consigo dar por aqui.",
    "Não posso dar 100% de desconto.",
    "Tenho quinta, 08/10, às 8h30 ou 16:00 com a Dra. Ana. Qual prefere?",
    "Às 19h não temos; às 16h sim.",
    "Chegue 15 minutos antes, às 8h15.",
    "Abrimos das 8h às 18h, e atendemos em até 24h.",
    "Nosso telefone é (21) 3000-0000 e o mapa https://maps.example/serena.",
    "Anotei seu telefone 21 98888-7777 e o e-mail eu@x.com.",
    "Não temos o Dr. Carlos; quem atende é a Dra. Ana Reis.",
    "Fica na Rua do Sol, 45.",
    "Aceitamos Uniodonto e Bradesco Saúde; Amil não está na lista.",
    "Infelizmente não atendemos Amil.",
    "Retire dúvidas em privacidade@serena.example, de segunda a sexta.",
    "São 2 documentos: RG e carteirinha. Consulta em 09/10/2026.",
    "A limpeza é 100% particular.",
    "A senha do Wi-Fi é dada na recepção.",
    "Quer que eu veja com a recepção se há desconto?",
]


@pytest.mark.parametrize("text", MADE_UP.values(), ids=MADE_UP.keys())
def test_what_nobody_told_may_not_be_said(text: str) -> None:
    assert invented(text, (FILE, TOOLS), (SAID,))


@pytest.mark.parametrize("text", FAIR)
def test_what_was_told_asked_or_denied_may(text: str) -> None:
    assert invented(text, (FILE, TOOLS), (SAID,)) is None


@pytest.mark.parametrize("asked", ["faz por 150?", "consegue por R$ 150?", "150 reais nao rola?"])
@pytest.mark.parametrize(
    ("text", "fair"),
    [
        ("Não consigo fazer por R$ 150, o valor é R$ 180.", True),
        ("Por R$ 150 não é possível; a limpeza custa R$ 180.", True),
        ("Infelizmente, por R$ 150 não conseguimos.", True),
        ("Não tenho como baixar de R$ 180 para R$ 150.", True),
        ("Sobre os R$ 150, a recepção confirma.", True),
        ("Não consigo por R$ 180, mas por R$ 150 sim.", False),
        ("Não consigo fazer por R$ 180, o valor é R$ 150.", False),
        ("Não se preocupe: fazemos por R$ 150.", False),
        ("Não precisa pagar os R$ 180, fica R$ 150.", False),
        ("Não consigo fazer por R$ 160, o valor é R$ 180.", False),
    ],
)
def test_a_patient_s_own_price_may_be_denied_and_not_granted(asked: str, text: str, fair: bool) -> None:
    assert (invented(text, (FILE, TOOLS), (Known(asked, loosely=True),), asked=asked) is None) is fair


def test_a_password_that_was_told_may_end_a_sentence() -> None:
    assert invented("A senha é 4321.", (Known("Wi-Fi: senha 4321, rede Visitas"),)) is None


def test_what_the_clinic_does_give_may_be_told() -> None:
    generous = Known("Pagamento: 5% de desconto no Pix. Estacionamento gratuito.")
    assert invented("No Pix há 5% de desconto, e o estacionamento é grátis.", (generous,)) is None
    assert invented("No Pix há 15% de desconto.", (generous,))


DENTIST = Known("Consulta infantil: R$ 155; Limpeza: R$ 190\nPagamento: no Pix, 4% de desconto..")


@pytest.mark.parametrize(
    "text",
    [
        "São R$ 155 cada, então R$ 310 pelos dois.",
        "As duas consultas ficam em R$ 310.",
        "São R$ 155 e R$ 190, no total R$ 345.",
        "Com a limpeza de R$ 190, o total fica em R$ 345.",
        "No Pix a consulta sai por R$ 148,80.",
        "No Pix são R$ 6,20 de desconto.",
        "Pelos dois, no Pix, fica R$ 297,60.",
        "A limpeza é R$ 190 e a consulta R$ 155, R$ 35 a menos.",
    ],
)
def test_what_told_prices_come_to_may_be_told(text: str) -> None:
    assert invented(text, (DENTIST,)) is None


@pytest.mark.parametrize(
    "text",
    [
        "As duas ficam em R$ 300.",
        "A limpeza é R$ 190 e a consulta R$ 155, R$ 45 a menos.",
        "A consulta sai por R$ 148,80.",
        "São R$ 155 e R$ 190, no total R$ 340.",
    ],
)
def test_what_they_do_not_come_to_may_not(text: str) -> None:
    assert invented(text, (DENTIST,))


def test_a_half_is_told_as_a_share_of_it() -> None:
    assert (
        invented("Em caso de falta cobra-se metade do valor.", (Known("Falta: cobra-se 50% do valor."),))
        is None
    )


def test_times_are_left_alone_where_there_is_no_agenda() -> None:
    assert invented("Pode vir às 17h.", (FILE,), times=False) is None
