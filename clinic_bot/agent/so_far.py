"""What one turn with the model has gathered so far."""

import asyncio
from dataclasses import dataclass, field

from clinic_bot.agent import dialogue
from clinic_bot.agent.answer import AgentRequest, ToolStep
from clinic_bot.agent.chat import Message, ToolCall


@dataclass(slots=True)
class TurnSoFar:
    """What one turn has gathered so far."""

    request: AgentRequest
    ends_at: float  #: loop time
    room: int
    exchanges: list[Message] = field(default_factory=list)
    steps: list[ToolStep] = field(default_factory=list)  #: of this try, all of them
    changed: list[ToolStep] = field(
        default_factory=list
    )  #: what tools changed, in this try or an earlier one
    standing: str = ""  #: what the records say: before anything is asked, and anew before parts are shown
    hand_over: str | None = None
    model: str = ""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    calls: int = 0
    reviews: int = 0  #: that were answered
    refused: int = 0
    unsayable: int = 0

    @property
    def left_s(self) -> float:
        return self.ends_at - asyncio.get_running_loop().time()

    def note(self, call: ToolCall, result: str) -> str:
        """Keep a call with what came of it, which the model reads next; answers that."""
        self.steps.append(ToolStep(call.name, call.arguments, result))
        self.exchanges.append(dialogue.tool_result(call.id, result))
        return result
