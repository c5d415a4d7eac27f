"""What runners do: claims, gates, tries that end without a reply."""

import json
from functools import partial

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from clinic_bot.events import Contact
from clinic_bot.store import gate
from clinic_bot.store.claims import MAX_ATTEMPTS, MAX_SUPERSEDED, Later
from clinic_bot.store.gate import Draft, Gate
from clinic_bot.store.lease import Claim
from clinic_bot.store.tables import Author, Message, SwitchName, TurnState
from tests.rules.clinic import ClinicSteps
from tests.rules.patient import PatientSteps
from tests.rules.world import REPLY, people, picks, texts
from tests.support import builders as b


class TurnSteps(PatientSteps, ClinicSteps):
    @rule(ms=st.sampled_from([1, 1_000, 12_000, 60_000, 600_000, b.HUMAN_MS]))
    def time_passes(self, ms: int) -> None:
        self.store.later(ms)

    @rule()
    def the_next_that_is_due_is_claimed(self) -> None:
        """What the dispatcher does: wait for the earliest wake-up of a conversation that no live task holds."""
        held = {claim.conversation_id for claim in self.claims + self.pinned}
        held |= {intent.conversation_id for intent in self.notices}
        waiting = [
            (row.wake_at_ms, row.id)
            for row in self.store.conversations()
            if row.wake_at_ms is not None and row.id is not None and row.id not in held
        ]
        for wake_ms, key in sorted(waiting):
            self.store.now_ms = max(self.store.now_ms, wake_ms)
            if self.claim(key):
                return

    def claim(self, key: int) -> bool:
        before = self.store.conversation(key)
        taken = self.store.try_claim(key, owner="p1")
        if isinstance(taken, Later):
            return False
        assert taken.messages
        assert [m.seq for m in taken.messages] == sorted({m.seq for m in taken.messages})
        assert all(taken.low <= m.seq <= taken.high for m in taken.messages)
        assert not self.switched_off()
        assert before.human_until_ms <= self.store.now_ms
        assert taken.newer_until_ms == 0 or before.superseded < MAX_SUPERSEDED
        assert taken.phone or taken.lid, "nobody to answer"
        hers = [m.seq for m in self.store.messages(key) if m.author == Author.CLINIC and _is_by_hand(m)]
        answered = [m.seq for m in taken.messages if any(seq > m.seq for seq in hers)]
        assert not answered, "rule 15: a person answered that"
        self.claims.append(taken)
        return True

    @precondition(lambda self: self.claims)
    @rule(pick=picks, then=st.sampled_from(["", "", "merge", "person", "fails", "crash"]), who=people)
    def a_tool_changes_something(self, pick: int, then: str, who: Contact) -> None:
        """And what may come between that and the reply."""
        claim = self.claims[pick % len(self.claims)]
        before, off = self.store.conversation(claim.conversation_id), self.switched_off()
        change = partial(
            gate.record_change, claim=claim, tool="marcar", arguments="{}", effect=lambda _: "feito"
        )
        made = self.store.run(partial(change, now_ms=self.store.now_ms, policy=self.store.policy)).gate
        after = self.store.conversation(claim.conversation_id)
        is_ours = (before.owner, before.epoch) == (claim.owner, claim.epoch)
        assert is_ours == (made is not Gate.STALE)
        if made is not Gate.OPEN:
            self.claims.remove(claim)
            return
        assert not off, "rule 11: a change while everything is switched off"
        assert before.human_until_ms <= self.store.now_ms, "rule 11: a change while a person has the chat"
        assert after.open_hi is not None
        assert after.open_hi <= claim.high
        if then == "merge":
            self.learn_that_two_are_one()
        if then == "person":
            self.staff_answers(who, False, False)
        if then == "fails":
            self.claims.remove(claim)
            self.store.give_back(claim, after_ms=5_000)
        if then == "crash":
            self.claims.remove(claim)
            self.lost.append(claim)
            self.store.later(b.LEASE_MS)
            self.store.try_claim(claim.conversation_id, owner="p1")

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
    @rule(
        pick=picks,
        hand_over=st.sampled_from([None, None, "quer um atestado"]),
        sends=st.sampled_from([True, True, True, False]),
    )
    def intent(self, pick: int, hand_over: str | None, sends: bool) -> None:
        """The model answered. Whoever only watches keeps the draft (``sends`` false) behind the same gate."""
        claim = self.claims.pop(pick % len(self.claims))
        emergency = "sign" if claim.emergency else None
        draft = Draft(
            "pergunta", REPLY, hand_over=hand_over, emergency=emergency, prompt_tokens=70, completion_tokens=7
        )
        before, off = self.store.conversation(claim.conversation_id), self.switched_off()
        asked = gate.write_intent if sends else gate.keep_draft
        decided, _ = self.store.run(
            partial(asked, claim=claim, draft=draft, now_ms=self.store.now_ms, policy=self.store.policy)
        )
        after = self.store.conversation(claim.conversation_id)
        is_ours = (before.owner, before.epoch) == (claim.owner, claim.epoch)
        assert is_ours == (decided is not Gate.STALE)
        joins = before.revision > claim.revision and self.store.now_ms < claim.newer_until_ms
        has_person = before.human_until_ms > self.store.now_ms
        if decided in (Gate.OPEN, Gate.DRAFTED):
            assert not off, "rule 14: an intent while everything is switched off"
            assert not has_person, "rule 15: an intent while a person has the chat"
            assert claim.emergency or not joins, "rule 10: an intent over something newer"
        assert (after.open_hi == claim.high) if decided is Gate.OPEN else (after.owner is None or not is_ours)
        assert decided is not Gate.SWITCHED_OFF or off
        assert (decided is Gate.TAKEN_OVER) == (is_ours and has_person)
        assert decided is not Gate.NEWER or joins
        if decided is Gate.OPEN:
            self.pinned.append(claim)

    @precondition(lambda self: self.claims)
    @rule(pick=picks, after_ms=st.sampled_from([None, 5_000]), counts=st.booleans(), thrown=st.booleans())
    def the_model_fails(self, pick: int, after_ms: int | None, counts: bool, thrown: bool) -> None:
        claim, tokens = self.claims.pop(pick % len(self.claims)), 77 if thrown else 0
        self.store.give_back(claim, after_ms=after_ms, counts=counts, thrown_tokens=tokens)

    @precondition(lambda self: self.claims)
    @rule(pick=picks)
    def the_model_is_cancelled_by_something_newer(self, pick: int) -> None:
        claim = self.claims[pick % len(self.claims)]
        revision = self.store.conversation(claim.conversation_id).revision
        if revision > claim.revision and self.store.now_ms < claim.newer_until_ms:
            self.claims.remove(claim)
            self.store.give_back(claim, thrown_tokens=77)

    # What chance alone seldom brings about.

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
                self.intent(-1, None, True)
            if n == 1 and learned:
                self.learn_that_two_are_one()
            if n == 2 and steps > 2 and self.pinned:
                claim = self.pinned.pop()
                self.store.outcome(claim, TurnState.SENT, message_id=f"3EB{claim.turn_id}")

    @rule(who=people, times=st.integers(2, MAX_SUPERSEDED + 2), cancels=st.booleans())
    def a_patient_does_not_stop_writing(self, who: Contact, times: int, cancels: bool) -> None:
        """Something newer joins the turn until it may not any more."""
        self.write(who, "oi", 0)
        for _ in range(times):
            self.the_next_that_is_due_is_claimed()
            self.write(who, "e mais", 0)
            if cancels and self.claims:
                self.the_model_is_cancelled_by_something_newer(len(self.claims) - 1)
            elif self.claims:
                self.intent(-1, None, True)

    @rule(who=people, name=st.sampled_from(SwitchName))
    def everything_is_switched_off_while_a_turn_thinks(self, who: Contact, name: SwitchName) -> None:
        self.write(who, "oi", 0)
        self.the_next_that_is_due_is_claimed()
        self.a_switch_is_turned(name, True)
        if self.claims:
            self.intent(-1, None, True)
        for each in SwitchName:
            self.a_switch_is_turned(each, False)

    @rule(who=people, wrote_on=st.booleans())
    def a_person_answers_while_a_turn_thinks(self, who: Contact, wrote_on: bool) -> None:
        self.write(who, "oi", 0)
        self.the_next_that_is_due_is_claimed()
        self.staff_answers(who, False, False)
        if wrote_on:
            self.write(who, "obrigada", 0)
        if self.claims:
            self.intent(-1, None, True)

    @rule(who=people)
    def a_turn_fails_until_it_is_set_aside(self, who: Contact) -> None:
        self.write(who, "oi", 0)
        for _ in range(MAX_ATTEMPTS):
            self.the_next_that_is_due_is_claimed()
            if self.claims:
                self.store.give_back(self.claims.pop(), after_ms=1, counts=True)
        self.the_next_that_is_due_is_claimed()


def _is_by_hand(message: Message) -> bool:
    return json.loads(message.detail).get("automatic") is False
