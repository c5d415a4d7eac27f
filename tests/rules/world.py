"""What the machine knows, and what must hold after each of its steps.

Time moves only by steps. Runners are claims that it keeps; a crash forgets them, a lost runner keeps its claim and
tries to use it after somebody else has the conversation.
"""

import shutil
import tempfile
from dataclasses import replace
from functools import partial
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant

from clinic_bot.events import Contact, Message
from clinic_bot.store import switches
from clinic_bot.store.lease import Claim
from clinic_bot.store.notices import Intent
from clinic_bot.store.tables import Conversation, Turn
from tests.support import builders as b
from tests.support.invariants import broken_stories_in, read_records, violations_in
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
GIVE_BACK = "#bot"
HOUR_MS = 3_600_000

#: Which state may follow which: forward only, where evidence or a person may still settle what is uncertain.
FORWARD: dict[str, set[str]] = {
    "thinking": {"sending", "silent", "empty", "no_reply", "dead", "withdrawn"},
    "sending": {"sent", "unknown", "undelivered", "withdrawn", "held"},
    "sent": {"unknown", "undelivered", "withdrawn"},
    "unknown": {"sent", "held", "undelivered", "withdrawn", "silent"},
    "held": {"sent", "undelivered", "withdrawn", "silent"},
    "undelivered": {"withdrawn", "silent"},
    "dead": {"withdrawn", "silent"},
    "withdrawn": {"sent"},
}

people = st.sampled_from(PEOPLE)
texts = st.sampled_from(TEXTS)
picks = st.integers(min_value=0, max_value=1_000_000)


class World(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="clinic_bot_rules_"))
        path = self.folder / "clinic_bot.sqlite"
        shutil.copy(_empty(), path)
        self.store = Store(path, replace(b.POLICY, is_give_back=lambda text: text == GIVE_BACK))
        self.n = 0
        self.events: list[Message] = []
        self.claims: list[Claim] = []  #: of runners that live
        self.pinned: list[Claim] = []  #: past their gate
        self.lost: list[Claim] = []  #: of runners that were stopped and will wake up
        self.notices: list[Intent] = []  #: alerts on their way
        self.never_left: set[int] = set()  #: turns whose reply was taken out of Z-API's queue
        self.epochs: dict[int, int] = {}
        self.turns: dict[int, Turn] = {}
        self.done: dict[int, int] = {}
        self.leases: dict[tuple[int, int], int | None] = {}
        self.lids: set[str] = set()

    def teardown(self) -> None:
        self.store.close()
        shutil.rmtree(self.folder)

    def new_id(self) -> str:
        self.n += 1
        return f"m{self.n}"

    def switched_off(self) -> bool:
        return bool(self.store.run(partial(switches.active, instance=b.INSTANCE)))

    @invariant()
    def the_rules_hold(self) -> None:
        records = self.store.run(read_records)
        found = violations_in(records) + broken_stories_in(records)
        assert not found, found
        for conversation in records.conversations:
            self._look_at(conversation)
        lids = {row.lid for row in records.conversations if row.lid is not None}
        assert self.lids <= lids, "a LID is nobody's any more"
        self.lids = lids
        for turn in records.turns:
            assert turn.id is not None
            before = self.turns.get(turn.id, turn)
            assert before.state == turn.state or turn.state in _reachable(before.state), (
                f"{before.state} to {turn.state}"
            )
            assert before.thrown_tokens <= turn.thrown_tokens
            self.turns[turn.id] = turn

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
