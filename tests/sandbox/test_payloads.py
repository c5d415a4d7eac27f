import json
from pathlib import Path

import pytest

from clinic_bot.sandbox import payloads
from clinic_bot.sandbox.payloads import Line

LINE = Line("3D000000000000000000000000000001", "558130000001")
AT_MS = 1_768_884_397_123

# The envelope of a captured inbound text, in its order.
CAPTURED = [
    "isStatusReply",
    "chatLid",
    "connectedPhone",
    "waitingMessage",
    "isEdit",
    "isGroup",
    "isNewsletter",
    "instanceId",
    "messageId",
    "phone",
    "fromMe",
    "momment",
    "status",
    "chatName",
    "senderPhoto",
    "senderName",
    "photo",
    "broadcast",
    "participantLid",
    "messageExpirationSeconds",
    "forwarded",
    "type",
    "fromApi",
    "text",
    "_traceContext",
]


def test_a_text_has_the_captured_envelope() -> None:
    body = payloads.received_text(
        LINE, "558190000002", "Bom dia", message_id="3A00", at_ms=AT_MS, name="Carlos"
    )
    assert list(body) == CAPTURED
    assert body["text"] == {"message": "Bom dia"}
    assert body["momment"] == 1_768_884_397_000, "WhatsApp counts whole seconds"


def test_two_spellings_of_one_mobile_have_one_lid() -> None:
    assert payloads.lid_of("5581990000002") == payloads.lid_of("558190000002")
    assert payloads.lid_of("5581990000002") != payloads.lid_of("5581990000003")
    assert payloads.lid_of("100000000000004@lid") == "100000000000004@lid"


def test_a_message_typed_by_hand_names_the_chat_by_its_lid() -> None:
    body = payloads.staff_text(LINE, "558190000002", "Oi", message_id="3A00", at_ms=AT_MS)
    assert (body["fromMe"], body["fromApi"]) == (True, False)
    assert body["phone"] == body["chatLid"] == payloads.lid_of("558190000002")


@pytest.mark.parametrize(
    ("by_number", "phone", "lid"),
    [
        pytest.param(True, "558190000002", payloads.lid_of("558190000002"), id="with the number, as in 2026"),
        pytest.param(False, payloads.lid_of("558190000002"), None, id="with the LID alone, as in 2025"),
    ],
)
def test_an_echo_has_both_known_forms(by_number: bool, phone: str, lid: str | None) -> None:
    body = payloads.echo_text(LINE, "558190000002", "Oi", message_id="3EB0", at_ms=AT_MS, by_number=by_number)
    assert (body["phone"], body["chatLid"]) == (phone, lid)
    assert (body["fromMe"], body["fromApi"], body["status"]) == (True, True, "SENT")


def test_a_group_text_is_not_the_authors_chat() -> None:
    body = payloads.group_text(LINE, "558190000002", "gente", group="Família", message_id="3A00", at_ms=AT_MS)
    assert body["isGroup"] is True
    assert str(body["phone"]).endswith("-group")
    assert body["participantPhone"] == "558190000002"


def test_a_delivery_without_an_error_has_no_error_key() -> None:
    body = payloads.delivery(LINE, "558190000002", message_id="3EB0", zaap_id="A2", at_ms=AT_MS)
    assert list(body) == ["phone", "messageId", "zaapId", "instanceId", "momment", "type"]


def test_a_disconnection_counts_in_seconds() -> None:
    assert payloads.disconnected(LINE, at_ms=AT_MS)["momment"] == 1_768_884_397


@pytest.mark.parametrize("kind", ["text", "audio", "image", "document"])
def test_content_has_the_keys_of_the_samples(kind: str) -> None:
    data = Path(__file__).parent.parent / "data" / "zapi_payloads.jsonl"
    samples = [json.loads(line) for line in data.read_text(encoding="utf-8").splitlines()]
    keys = {key for one in samples for key in (one["payload"].get(kind) or {})}
    contents = {
        "text": payloads.text_content("oi"),
        "audio": payloads.audio_content(LINE, "3A00", seconds=7),
        "image": payloads.image_content(LINE, "3A00"),
        "document": payloads.document_content(LINE, "3A00", file_name="pedido.pdf"),
    }
    content = contents[kind][kind]
    assert isinstance(content, dict)
    assert set(content) <= keys
