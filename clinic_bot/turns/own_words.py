"""What the clinic says in its own words, where the model is not asked or has nothing to say."""

from collections.abc import Callable

import structlog

from clinic_bot.clinic.facts import ClinicFacts
from clinic_bot.clock import Clock
from clinic_bot.operations.alerts import AlertKind
from clinic_bot.operations.metrics import Metrics
from clinic_bot.store.gate import Draft
from clinic_bot.store.lease import Claim
from clinic_bot.turns import alert_words
from clinic_bot.turns.backlog import Backlog
from clinic_bot.turns.emergency import EmergencyKind, find_emergency
from clinic_bot.turns.loop_guard import is_last_reply

log = structlog.get_logger(__name__)

Alert = Callable[[str, str], None]


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
        return Draft(question, text, hand_over="emergência", emergency=found.sign if found else kind.value)

    def instead_of_the_model(self, claim: Claim, text: str, *, spoken: int) -> Draft | None:
        """What is said where asking the model would be wrong: between two robots, and to what waited too long.

        Args:
            spoken: replies of the last hour in this conversation.
        """
        if is_last_reply(spoken, self._most):
            self._metrics.loop_stopped()
            said = alert_words.loop_stopped(claim.phone, claim.lid, most_per_hour=self._most)
            self._alert(AlertKind.LOOP_GUARD, said)
            return self._hands_over(claim, text, "respostas demais em uma hora")
        now_ms = self._clock.now_ms()
        if self._backlog.hands_over(first_ms=claim.first_ms, now_ms=now_ms, emergency=claim.emergency):
            return self._hands_over(claim, text, "esperava havia muito tempo")
        return None

    def could_not_answer(self, claim: Claim, text: str) -> Draft:
        """The model gave nothing that may be said."""
        return self._hands_over(claim, text, "o assistente não conseguiu responder")

    def out_of_order(self, claim: Claim, text: str) -> Draft:
        """Nobody could be asked for too long: one honest sentence (rule 17)."""
        log.error("handed over", turn=claim.turn_id, problem="the model was out for too long")
        sentence = self._facts.unavailable_text(self._clock.local(self._facts.timezone))
        return Draft(text, sentence, hand_over="o assistente está fora do ar")

    def patient_waits(self, *, minutes: int) -> None:
        """A patient has waited too long for the person who has the chat."""
        self._alert(AlertKind.PATIENT_WAITS, alert_words.patient_waits(None, None, minutes=minutes))

    def _hands_over(self, claim: Claim, text: str, why: str) -> Draft:
        log.warning("handed over without the model", turn=claim.turn_id, why=why)
        sentence = self._facts.hand_over_text(self._clock.local(self._facts.timezone))
        return Draft(text, sentence, hand_over=why)
