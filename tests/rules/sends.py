"""What becomes of replies and alerts that were allowed to leave, and what Z-API says of them later."""

from functools import partial

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from clinic_bot.events import Contact, ReceiptStatus
from clinic_bot.store import evidence, notices, unsent
from clinic_bot.store.tables import NoticeState, TurnState
from tests.rules.turns import TurnSteps
from tests.rules.world import PEOPLE, REPLY, people, picks
from tests.support import builders as b


class SendSteps(TurnSteps):
    @precondition(lambda self: self.pinned)
    @rule(
        pick=picks,
        state=st.sampled_from([TurnState.SENT, TurnState.SENT, TurnState.UNKNOWN, TurnState.UNDELIVERED]),
    )
    def outcome(self, pick: int, state: TurnState) -> None:
        claim = self.pinned.pop(pick % len(self.pinned))
        sent = state is TurnState.SENT
        ids = (f"3EB{claim.turn_id}", f"Z{claim.turn_id}") if sent else (None, None)
        self.store.outcome(claim, state, message_id=ids[0], zaap_id=ids[1])

    @precondition(lambda self: self.pinned)
    @rule(pick=picks, proven=st.booleans())
    def the_send_does_not_end_well(self, pick: int, proven: bool) -> None:
        """It is proven unsent; or something of ours broke after the intent, and nobody knows."""
        claim = self.pinned[pick % len(self.pinned)]
        if proven and self.turns[claim.turn_id].state != TurnState.SENDING:
            return  # what never left leaves no evidence
        self.pinned.remove(claim)
        why = "no connection" if proven else None
        self.store.give_back(claim, after_ms=5_000, counts=not proven, withdrawn=why)

    @precondition(lambda self: self.turns.keys() - self.never_left)
    @rule(
        pick=picks,
        who=people,
        said=st.sampled_from(
            [None, *ReceiptStatus, "", "Timeout on send message", "Phone number does not exist"]
        ),
    )
    def evidence_comes(self, pick: int, who: Contact, said: str | None) -> None:
        """An echo (None), a receipt, or a delivery report with or without an error."""
        may_have_left = sorted(self.turns.keys() - self.never_left)
        turn_id = may_have_left[pick % len(may_have_left)]
        message_id = f"3EB{turn_id}"
        if said is None:
            self.store.take(b.echo(REPLY, id=message_id, who=who))
        elif said in set(ReceiptStatus):
            self.store.take(b.receipt(ReceiptStatus(said), message_id))
        else:
            self.store.take(b.delivery(message_id=message_id, zaap_id=f"Z{turn_id}", error=said or None))

    @rule()
    def old_uncertainty_is_held(self) -> None:
        self.store.run(partial(evidence.hold_old, now_ms=self.store.now_ms))

    @rule(pick=picks)
    def a_reply_is_taken_out_of_the_queue(self, pick: int) -> None:
        """It got old there, or the patient wrote on: certainly unsent, so its messages are asked again."""
        asked = partial(
            unsent.maybe_waiting, instance=b.INSTANCE, since_ms=0, before_ms=self.store.now_ms + 1
        )
        waiting = self.store.run(asked)
        if not waiting:
            return
        turn_id = waiting[pick % len(waiting)].turn_id
        reopen = partial(unsent.reopen, turn_id=turn_id, reason="too old")
        reopened = self.store.run(partial(reopen, now_ms=self.store.now_ms, policy=self.store.policy))
        if reopened is None:
            return
        self.never_left.add(turn_id)
        if reopened.asked_again:
            self.done[reopened.conversation_id] = self.turns[turn_id].low - 1

    # Alerts to the clinic's own number, which may be a patient's conversation too.

    @rule()
    def an_alert_leaves(self) -> None:
        now_ms = self.store.now_ms
        key = self.store.run(partial(notices.add, kind="waiting", text="Alguém espera", now_ms=now_ms))
        intent = self.store.run(
            partial(
                notices.intend,
                notice_id=key,
                to=PEOPLE[-1],
                owner="p1",
                now_ms=now_ms,
                lease_ms=b.LEASE_MS,
                policy=self.store.policy,
            )
        )
        if isinstance(intent, notices.Intent):
            self.notices.append(intent)

    @precondition(lambda self: self.notices)
    @rule(
        pick=picks,
        state=st.sampled_from([NoticeState.SENT, NoticeState.UNKNOWN, NoticeState.WAITING]),
    )
    def an_alert_ends(self, pick: int, state: NoticeState) -> None:
        intent = self.notices.pop(pick % len(self.notices))
        end = partial(notices.conclude, intent=intent, state=state)
        self.store.run(partial(end, now_ms=self.store.now_ms, policy=self.store.policy))
