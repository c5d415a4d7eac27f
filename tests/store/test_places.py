"""What CLINIC_BOT_DATABASE_URL may say, and that its password is said nowhere."""

from pathlib import Path

import pytest
from sqlalchemy import URL

from clinic_bot.errors import Misconfigured
from clinic_bot.operations.logs import secrets_of
from clinic_bot.settings import Settings
from clinic_bot.store.places import place_of

PASSWORD = "senha%40secreta"
SERVER = f"postgresql://ana:{PASSWORD}@db.example/clinica"


def test_a_file_and_a_server_are_told_apart() -> None:
    assert place_of("sqlite:////srv/clinic.sqlite") == Path("/srv/clinic.sqlite")
    server = place_of(SERVER)
    assert isinstance(server, URL)
    assert (server.host, server.database, server.password) == ("db.example", "clinica", "senha@secreta")


@pytest.mark.parametrize(
    "other", ["postgresql://ana:b@", "postgresql:/x", "mysql://a:b@c/d", "postgresql://a:b@c:port/d"]
)
def test_anything_else_is_refused_and_not_quoted(other: str) -> None:
    with pytest.raises(Misconfigured, match="CLINIC_BOT_DATABASE_URL must be") as caught:
        place_of(other)
    assert other not in str(caught.value)


def test_its_password_is_shown_nowhere() -> None:
    settings = Settings.model_validate({"database_url": SERVER, "mode": "sandbox"})
    assert "secreta" not in repr(settings)
    assert "secreta" not in repr(place_of(SERVER))
    assert {PASSWORD, "senha@secreta"} <= set(secrets_of(settings))
