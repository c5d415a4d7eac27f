"""The design's rules under any order of events: a machine over the real store, on a real file, and the window.

Time moves only by steps of the machine. Runners are claims that it keeps; a crash forgets them, a lost runner keeps
its claim and tries to use it after somebody else has the conversation.
"""

import shutil
import tempfile
from functools import partial
from pathlib import Path
from random import Random

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from clinic_bot.events import Contact, Message, PresenceStatus, ReceiptStatus
from clinic_bot.store import contacts, evidence
from clinic_bot.store.inbox import Answer
from clinic_bot.store.session import session_on
from clinic_bot.store.tables import Conversation, TurnState
from clinic_bot.store.turns import Claim, Gate
from tests.support import builders as b
from tests.support.invariants import read_records, violations_in
from tests.support.store import Store, create_database

PEOPLE: tuple[Contact, ...] = (
    b.contact("5511987650001"),
    b.contact("551187650001"),  # the first one, without its ninth digit
    b.contact(None, lid="10000000000001"),  # maybe the first one
    b.contact("5511987650001", lid="10000000000001"),  # which this one proves
    b.contact("5511987650002", lid="10000000000002"),
)
TEXTS = ("oi", "quero marcar", "sim", b.EMERGENCY_TEXT, "obrigada")
REPLY = "Temos 15h ou 16h."

#: Which state may follow which: forward only, where evidence may still settle what is uncertain.
FORWARD: dict[str, set[str]] = {
    "thinking": {"sending", "silent", "empty", "no_reply", "dead", "withdrawn"},
    "sending": {"sent", "unknown", "undelivered", "withdrawn", "held"},
    "sent": {"unknown", "undelivered", "withdrawn"},
    "unknown": {"sent", "held", "undelivered"},
    "held": {"sent", "undelivered"},
    "withdrawn": {"sent"},
}

people = st.sampled_from(PEOPLE)
texts = st.sampled_from(TEXTS)
picks = st.integers(min_value=0, max_value=1_000_000)


class RulesMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="clinic_bot_rules_"))
        path = self.folder / "clinic_bot.sqlite"
        shutil.copy(_empty(), path)
        self.store = Store(path)
        self.n = 0
        self.events: list[Message] = []
        self.claims: list[Claim] = []  #: of runners that live
        self.pinned: list[Claim] = []  #: past their gate
        self.lost: list[Claim] = []  #: of runners that were stopped and will wake up
        self.epochs: dict[int, int] = {}
        self.states: dict[int, str] = {}
        self.done: dict[int, int] = {}

    def teardown(self) -> None:
        self.store.close()
        shutil.rmtree(self.folder)

    def new_id(self) -> str:
        self.n += 1
        return f"m{self.n}"

    @initialize(who=people, text=texts)
    def first(self, who: Contact, text: str) -> None:
        self.write(who, text, 0)

    # The patient.

    @rule(who=people, text=texts, late_ms=st.sampled_from([0, 0, 5_000, 120_000]))
    def write(self, who: Contact, text: str, late_ms: int) -> None:
        event = b.message(text, id=self.new_id(), who=who, sent_ms=self.store.now_ms - late_ms)
        assert self.store.take(event).answer is Answer.QUEUED
        self.events.append(event)

    @rule(pick=picks)
    def redeliver(self, pick: int) -> None:
        before = self.store.count("message")
        assert self.store.take(self.events[pick % len(self.events)]).answer is Answer.DUPLICATE
        assert self.store.count("message") == before

    @rule(who=people, texts=st.lists(texts, min_size=2, max_size=4), order=st.randoms(use_true_random=False))
    def write_out_of_order(self, who: Contact, texts: list[str], order: Random) -> None:
        burst = [
            b.message(text, id=self.new_id(), who=who, sent_ms=self.store.now_ms + n * 1_000)
            for n, text in enumerate(texts)
        ]
        order.shuffle(burst)
        for event in burst:
            self.store.take(event)
        self.events += burst

    @rule(pick=picks, text=texts)
    def edit(self, pick: int, text: str) -> None:
        event = self.events[pick % len(self.events)]
        self.n += 1
        self.store.take(b.edit(text, of=event.provider_id, n=self.n, who=event.contact))

    @rule(pick=picks)
    def delete(self, pick: int) -> None:
        event = self.events[pick % len(self.events)]
        self.store.take(b.deletion(of=event.provider_id, who=event.contact))

    @rule(who=people, text=st.none() | texts)
    def change_before_its_message(self, who: Contact, text: str | None) -> None:
        key = self.new_id()
        event = b.deletion(of=key, who=who) if text is None else b.edit(text, of=key, who=who)
        self.store.take(event)
        message = b.message("oi", id=key, who=who)
        self.store.take(message)
        self.events.append(message)

    @rule(who=people, status=st.sampled_from(PresenceStatus))
    def presence(self, who: Contact, status: PresenceStatus) -> None:
        before = len(self.store.conversations())
        self.store.take(b.presence(status, who=who))
        assert len(self.store.conversations()) == before

    # The clinic.

    @rule(who=people, text=st.sampled_from(["Oi, aqui é a Ana", b.GREETING]))
    def staff_answers(self, who: Contact, text: str) -> None:
        taken = self.store.take(b.staff(text, id=self.new_id(), who=who))
        assert taken.taken_over == (text != b.GREETING)

    @rule()
    def learn_that_two_are_one(self) -> None:
        for conversation in self.store.conversations():
            if conversation.phone_key == PEOPLE[0].phone_key and conversation.id is not None:
                key = conversation.id
                with_lid = partial(_learn, store=self.store, conversation_id=key, lid="10000000000001")
                self.store.run(with_lid)

    # Time and turns.

    @rule(ms=st.sampled_from([1, 1_000, 6_000, 12_000, 60_000, 600_000, b.HUMAN_MS]))
    def time_passes(self, ms: int) -> None:
        self.store.later(ms)

    @rule()
    def the_dispatcher_claims_what_is_due(self) -> None:
        held = {claim.conversation_id for claim in self.claims + self.pinned}
        for conversation in self.store.conversations():
            key, wake = conversation.id, conversation.wake_at_ms
            if key is None or key in held or wake is None or wake > self.store.now_ms:
                continue
            taken = self.store.try_claim(key, owner="p1")
            if isinstance(taken, Claim):
                assert taken.messages
                assert [m.seq for m in taken.messages] == sorted({m.seq for m in taken.messages})
                self.claims.append(taken)

    @precondition(lambda self: self.claims or self.pinned)
    @rule(pick=picks)
    def a_second_taker_is_refused(self, pick: int) -> None:
        held = self.claims + self.pinned
        claim = held[pick % len(held)]
        row = self.store.conversation(claim.conversation_id)
        if row.owner is None or (row.wake_at_ms or 0) <= self.store.now_ms:
            return  # fenced by a merge, or past its lease
        assert not isinstance(self.store.try_claim(claim.conversation_id, owner="p2"), Claim)
        assert self.store.conversation(claim.conversation_id) == row

    @precondition(lambda self: self.claims)
    @rule(pick=picks, hand_over=st.sampled_from([None, None, "quer um atestado"]))
    def intent(self, pick: int, hand_over: str | None) -> None:
        claim = self.claims.pop(pick % len(self.claims))
        gate = self.store.intent(claim, REPLY, hand_over=hand_over)
        if gate is Gate.OPEN:
            self.pinned.append(claim)
        elif gate is Gate.EMERGENCY:
            self.store.give_back(claim)

    @precondition(lambda self: self.claims)
    @rule(pick=picks, after_ms=st.sampled_from([None, 5_000]), counts=st.booleans())
    def give_back(self, pick: int, after_ms: int | None, counts: bool) -> None:
        self.store.give_back(self.claims.pop(pick % len(self.claims)), after_ms=after_ms, counts=counts)

    @precondition(lambda self: self.pinned)
    @rule(
        pick=picks,
        state=st.sampled_from([TurnState.SENT, TurnState.SENT, TurnState.UNKNOWN, TurnState.UNDELIVERED]),
    )
    def outcome(self, pick: int, state: TurnState) -> None:
        claim = self.pinned.pop(pick % len(self.pinned))
        sent = state is TurnState.SENT
        self.store.outcome(claim, state, message_id=f"3EB{claim.turn_id}" if sent else None)

    @precondition(lambda self: self.pinned)
    @rule(pick=picks)
    def proven_unsent(self, pick: int) -> None:
        claim = self.pinned[pick % len(self.pinned)]
        if self.states.get(claim.turn_id) == TurnState.SENDING:  # what never left has no evidence
            self.pinned.remove(claim)
            self.store.give_back(claim, after_ms=5_000, withdrawn="no connection")

    @precondition(lambda self: self.pinned)
    @rule(pick=picks)
    def something_of_ours_breaks_after_the_intent(self, pick: int) -> None:
        self.store.give_back(self.pinned.pop(pick % len(self.pinned)), after_ms=5_000, counts=True)

    # Evidence.

    @precondition(lambda self: self.states)
    @rule(pick=picks, who=people)
    def echo(self, pick: int, who: Contact) -> None:
        turn = self._turn(pick)
        self.store.take(b.echo(REPLY, id=f"3EB{turn}", who=who))

    @precondition(lambda self: self.states)
    @rule(pick=picks, error=st.sampled_from([None, "Timeout on send message", "Phone number does not exist"]))
    def delivery(self, pick: int, error: str | None) -> None:
        self.store.take(b.delivery(message_id=f"3EB{self._turn(pick)}", zaap_id=f"Z{self.n}", error=error))

    @precondition(lambda self: self.states)
    @rule(pick=picks, status=st.sampled_from(ReceiptStatus))
    def receipt(self, pick: int, status: ReceiptStatus) -> None:
        self.store.take(b.receipt(status, f"3EB{self._turn(pick)}"))

    @rule()
    def old_uncertainty_is_held(self) -> None:
        self.store.run(partial(evidence.hold_old, now_ms=self.store.now_ms))

    def _turn(self, pick: int) -> int:
        return sorted(self.states)[pick % len(self.states)]

    # Processes.

    @rule()
    def crash_and_recover(self) -> None:
        self.lost += self.claims + self.pinned
        self.claims, self.pinned = [], []
        self.store.recover()
        assert all(conversation.owner is None for conversation in self.store.conversations())

    @precondition(lambda self: self.lost)
    @rule(pick=picks)
    def a_lost_runner_wakes_and_changes_nothing(self, pick: int) -> None:
        claim = self.lost.pop(pick % len(self.lost))
        before = self.store.conversations(), self.store.turns()
        assert self.store.intent(claim, REPLY) is Gate.STALE
        assert not self.store.outcome(claim).ours
        assert not self.store.give_back(claim).ours
        assert (self.store.conversations(), self.store.turns()) == before

    # What holds at every moment.

    @invariant()
    def the_rules_hold(self) -> None:
        records = self.store.run(read_records)
        assert violations_in(records) == []
        for conversation in records.conversations:
            self._look_at(conversation)
        for turn in records.turns:
            assert turn.id is not None
            before = self.states.get(turn.id, turn.state)
            assert before == turn.state or turn.state in _reachable(before), f"{before} to {turn.state}"
            self.states[turn.id] = turn.state

    def _look_at(self, row: Conversation) -> None:
        """Epochs only grow, what is done stays done, and nobody waits beyond the cap."""
        assert row.id is not None
        assert row.epoch >= self.epochs.get(row.id, 0)
        assert row.done_seq >= self.done.get(row.id, 0)
        self.epochs[row.id], self.done[row.id] = row.epoch, row.done_seq
        waits_for_its_window = (
            row.owner is None and not row.retries and row.human_until_ms <= self.store.now_ms
        )
        if waits_for_its_window and row.wake_at_ms is not None and row.first_pending_ms is not None:
            longest_ms = max(row.first_pending_ms + b.CAP_MS, row.human_until_ms, self.store.now_ms)
            assert row.wake_at_ms <= longest_ms, "longer than the cap"


def _learn(connection: object, *, store: Store, conversation_id: int, lid: str) -> None:
    with session_on(connection) as session:  # type: ignore[arg-type]
        contacts.learn_lid(session, conversation_id, lid, store.policy, store.now_ms)


def _reachable(state: str) -> set[str]:
    """Several moves may happen in one step of the machine."""
    found, new = set[str](), {state}
    while new:
        found |= new
        new = {after for one in new for after in FORWARD.get(one, set())} - found
    return found


_files: list[Path] = []


def _empty() -> Path:
    """A migrated file, made once; every run of the machine works on a copy."""
    if not _files:
        path = Path(tempfile.mkdtemp(prefix="clinic_bot_rules_")) / "empty.sqlite"
        create_database(path)
        _files.append(path)
    return _files[0]


TestRules = RulesMachine.TestCase
TestRules.settings = settings(
    max_examples=40,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
)
