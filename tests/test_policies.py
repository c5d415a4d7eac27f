"""The store's rules as the settings say them."""

from clinic_bot.debounce.patience import DEFAULT, Limits
from clinic_bot.policies import limits_of
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
