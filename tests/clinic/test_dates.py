"""Every phrase is read on Tuesday, 6 October 2026, at 10:12, unless it says otherwise."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_bot.clinic.dates import When, resolve
from clinic_bot.clinic.holidays import easter

ZONE = ZoneInfo("America/Sao_Paulo")
TUESDAY = datetime(2026, 10, 6, 10, 12, tzinfo=ZONE)


def said(text: str, now: datetime = TUESDAY) -> When:
    return resolve(text, now)


def october(*days: int) -> tuple[date, ...]:
    return tuple(date(2026, 10, day) for day in days)


def spans(text: str) -> list[str]:
    return [f"{span.earliest:%H:%M}-{span.latest:%H:%M}" for span in said(text).spans]


DAYS = {
    "hoje": october(6),
    "hj": october(6),
    "hoje à tarde": october(6),
    "na véspera do feriado": october(11),
    "um dia antes do feriado": october(11),
    "passar de amanhã pra terça que vem": october(7, 13),
    "troca a de depois de amanhã para sexta": october(8, 9),
    "na semana do dia 21": october(19, 20, 21, 22, 23, 24, 25),
    "no fim de semana do dia 17": october(17),
    "fui aí sábado retrasado": (),
    "amanhã": october(7),
    "amanha cedo": october(7),
    "amanah de manha": october(7),
    "amnh": october(7),
    "depois de amanhã": october(8),
    "dps de amanha": october(8),
    "segunda": october(12),
    "segunda-feira": october(12),
    "2ª feira": october(12),
    "seg de manhã": october(12),
    "quarta": october(7),
    "na quinta": october(8),
    "qinta": october(8),
    "sexta às 10h": october(9),
    "sesta": october(9),
    "sábado": october(10),
    "sabdo": october(10),
    "domingo": october(11),
    "nessa quinta": october(8),
    "quinta ou sexta de tarde": october(8, 9),
    "segunda que vem": october(12),
    "próxima segunda": october(12),
    "na outra quinta": october(15),
    "quinta da semana que vem": october(15),
    "quinta que vem sem ser essa": october(15),
    "quinta que vem, não essa": october(15),
    "sábado que vem, sem ser esse agora": october(17),
    "quinta, não a dessa semana, às 15h": october(15),
    "terça que vem, não essa": october(13),
    "quinta, não essa médica": october(8),
    "semana que vem na terça": october(13),
    "semana que vem de tarde": october(12, 13, 14, 15, 16, 17, 18),
    "semana q vem": october(12, 13, 14, 15, 16, 17, 18),
    "próxima semana": october(12, 13, 14, 15, 16, 17, 18),
    "ainda essa semana": october(6, 7, 8, 9, 10, 11),
    "no fim de semana": october(10, 11),
    "fds": october(10, 11),
    "dia 8 depois das 15": october(8),
    "dia 8": october(8),
    "dia 6": october(6),
    "dia 5": (date(2026, 11, 5),),
    "dias 8 e 9": october(8, 9),
    "dia 31": october(31),
    "dia primeiro": (date(2026, 11, 1),),
    "8/10": october(8),
    "08/10/2026 às 16:00": october(8),
    "dia 08/10": october(8),
    "8-10": october(8),
    "8 de outubro": october(8),
    "8 out": october(8),
    "dia 8 de outubro de 2026": october(8),
    "2026-10-08T16:00": october(8),
    "10/01": (date(2027, 1, 10),),
    "quinta dia 8": october(8),
    "quinta-feira, 08/10": october(8),
    "amanhã, quarta": october(7),
    "daqui a 3 dias": october(9),
    "daqui uma semana": october(12, 13, 14, 15, 16, 17, 18),
    "daqui a duas semanas": october(19, 20, 21, 22, 23, 24, 25),
    "em novembro": tuple(date(2026, 11, day) for day in range(1, 31)),
    "no começo do mês que vem": tuple(date(2026, 11, day) for day in range(1, 11)),
    "fim do mês": october(*range(21, 32)),
    "final de outubro": october(*range(21, 32)),
    "o quanto antes": (),
    "qualquer dia de tarde": (),
    "14h": (),
    "bom dia": (),
    "": (),
    "quanta demora, cerca de 12 reais na minha conta": (),
    "quinta às dez": october(8),
    "dez da manhã": (),
    "10 de dez": (date(2026, 12, 10),),
    "dez de outubro": october(10),
    "dia dez": october(10),
    "dia vinte e dois às nove": october(22),
    "8 ou 9 de outubro": october(8, 9),
    "sexta 16": october(16),
    "sexta 16/10: 11h, 14h20": october(16),
    "Ana: quinta 05/11: 8h": (date(2026, 11, 5),),
    "sábado, dia 17": october(17),
    "sábado (17)": october(17),
    "sexta 10": october(9),  # the 10th is no Friday: an hour, perhaps
    "no outro sábado": october(17),
    "de quarta a sexta": october(7, 8, 9),
    "de sexta a segunda": october(9, 10, 11, 12),
    "primeiro horário": (),
    "na primeira quinta de novembro": (date(2026, 11, 5),),
    "no primeiro sábado de novembro às 9h": (date(2026, 11, 7),),
    "último sábado do mês": october(31),
    "segunda quinta do mês que vem": (date(2026, 11, 12),),
    "amanhã ou na terceira sexta de outubro": october(7, 16),
    "de hoje a oito": october(13),
    "hoje a 15 dias": october(20),
    "hoje às 15h": october(6),
}


@pytest.mark.parametrize(("text", "days"), DAYS.items(), ids=list(DAYS))
def test_the_days_a_phrase_names(text: str, days: tuple[date, ...]) -> None:
    when = said(text)
    assert when.days == days
    assert when.doubt == ""


HOURS = {
    "às 15:30": ["15:30-15:30"],
    "15h30": ["15:30-15:30"],
    "15 h": ["15:00-15:00"],
    "16:00": ["16:00-16:00"],
    "8h": ["08:00-08:00"],
    "8 horas": ["08:00-08:00"],
    "sexta as 9": ["09:00-09:00"],
    "às 3": ["15:00-15:00"],
    "3 da tarde": ["15:00-15:00"],
    "às três da tarde": ["15:00-15:00"],
    "8 da noite": ["20:00-20:00"],
    "das 16 às 14": ["14:00-16:00"],
    "9h da manhã": ["09:00-09:00"],
    "oito e meia": ["08:30-08:30"],
    "as 14 e meia": ["14:30-14:30"],
    "meio-dia": ["12:00-12:00"],
    "meio dia e meia": ["12:30-12:30"],
    "dia 8 depois das 15": ["15:00-23:59"],
    "a partir das 15h": ["15:00-23:59"],
    "antes das 10": ["00:00-09:59"],
    "até as 10h30": ["00:00-10:30"],
    "entre 14 e 16h": ["14:00-16:00"],
    "das 14h às 16h": ["14:00-16:00"],
    "quinta das 14-16h": ["14:00-16:00"],
    "lá pelas 15h": ["14:00-16:00"],
    "14h ou 16h": ["14:00-14:00", "16:00-16:00"],
    "às 14 ou 16": ["14:00-14:00", "16:00-16:00"],
    "amanhã cedo": ["00:00-10:00"],
    "de manhã": ["00:00-11:59"],
    "quinta de tarde": ["12:00-17:59"],
    "hoje à tarde": ["12:00-17:59"],
    "à noite": ["18:00-23:59"],
    "fim da tarde": ["16:00-19:00"],
    "começo da tarde": ["12:00-14:59"],
    "depois do almoço": ["13:00-17:59"],
    "de tarde, depois das 15": ["15:00-17:59"],
    "manhã ou tarde": ["00:00-11:59", "12:00-17:59"],
    "boa tarde, sexta": [],
    "bom dia, pode ser amanhã": [],
    "dia 8": [],
    "08/10": [],
    "dias 8 e 9": [],
    "2026-10-08T16:00": ["16:00-16:00"],
    "17:30 da quarta": ["17:30-17:30"],
    "25:00": [],
    "quinta às dez": ["10:00-10:00"],
    "a partir das dez": ["10:00-23:59"],
    "entre nove e dez": ["09:00-10:00"],
    "entre 8 e 10 da manhã": ["08:00-10:00"],
    "umas dez": ["09:00-11:00"],
    "quinze pras nove": ["08:45-08:45"],
    "dez para as três da tarde": ["14:50-14:50"],
    "7 e 20 da manhã": ["07:20-07:20"],
    "sete e vinte da manhã": ["07:20-07:20"],
    "às 18 e 15": ["18:15-18:15"],
    "às 18.15": ["18:15-18:15"],
    "meio dia e quinze": ["12:15-12:15"],
    "o mais cedo possível": [],
    "daqui 2h": [],
    "de manhã cedo": ["00:00-10:00"],
    "de tardezinha": ["16:00-19:00"],
    "de tarde, depois das 17": ["17:00-23:59"],
    "não pode ser antes das 10": ["10:00-23:59"],
    "não consigo depois das 17h": ["00:00-16:59"],
    "mais ou menos às 15": ["14:00-16:00"],
}


@pytest.mark.parametrize(("text", "hours"), HOURS.items(), ids=list(HOURS))
def test_the_hours_a_phrase_names(text: str, hours: list[str]) -> None:
    assert spans(text) == hours


@pytest.mark.parametrize(
    ("text", "days", "hours"),
    [
        ("quarta, aliás quinta", october(8), []),
        ("quarta às 9, aliás quinta", october(8), ["09:00-09:00"]),
        ("dia 8, ou melhor dia 9, às 10h", october(9), ["10:00-10:00"]),
        ("amanhã de manhã\ncom a doutora\nops, de tarde\ndepois das 17", october(7), ["17:00-23:59"]),
        (
            "pode ser sexta as 9?\nnão, pera\nsexta nao consigo de manhã. tem depois do almoço?",
            october(9),
            ["13:00-17:59"],
        ),
        ("quinta não, sexta", october(9), []),
        ("quinta não dá, só sexta", october(9), []),
        ("amanhã não consigo\ntem quinta de tarde?", october(8), ["12:00-17:59"]),
        ("quinta ou sexta, menos de manhã", october(8, 9), []),
        ("pelo menos quinta", october(8), []),
        ("opa, tem quinta?", october(8), []),
    ],
)
def test_of_what_was_taken_back_the_last_word_counts(
    text: str, days: tuple[date, ...], hours: list[str]
) -> None:
    assert (said(text).days, spans(text)) == (days, hours)


@pytest.mark.parametrize(
    ("text", "days", "doubt"),
    [
        ("quinta que vem", october(8, 15), "é quinta, 08/10 ou quinta, 15/10?"),
        ("próxima quinta", october(8, 15), "é quinta, 08/10 ou quinta, 15/10?"),
        ("terça", october(6, 13), "é terça, 06/10 ou terça, 13/10?"),
        ("quinta que vem sem ser essa hora", october(8, 15), "é quinta, 08/10 ou quinta, 15/10?"),
        ("segunda que vem sem ser essa", october(12, 19), "é segunda, 12/10 ou segunda, 19/10?"),
        ("quinta dia 9", october(9), "09/10 é sexta"),
        ("5/10", (), "05/10 já passou"),
        ("31/02", (), "a data 31/02 não existe"),
        ("dia 45", (), "não existe dia 45"),
        ("dia 5 desse mês", (), "05/10 já passou"),
        ("nesse mês, dia 32", (), "a data 32/10 não existe"),
        ("ontem", (), "ontem já passou"),
    ],
)
def test_what_may_mean_two_things_says_so(text: str, days: tuple[date, ...], doubt: str) -> None:
    when = said(text)
    assert (when.days, when.doubt) == (days, doubt)
    assert when.exact is None or text.startswith("quinta dia")


@pytest.mark.parametrize(
    ("now", "text", "days"),
    [
        ("2026-10-09", "quinta que vem", october(15)),  # this week's is over
        ("2026-10-08", "essa quinta", october(8)),
        ("2026-10-10", "fim de semana", october(10, 11)),
        ("2026-12-30", "dia 2", (date(2027, 1, 2),)),
        ("2026-12-30", "2/1", (date(2027, 1, 2),)),
        ("2026-12-30", "semana que vem na segunda", (date(2027, 1, 4),)),
        ("2027-02-10", "dia 30", (date(2027, 3, 30),)),
        ("2028-02-10", "29 de fevereiro", (date(2028, 2, 29),)),
    ],
)
def test_other_days_of_the_year(now: str, text: str, days: tuple[date, ...]) -> None:
    assert resolve(text, datetime.fromisoformat(now).replace(hour=10, tzinfo=ZONE)).days == days


@pytest.mark.parametrize(
    ("text", "days", "barred"),
    [
        ("sem ser segunda", (), october(12)),
        ("não posso amanhã nem sexta", (), october(7, 9)),
        ("quinta e sexta não dá", (), october(8, 9)),
        ("quarta não, quinta sim", october(8), october(7)),
        ("semana que vem, menos quarta e quinta", october(12, 13, 16, 17, 18), october(7, 8)),
        ("mais ou menos quinta", october(8), ()),
        ("quinta não sei", october(8), ()),
        ("ih, segunda não vai dar tb, lembrei agora. tem quarta de manhã?", october(7), october(12)),
        ("segunda q vem não dá, dia 19 tem?", october(19), october(12)),
        ("marca pra sexta, além da de amanhã", october(9), october(7)),
    ],
)
def test_days_are_ruled_out(text: str, days: tuple[date, ...], barred: tuple[date, ...]) -> None:
    when = said(text)
    assert (when.days, when.barred) == (days, barred)
    assert not any(when.allows(day) for day in barred)
    assert when.days or when.allows(date(2026, 10, 17))


def test_after_midnight_tomorrow_may_be_the_day_that_has_begun() -> None:
    late = resolve("amanhã às 9", datetime(2026, 10, 6, 0, 40, tzinfo=ZONE))
    assert late.days == october(6, 7)
    assert late.doubt == "é terça, 06/10 ou quarta, 07/10?"
    assert resolve("amanhã às 9", datetime(2026, 10, 5, 23, 59, tzinfo=ZONE)).days == october(6)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("depois do feriado", october(*range(13, 20))),
        ("antes do feriado", october(*range(6, 12))),
        ("no feriado", october(12)),
        ("depois de finados", tuple(date(2026, 11, day) for day in range(3, 10))),
    ],
)
def test_holidays_are_known(text: str, days: tuple[date, ...]) -> None:
    assert said(text).days == days


@pytest.mark.parametrize(
    ("year", "day"), [(2024, (3, 31)), (2025, (4, 20)), (2026, (4, 5)), (2027, (3, 28)), (2038, (4, 25))]
)
def test_easter_moves(year: int, day: tuple[int, int]) -> None:
    assert easter(year) == date(year, *day)


@pytest.mark.parametrize(
    ("text", "exact"),
    [
        ("quinta dia 15 8:20", (date(2026, 10, 15), time(8, 20))),
        ("dia 15 14:30", (date(2026, 10, 15), time(14, 30))),
        ("dia 9 10h", (date(2026, 10, 9), time(10))),
        ("dia 9 2 da tarde", (date(2026, 10, 9), time(14))),
        ("quinta às 10:30h", (date(2026, 10, 8), time(10, 30))),
        ("quinta 10:30 hs", (date(2026, 10, 8), time(10, 30))),
        ("sábado 17 9h", (date(2026, 10, 17), time(9))),
        ("quinta 15 8:20", (date(2026, 10, 15), time(8, 20))),
    ],
)
def test_a_day_of_the_month_may_stand_right_before_the_hour(text: str, exact: tuple[date, time]) -> None:
    assert said(text).exact == exact


def test_a_day_of_the_month_may_stand_before_the_word_for_an_hour() -> None:
    assert said("tem dia 15 horário de manhã?").days == october(15)


def test_a_day_that_this_month_has_not_is_not_next_month_s() -> None:
    november = datetime(2026, 11, 18, 9, tzinfo=ZONE)
    when = resolve("tem dia 31?\ndesse mês msm", november)
    assert (when.days, when.doubt) == ((), "a data 31/11 não existe")
    assert resolve("dia 30 deste mês", november).days == (date(2026, 11, 30),)


@pytest.mark.parametrize(
    ("now", "text", "doubt"),
    [
        ("2026-11-18", "dia 31 às 15h", "novembro não tem dia 31: é quinta, 31/12?"),
        ("2026-11-18", "dias 30 e 31", "novembro não tem dia 31: é quinta, 31/12?"),
        ("2026-11-18", "do dia 28 ao dia 31", "novembro não tem dia 31: é quinta, 31/12?"),
        ("2026-11-18", "até dia 31", "novembro não tem dia 31: é quinta, 31/12?"),
        ("2027-02-10", "dia 30", "fevereiro não tem dia 30: é terça, 30/03?"),
        ("2027-01-31", "dia 30", "fevereiro não tem dia 30: é terça, 30/03?"),
        ("2026-11-18", "quinta dia 31", ""),
        ("2026-11-18", "quinta 31", ""),
        ("2026-11-18", "dia 31 de dezembro", ""),
        ("2026-11-18", "dia 17", ""),
        ("2026-12-31", "dia 31", ""),
        ("2026-11-18", "menos dia 31", ""),
    ],
)
def test_a_number_that_the_month_has_no_day_for_is_asked_about(now: str, text: str, doubt: str) -> None:
    assert resolve(text, datetime.fromisoformat(now).replace(hour=10, tzinfo=ZONE)).doubt == doubt


@pytest.mark.parametrize(
    ("text", "days", "hours"),
    [
        ("vou sim, mas dá pra ser quinta em vez de amanhã?", october(8), []),
        ("em vez de amanhã, quinta", october(8), []),
        ("quinta ao invés de sexta", october(8), []),
        ("dia 15 no lugar do dia 8", october(15), []),
        ("quinta da semana que vem em vez dessa quinta", october(15), []),
        ("em vez de quinta pode ser quinta da outra semana", october(15), []),
        ("quinta às 10 em vez das 14", october(8), [time(10)]),
        ("às 9h no lugar das 8h30", (), [time(9)]),
    ],
)
def test_what_stands_in_the_place_of_another_is_wanted(
    text: str, days: tuple[date, ...], hours: list[time]
) -> None:
    when = said(text)
    assert (when.days, list(when.hours)) == (days, hours)


def test_one_day_and_one_hour_are_exact() -> None:
    assert said("quinta dia 8 às 16h").exact == (date(2026, 10, 8), time(16))
    assert said("quinta de tarde").exact is None
    assert said("16h").exact is None


def test_a_moment_fits_what_was_named() -> None:
    afternoon = said("quinta de tarde")
    assert afternoon.fits(datetime(2026, 10, 8, 16, tzinfo=ZONE))
    assert not afternoon.fits(datetime(2026, 10, 8, 9, tzinfo=ZONE))
    assert not afternoon.fits(datetime(2026, 10, 9, 16, tzinfo=ZONE))
    assert said("").fits(TUESDAY)


@given(st.text(max_size=200))
def test_any_text_is_read(text: str) -> None:
    when = resolve(text, TUESDAY)
    assert list(when.days) == sorted(set(when.days))
    assert all(span.earliest <= span.latest for span in when.spans)
