"""What is read out of answers whose shape nobody promises."""

import pytest

from clinic_bot.reply.zapi_answers import account_of, chats_of, confirmed, queued_of


@pytest.mark.parametrize(
    ("due", "expected_ms"),
    [
        pytest.param(1_790_000_000, 1_790_000_000_000, id="seconds"),
        pytest.param("1790000000", 1_790_000_000_000, id="seconds as a text"),
        pytest.param(1_790_000_000_000, 1_790_000_000_000, id="milliseconds"),
        pytest.param(12, None, id="no instant"),
        pytest.param("²", None, id="no digit that counts"),
        pytest.param(None, None, id="nothing"),
    ],
)
def test_an_instant_is_read_however_it_is_written(due: object, expected_ms: int | None) -> None:
    assert account_of({"due": due}).due_ms == expected_ms


def test_the_address_for_messages_and_deliveries_has_the_say_while_it_is_set() -> None:
    own, both = "https://a.example", "https://b.example"
    known = account_of({"receivedCallbackUrl": own, "receivedAndDeliveryCallbackUrl": both})
    assert dict(known.webhooks) == {"messages": both}
    known = account_of({"receivedCallbackUrl": own, "receivedAndDeliveryCallbackUrl": None})
    assert dict(known.webhooks) == {"messages": own}


def test_rows_that_name_nobody_are_left_out() -> None:
    (chat,) = chats_of([None, {}, {"phone": "5511900000001", "lid": "1@lid", "isGroup": "TRUE", "name": " "}])
    assert (chat.phone, chat.lid, chat.is_group, chat.name) == ("5511900000001", "1", True, None)
    (item,) = queued_of({"messages": [None, {"Phone": "1"}, {"ZaapId": "Z", "Created": "now"}]})
    assert (item.zaap_id, item.phone, item.created_ms) == ("Z", "", None)
    assert list(queued_of({"messages": "none"})) == []


@pytest.mark.parametrize("answer", [None, [], {}, {"value": "yes"}, {"success": True}])
def test_nothing_but_the_flag_asked_for_confirms(answer: object) -> None:
    assert not confirmed(answer, "value")
    assert confirmed({"value": "True"}, "value")
