"""Which times a reply offers, and of which day they were told."""

from datetime import UTC, datetime

import pytest

from clinic_bot.agent.guards.times.slots import mistake

NOW = datetime(2026, 10, 6, 9, tzinfo=UTC)
FREE = "Limpeza (50 min). Livres:\nDra. Zuleica: quarta 07/10: 8h30, 15h30; sexta 09/10: 9h20; quarta 14/10: 11h10"


@pytest.mark.parametrize(
    "text",
    [
        "Na quarta que vem, 14/10, tenho 11h10 e também 15h30.",
        "Tenho dia 14/10 às 8h30.",
        "Amanhã tenho 11h10.",
        "Na sexta tenho 8h30 😊 Posso seguir?",
        "Na quarta, 07/10, tenho 10h.",
        "Ela volta na sexta, 09/10. Nesse dia tenho 8h30.",
        "Ela volta na sexta, 09/10. Nesse dia tenho 9h20, e quarta, 14/10, 8h30.",
    ],
)
def test_a_time_is_free_on_the_day_it_was_told_of(text: str) -> None:
    assert mistake(text, [FREE], (), NOW) is not None


@pytest.mark.parametrize(
    "text",
    [
        "Na quarta que vem, 14/10, tenho 11h10.",
        "Tenho quarta às 8h30, 15h30 ou, na outra semana, 11h10.",
        "Amanhã tenho 8h30.",
        "É só avisar até quinta, 08/10, às 9h20, com 24 horas de antecedência.",
        "Pode ser sexta ou quarta, 14/10? Tenho 9h20 e 11h10.",
        "Amanhã já faltariam menos de 48 horas para a limpeza de sexta às 9h20.",
        "Fica combinado: sai de quarta, 07/10, às 8h30 para sexta, 09/10, às 9h20.",
        "Tenho 9h20 na sexta, e às 11h10 de quarta, 14/10.",
        "Ela volta na sexta, 09/10. Tenho nesse dia 9h20, e quarta, 14/10, 11h10.",
        "O retorno dela é 07/10. Nessa data tenho 8h30 e 15h30; na sexta, 9h20.",
    ],
)
def test_what_was_told_may_be_offered(text: str) -> None:
    assert mistake(text, [FREE], (), NOW) is None


def test_an_hour_of_the_file_is_no_free_time_of_a_date() -> None:
    assert mistake("Tenho dia 09/10 às 13h.", [FREE], ("13:00",), NOW) is not None
    assert mistake("A Dra. Zuleica atende às 13h.", [FREE], ("13:00",), NOW) is None


def test_a_deadline_counted_back_from_a_told_time_is_no_other_time() -> None:
    booked = "Feito, marcada: Limpeza com Dra. Zuleica, sexta-feira, 09/10 às 15h."
    assert mistake("Até 48 horas antes, ou seja, até quarta, 07/10, às 15h.", [booked], (), NOW) is None
    assert mistake("Até 24 horas antes, até quinta às 15h, não tem custo.", [booked], (), NOW) is None
    assert mistake("Até 48 horas antes, ou seja, até quinta, 08/10, às 15h.", [booked], (), NOW) is not None
