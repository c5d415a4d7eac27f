import pytest

from clinic_bot.agent.guards.language.figures import Kind, figures


@pytest.mark.parametrize(
    ("text", "kind", "values"),
    [
        ("R$ 350,00, 380 reais, R$ 1.350", Kind.AMOUNT, ["350.00", "380.00", "1350.00"]),
        ("custa 200 e sai por 150,50", Kind.AMOUNT, ["200.00", "150.50"]),
        ("R$ 2 mil", Kind.AMOUNT, ["2000.00"]),
        ("valor de 3x, fica em 2 parcelas, por 30 minutos", Kind.AMOUNT, []),
        ("10% no Pix, 5,5 por cento", Kind.PERCENT, ["10", "5.5"]),
        ("às 16h, 15h15, *8:30*, 18 horas, das 08:00-18:00", Kind.TIME,
         ["16:00", "15:15", "08:30", "18:00", "08:00", "18:00"]),
        ("ao meio-dia", Kind.TIME, ["12:00"]),
        ("em 2h, até 2 horas, jejum de 8h, 8 horas antes, 24h de antecedência", Kind.TIME, []),
        ("até 18h", Kind.TIME, ["18:00"]),
        ("R$ 10 por até 2 horas", Kind.TIME, []),
        ("https://maps.example/x. wa.me/55 e www.a.com.br", Kind.LINK, ["maps.example/x", "wa.me/55", "a.com.br"]),
        ("escreva para Ana@B.com.br.", Kind.EMAIL, ["ana@b.com.br"]),
        ("escreva para ana@b.com.br", Kind.LINK, []),
        ("(11) 4000-0000 ou +55 11 90000-0001", Kind.NUMBER, ["1140000000", "5511900000001"]),
        ("dia 08/10/2026, 08.10.2026, 2026-10-08, 2025-2026, 3º andar, 120", Kind.NUMBER, []),
    ],
)  # fmt: skip
def test_one_spelling_for_every_way_to_write_it(text: str, kind: Kind, values: list[str]) -> None:
    assert sorted(one.value for one in figures(text) if one.kind is kind) == sorted(values)
