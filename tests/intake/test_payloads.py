"""What each payload of Z-API is, first all recorded shapes by one table, then every trap by itself."""

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_bot.events import (
    Deletion,
    Delivery,
    Echo,
    Edit,
    Event,
    Ignored,
    Kind,
    Message,
    Presence,
    Reason,
    Receipt,
    ReceiptStatus,
    SendFailure,
    StaffMessage,
    Trouble,
    Verdict,
)
from clinic_bot.storable import mark
from tests.intake.samples import (
    INSTANCE,
    LID,
    NOW_MS,
    PHONE,
    SAMPLES,
    Sample,
    media,
    message,
    outcome,
    read,
    received,
)

# (kind of sample, what decides beside it): what it is. Every recorded payload falls under exactly one entry.
TABLE = {
    ("text", "from a patient"): "message text",
    ("image", "from a patient"): "message image",
    ("audio", "from a patient"): "message audio",
    ("video", "from a patient"): "message video",
    ("ptv", "from the clinic"): "staffmessage video",
    ("gif", "from a patient"): "message video",
    ("document", "from a patient"): "message document",
    ("contact", "from a patient"): "message contact",
    ("location", "from a patient"): "message location",
    ("sticker", "from a patient"): "message sticker",
    ("reaction", "from a patient"): "message reaction",
    ("poll", "from a patient"): "message poll",
    ("poll_vote", "from a patient"): "message poll_vote",
    ("buttons_response", "from a patient"): "message choice",
    ("list_response", "from a patient"): "message choice",
    ("buttons", "from a patient"): "message template",
    ("otp", "from a patient"): "message template",
    ("pix_key", "from a patient"): "message payment",
    ("carousel", "from the clinic by API"): "echo",
    ("template", "from a patient"): "message template",
    ("ad", "from a patient"): "message text",
    ("product", "from a patient"): "message product",
    ("order", "from a patient"): "message order",
    ("review_order", "from a patient"): "message order",
    ("review_and_pay", "from a patient"): "message payment",
    ("request_payment", "from a patient"): "message payment",
    ("send_payment", "from a patient"): "message payment",
    ("event", "in a group"): "ignored group",
    ("event_response", "in a group"): "ignored group",
    ("pin", "from the clinic"): "staffmessage unsupported",
    ("status_reply", "from a patient"): "message text",
    ("broadcast", "to a broadcast list"): "ignored broadcast",
    ("waiting", "from the clinic"): "ignored waiting_message",
    ("call", "from a patient"): "ignored notification",
    ("call", "missed"): "message call",
    ("notification", "in a group"): "ignored group",
    ("newsletter_invite", "from a patient"): "message unsupported",
    ("notification", "in a channel"): "ignored channel",
    ("notification", "from the clinic"): "ignored notification",
    ("presence", "AVAILABLE"): "presence AVAILABLE",
    ("presence", "UNAVAILABLE"): "presence UNAVAILABLE",
    ("presence", "COMPOSING"): "presence COMPOSING",
    ("presence", "PAUSED"): "presence PAUSED",
    ("presence", "RECORDING"): "presence RECORDING",
    ("delivery", "no status"): "delivery",
    ("delivery_error", "no status"): "delivery",
    ("connected", "no status"): "ignored connection",
    ("disconnected", "no status"): "ignored connection",
    ("status", "SENT"): "receipt SENT",
    ("proxy", "no status"): "ignored connection",
    ("status", "RECEIVED"): "receipt RECEIVED",
    ("status", "READ"): "receipt READ",
    ("status", "READ_BY_ME"): "ignored unknown_status",
    ("status", "PLAYED"): "receipt PLAYED",
    ("status", "READ-SELF"): "ignored unknown_status",
    ("status", "MESSAGE_SENT"): "receipt SENT",
    ("status", "MESSAGE_RECEIVED"): "receipt RECEIVED",
    ("status", "MESSAGE_READ"): "receipt READ",
    ("status", "MESSAGE_READ-SELF"): "ignored unknown_status",
    ("status", "MESSAGE_PLAYED"): "receipt PLAYED",
    ("odd", "fragment"): "ignored unknown_type",
    ("text", "in a group"): "ignored group",
    ("delivery", "SENT"): "delivery",
    ("text", "from the clinic"): "staffmessage text",
    ("status", "RECEIVED of a story"): "ignored story",
    ("status", "READ of a story"): "ignored story",
}


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda s: f"line {s.line}: {s.kind} {s.sign}")
def test_every_recorded_payload_is_classified(sample: Sample) -> None:
    assert outcome(read(sample.payload)) == TABLE[sample.kind, sample.sign]


def test_the_table_has_no_entry_without_a_payload() -> None:
    assert len(SAMPLES) == 239
    assert {(sample.kind, sample.sign) for sample in SAMPLES} == set(TABLE)


def test_an_inbound_text_is_read_in_full() -> None:
    assert read(received(), instance_id=INSTANCE) == Message(
        key=f"{INSTANCE}:received:3A0000000000000000D1:0",
        contact=message(received()).contact,
        provider_id="3A0000000000000000D1",
        sent_ms=1_789_999_999_000,
        content=message(received()).content,
    )
    event = message(received())
    assert (event.contact.instance, event.contact.phone, event.contact.phone_key) == (
        INSTANCE,
        PHONE,
        "551190000001",
    )
    assert (event.contact.lid, event.contact.name) == (LID, "Ana")
    assert (event.content.kind, event.content.text, event.content.detail) == (Kind.TEXT, "Bom dia", {})
    assert event.content.quoted_id is None


# --- whose instance ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("given", [..., None, "", [], {}], ids=["absent", "null", "empty", "list", "object"])
def test_an_absent_instance_is_ours(given: object) -> None:
    event = message(received(instanceId=given))
    assert event.contact.instance == INSTANCE
    assert event.key.startswith(f"{INSTANCE}:")


def test_another_instance_is_ignored_under_its_own_key() -> None:
    event = read(received(instanceId="3DOTHER"), instance_id=INSTANCE)
    expected = Ignored("3DOTHER:received:3A0000000000000000D1:0", "3DOTHER", Reason.OTHER_INSTANCE)
    assert event == expected


def test_capitals_do_not_make_another_instance() -> None:
    assert message(received(instanceId=INSTANCE.lower())).contact.instance == INSTANCE


def test_without_a_configured_instance_the_payload_names_it() -> None:
    assert outcome(read(received(), instance_id=None)) == "message text"
    event = read(received(instanceId=...), instance_id=None)
    assert isinstance(event, Message)
    assert event.key.startswith("default:")


# --- types and chats --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (received(type="ReceivedCallBack"), "message text"),
        (received(type=...), "message text"),
        (received(type=None), "message text"),
        (received(type="SomethingNewCallback"), "ignored unknown_type"),
        ({}, "ignored unknown_type"),
        ({"type": "ReceivedCallback"}, "ignored no_contact"),
        (received(phone=..., chatLid=...), "ignored no_contact"),
        (received(phone="abc", chatLid=None), "ignored no_contact"),
        (received(isGroup=True), "ignored group"),
        (received(isGroup="true"), "ignored group"),
        (received(phone="120363000000000001-group"), "ignored group"),
        (received(phone="5511999999999-1623281429"), "ignored group"),
        (received(phone="120363000000000001"), "ignored group"),
        (received(isNewsletter=True), "ignored channel"),
        (received(phone="120363000000000001@newsletter"), "ignored channel"),
        (received(broadcast=True), "ignored broadcast"),
        (received(phone="1774895799-broadcast", fromMe=True), "ignored broadcast"),
        (received(phone="1774895799@broadcast", fromMe=True), "ignored broadcast"),
        (received(phone="status@broadcast"), "ignored story"),
        (received(phone="status@broadcast", fromMe=True, fromApi=True), "ignored story"),
        (received(participantPhone=PHONE), "message text"),
        (media(waitingMessage=True), "ignored waiting_message"),
        (media(notification="CALL_VOICE"), "ignored notification"),
        (media(notification="NEW_ONE"), "ignored notification"),
        (media(notification="CALL_MISSED_VOICE"), "message call"),
        (media(notification="call_missed"), "message call"),
        (media(notification="CALL_MISSED_VIDEO", isGroup=True), "ignored group"),
        (media(notification="CALL_MISSED_VOICE", fromMe=True), "ignored notification"),
        (media(notification="CALL_MISSED", callDirection="outgoing"), "ignored notification"),
        (media(notification="CALL_ENDED"), "ignored notification"),
        (media(notification=True), "ignored notification"),
        (received(notification=None), "message text"),
        (received(fromMe=True, fromApi=True), "echo"),
        (received(fromMe=True, fromApi=False), "staffmessage text"),
        (received(fromMe=True, fromApi=...), "staffmessage text"),
        (received(fromMe=False, fromApi=True), "message text"),
        (media(futureMessage={"a": 1}), "message unsupported"),
        (media(), "message unsupported"),
        ({"type": "ConnectedCallback", "connected": True, "phone": PHONE}, "ignored connection"),
        ({"type": "ProxyCallback", "error": "x"}, "ignored connection"),
        ({"type": "PresenceChatCallback", "phone": PHONE, "status": "SLEEPING"}, "ignored unknown_status"),
        ({"type": "PresenceChatCallback", "status": "COMPOSING"}, "ignored no_contact"),
        ({"type": "PresenceChatCallback", "phone": "1-group", "status": "COMPOSING"}, "ignored group"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_who_is_answered(payload: dict[str, object], expected: str) -> None:
    assert outcome(read(payload, instance_id=INSTANCE)) == expected


def test_the_full_message_is_no_duplicate_of_the_undecrypted_one() -> None:
    waiting = read(media(waitingMessage=True))
    full = read(received())
    assert isinstance(waiting, Ignored)
    assert isinstance(full, Message)
    assert waiting.key != full.key


# --- contact ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "phone", "lid"),
    [
        ({}, PHONE, LID),
        ({"phone": f"{LID}@lid", "chatLid": None}, None, LID),
        ({"phone": f"{LID}@lid", "chatLid": "777777777777@lid"}, None, LID),
        ({"phone": ...}, None, LID),
        ({"chatLid": None}, PHONE, None),
        ({"chatLid": None, "senderLid": "10000000000001@lid"}, PHONE, "10000000000001"),
        ({"chatLid": None, "senderLid": "10000000000001@lid", "fromMe": True}, PHONE, None),
        ({"phone": int(PHONE)}, PHONE, LID),
        ({"phone": "+55 (11) 99000-0001"}, PHONE, LID),
        ({"phone": f"{PHONE}@s.whatsapp.net"}, PHONE, LID),
    ],
    ids=[
        "number and LID",
        "LID alone",
        "two LIDs, phone wins",
        "phone missing",
        "no LID",
        "LID of the sender",
        "own messages: the sender is us",
        "number as a number",
        "number as people write it",
        "number as an address",
    ],
)
def test_contact(changes: dict[str, object], phone: str | None, lid: str | None) -> None:
    event = read(received(**changes))
    assert isinstance(event, Message | StaffMessage)
    assert (event.contact.phone, event.contact.lid) == (phone, lid)


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"senderName": " Ana "}, "Ana"),
        ({"senderName": "", "chatName": "Ana Exemplo  "}, "Ana Exemplo"),
        ({"senderName": LID, "chatName": None}, None),
        ({"senderName": "A Clínica", "fromMe": True}, "Ana Exemplo"),
        ({"senderName": "A Clínica", "fromMe": True, "chatName": LID}, None),
    ],
    ids=["trimmed", "empty falls back", "bare digits", "ours is not theirs", "nothing is better than ours"],
)
def test_name(changes: dict[str, object], name: str | None) -> None:
    event = read(received(**changes))
    assert isinstance(event, Message | StaffMessage)
    assert event.contact.name == name


# --- time -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "sent_ms"),
    [
        (1_789_999_999_001, 1_789_999_999_001),
        ("1789999999000", 1_789_999_999_000),
        (1_580_163_342, 1_580_163_342_000),
        (1_580_163_342.5, 1_580_163_342_500),
        (26_151_515_154, None),
        (NOW_MS + 86_400_000, NOW_MS + 86_400_000),
        (NOW_MS + 86_400_001, None),
        (500_000_000_000, None),
        (0, None),
        (-1, None),
        (None, None),
        (True, None),
        ("ontem", None),
        (float("inf"), None),
        (10**400, None),
        ([1], None),
    ],
    ids=str,
)
def test_units_of_time(value: object, sent_ms: int | None) -> None:
    assert message(received(momment=value)).sent_ms == sent_ms


def test_the_time_may_be_spelt_right() -> None:
    assert message(received(momment=..., moment=1_789_999_999_000)).sent_ms == 1_789_999_999_000


# --- edits, deletions, keys -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "target"),
    [
        ({"editMessageId": "E", "referenceMessageId": "R"}, "E"),
        ({"referenceMessageId": "R"}, "R"),
        ({}, "3A0000000000000000D1"),
    ],
    ids=["named", "referenced", "its own id"],
)
def test_target_of_an_edit(changes: dict[str, object], target: str) -> None:
    event = read(received(isEdit=True, **changes))
    assert isinstance(event, Edit)
    assert (event.target_id, event.from_me, event.content.text) == (target, False, "Bom dia")


def test_two_versions_of_one_message_have_two_keys_and_a_redelivery_has_one() -> None:
    def version(text: str, received_ms: int) -> str:
        event = read(received(isEdit=True, text={"message": text}), received_ms=received_ms)
        assert isinstance(event, Edit)
        return event.key

    assert version("às 15h", NOW_MS) != version("às 16h", NOW_MS)
    assert version("às 15h", NOW_MS) == version("às 15h", NOW_MS + 1)


def test_an_edit_typed_by_the_clinic_says_so() -> None:
    event = read(received(isEdit=True, fromMe=True))
    assert isinstance(event, Edit)
    assert event.from_me


@pytest.mark.parametrize("name", ["REVOKE", "revoke"])
def test_a_deletion_names_the_deleted_message(name: str) -> None:
    event = read(media(notification=name, messageId="M"), instance_id=INSTANCE)
    assert isinstance(event, Deletion)
    assert (event.key, event.target_id, event.from_me) == (f"{INSTANCE}:deletion:M", "M", False)


def test_a_deletion_in_a_group_is_the_groups() -> None:
    assert outcome(read(media(notification="REVOKE", isGroup=True))) == "ignored group"


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"messageId": "M", "callId": "C"}, f"{INSTANCE}:notification:CALL_VOICE:M"),
        ({"messageId": None, "callId": "C"}, f"{INSTANCE}:notification:CALL_VOICE:C"),
        ({"messageId": ...}, f"{INSTANCE}:notification:CALL_VOICE:{mark(PHONE)}:1789999999000"),
        ({"messageId": ..., "momment": ...}, ""),
    ],
    ids=["message id", "call id", "phone and time", "no identity"],
)
def test_keys_of_notifications(changes: dict[str, object], key: str) -> None:
    event = read(media(notification="CALL_VOICE", **changes), instance_id=INSTANCE)
    assert isinstance(event, Ignored)
    assert event.key == key


def test_two_messages_without_id_are_two_and_a_redelivery_is_one() -> None:
    first = message(received(messageId=...))
    again = message(received(messageId=None))
    other = message(received(messageId="", text={"message": "Boa tarde"}))
    assert first.key == again.key != other.key
    assert first.provider_id == again.provider_id != other.provider_id


def test_without_id_and_time_a_message_is_kept_under_a_key_of_the_store() -> None:
    event = message(received(messageId=..., momment=...))
    assert event.key == ""
    assert event.provider_id


def test_a_whole_number_is_an_id_too() -> None:
    assert message(received(messageId=123)).provider_id == "123"


# --- status, delivery, presence ---------------------------------------------------------------------------


def status(**changes: object) -> Event:
    payload = {"type": "MessageStatusCallback", "status": "READ", "ids": ["A"], "phone": PHONE} | changes
    return read({k: v for k, v in payload.items() if v is not ...}, instance_id=INSTANCE)


def test_a_receipt_has_one_key_for_each_id() -> None:
    event = status(ids=["A", "B", "A", None, 7])
    assert isinstance(event, Receipt)
    assert event.provider_ids == ("A", "B", "7")
    assert event.keys[1] == f"{INSTANCE}:receipt:B:READ:{mark(PHONE)}"
    assert len(event.keys) == 3


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"status": "MESSAGE_READ"}, "receipt READ"),
        ({"status": "read"}, "receipt READ"),
        ({"ids": ..., "id": "A"}, "receipt READ"),
        ({"ids": "A"}, "receipt READ"),
        ({"phone": f"{LID}@lid"}, "receipt READ"),
        ({"status": "READ_BY_ME"}, "ignored unknown_status"),
        ({"status": "READ-SELF"}, "ignored unknown_status"),
        ({"status": "DELIVERY_ACK"}, "ignored unknown_status"),
        ({"status": None}, "ignored unknown_status"),
        ({"ids": []}, "ignored unknown_status"),
        ({"phone": "status@broadcast", "participant": f"{LID}@lid"}, "ignored story"),
        ({"isGroup": True}, "ignored group"),
        ({"phone": ...}, "receipt READ"),
        ({"phone": ..., "ids": []}, "ignored unknown_status"),
    ],
    ids=str,
)
def test_status(changes: dict[str, object], expected: str) -> None:
    assert outcome(status(**changes)) == expected


def test_an_old_spelling_of_a_status_is_the_same_receipt() -> None:
    assert status(status="MESSAGE_READ") == status(status="READ")
    event = status()
    assert isinstance(event, Receipt)
    assert event.status is ReceiptStatus.READ


def test_two_viewers_of_a_story_have_two_keys() -> None:
    first = status(phone="status@broadcast", participant="1@lid")
    second = status(phone="status@broadcast", participant="2@lid")
    assert isinstance(first, Ignored)
    assert isinstance(second, Ignored)
    assert first.key != second.key


@pytest.mark.parametrize(
    ("changes", "error", "code"),
    [
        ({}, None, None),
        ({"error": None}, None, None),
        ({"error": "Phone number does not exist"}, "Phone number does not exist", None),
        ({"error": "likely shadow ban", "errorCode": "SHADOW_BAN"}, "likely shadow ban", "SHADOW_BAN"),
        ({"errorCode": "SHADOW_BAN"}, "SHADOW_BAN", "SHADOW_BAN"),
        ({"error": {"new": "shape"}}, "unreadable error", None),
    ],
    ids=["success", "null is success", "error", "error and code", "code alone", "an error in a new shape"],
)
def test_delivery(changes: dict[str, object], error: str | None, code: str | None) -> None:
    event = read({"type": "DeliveryCallback", "phone": PHONE, "messageId": "M", "zaapId": "Z"} | changes)
    assert isinstance(event, Delivery)
    assert (event.provider_id, event.zaap_id, event.error, event.error_code) == ("M", "Z", error, code)
    assert event.key == f"default:delivery:Z:{error or ''}"


def test_a_delivery_report_that_names_nobody_is_known_by_its_id() -> None:
    event = read({"type": "DeliveryCallback", "messageId": "M", "zaapId": "Z"})
    assert isinstance(event, Delivery)
    assert (event.contact.phone, event.contact.lid, event.zaap_id) == (None, None, "Z")
    assert outcome(read({"type": "DeliveryCallback"})) == "ignored no_contact"


def test_an_echo_that_names_nobody_is_known_by_its_id() -> None:
    assert outcome(read(received(phone=..., chatLid=..., fromMe=True, fromApi=True))) == "echo"
    assert outcome(read(received(phone=..., chatLid=..., fromMe=True))) == "ignored no_contact"


def test_a_failed_delivery_says_what_the_failure_means() -> None:
    event = read({"type": "DeliveryCallback", "phone": PHONE, "zaapId": "Z", "errorCode": "SHADOW_BAN"})
    assert isinstance(event, Delivery)
    assert event.failure == SendFailure(Verdict.INSTANCE, Trouble.RESTRICTED)


def test_a_long_error_does_not_make_a_long_key() -> None:
    event = read({"type": "DeliveryCallback", "phone": PHONE, "zaapId": "Z", "error": "x" * 5000})
    assert isinstance(event, Delivery)
    assert len(event.key) < 100


@pytest.mark.parametrize(
    ("given", "phone", "lid"),
    [
        (PHONE, PHONE, None),
        ("100000000009907", None, "100000000009907"),
        (f"{LID}@lid", None, LID),
        ("5511234", None, "5511234"),
    ],
    ids=["number", "LID without its suffix", "LID", "cannot be a number"],
)
def test_presence_may_name_a_bare_lid(given: str, phone: str | None, lid: str | None) -> None:
    event = read({"type": "PresenceChatCallback", "phone": given, "status": "composing"})
    assert isinstance(event, Presence)
    assert (event.contact.phone, event.contact.lid) == (phone, lid)


def test_a_long_foreign_number_in_a_message_is_no_lid() -> None:
    assert message(received(phone="49151123456789", chatLid=None)).contact.phone == "49151123456789"


def test_an_echo_carries_its_words() -> None:
    event = read(received(fromMe=True, fromApi=True))
    assert isinstance(event, Echo)
    assert event.text == "Bom dia"
    assert event.provider_id == "3A0000000000000000D1"


# --- nothing makes it fail --------------------------------------------------------------------------------

leaf = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(exclude_categories=()), max_size=30)
    | st.sampled_from([PHONE, f"{LID}@lid", "status@broadcast", "READ", "REVOKE", "true", "\x00", "\ud800"])
)
anything = st.recursive(
    leaf,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
field_names = sorted({key for sample in SAMPLES for key in sample.payload} | {"editMessageId", "contacts"})
types = sorted({str(s.payload["type"]) for s in SAMPLES if "type" in s.payload})
objects = st.builds(
    lambda fields, kind: fields | {"type": kind},
    st.dictionaries(st.sampled_from(field_names) | st.text(max_size=8), anything, max_size=8),
    st.sampled_from(types) | anything,
)


def assert_storable(event: Event) -> None:
    """Every string survives UTF-8 and a database, and ``detail`` survives JSON."""
    content = getattr(event, "content", None)
    text = repr(event) if content is None else content.text + repr(event)
    for attribute in ("key", "provider_id", "target_id", "text", "error"):
        text += str(getattr(event, attribute, ""))
    contact = getattr(event, "contact", None)
    if contact is not None:
        by_id_alone = isinstance(event, Delivery | Receipt | Echo)
        assert contact.phone or contact.lid or by_id_alone
        text += f"{contact.instance}{contact.phone}{contact.lid}{contact.name}"
    if content is not None:
        text += json.dumps(content.detail, allow_nan=False, ensure_ascii=False) + (content.quoted_id or "")
    assert "\x00" not in text
    assert text.encode()


@given(objects)
def test_any_object_is_some_event(payload: dict[str, object]) -> None:
    assert_storable(read(payload))
    assert_storable(read(payload, instance_id=INSTANCE))


@given(st.sampled_from(SAMPLES), st.data())
def test_any_field_of_a_real_payload_may_turn_into_anything(sample: Sample, data: st.DataObject) -> None:
    payload: Any = json.loads(json.dumps(sample.payload))
    for _ in range(data.draw(st.integers(1, 4))):
        nested = [value for value in payload.values() if isinstance(value, dict) and value]
        target = data.draw(st.sampled_from([payload, payload, *nested]))
        if not target:
            continue
        key = data.draw(st.sampled_from(sorted(target)))
        if data.draw(st.booleans()):
            target[key] = data.draw(anything)
        else:
            del target[key]
    assert_storable(read(payload))


@given(st.sampled_from(SAMPLES), st.integers(0, NOW_MS))
def test_a_redelivery_has_the_same_key_whenever_it_comes(sample: Sample, later_ms: int) -> None:
    first, again = read(sample.payload), read(sample.payload, received_ms=NOW_MS + later_ms)
    for attribute in ("key", "keys"):
        assert getattr(first, attribute, None) == getattr(again, attribute, None)


@pytest.mark.alone
def test_reading_costs_little() -> None:
    """The webhook's rate hangs on it; about 10 µs on a quiet machine, and the bar leaves room for a busy one."""
    payload = received()

    def round_s() -> float:
        start = time.perf_counter()
        for _ in range(200):
            read(payload, instance_id=INSTANCE)
        return (time.perf_counter() - start) / 200

    assert min(round_s() for _ in range(10)) < 40e-6
