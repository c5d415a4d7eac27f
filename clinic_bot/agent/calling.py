"""Runs what a model calls in its turn: look-ups, looks at the records, and changes behind the gate."""

from clinic_bot.agent.answer import ToolStep
from clinic_bot.agent.chat import ToolCall
from clinic_bot.agent.failed_calls import ERROR
from clinic_bot.agent.reading import arguments_of
from clinic_bot.agent.so_far import TurnSoFar
from clinic_bot.agent.toolbox import ChangingTool, RecordTool, Toolbox
from clinic_bot.errors import ChangeRefused, ModelUnusable

_SAME_CALLS = 2  # the third identical call ends the turn
_NO_OBJECT = f"{ERROR}: os argumentos devem ser um objeto JSON. Chame de novo."
_ALREADY_ASKED = f"{ERROR}: você já fez exatamente esta chamada. Responda agora ao paciente com o que tem."


class Calling:
    """Holds no state between calls; what a turn did is in ``TurnSoFar``."""

    def __init__(self, tools: Toolbox) -> None:
        self._tools = tools

    async def result(self, call: ToolCall, turn: TurnSoFar) -> str:
        """What came of a call, for the model to read; of one that failed it is ``failed``.

        Raises:
            ModelUnusable: it makes the same call again and again.
            What ``request.read`` and ``request.change`` raise, but for ChangeRefused.
        """
        tool = self._tools.find(call.name)
        same = _times_made(turn, call, since_change=isinstance(tool, RecordTool))
        if same >= _SAME_CALLS:
            raise ModelUnusable("the model repeats one call")
        for done in turn.changed:
            if _is_same(done, call):
                return done.result
        if same:
            return _ALREADY_ASKED
        if tool is None:
            return f"{ERROR}: essa ferramenta não existe. Existem: {', '.join(self._tools.names)}."
        if isinstance(tool, ChangingTool):
            return await self._change(tool, call, turn)
        if isinstance(tool, RecordTool):
            return await self._read(tool, call, turn)
        result = tool.run(call.arguments, turn.request.now)
        if result.hand_over:
            turn.hand_over = "; ".join(filter(None, (turn.hand_over, result.hand_over)))
        return result.text

    async def _read(self, tool: RecordTool, call: ToolCall, turn: TurnSoFar) -> str:
        arguments = arguments_of(call.arguments)
        if arguments is None:
            return _NO_OBJECT
        return await turn.request.read(
            lambda connection, conversation_id: tool.read(connection, conversation_id, arguments)
        )

    async def _change(self, tool: ChangingTool, call: ToolCall, turn: TurnSoFar) -> str:
        arguments = arguments_of(call.arguments)
        if arguments is None:
            return _NO_OBJECT
        try:
            result = await turn.request.change(
                call.name,
                call.arguments,
                lambda connection, conversation_id: tool.change(connection, conversation_id, arguments),
            )
        except ChangeRefused as exc:
            return f"{ERROR}, nada foi alterado: {exc.told}"
        turn.changed.append(ToolStep(call.name, call.arguments, result))
        return result


def _times_made(turn: TurnSoFar, call: ToolCall, *, since_change: bool) -> int:
    """How often this very call was made; a look at the records may be made anew once they changed."""
    changed = [turn.steps.index(step) for step in turn.changed if step in turn.steps] if since_change else []
    return sum(_is_same(step, call) for step in turn.steps[max(changed, default=-1) + 1 :])


def _is_same(step: ToolStep, call: ToolCall) -> bool:
    """Whether a call was made before, however the model spaced and ordered its arguments."""
    if step.tool != call.name:
        return False
    if step.arguments == call.arguments:
        return True
    arguments = arguments_of(call.arguments)
    return arguments is not None and arguments == arguments_of(step.arguments)
