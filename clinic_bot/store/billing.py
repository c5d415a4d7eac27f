"""What the turns of a database asked of the model, and what it asked of the tools; only reads."""

from dataclasses import dataclass

from sqlalchemy import Connection
from sqlmodel import col, select

from clinic_bot.store.call_detail import CallDetail
from clinic_bot.store.session import session_on
from clinic_bot.store.story import What
from clinic_bot.store.tables import Step, Turn, TurnEvent

_CALLS = (What.MODEL_CALL, What.PREPARED)


@dataclass(frozen=True, slots=True)
class TurnBill:
    """One turn. Tokens as the provider counted them; those thrown away belong to calls whose answer nobody used."""

    model: str | None  #: None where the model was not asked
    prompt_tokens: int
    completion_tokens: int
    thrown_tokens: int
    calls_ms: tuple[int, ...]  #: how long each call took, by the service's clock
    tools: tuple[tuple[str, str, str], ...]  #: name, arguments, result
    hand_over: str | None
    claimed_ms: int | None
    reply: str | None
    outcomes: tuple[str, ...] = ()  #: how each of the calls ended
    waited_ms: int = 0  #: before the calls, for the provider's limits; by the service's clock
    #: Of each call that read a reply: model, what was found, prompt and completion tokens, which are among the above.
    reviews: tuple[tuple[str, str, int, int], ...] = ()

    @property
    def tokens(self) -> int:
        return self.prompt_tokens + self.completion_tokens + self.thrown_tokens


def bills(connection: Connection) -> list[TurnBill]:
    """Of every turn, in order."""
    with session_on(connection) as session:
        found = []
        for turn in session.exec(select(Turn).where(Turn.closed_by != "seed").order_by(col(Turn.id))).all():
            told = session.exec(select(TurnEvent).where(TurnEvent.turn_id == turn.id)).all()
            events = [one for one in told if one.what == What.MODEL_CALL]
            asked = [CallDetail.read(one.detail or "") for one in told if one.what in _CALLS]
            steps = session.exec(select(Step).where(Step.turn_id == turn.id).order_by(col(Step.n))).all()
            found.append(
                TurnBill(
                    model=turn.model,
                    prompt_tokens=turn.prompt_tokens,
                    completion_tokens=turn.completion_tokens,
                    thrown_tokens=turn.thrown_tokens,
                    calls_ms=tuple(event.took_ms for event in events if event.took_ms is not None),
                    tools=tuple((step.tool, step.arguments, step.result) for step in steps),
                    hand_over=turn.hand_over,
                    claimed_ms=turn.claimed_ms,
                    reply=turn.reply,
                    outcomes=tuple(_outcome(event) for event in events if event.took_ms is not None),
                    waited_ms=sum(one.took_ms or 0 for one in told if one.what == What.WAITED),
                    reviews=tuple(
                        (one.model, one.review, one.prompt_tokens, one.completion_tokens)
                        for one in asked
                        if one.review
                    ),
                )
            )
        return found


def _outcome(event: TurnEvent) -> str:
    return CallDetail.read(event.detail or "").outcome
