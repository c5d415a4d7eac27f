"""The chaos run itself: its plan, its sums, and above all that its judge sees what it is there to see."""

import asyncio
import contextlib
import json
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from rich.console import Console

sys.path.insert(0, str(Path(__file__).parent.parent / "scripts"))

from chaos_suite.__main__ import main
from chaos_suite.checker import Evidence, judge
from chaos_suite.ledger import Delivered, Recorder, mark_in
from chaos_suite.outages import Outages
from chaos_suite.plan import WEATHERS, Cluster, Harm, Kind, Outage, OutKind, Plan, token
from chaos_suite.progress import lines
from chaos_suite.records import (
    Conversation,
    Message,
    Records,
    Thought,
    Turn,
    last_turn,
    reader,
    thoughts_in,
)
from chaos_suite.run import State, Unusable, empty_database, load, run, speculates, world_of
from chaos_suite.segment import Progress
from chaos_suite.shared import SharedDatabase
from chaos_suite.tally import Tally

from clinic_bot.clock import Clock
from clinic_bot.errors import StorageUnavailable
from clinic_bot.sandbox.standins import stand_ins
from clinic_bot.sandbox.zapi_state import Left
from clinic_bot.store.postgres import PostgresDatabase
from tests.support.postgres import Server
from tests.support.waiting import until

PHONE, MARK = "5511900000001", "resposta r0w0x"
REPLY = f"Sou a assistente virtual. Esta é a {MARK}."
OTHER, CANNED = "E a resposta r0w1x.", "Já chamo a recepção."


def message(seq: int = 1, **given: Any) -> Message:
    row = Message(1, seq, f"3A{seq}", "patient", f"oi {token(0, seq)}", False, 1_000, None, None)
    return replace(row, **given)


def turn(**given: Any) -> Turn:
    return replace(Turn(1, 1, 1, 1, "sent", None, REPLY, 2_000, 3_000, 3_100, None), **given)


def left(text: str = REPLY, **given: Any) -> Left:
    return replace(Left(1, PHONE, text, "Z1", "3EB01", 3_050, 3_090), **given)


def acked(seq: int = 1, kind: Kind = Kind.TEXT, **given: Any) -> Delivered:
    text = f"oi {token(0, seq)}"
    return replace(Delivered(kind, f"3A{seq}", PHONE, text, 900, 1_050, "queued"), **given)


def tally_of(
    *,
    delivered: Sequence[Delivered] = (),
    messages: Sequence[Message] = (),
    turns: Sequence[Turn] = (),
    out: Sequence[Left] = (),
    asked: Mapping[str, Sequence[str]] | None = None,
    thoughts: Sequence[Thought] = (),
    **conversation: Any,
) -> Tally:
    row = replace(Conversation(1, None, 99, None, 0, None, None), **conversation)
    evidence = Evidence(
        delivered=delivered or [acked()],
        asked={MARK: [token(0, 1)]} if asked is None else asked,
        left=out,
        records=Records({1: row}, messages or [message()], turns, thoughts),
        human_ms=60_000,
        speed=1,
    )
    tally = Tally()
    judge(evidence, tally)
    return tally


def zeros(tally: Tally) -> tuple[int, int, int, int]:
    return tally.lost, tally.doubled, tally.overlapping, tally.after_human


def test_a_message_that_was_read_by_a_reply_that_left_is_answered() -> None:
    tally = tally_of(turns=[turn()], out=[left()])
    assert (tally.acknowledged, tally.stored, tally.answered, zeros(tally)) == (1, 1, 1, (0, 0, 0, 0))


@pytest.mark.parametrize(
    ("known", "fate"),
    [
        pytest.param({"messages": [message(deleted_ms=5)]}, "deleted", id="taken back"),
        pytest.param({"messages": [message(handled_ms=5)]}, "handled", id="answered by a person"),
        pytest.param(
            {"turns": [turn(state="silent", reply=None, intent_ms=None)]}, "handled", id="a person took over"
        ),
        pytest.param({"turns": [turn(state="held")]}, "shown", id="held, and it had not left"),
        pytest.param({"turns": [turn(state="dead", reply=None)]}, "shown", id="set aside"),
        pytest.param({"done_seq": 0, "wake_at_ms": 7}, "pending", id="looked at later"),
        pytest.param({"done_seq": 0, "park_reason": "waits"}, "pending", id="parked, with its reason"),
    ],
)
def test_every_message_has_one_fate(known: dict[str, Any], fate: str) -> None:
    tally = tally_of(**known)
    assert getattr(tally, fate) == 1
    assert zeros(tally) == (0, 0, 0, 0)


@pytest.mark.parametrize(
    "known",
    [
        pytest.param({"messages": [message(9)]}, id="not stored"),
        pytest.param({"done_seq": 0}, id="pending, and nobody will look"),
        pytest.param({}, id="done, and in no turn"),
        pytest.param({"turns": [turn(state="withdrawn")]}, id="its turn was withdrawn, and no other took it"),
        pytest.param({"turns": [turn()]}, id="said to be sent, and nothing left"),
        pytest.param(
            {"turns": [turn()], "out": [left()], "asked": {MARK: []}}, id="in the range of a reply that did not read it"
        ),
        pytest.param({"delivered": [acked(kind=Kind.STAFF)]}, id="a hand-written answer that was not stored"),
        pytest.param(
            {"delivered": [acked(kind=Kind.DELETE, text="")], "turns": [turn()], "out": [left()]},
            id="a deletion that was not stored",
        ),
        pytest.param(
            {"delivered": [acked(kind=Kind.EDIT, text="oi b0m1v1.")], "turns": [turn()], "out": [left()]},
            id="an edit that was not stored",
        ),
    ],
)  # fmt: skip
def test_what_is_lost_is_seen(known: dict[str, Any]) -> None:
    tally = tally_of(**known)
    assert zeros(tally) == (1, 0, 0, 0)
    assert tally.offenders
    assert not tally.good


def test_what_was_never_acknowledged_is_not_lost() -> None:
    assert zeros(tally_of(delivered=[acked(acked_ms=None)], messages=[message(9)])) == (0, 0, 0, 0)


@pytest.mark.parametrize(
    "known",
    [
        pytest.param({"out": [left(), left(n=2)]}, id="one reply said twice"),
        pytest.param(
            {
                "turns": [turn(), turn(id=2, low=2, high=2, reply=OTHER, claimed_ms=4_000, intent_ms=5_000)],
                "out": [left(), left(OTHER, n=2)],
                "asked": {MARK: [token(0, 1)], "resposta r0w1x": [token(0, 1)]},
            },
            id="one message in two replies",
        ),
        pytest.param(
            {"turns": [turn(reply=CANNED)], "out": [left(CANNED), left(CANNED, n=2)]},
            id="a sentence of the clinic said twice",
        ),
        pytest.param({"turns": [turn(state="held", reply=None)], "out": [left()]}, id="a reply that no turn has"),
    ],
)  # fmt: skip
def test_what_is_said_twice_is_seen(known: dict[str, Any]) -> None:
    tally = tally_of(**{"turns": [turn()], **known})
    assert zeros(tally) == (0, 1, 0, 0)


def test_a_reply_that_whatsapp_refused_is_not_said_twice() -> None:
    assert zeros(tally_of(turns=[turn()], out=[left(), left(went_out=False)])) == (0, 0, 0, 0)


@pytest.mark.parametrize(
    "second",
    [
        pytest.param({"low": 1, "high": 2, "claimed_ms": 4_000, "intent_ms": 5_000}, id="two turns over one message"),
        pytest.param({"low": 2, "high": 2, "claimed_ms": 2_500, "intent_ms": 5_000}, id="two turns at a time"),
    ],
)  # fmt: skip
def test_turns_that_overlap_are_seen(second: dict[str, Any]) -> None:
    turns = [turn(), turn(id=2, reply=OTHER, **second)]
    assert tally_of(turns=turns, out=[left(), left(OTHER)]).overlapping == 1


@pytest.mark.parametrize(
    ("second", "seen"),
    [
        pytest.param(Thought(1, 1, 2_900, 3_500), 1, id="another claim of the same turn"),
        pytest.param(Thought(1, 2, 2_100, 2_200), 1, id="another turn, within the first"),
        pytest.param(Thought(1, 1, 3_000, 3_500), 0, id="when the first had been given back"),
        pytest.param(Thought(2, 2, 2_100, 2_200), 0, id="another conversation"),
    ],
)
def test_two_processes_that_had_one_conversation_are_seen(second: Thought, seen: int) -> None:
    thoughts = [second, Thought(1, 1, 2_000, 3_000)]
    assert tally_of(turns=[turn()], out=[left()], thoughts=thoughts).overlapping == seen


def test_thoughts_are_told_by_what_a_process_wrote_while_it_had_the_turn() -> None:
    moments = [
        (1, 7, "claimed", 10), (2, 8, "claimed", 11), (1, 7, "given back", 20), (1, 7, "claimed", 30),
        (2, 8, "lost", 40), (2, 8, "closed", 41), (1, 7, "intent", 50), (1, 7, "closed", 60), (2, 8, "claimed", 70),
    ]  # fmt: skip
    assert thoughts_in(moments) == [Thought(1, 7, 10, 20), Thought(1, 7, 30, 50)]


def test_a_turn_that_was_proven_unsent_may_be_followed_by_another_over_the_same_messages() -> None:
    turns = [turn(state="withdrawn"), turn(id=2, claimed_ms=4_000, intent_ms=5_000)]
    assert zeros(tally_of(turns=turns, out=[left()])) == (0, 0, 0, 0)


@pytest.mark.parametrize(
    ("intent_ms", "seen"), [(1_040, 0), (1_500, 1), (61_100, 0)], ids=["before", "after", "it has expired"]
)
def test_an_intent_after_a_hand_written_answer_is_seen(intent_ms: int, seen: int) -> None:
    staff = message(2, author="clinic", text="Oi, aqui é a Ana")
    tally = tally_of(
        delivered=[acked(), acked(2, Kind.STAFF)],
        messages=[message(), staff],
        turns=[turn(claimed_ms=900, intent_ms=intent_ms)],
        out=[left()],
    )
    assert zeros(tally) == (0, 0, 0, seen)


def test_answering_what_a_person_had_answered_is_seen_whatever_the_times_say() -> None:
    tally = tally_of(messages=[message(handled_ms=2_900)], turns=[turn()], out=[left()])
    assert zeros(tally) == (0, 0, 0, 1)


@pytest.mark.parametrize(
    ("given", "out", "ending"),
    [
        ({"state": "held"}, [left()], "held for a person, it had left"),
        ({"state": "held"}, [], "held for a person, it had not left"),
        ({"reason": "HTTP 500", "settled_by": "echo"}, [left()], "sent, proven by echo"),
    ],
)
def test_how_uncertain_sends_ended_is_told(given: dict[str, Any], out: list[Left], ending: str) -> None:
    assert tally_of(turns=[turn(**given)], out=out).uncertain == {ending: 1}


# The plan, the model and the sums.


def test_one_seed_is_one_plan() -> None:
    one, same, other = Plan(1, 0, 100, 10), Plan(1, 0, 100, 10), Plan(2, 0, 100, 10)
    bursts = [list(islice(plan.each_burst(), 50)) for plan in (one, same, other)]
    assert bursts[0] == bursts[1] != bursts[2]
    assert one.troubles() == same.troubles() != other.troubles()


@pytest.mark.parametrize("kills", [0, 1, 7, 50])
def test_a_plan_has_as_many_kills_as_asked(kills: int) -> None:
    for seed in range(20):
        killed = [one for one in Plan(seed, 0, 100, kills).troubles() if one.harm is Harm.KILL]
        assert sum(1 + (one.again_real_s is not None) for one in killed) == kills


def test_a_plan_breaks_the_process_from_its_first_turn_to_its_last() -> None:
    at = [one.at_turn for one in Plan(1, 0, 1_000, 200).troubles()]
    assert at == sorted(at)
    assert at[0] < 20
    assert 980 < at[-1] < 1_000


def test_replicas_are_all_troubled_and_their_database_too() -> None:
    cluster = Cluster(replicas=3, lease_real_s=3, restarts=True)
    troubles = Plan(1, 0, 1_000, 60, cluster).troubles()
    assert {one.replica for one in troubles} == {0, 1, 2}
    assert {one.harm for one in troubles} == set(Harm)
    assert sum(1 + (one.again_real_s is not None) for one in troubles if one.harm is Harm.KILL) == 60
    frozen = [one.lasts_real_s for one in troubles if one.harm is Harm.FREEZE]
    assert min(frozen) < 3 < max(frozen)
    away = {one.lasts_real_s > 0 for one in troubles if one.harm is Harm.RESTART}
    assert away == {True, False}  # orderly, and as after a crash
    given = Plan(1, 0, 1_000, 60, replace(cluster, restarts=False)).troubles()
    assert Harm.RESTART not in {one.harm for one in given}


def test_every_weather_comes_and_its_outages_end() -> None:
    drawn = [weather for n in range(0, 12_000, 60) if (weather := Plan(1, 0, 5_000, 0).weather_at(n))]
    longest = {one.name: one.outage and one.outage.seconds for one in WEATHERS}
    assert {one.name for one in drawn} == longest.keys()
    assert {one.outage.kind for one in drawn if one.outage} == set(OutKind)
    assert all(0 < one.outage.seconds <= (longest[one.name] or 0) for one in drawn if one.outage)


def test_a_run_goes_on_with_what_is_left_of_it() -> None:
    state = State(seed=1, turns=12_000, kills=120, speed=20)
    assert (state.plan().turns, state.plan().kills) == (5_000, 50)
    state.tally.add(Tally(turns=1_000, kills=20))  # interrupted
    state.segment += 1
    assert (state.plan().segment, state.plan().turns, state.plan().kills, state.done) == (1, 5_000, 45, False)
    state.tally.add(Tally(turns=11_001, kills=100))
    assert state.done


def test_no_two_messages_of_a_run_share_an_id_or_a_word() -> None:
    plans = [Plan(1, segment, 400, 0) for segment in range(2)]
    ids = [
        piece.message_id
        for plan in plans
        for burst in islice(plan.each_burst(), 400)
        for piece in burst.pieces
        if piece.kind in (Kind.TEXT, Kind.STAFF)
    ]
    assert len(ids) == len(set(ids))


def test_the_model_s_part_notes_what_it_read_and_not_what_was_said_before() -> None:
    recorder = Recorder(segment=3)
    request = {
        "messages": [
            {"role": "user", "content": "oi b0m0v0."},
            {"role": "assistant", "content": "Sou a assistente virtual. Esta é a resposta r3w9x."},
            {"role": "user", "content": "bom dia b1m0v0.\ne b1m1v1."},
            {"role": "user", "content": "Escreva de novo."},
        ]
    }
    mark = mark_in(recorder.reply(request).text or "")
    assert mark == "resposta r3w0x"
    assert recorder.asked[mark] == ("b1m0v0.", "b1m1v1.")


def test_shards_add_up_and_survive_being_saved(tmp_path: Path) -> None:
    one, two = Tally(turns=3, lost=1, offenders=["lost: x"]), Tally(turns=4)
    one.uncertain["held"] += 2
    two.uncertain["held"] += 1
    one.add(two)
    state = State(seed=7, turns=10, kills=1, speed=20, segment=1, tally=one, replicas=3)
    state.save(tmp_path / "run.json")
    assert load(tmp_path / "run.json") == state
    assert (one.turns, one.lost, one.uncertain["held"]) == (7, 1, 3)


def test_a_file_that_is_no_run_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text(json.dumps({"turns": 1}))
    with pytest.raises(Unusable, match="no saved run"):
        load(tmp_path / "x.json")


def test_the_sums_of_several_seeds_are_added_up(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for seed, lost in ((1, 0), (2, 1)):
        State(seed, 10, 1, 20, 1, Tally(turns=11, kills=1, seconds=2, lost=lost)).save(
            tmp_path / f"{seed}.json"
        )
    files = [str(tmp_path / "1.json"), str(tmp_path / "2.json")]
    assert main(["--add", *files, "--json", str(tmp_path / "sum.json")]) == 1  # something was lost
    assert "22 turns, 2 kills" in capsys.readouterr().out
    assert load(tmp_path / "sum.json").tally == Tally(turns=22, kills=2, seconds=4, lost=1)
    assert main(["--add", files[0]]) == 0
    assert main(["--add", files[0], str(tmp_path / "none.json")]) == 2


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mysql://ana:s3cret@db/clinic", "give postgres, postgresql://... or sqlite:///FILE"),
        ("postgresql://ana:s3cret@127.0.0.1:1/clinic", "does not answer"),
    ],
    ids=["of another kind", "not there"],
)
async def test_a_database_that_cannot_be_used_is_refused_and_its_password_not_shown(
    url: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chaos_suite.run._ANSWERS_WITHIN_S", 0.2)
    with pytest.raises(Unusable) as refused:
        await empty_database(url)
    assert said in str(refused.value)
    assert "s3cret" not in str(refused.value)


async def test_a_database_that_holds_something_is_refused(tmp_path: Path, postgres_server: Server) -> None:
    (tmp_path / "old.sqlite").write_bytes(b"SQLite format 3")
    with postgres_server.clone() as used, postgres_server.database() as empty:
        for url in (f"sqlite:///{tmp_path}/old.sqlite", str(used)):
            with pytest.raises(Unusable, match="not empty"):
                await empty_database(url)
        assert await empty_database(str(empty)) == str(empty)


async def test_a_database_is_the_same_file_from_every_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert await empty_database("sqlite:///new.sqlite") == f"sqlite:///{tmp_path}/new.sqlite"


@pytest.mark.parametrize("given", [["--replicas", "3"], ["--database", "postgres", "--replicas", "9"]])
def test_replicas_want_a_database_that_they_can_share(given: list[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--turns", "1", *given])


def test_progress_is_a_line_now_and_then_where_nothing_can_change(capsys: pytest.CaptureFixture[str]) -> None:
    now_s = [0.0]
    tell = lines(Console(width=40), State(1, 2_000, 50, 20), lambda: now_s[0])
    for now_s[0] in (0.0, 4.9, 5.0, 5.1, 125.0, 154.0, 155.0):
        tell(Progress(turns=round(now_s[0] * 10), kills=1, weather="429 storm"))
    assert capsys.readouterr().out.splitlines() == [
        "  0:05  50 of 2,000 turns, 1 kills, 10 turns/s, 429 storm",
        "  2:05  1,250 of 2,000 turns, 1 kills, 10 turns/s, 429 storm",
        "  2:35  1,550 of 2,000 turns, 1 kills, 10 turns/s, 429 storm",
    ]


@pytest.mark.parametrize("kind", OutKind)
async def test_an_outage_begins_ends_by_itself_and_gives_way_to_the_next(kind: OutKind) -> None:
    clock = Clock(Clock().now_ms(), 100)
    async with stand_ins(clock) as pair:
        zapi, outages = pair.zapi, Outages(pair.zapi, clock)

        def state() -> tuple[bool, bool, str | None]:
            return zapi.connected, zapi.lapsed, zapi.client_token

        well = state()
        outages.begin(Outage(kind, 3_600))
        await until(lambda: state() != well)
        outages.begin(Outage(kind, 10))
        await until(lambda: state() != well)
        await until(lambda: state() == well)
        outages.begin(Outage(kind, 3_600))
        await until(lambda: state() != well)
        await outages.heal()
        assert state() == well


async def test_a_server_whose_maker_is_gone_still_ends(tmp_path: Path) -> None:
    async with world_of(1, 20, tmp_path, f"sqlite:///{tmp_path / 'own.sqlite'}") as world:
        server = world.server
        await server.start()
        assert server._standby is not None
        server._standby.kill()
        async with asyncio.timeout(20):
            await server.kill()
        assert not server.alive


async def test_whoever_watches_and_breaks_ends_the_run(tmp_path: Path) -> None:
    def broken(_seen: Progress) -> None:
        raise OSError("the terminal is gone")

    async with asyncio.timeout(60):
        with pytest.raises(OSError, match="the terminal is gone"):
            await run(
                State(seed=5, turns=2_000, kills=0, speed=40),
                folder=tmp_path, database_url=None, tell=broken, judged=lambda _state: None,
            )  # fmt: skip


def test_some_processes_speculate_and_are_followed_by_others_that_do_not() -> None:
    drawn = [speculates(0.75, 1, "server", start) for start in range(1, 101)]
    assert drawn == [speculates(0.75, 1, "server", start) for start in range(1, 101)]
    assert drawn != [speculates(0.75, 2, "server", start) for start in range(1, 101)]
    assert 60 < sum(drawn) < 90


@pytest.mark.paired
async def test_a_small_run_with_real_processes(tmp_path: Path) -> None:
    saved: list[int] = []
    state = State(seed=5, turns=40, kills=2, speed=40)
    done = await run(
        state,
        folder=tmp_path,
        database_url=f"sqlite:///{tmp_path / 'own.sqlite'}",
        tell=lambda _seen: None,
        judged=lambda it: saved.append(it.segment),
    )
    tally = state.tally
    assert (done, saved, tally.kills, tally.offenders) == (True, [1], 2, [])
    assert tally.turns >= 40
    assert (tmp_path / "own.sqlite").exists()
    assert tally.acknowledged == tally.stored > 0
    fates = (tally.answered, tally.handled, tally.deleted, tally.shown, tally.pending, tally.lost)
    assert sum(fates) == tally.acknowledged


@pytest.mark.paired
async def test_a_small_run_with_replicas_on_a_postgresql_that_is_broken(tmp_path: Path) -> None:
    state = State(seed=6, turns=40, kills=2, speed=40, replicas=2)
    tell, judged = (lambda _seen: None), (lambda _state: None)
    assert await run(state, folder=tmp_path, database_url="postgres", tell=tell, judged=judged)
    tally = state.tally
    assert (tally.kills, tally.offenders) == (2, [])
    assert tally.turns >= 40
    assert tally.acknowledged == tally.stored > 0
    assert min(tally.freezes, tally.blocks, tally.restarts) > 0


async def test_cutting_ends_connections_of_the_service_and_the_reader_finds_its_own_again(
    postgres_server: Server,
) -> None:
    with postgres_server.clone() as url:
        database, asked = PostgresDatabase(url), reader(str(url))
        try:
            shared = SharedDatabase(asked, None)
            await database.write(lambda _connection: None)
            while not await shared.cut():  # each with a chance of one half
                pass
            with contextlib.suppress(StorageUnavailable):  # whoever's connection it was
                await database.write(last_turn)
            assert await database.write(last_turn) == await asked.ask(last_turn) == 0
        finally:
            await asked.close()
            await database.close()


async def test_a_blocked_loop_stands_still_and_goes_on(tmp_path: Path) -> None:
    async with world_of(1, 100, tmp_path, f"sqlite:///{tmp_path / 'own.sqlite'}") as world:
        server = world.server
        server.block_real_s = 0.5
        await server.start()
        blocking = asyncio.create_task(server.block())
        await asyncio.sleep(0.1)
        began_s = time.monotonic()
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"http://127.0.0.1:{server.port}/health/live") as live,
        ):
            assert live.status == 200
        assert 0.25 < time.monotonic() - began_s < 5
        await blocking
