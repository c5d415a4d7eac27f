from clinic_bot.agent.telling import Teller

HOUR_MS = 3_600_000


def test_each_trouble_is_told_once_until_it_is_over() -> None:
    told: list[str] = []
    teller = Teller(lambda kind, text: told.append(kind))
    for _ in range(3):
        teller.gone("a", 0)
        teller.gone("b", 0)
        teller.account_refused("a chave", 0)
    assert told == ["groq_model_gone", "groq_model_gone", "groq_account"]
    teller.answered("b")  # the account is in order; the model "a" is still gone
    teller.gone("a", 0)
    teller.account_refused("a chave", 0)
    assert told[3:] == ["groq_account"]


def test_an_exhausted_day_is_told_again_after_six_hours() -> None:
    told: list[str] = []
    teller = Teller(lambda kind, text: told.append(text))
    for hour in (0, 1, 5, 6, 7):
        teller.day_exhausted("a", 578, hour * HOUR_MS)
        teller.answered("a")
    assert len(told) == 2
    assert "10 min" in told[0]


def test_a_hiccup_is_not_told_and_an_outage_is() -> None:
    told: list[str] = []
    teller = Teller(lambda kind, text: told.append(kind))
    teller.nobody_answers(0)
    teller.nobody_answers(59_999)
    teller.answered("a")
    teller.nobody_answers(60_000)
    assert told == []
    for second in range(60, 300):
        teller.nobody_answers(60_000 + second * 1_000)
    assert told == ["groq_out"]


def test_what_the_reception_cannot_mend_names_who_can() -> None:
    told: list[str] = []
    teller = Teller(lambda kind, text: told.append(text))
    teller.gone("a", 0)
    teller.gone("b", 0, answers=False)
    teller.account_refused("a chave não vale", 0)
    assert ["quem cuida d" in text for text in told] == [True, True, True]


def test_of_a_model_that_only_reads_replies_it_is_told_that_they_leave_unread() -> None:
    told: list[str] = []
    teller = Teller(lambda kind, text: told.append(text))
    teller.gone("a", 0, answers=False)
    teller.day_exhausted("b", 578, 0, answers=False)
    assert ["sem a segunda leitura" in text for text in told] == [True, True]
    assert "CLINIC_BOT_REVIEW_MODEL" in told[0]
    assert not any("próximo" in text for text in told)
