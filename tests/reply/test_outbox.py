"""The one reply of a turn, against Z-API's stand-in being slow, refusing, cutting and not there."""

import io

import pytest

from clinic_bot.operations.neighbours import Health
from clinic_bot.store.places import Place
from clinic_bot.store.tables import TurnState
from tests.support.service import SECRET, Clinic, clinic
from tests.support.waiting import until

PHONE = "5511987650001"
SENT, UNKNOWN = TurnState.SENT.value, TurnState.UNKNOWN.value


async def ask(it: Clinic, text: str = "vocês abrem às 8h?") -> None:
    await it.patient(phone=PHONE, text=text)


async def test_a_reply_is_handed_over_once_and_typing_is_shown_first(place: Place) -> None:
    async with clinic(place, typing_delay_s=3) as it:
        it.zapi_fault(kind="slow_queue", seconds=20)
        await ask(it)
        await it.until_states(SENT)
        (queued,) = it.stand_ins.zapi.queue.values()
        assert queued.delay_typing_s == 3
        assert it.calls == 1


async def test_the_reply_goes_to_the_spelling_that_was_received(place: Place) -> None:
    async with clinic(place) as it:
        await it.patient(phone="551187650001", text="oi")
        await it.until_states(SENT)
        await until(lambda: bool(it.stand_ins.zapi.sent))
        assert it.stand_ins.zapi.sent[0].phone == "551187650001"


async def test_somebody_known_by_a_lid_alone_is_answered_there(place: Place) -> None:
    async with clinic(place) as it:
        await it.patient(phone="10000000000001@lid", text="oi")
        await it.until_states(SENT)
        await until(lambda: bool(it.stand_ins.zapi.sent))
        assert it.stand_ins.zapi.sent[0].phone == "10000000000001@lid"


async def test_no_answer_in_time_is_unknown_and_settled_by_what_comes_back(place: Place) -> None:
    async with clinic(place) as it:
        it.zapi_fault(kind="hang", when="after", count=1)
        await ask(it)
        await it.until_states(SENT)
        (turn,) = await it.turns()
        assert turn.settled_by in ("echo", "delivery", "receipt")
        assert it.calls == 1
        assert len(it.sent) == 1


async def test_an_uncertain_send_that_is_still_queued_is_found_there_by_its_words(
    place: Place,
) -> None:
    async with clinic(place) as it:
        it.zapi_fault(kind="slow_queue", seconds=60)
        it.zapi_fault(kind="cut", when="after", count=1)
        await ask(it)
        await it.until_states(UNKNOWN)
        (turn,) = await it.turns()
        (queued,) = it.stand_ins.zapi.queue.values()
        assert (turn.zaap_id, turn.message_id) == (queued.zaap_id, queued.message_id)


async def test_a_send_without_a_trace_is_unknown_and_never_repeated(place: Place) -> None:
    async with clinic(place) as it:
        it.zapi_fault(kind="fail", count=1)  # 500: nothing was queued, and nobody can know
        await ask(it)
        await it.until_states(UNKNOWN)
        await ask(it, "alô?")
        await it.until_states(UNKNOWN, SENT)
        assert it.calls == 2
        assert it.service.neighbours.zapi == Health.OK


async def test_a_definite_no_to_one_message_is_shown_and_not_tried_again(place: Place) -> None:
    async with clinic(place) as it:
        it.zapi_fault(kind="refuse", named="invalid_phone", count=1)
        await ask(it)
        await it.until_states(TurnState.UNDELIVERED.value)
        assert it.calls == 1
        assert (await it.conversation()).wake_at_ms is None


async def test_without_a_connection_it_is_tried_again_and_said_once(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing listens at the address, then something does: what never left may be sent again."""
    async with clinic(place) as it:
        zapi = it.service.credentials.zapi_url
        refusing = "http://127.0.0.1:9"  # the port of "discard", which nobody serves
        tried = 0
        client = it.service.dispatcher._runner._outbox._zapi._session  # type: ignore[attr-defined]
        request = client.request

        async def sometimes(method: str, url: str, **given: object) -> object:
            nonlocal tried
            if url == "send-text" and tried < 2:
                tried += 1
                url = f"{refusing}/{url}"
            return await request(method, url, **given)

        monkeypatch.setattr(client, "request", sometimes)
        await ask(it)
        await it.until_states(SENT)
        await until(lambda: len(it.sent) == 1)
        assert (tried, it.calls) == (2, 1)
        assert zapi != refusing


async def test_a_refused_account_gives_the_turn_back_and_a_later_one_covers_it(place: Place) -> None:
    async with clinic(place) as it:
        it.zapi_fault(kind="refuse", named="subscription", count=1)
        await ask(it)
        await it.until_states(TurnState.WITHDRAWN.value)
        await it.until_states(TurnState.WITHDRAWN.value, SENT)
        assert b'sends_total{outcome="account_refused"} 1.0' in it.service.metrics.render()
        await until(lambda: len(it.sent) == 1)
        conversation = await it.conversation()
        assert conversation.attempts == 0


async def test_a_queue_that_gives_up_shows_the_reply_as_undelivered(place: Place) -> None:
    async with clinic(place) as it:
        it.zapi_fault(kind="delivery_error", count=1, **{"class": "bad_recipient"})
        await ask(it)
        await it.until_states(TurnState.UNDELIVERED.value)


async def test_no_secret_phone_or_text_reaches_a_log(
    place: Place, written_log: io.StringIO, capfd: pytest.CaptureFixture[str]
) -> None:
    async with clinic(place) as it:
        token = it.service.credentials.zapi_token
        it.zapi_fault(kind="refuse", named="subscription", count=1)
        await ask(it, "um texto que ninguém mais pode ler")
        await ask(it, "nem este")
        await it.until_states(TurnState.WITHDRAWN.value, SENT)
    logged = written_log.getvalue() + "".join(capfd.readouterr())
    assert "turn ended" in logged
    for forbidden in (SECRET, token, PHONE, "ninguém mais", "nem este", "Abrimos às 8h"):
        assert forbidden not in logged
