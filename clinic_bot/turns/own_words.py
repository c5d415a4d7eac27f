"""What the clinic says in its own words, where the model is not asked or has nothing to say."""

from collections.abc import Callable, Sequence

import structlog

from clinic_bot.agent import disclosure
from clinic_bot.clinic.facts import ClinicFacts
from clinic_bot.clock import Clock
from clinic_bot.events import Said
from clinic_bot.operations.alerts import AlertKind
from clinic_bot.operations.metrics import Metrics
from clinic_bot.store.gate import Draft
from clinic_bot.store.lease import Claim
from clinic_bot.turns import alert_words, arrivals, done
from clinic_bot.turns.backlog import Backlog
from clinic_bot.turns.emergency import EmergencyKind, find_emergency
from clinic_bot.turns.loop_guard import is_last_reply

log = structlog.get_logger(__name__)

Alert = Callable[[str, str], None]

_LOOPS = "respostas demais em uma hora"
_WAITED = "esperava havia muito tempo"
_SPEECHLESS = "o assistente não conseguiu responder"
_OUT = "o assistente está fora do ar"


class OwnWords:
    """Drafts that cost no call. Each of them hands the chat over.

    Args:
        alert: called with a kind and a Portuguese text; neither waits nor raises.
        sends: False where replies are only drafted.
    """

    def __init__(
        self,
        facts: ClinicFacts,
        clock: Clock,
        metrics: Metrics,
        alert: Alert,
        backlog: Backlog,
        *,
        max_replies_per_hour: int,
        sends: bool = True,
    ) -> None:
        self._facts = facts
        self._clock = clock
        self._metrics = metrics
        self._alert = alert
        self._backlog = backlog
        self._most = max_replies_per_hour
        self._sends = sends

    def emergency(self, claim: Claim) -> Draft | None:
        """The fixed text, without the model, when the pending text shows danger (rule 13)."""
        texts = [message.text for message in claim.messages if message.text]
        found = find_emergency(texts)
        if found is None and not claim.emergency:
            return None
        kind = found.kind if found else EmergencyKind.PHYSICAL
        words = self._facts.texts
        text = words.emotional_crisis if kind is EmergencyKind.EMOTIONAL else words.emergency
        self._metrics.emergency(kind.value)
        log.warning("emergency", turn=claim.turn_id, conversation=claim.conversation_id, kind=kind.value)
        self._alert(AlertKind.EMERGENCY, alert_words.emergency(claim.phone, claim.lid, sends=self._sends))
        question = "\n".join(texts)[-2000:]
        sign = found.sign if found else kind.value
        return Draft(question, text, hand_over="emergência", for_reception="emergência", emergency=sign)

    def instead_of_the_model(
        self, claim: Claim, text: str, said: Sequence[Said], *, spoken: int
    ) -> Draft | None:
        """What is said where asking the model would be wrong or of no use.

        Between two robots, to what waited too long, and to a missed call or a file that is the reception's.

        Args:
            spoken: replies of the last hour in this conversation.
        """
        if is_last_reply(spoken, self._most):
            self._metrics.loop_stopped()
            told = alert_words.loop_stopped(claim.phone, claim.lid, most_per_hour=self._most)
            self._alert(AlertKind.LOOP_GUARD, told)
            return self._hands_over(claim, text, said, _LOOPS)
        now_ms = self._clock.now_ms()
        if self._backlog.hands_over(first_ms=claim.first_ms, now_ms=now_ms, emergency=claim.emergency):
            return self._hands_over(claim, text, said, _WAITED)
        if arrivals.needs_no_model(claim.messages):
            kinds = arrivals.arrived(claim.messages)
            sentence = arrivals.sentence(kinds, self._facts)
            honest = disclosure.open_about_it(sentence, self._facts, history=said, asked=text)
            return Draft(text, honest, for_reception="; ".join(kinds))
        return None

    def could_not_answer(
        self, claim: Claim, text: str, said: Sequence[Said], changed: done.Changed = ()
    ) -> Draft:
        """The model gave nothing that may be said; what its tools changed is said all the same."""
        return self._hands_over(claim, text, said, _SPEECHLESS, changed)

    def out_of_order(
        self, claim: Claim, text: str, said: Sequence[Said], changed: done.Changed = ()
    ) -> Draft:
        """Nobody could be asked for too long: one honest sentence (rule 17)."""
        log.error("handed over", turn=claim.turn_id, problem="the model was out for too long")
        sentence = self._facts.unavailable_text(self._clock.local(self._facts.timezone))
        return self._draft(text, sentence, said, _OUT, changed)

    def patient_waits(self, phone: str | None, lid: str | None, *, minutes: int) -> None:
        """A patient has waited too long for the person who has the chat."""
        self._alert(AlertKind.PATIENT_WAITS, alert_words.patient_waits(phone, lid, minutes=minutes))

    def tell_reception(self, claim: Claim, draft: Draft) -> None:
        """A reply left, or may have, that gives the reception something to do. What was told already is not again."""
        what = draft.for_reception
        if what is None or what == _LOOPS or draft.emergency is not None:
            return
        if draft.hand_over is not None:
            self._alert(AlertKind.HANDED_OVER, alert_words.handed_over(claim.phone, claim.lid, why=what))
        else:
            self._alert(AlertKind.FOR_RECEPTION, alert_words.for_reception(claim.phone, claim.lid, what=what))

    def _hands_over(
        self, claim: Claim, text: str, said: Sequence[Said], why: str, changed: done.Changed = ()
    ) -> Draft:
        log.warning("handed over without the model", turn=claim.turn_id, why=why)
        sentence = self._facts.hand_over_text(self._clock.local(self._facts.timezone))
        return self._draft(text, sentence, said, why, changed)

    def _draft(
        self, text: str, sentence: str, said: Sequence[Said], why: str, changed: done.Changed
    ) -> Draft:
        reply = "\n\n".join(filter(None, (done.for_patient(changed), sentence)))
        honest = disclosure.open_about_it(reply, self._facts, history=said, asked=text, offers=False)
        reason = "; ".join(filter(None, (why, done.for_reception(changed))))
        told = f"{why}; o assistente já mudou a agenda" if done.for_reception(changed) else why
        return Draft(text, honest, hand_over=reason, for_reception=told)
