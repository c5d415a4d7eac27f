"""The doctor against the stand-ins over HTTP: what it finds, and that it names what to do."""

import re
from pathlib import Path

import pytest
from sqlalchemy import URL

from clinic_bot.clock import Clock
from clinic_bot.doctor import Finding, examine
from clinic_bot.errors import Misconfigured
from clinic_bot.sandbox import standins
from clinic_bot.serve import load_settings
from clinic_bot.settings import Settings
from clinic_bot.store.sqlite import sole_process
from tests.support.fixtures import ON_POSTGRES
from tests.support.store import url_of

EXAMPLE = Path(__file__).parent.parent / "clinic_bot" / "clinic" / "example.toml"


def live(pair: standins.StandIns, folder: Path, **given: str) -> Settings:
    """Settings of a live clinic whose providers are the stand-ins."""
    return Settings.model_validate(
        {
            "mode": "live",
            "database_url": f"sqlite:///{folder / 'clinic.sqlite'}",
            "clinic_file": EXAMPLE,
            "groq_api_key": standins.GROQ_KEY,
            "groq_base_url": pair.groq_url,
            "zapi_instance_id": standins.INSTANCE_ID,
            "zapi_token": standins.TOKEN,
            "zapi_client_token": standins.CLIENT_TOKEN,
            "zapi_base_url": pair.zapi_url,
        }
        | given
    )


async def found(settings: Settings, webhook_url: str | None = None) -> dict[str, Finding]:
    return {finding.what: finding async for finding in examine(settings, webhook_url=webhook_url)}


async def test_a_ready_clinic_is_all_good(tmp_path: Path) -> None:
    async with standins.stand_ins(Clock()) as pair:
        findings = await found(live(pair, tmp_path), "https://clinic.example/webhook/zapi/secret-secret")
        assert all(finding.good for finding in findings.values()), findings
        assert set(findings) == {"clinic file", "agenda", "database", "Groq", "Z-API", "webhooks"}
        assert set(pair.zapi.webhooks.urls.values()) == {"https://clinic.example/webhook/zapi/secret-secret"}


async def test_hours_that_lead_to_no_appointment_are_told(tmp_path: Path) -> None:
    """A service without minutes cannot be booked, and its professional's hours would be there for nothing."""
    timed = EXAMPLE.read_text("utf-8")
    async with standins.stand_ins(Clock()) as pair:
        for text, good, said in (
            (timed, True, "books 5 services, professionals: 4"),
            (re.sub(r"(?m)^minutes = .*$", "", timed), False, "Dra. Marta Figueira, Dr. Otávio Serrano"),
            (re.sub(r"(?m)^(hours = \{|slots = ).*$", "", timed), True, "go to the reception"),
        ):
            file = tmp_path / "clinic.toml"
            file.write_text(text, "utf-8")
            agenda = (await found(live(pair, tmp_path, clinic_file=str(file))))["agenda"]
            assert (agenda.good, said in agenda.says) == (good, True), agenda


async def test_refused_keys_a_lost_session_and_a_plain_address_are_named(tmp_path: Path) -> None:
    async with standins.stand_ins(Clock()) as pair:
        pair.zapi.connect(False)
        findings = await found(live(pair, tmp_path, groq_api_key="gsk_wrong"), "http://clinic.example")
        assert not findings["Groq"].good
        assert "gsk_wrong" not in findings["Groq"].says
        assert not findings["Z-API"].good
        assert "QR code" in findings["Z-API"].says
        assert not findings["webhooks"].good
        assert "https" in findings["webhooks"].says


async def test_a_model_that_is_gone_is_named_and_the_other_one_serves(tmp_path: Path) -> None:
    async with standins.stand_ins(Clock()) as pair:
        settings = live(pair, tmp_path, groq_models="llama-3.3-70b-versatile,openai/gpt-oss-20b")
        groq = (await found(settings))["Groq"]
        assert groq.good
        assert "llama-3.3-70b-versatile" in groq.says


async def test_a_database_in_use_is_no_fault(tmp_path: Path) -> None:
    async with standins.stand_ins(Clock()) as pair:
        with sole_process(tmp_path / "clinic.sqlite"):
            database = (await found(live(pair, tmp_path)))["database"]
    assert database.good
    assert "in use" in database.says


@ON_POSTGRES
async def test_a_server_is_looked_at_and_one_that_is_away_is_named_without_its_password(place: URL) -> None:
    async with standins.stand_ins(Clock()) as pair:
        there = (await found(live(pair, Path(), database_url=url_of(place))))["database"]
        nobody = "postgresql://ana:senha-secreta@127.0.0.1:1/clinic"
        away = (await found(live(pair, Path(), database_url=nobody)))["database"]
    assert (there.good, away.good) == (True, False)
    assert there.says.endswith("tables of this version, clocks agree")
    assert "nobody answers at the host and port of CLINIC_BOT_DATABASE_URL" in away.says
    assert "senha-secreta" not in away.says


async def test_missing_keys_are_named_before_anything_is_asked() -> None:
    with pytest.raises(Misconfigured, match="GROQ_API_KEY"):
        await found(load_settings(mode="live", groq_api_key=""))
