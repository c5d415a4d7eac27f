"""The store's rules as the settings say them."""

import io

import pytest

from clinic_bot import policies
from clinic_bot.clinic.clinic_file import WhatsApp
from clinic_bot.clinic.facts import example_clinic
from clinic_bot.debounce.patience import DEFAULT, Limits
from clinic_bot.intake.screening import ScreeningLists
from clinic_bot.policies import contact_of, limits_of, policy_of, screening_lists
from clinic_bot.settings import Mode, Settings


def test_the_settings_wait_as_long_as_the_default_of_the_lab() -> None:
    assert limits_of(Settings(mode=Mode.SANDBOX)) == DEFAULT


def test_the_clinic_may_choose_its_patience() -> None:
    settings = Settings(
        mode=Mode.SANDBOX,
        quiet_s=8,
        patience_floor_s=0.5,
        patience_ceiling_s=20,
        patience_care=70,
    )
    assert limits_of(settings) == Limits(8_000, 500, 20_000, 70)


def test_equal_floor_and_ceiling_are_a_plain_fixed_window() -> None:
    policy = policy_of(
        Settings(mode=Mode.SANDBOX, quiet_s=6, patience_floor_s=4, patience_ceiling_s=4), ScreeningLists()
    )
    assert policy.listener is None
    assert policy.timing.quiet_ms == 4_000


def test_by_default_what_the_patient_wrote_decides() -> None:
    policy = policy_of(Settings(mode=Mode.SANDBOX, quiet_s=20), ScreeningLists())
    assert policy.listener is not None
    assert policy.timing.quiet_ms == DEFAULT.ceiling_ms  # also the fixed patience stays between the limits


def test_a_model_that_cannot_be_read_is_said(
    monkeypatch: pytest.MonkeyPatch, written_log: io.StringIO
) -> None:
    monkeypatch.setattr(policies, "load_model", lambda: None)
    policy_of(Settings(mode=Mode.SANDBOX), ScreeningLists())
    assert "patience model cannot be read" in written_log.getvalue()


def test_a_plus_in_the_clinic_s_file_says_that_a_short_number_is_no_brazilian_one() -> None:
    peru, porto_alegre = "+51 987 654 321", "51 98765-4321"
    whatsapp = WhatsApp(never_answer=(peru, porto_alegre), alerts_to=peru)
    lists = screening_lists(example_clinic().model_copy(update={"whatsapp": whatsapp}))
    assert lists.never_answer == {"51987654321", "555187654321"}
    assert contact_of(whatsapp.alerts_to or "", "i").phone == "51987654321"
