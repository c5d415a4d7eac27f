"""What people of the clinic do: they answer by hand, give a chat back, decide about turns, stop everything."""

from functools import partial

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from sqlalchemy import Connection

from clinic_bot.events import Contact
from clinic_bot.store import contacts, operator, recalls, switches
from clinic_bot.store.operator import AskedAgain, Changed, Refused
from clinic_bot.store.session import session_on
from clinic_bot.store.tables import Author, SwitchName, TurnState
from tests.rules.world import GIVE_BACK, PEOPLE, World, people, picks
from tests.support import builders as b


class ClinicSteps(World):
    @rule(who=people, automatic=st.booleans(), recalls=st.booleans())
    def staff_answers(self, who: Contact, automatic: bool, recalls: bool) -> None:
        key = self.new_id()
        # The same words everywhere are no person's.
        text = b.GREETING if automatic else f"Oi, aqui é a Ana {key}"
        taken = self.store.take(b.staff(text, id=key, who=who))
        assert taken.taken_over != automatic
        if not taken.taken_over or taken.conversation_id is None:
            return
        row = self.store.conversation(taken.conversation_id)
        assert row.human_until_ms >= self.store.now_ms + b.HUMAN_MS
        floor = row.open_hi or row.done_seq  # what is being sent stays the send's
        left = [m for m in self.store.messages(taken.conversation_id) if m.seq > floor]
        assert all(m.handled_ms or m.deleted_ms or m.author == Author.CLINIC for m in left)
        if recalls:
            self._recall(taken.conversation_id)

    def _recall(self, conversation_id: int) -> None:
        """What still stands in Z-API's queue is deleted there; evidence may say that it left all the same."""
        since_ms = self.store.now_ms - 10_000
        begin = partial(recalls.begin, conversation_id=conversation_id, since_ms=since_ms)
        for n, reply in enumerate(self.store.run(begin)):
            if n % 2:
                self.store.run(partial(recalls.stands, reply=reply))
            else:
                self.store.run(partial(recalls.deleted, turn_id=reply.turn_id, now_ms=self.store.now_ms))

    @rule(who=people)
    def staff_gives_the_chat_back(self, who: Contact) -> None:
        taken = self.store.take(b.staff(GIVE_BACK, id=self.new_id(), who=who))
        assert not taken.taken_over
        assert taken.conversation_id is not None
        assert self.store.conversation(taken.conversation_id).human_until_ms == 0

    @rule()
    def learn_that_two_are_one(self) -> None:
        for conversation in self.store.conversations():
            if conversation.phone_key == PEOPLE[0].phone_key and conversation.id is not None:
                self.store.run(partial(self._learn, conversation_id=conversation.id, lid="10000000000001"))

    def _learn(self, connection: Connection, *, conversation_id: int, lid: str) -> None:
        with session_on(connection) as session:
            contacts.learn_lid(session, conversation_id, lid, self.store.policy, self.store.now_ms)

    @rule(name=st.sampled_from(SwitchName), on=st.booleans())
    def a_switch_is_turned(self, name: SwitchName, on: bool) -> None:
        if on:
            said = partial(switches.turn_on, reason="disse alguém", now_ms=self.store.now_ms)
            self.store.run(partial(said, instance=b.INSTANCE, name=name))
        else:
            self.store.run(partial(switches.turn_off, instance=b.INSTANCE, name=name))
        active = self.store.run(partial(switches.active, instance=b.INSTANCE))
        assert (name in [switch.name for switch in active]) == on

    @precondition(lambda self: self.turns)
    @rule(pick=picks, does=st.sampled_from(["retry", "retry", "discard", "arrived", "did not arrive"]))
    def an_operator_decides(self, pick: int, does: str) -> None:
        """Mostly about what waits for a decision, now and then about what does not."""
        undecided = [key for key, turn in self.turns.items() if turn.state in _UNDECIDED]
        keys = undecided if undecided and pick % 4 else sorted(self.turns)
        turn_id, now_ms = keys[pick % len(keys)], self.store.now_ms
        before = self.turns[turn_id]
        said: Changed | Refused
        match does:
            case "retry":
                again = partial(operator.retry, turn_id=turn_id, now_ms=now_ms, policy=self.store.policy)
                said = self.store.run(again)
            case "discard":
                said = self.store.run(partial(operator.discard, turn_id=turn_id, now_ms=now_ms))
            case _:
                arrived = does == "arrived"
                said = self.store.run(
                    partial(operator.settle, turn_id=turn_id, arrived=arrived, now_ms=now_ms)
                )
        if isinstance(said, Refused):
            return
        assert before.state in _UNDECIDED
        if isinstance(said, AskedAgain):
            again_seqs = {m.seq for m in self.store.messages(said.conversation_id)}
            assert set(range(said.low, said.high + 1)) <= again_seqs


_UNDECIDED = (TurnState.UNKNOWN, TurnState.HELD, TurnState.DEAD, TurnState.UNDELIVERED)
