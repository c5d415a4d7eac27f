"""What the doctor finds at Groq: refusals, and models that are gone."""

from collections.abc import Sequence
from typing import Any

import pytest

from clinic_bot.doctor import Mark
from tests.doctor.surgery import Surgery, says


@pytest.mark.parametrize(
    ("fault", "parts"),
    [
        pytest.param({"name": "unauthorized_401"}, ["GROQ_API_KEY"], id="another key"),
        pytest.param({"name": "network_blocked_403"}, ["VPN"], id="a network that is blocked"),
        pytest.param({"name": "spend_limit_400"}, ["spend limit", "console"], id="the spend limit"),
        pytest.param({"name": "over_capacity_503"}, ["groqstatus.com"], id="over capacity"),
        pytest.param({"name": "bad_gateway_502_html"}, ["HTTP 502"], id="a proxy's page"),
        pytest.param({"status": 404, "body": "<html>"}, ["GROQ_BASE_URL"], id="another address"),
        pytest.param({"status": 200, "body": "<html>"}, ["GROQ_BASE_URL"], id="a page that says hello"),
        pytest.param({"status": 200, "body": {"data": None}}, ["cannot be read"], id="no list"),
    ],
)
async def test_a_groq_that_refuses_is_told_with_what_to_do(
    surgery: Surgery, fault: dict[str, Any], parts: Sequence[str]
) -> None:
    surgery.pair.groq.add_fault({"kind": "status", **fault})
    assert says(await surgery.one("Groq"), Mark.NO, *parts)


async def test_a_groq_that_is_not_reached_or_says_nothing_keeps_nobody(
    surgery: Surgery, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert says(
        await surgery.one("Groq", groq_base_url="http://127.0.0.1:1"), Mark.NO, "online", "GROQ_BASE_URL"
    )
    monkeypatch.setattr("clinic_bot.agent.groq._LIST_S", 0.2)
    surgery.pair.groq.add_fault({"kind": "hang", "operation": "models"})
    assert says(await surgery.one("Groq"), Mark.NO, "no answer within 0.2 s")


async def test_a_key_that_is_none_is_told_without_asking(surgery: Surgery) -> None:
    finding = await surgery.one("Groq", groq_api_key="gsk_ção")
    assert says(finding, Mark.NO, "GROQ_API_KEY")
    assert "gsk_" not in finding.says


async def test_a_wrong_key_is_not_repeated(surgery: Surgery) -> None:
    finding = await surgery.one("Groq", groq_api_key="gsk_wrong")
    assert says(finding, Mark.NO, "put a valid one into GROQ_API_KEY")
    assert "gsk_wrong" not in finding.says


async def test_a_model_that_is_gone_is_named_beside_those_there_are(surgery: Surgery) -> None:
    gone, there = "llama-3.3-70b-versatile", "openai/gpt-oss-20b"
    one_left = await surgery.one("Groq", groq_models=f"{gone},{there}")
    assert says(one_left, Mark.LOOK, f"no {gone}: set CLINIC_BOT_GROQ_MODELS", there)
    assert says(await surgery.one("Groq", groq_models=gone), Mark.NO, gone)


@pytest.mark.parametrize(
    ("what", "setting", "variable"),
    [
        ("voice notes", "whisper_model", "CLINIC_BOT_WHISPER_MODEL"),
        ("pictures", "vision_model", "CLINIC_BOT_VISION_MODEL"),
    ],
)
async def test_a_model_that_hears_or_sees_and_is_gone_is_told(
    surgery: Surgery, what: str, setting: str, variable: str
) -> None:
    given: dict[str, Any] = {setting: "distil-whisper-large-v3-en"}
    finding = await surgery.one(what, **given)
    assert says(finding, Mark.NO, "no distil-whisper-large-v3-en", variable, "whisper-large-v3")
    assert (await surgery.one("Groq", **given)).mark is Mark.OK


async def test_who_hears_nothing_needs_no_model(surgery: Surgery) -> None:
    findings = await surgery.all(whisper_model="off", vision_model="qwen/qwen3.8-27b")
    told = {finding.what: finding for finding in findings}
    assert "voice notes" not in told
    assert says(told["pictures"], Mark.OK, "qwen/qwen3.8-27b")


async def test_a_review_model_is_told_where_one_is_set(surgery: Surgery) -> None:
    assert not any(finding.what == "review" for finding in await surgery.all())
    there = await surgery.one("review", review_model="openai/gpt-oss-20b")
    assert says(there, Mark.OK, "openai/gpt-oss-20b reads every reply")


@pytest.mark.parametrize(
    ("name", "part"),
    [
        pytest.param("llama-3.1-8b-instant", "has no llama-3.1-8b-instant", id="gone"),
        pytest.param("whisper-large-v3", "cannot read replies", id="one that hears"),
    ],
)
async def test_a_review_model_that_reads_nothing_is_told_with_those_that_would(
    surgery: Surgery, name: str, part: str
) -> None:
    finding = await surgery.one("review", review_model=name)
    assert says(finding, Mark.NO, part, "CLINIC_BOT_REVIEW_MODEL", "openai/gpt-oss-20b", "unset it")
    assert "set CLINIC_BOT_REVIEW_MODEL to some of openai" in finding.says
    assert (await surgery.one("Groq", review_model=name)).mark is Mark.OK
