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
from clinic_bot.store.inbox import Answer, Arrival, take_in_all
from clinic_bot.store.session import session_on
from clinic_bot.store.tables import Author, Conversation, TurnState
from clinic_bot.store.gate import Gate
from clinic_bot.store.lease import Claim
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
TEXTS = ("oi", "quero marcar", "sim", "é pra amanhã", "obrigada", "qual o valor?", "ok", b.EMERGENCY_TEXT)
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
        self.leases: dict[tuple[int, int], int | None] = {}
        self.lids: set[str] = set()

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
        arrivals = [Arrival(event, b"{}", self.store.now_ms) for event in (*burst, burst[0])]
        taken = self.store.run(partial(take_in_all, arrivals=arrivals, policy=self.store.policy))
        assert [one.answer for one in taken] == [Answer.QUEUED] * len(burst) + [Answer.DUPLICATE]
        self.events += burst

    @rule(pick=picks, text=st.none() | texts, early=st.booleans(), who=people)
    def change(self, pick: int, text: str | None, early: bool, who: Contact) -> None:
        """Edit a message, or delete it; ``early`` means that the change comes before its message."""
        of = b.message(id=self.new_id(), who=who) if early else self.events[pick % len(self.events)]
        self.n += 1
        if text is None:
            self.store.take(b.deletion(of=of.provider_id, who=of.contact))
        else:
            self.store.take(b.edit(text, of=of.provider_id, n=self.n, who=of.contact))
        if early:
            self.store.take(of)
            self.events.append(of)

    @rule(who=people, status=st.sampled_from(PresenceStatus))
    def presence(self, who: Contact, status: PresenceStatus) -> None:
        before = len(self.store.conversations())
        self.store.take(b.presence(status, who=who))
        assert len(self.store.conversations()) == before

    # The clinic.

    @rule(who=people, automatic=st.booleans())
    def staff_answers(self, who: Contact, automatic: bool) -> None:
        key = self.new_id()
        text = (
            b.GREETING if automatic else f"Oi, aqui é a Ana {key}"
        )  # the same words everywhere are no person's
        taken = self.store.take(b.staff(text, id=key, who=who))
        assert taken.taken_over != automatic
        if taken.taken_over and taken.conversation_id is not None:
            row = self.store.conversation(taken.conversation_id)
            floor = row.open_hi or row.done_seq  # what is being sent stays the send's
            left = [m for m in self.store.messages(taken.conversation_id) if m.seq > floor]
            assert all(m.handled_ms or m.deleted_ms or m.author == Author.CLINIC for m in left)

    @rule()
    def learn_that_two_are_one(self) -> None:
        for conversation in self.store.conversations():
            if conversation.phone_key == PEOPLE[0].phone_key and conversation.id is not None:
                key = conversation.id
                with_lid = partial(_learn, store=self.store, conversation_id=key, lid="10000000000001")
                self.store.run(with_lid)

    # Time and turns.

    @rule(ms=st.sampled_from([1, 1_000, 12_000, 60_000, 600_000, b.HUMAN_MS]))
    def time_passes(self, ms: int) -> None:
        self.store.later(ms)

    @rule()
    def the_next_that_is_due_is_claimed(self) -> None:
        """What the dispatcher does: wait for the earliest wake-up of a conversation that no live task holds."""
        held = {claim.conversation_id for claim in self.claims + self.pinned}
        waiting = [
            (row.wake_at_ms, row.id)
            for row in self.store.conversations()
            if row.wake_at_ms is not None and row.id is not None and row.id not in held
        ]
        for wake_ms, key in sorted(waiting):
            self.store.now_ms = max(self.store.now_ms, wake_ms)
            taken = self.store.try_claim(key, owner="p1")
            if isinstance(taken, Claim):
                assert taken.messages
                assert [m.seq for m in taken.messages] == sorted({m.seq for m in taken.messages})
                self.claims.append(taken)
                return

    @rule(
        who=people,
        said=st.lists(st.none() | texts, min_size=3, max_size=3),
        steps=st.integers(1, 3),
        learned=st.booleans(),
    )
    def a_turn_goes_on_while_the_patient_writes(
        self, who: Contact, said: list[str | None], steps: int, learned: bool
    ) -> None:
        """The usual way, so that the unusual happens in the middle of it: claim, intent, outcome, words between."""
        for n, words in enumerate(said):
            if words is not None:
                self.write(who, words, 0)
            if n == 0:
                self.the_next_that_is_due_is_claimed()
            if n == 1 and steps > 1 and self.claims:
                self.intent(-1, None)
            if n == 1 and learned:
                self.learn_that_two_are_one()
            if n == 2 and steps > 2 and self.pinned:
                self.outcome(-1, TurnState.SENT)

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
        emergency = "sign" if claim.emergency else None
        gate = self.store.intent(claim, REPLY, hand_over=hand_over, emergency=emergency)
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
    @rule(pick=picks, proven=st.booleans())
    def the_send_does_not_end_well(self, pick: int, proven: bool) -> None:
        """It is proven unsent; or something of ours broke after the intent, and nobody knows."""
        claim = self.pinned[pick % len(self.pinned)]
        if proven and self.states.get(claim.turn_id) != TurnState.SENDING:
            return  # what never left leaves no evidence
        self.pinned.remove(claim)
        self.store.give_back(
            claim, after_ms=5_000, counts=not proven, withdrawn="no connection" if proven else None
        )

    # Evidence.

    @precondition(lambda self: self.states)
    @rule(
        pick=picks,
        who=people,
        said=st.sampled_from(
            [None, *ReceiptStatus, "", "Timeout on send message", "Phone number does not exist"]
        ),
    )
    def evidence_comes(self, pick: int, who: Contact, said: str | None) -> None:
        """An echo (None), a receipt, or a delivery report with or without an error."""
        message_id = f"3EB{sorted(self.states)[pick % len(self.states)]}"
        if said is None:
            self.store.take(b.echo(REPLY, id=message_id, who=who))
        elif said in set(ReceiptStatus):
            self.store.take(b.receipt(ReceiptStatus(said), message_id))
        else:
            self.store.take(b.delivery(message_id=message_id, zaap_id=f"Z{self.n}", error=said or None))

    @rule()
    def old_uncertainty_is_held(self) -> None:
        self.store.run(partial(evidence.hold_old, now_ms=self.store.now_ms))

    # Processes.

    @precondition(lambda self: self.claims or self.pinned)
    @rule(goes_on=st.booleans())
    def crash_and_recover(self, goes_on: bool) -> None:
        self.lost += self.claims + self.pinned
        self.claims, self.pinned = [], []
        self.store.recover()
        assert all(conversation.owner is None for conversation in self.store.conversations())
        if goes_on:  # and a runner of the dead process writes while its successor is at work
            self.the_next_that_is_due_is_claimed()
            self.a_lost_runner_wakes_and_changes_nothing(-1)

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
        lids = {row.lid for row in records.conversations if row.lid is not None}
        assert self.lids <= lids, "a LID is nobody's any more"
        self.lids = lids
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
        if row.owner is not None:  # only its owner writes the wake-up of an owned row
            assert self.leases.setdefault((row.id, row.epoch), row.wake_at_ms) == row.wake_at_ms
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
    max_examples=60,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
)
