"""What a reply may not say against the clinic's own file; of the example that ships with the package."""

from datetime import datetime

import pytest

from clinic_bot.agent.guards.facts_check import FactsCheck
from clinic_bot.clinic.facts import example_clinic

FACTS = example_clinic()
CHECK = FactsCheck(FACTS, books=True)
NOW = datetime(2026, 10, 14, 10, tzinfo=FACTS.timezone)
FREE = (
    "Consulta de ginecologia (40 min; Dra. Yasmin Couto). Livres:\nDra. Yasmin Couto: quinta 15/10: 8h, 13h30"
)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Aceitamos Amil e não Unimed.", "convênio"),
        ("Atendemos sábado, não, domingo sim.", "horário de funcionamento"),
        ("Às sextas fechamos às 12h.", "horário de funcionamento"),
        ("Fazemos tomografia.", "serviço"),
        ("Não fazemos eletrocardiograma.", "serviço"),
        ("Aceitamos cheque.", "pagamento"),
        ("A ginecologia custa R$ 340.", "valor de outro"),
        ("O eletrocardiograma custa oitenta reais.", "valor em dinheiro"),
        ("Dá para dividir em 10 vezes no cartão.", "parcelamento"),
        ("A tolerância é de 40 minutos.", "prazo"),
        ("O eletrocardiograma exige jejum de 8 horas.", "jejum"),
        ("Estamos na Rua dos Ipês, 520.", "endereço"),
        ("Estamos no 7º andar.", "endereço"),
        ("O Dr. Otávio Serrano é o ortopedista.", "de outro"),
        ("A Dra. Yasmin atende às segundas.", "dia que não é dele"),
        ("A nutricionista Juliana atende aqui.", "profissional que a clínica não tem"),
        ("Siga a gente no @clinica.ipe!", "rede social"),
        ("A consulta é gratuita.", "sem custo"),
        ("Vamos devolver o valor.", "devolução"),
        ("Temos quinta às 9h.", "horário"),
        ("Temos sexta às 13h30.", "horário"),
    ],
)
def test_what_the_file_does_not_say_is_told_to_the_model(text: str, problem: str) -> None:
    found = CHECK.mistake(text, [FREE], [FREE], ["oi"], NOW)
    assert found is not None
    assert problem in found


@pytest.mark.parametrize(
    "text",
    [
        "Aceitamos Unimed e não Amil.",
        "Atendemos sábado, sim; domingo, não.",
        "Temos quinta às 13h30 com a Dra. Yasmin.",
        "A consulta de ginecologia é R$ 360, em até 3x de R$ 120.",
        "Ginecologia com eletrocardiograma dá R$ 490: R$ 360 mais R$ 130.",
        "A agenda vai até os próximos 60 dias, e lembramos 24 horas antes.",
        "Não precisa de jejum para o eletrocardiograma.",
        "Estamos na Rua dos Ipês, 250, 2º andar.",
    ],
)
def test_what_it_says_may_be_said(text: str) -> None:
    assert CHECK.mistake(text, [FREE], [FREE], ["oi"], NOW) is None


def test_where_there_is_no_agenda_times_are_the_reception_s() -> None:
    check = FactsCheck(FACTS, books=False)
    assert check.mistake("Temos quinta às 9h.", [], [], ["oi"], NOW) is None
