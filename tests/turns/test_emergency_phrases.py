"""The notation of the context tables."""

import pytest

from clinic_bot.turns.emergency_phrases import anywhere, at_end, at_start, rows


@pytest.mark.parametrize(
    ("row", "found", "not_found"),
    [
        ("de repente", " caiu de repente ", " de tarde "),
        ("ja|mas passou", " mas passou ", " passou "),
        ("ja eu? tive", " ja tive ", " ja ele tive "),
        ("melhor*", " melhorei ", " mel "),
        ("ha # anos", " ha 3 anos ", " ha anos "),
        ("faz ~2 anos", " faz uns tres anos ", " faz mais de cem anos "),
        ("^ate agora", " caiu agora ", " ate agora "),
        ("agora !to_bem", " agora to mal ", " agora to bem "),
    ],
    ids=["words", "alternatives", "optional", "stem", "number", "gap", "not behind", "not before"],
)
def test_each_element_of_a_row_means_what_the_table_says(row: str, found: str, not_found: str) -> None:
    assert anywhere([row]).search(found)
    assert not anywhere([row]).search(not_found)


def test_a_row_stands_at_the_end_with_few_words_or_only_links_behind_it() -> None:
    assert at_end(["retorno"], gap=1).search(" retorno do")
    assert not at_end(["retorno"], gap=1).search(" retorno do meu")
    assert at_end(["retorno"], links=["do", "meu"]).search(" retorno do meu")
    assert not at_end(["retorno"], links=["do"]).search(" retorno amanha do")


def test_a_row_stands_at_the_start_behind_few_words() -> None:
    assert at_start(["passou"], gap=1).match(" ja passou ")
    assert not at_start(["passou"], gap=1).match(" eu ja passou ")


def test_a_table_is_one_row_a_line() -> None:
    assert rows("\n  um dois\n  tres\n") == ("um dois", "tres")
