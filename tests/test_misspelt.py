"""Which variables are settings with a typo."""

import pytest

from clinic_bot.misspelt import misspelt

KNOWN = (
    "CLINIC_BOT_MODE",
    "CLINIC_BOT_PORT",
    "CLINIC_BOT_HOST",
    "CLINIC_BOT_QUIET_S",
    "GROQ_API_KEY",
    "ZAPI_TOKEN",
)


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("CLINIC_BOT_MDOE", "CLINIC_BOT_MODE"),
        ("CLINIC_BOT_MODO", "CLINIC_BOT_MODE"),
        ("clinic_bot_quiets", "CLINIC_BOT_QUIET_S"),
        ("CLINIC_BOT_PORTT", "CLINIC_BOT_PORT"),
        ("GROQ_APIKEY", "GROQ_API_KEY"),
        ("ZAPI_TOKENS", "ZAPI_TOKEN"),
        ("GROQ_MODEL", None),
        ("CLINIC_BOT_PORT_8000_TCP_ADDR", None),
        ("CLINIC_BOT_SERVICE_HOST", None),
        ("CLINIC_BOT_POSTGRES_PASSWORD", None),
        ("PATH", None),
        ("CLINIC_BOT_MODE", None),
    ],
)
def test_a_name_that_looks_like_a_setting_is_told_with_it(given: str, meant: str | None) -> None:
    assert misspelt([given], KNOWN) == ([] if meant is None else [(given.upper(), meant)])


def test_other_programs_may_have_their_own_variables_of_groq_beside_ours() -> None:
    assert misspelt(["GROQ_API_KEY", "GROQ_API_KEYS", "CLINIC_BOT_MODE", "CLINIC_BOT_MODES"], KNOWN) == [
        ("CLINIC_BOT_MODES", "CLINIC_BOT_MODE")
    ]
