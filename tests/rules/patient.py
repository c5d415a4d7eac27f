"""What a patient does, and what the network does to it."""

from functools import partial
from random import Random

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from clinic_bot.events import Contact, PresenceStatus
from clinic_bot.store.inbox import Answer, Arrival, take_in_all
from tests.rules.world import World, people, picks, texts
from tests.support import builders as b


class PatientSteps(World):
    @initialize(who=people, text=texts)
    def first(self, who: Contact, text: str) -> None:
        self.write(who, text, 0)

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
