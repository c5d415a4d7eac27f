"""One turn with the model: ask, run what it calls, ask again, until there is one message for the patient.

Bounded in calls, in seconds and in tokens. What the model does wrong is told to it and tried again a counted
number of times; what goes wrong elsewhere is raised, and nothing of the turn is kept but what a tool changed.
"""

import asyncio
from collections.abc import Sequence

from clinic_bot.agent import budget, dialogue, disclosure, prompt, wording
from clinic_bot.agent.answer import AgentAnswer, AgentRequest
from clinic_bot.agent.calling import Calling
from clinic_bot.agent.chat import (
    BadGeneration,
    ChatModel,
    Completion,
    Message,
    Outcome,
    RequestTooLarge,
    ToolCall,
)
from clinic_bot.agent.composed.parts import CannotCompose, schema
from clinic_bot.agent.composed.reply import Told, compose
from clinic_bot.agent.failed_calls import ERROR, failed
from clinic_bot.agent.guards.objections import Reader, Situation, has_booked
from clinic_bot.agent.reviewer import Reviewer
from clinic_bot.agent.so_far import TurnSoFar
from clinic_bot.agent.toolbox import Booking, Schema, Tool, Toolbox, standard
from clinic_bot.agent.tools import RESPOND
from clinic_bot.clinic.facts import ClinicFacts
from clinic_bot.clock import Clock
from clinic_bot.errors import ModelUnusable, ProviderDown
from clinic_bot.events import Speaker

_REFUSED_CALLS = 2  # repairs of calls the provider refused; then the next model gets one try
_UNSAYABLE = 1  # repairs of a text that may not be said
_SMALL_ROOM = 500  # tokens for a request whose history had to go; if that is too large, nothing helps
_OVER = 1.3  # our estimates are so much above the provider's tokens, at most

_LAST_CALL = "Não chame mais ferramentas: escreva agora a mensagem ao paciente com o que tem."
_LAST_CHOICE = f"Não chame mais outras ferramentas: chame agora {RESPOND} com o que tem."
_CHOOSE = (
    f"[contexto] Aqui não se escreve texto ao paciente: chame {RESPOND} com as partes da resposta, ou antes outra "
    "ferramenta."
)
_OR_CHOOSE = f" Se preferir, chame {RESPOND} e escolha as partes da resposta."
_ONE_REPLY = f"{ERROR}: uma só chamada de {RESPOND}, com todas as partes."
_READ_FIRST = f"{ERROR}: outra ferramenta não fez o que foi pedido. Leia o que ela disse e responda de novo."


class Agent:
    """Answers turns; holds no state between them, so one serves all patients.

    Args:
        tools: beside those that every agent has; behind them in every request.
        booking: what keeps the agenda; None where every such request goes to the reception.
        composed: every reply is put together from the clinic's own words; otherwise the model writes it, and may choose
            parts once its words were refused.
        reviewer: reads what the guards let through; None: nobody does.
        max_steps: most calls to the model in one turn.
        timeout_s: longest a turn may think, in the clock's seconds.
    """

    def __init__(
        self,
        model: ChatModel,
        facts: ClinicFacts,
        *,
        max_steps: int,
        timeout_s: float,
        clock: Clock,
        tools: Sequence[Tool] = (),
        booking: Booking | None = None,
        composed: bool = False,
        reviewer: Reviewer | None = None,
    ) -> None:
        self._model = model
        self._facts = facts
        self._max_steps = max_steps
        self._timeout_s = clock.real_s(timeout_s * 1000)
        self._composed = composed
        self._system = prompt.system(facts, books=booking is not None, composed=composed)
        self._standing = booking.standing if booking else None
        self._tools = Toolbox((*standard(facts), *(booking.tools if booking else ()), *tools))
        self._reader = Reader(facts, self._system, self._tools.names, books=booking is not None)
        self._reviewer = reviewer
        self._calling = Calling(self._tools)
        self._with_parts = (*self._tools.schemas, schema(books=booking is not None))
        # The tokens of the parts (about 490) come on top: what is told of the clinic must not shrink for them.
        self._room = budget.PROMPT_TOKENS - budget.fixed_tokens(self._system, self._tools.schemas)

    async def answer(self, request: AgentRequest) -> AgentAnswer:
        """The one message for this turn. It may be cancelled and asked again.

        What a tool changed until then stands, and is told to the next try by ``request.done_steps``.

        Raises:
            ProviderBusy, ProviderDown: ask again later.
            ModelUnusable: give up on this turn and hand it over.
            AccountRefused: the operator must act.
            What ``request.change`` raises, but for ChangeRefused, and what ``request.read`` raises.

        Whatever comes of it, ``request.record`` then tells of every call that was made.
        """
        ends_at = asyncio.get_running_loop().time() + self._timeout_s
        done = request.done_steps
        turn = TurnSoFar(request, ends_at, self._room, exchanges=dialogue.done(done), changed=list(done))
        if request.standing is not None:
            turn.standing = request.standing
        elif self._standing is not None:
            turn.standing = await request.read(self._standing)
        wordless = False
        try:
            text = await self._think(turn)
        except ModelUnusable:
            if turn.hand_over is None:
                raise
            # The decision stands; only the sentence about it is missing, and the clinic has one.
            text, wordless = self._facts.hand_over_text(request.now), True
        return AgentAnswer(
            text=self._presentable(text, request, offers=turn.hand_over is None),
            wordless=wordless,
            hand_over=turn.hand_over,
            model=turn.model,
            prompt_tokens=turn.prompt_tokens,
            completion_tokens=turn.completion_tokens,
            calls=turn.calls + turn.reviews,
            steps=tuple(step for step in turn.steps if step not in turn.changed),
            record=tuple(request.record),
        )

    async def _think(self, turn: TurnSoFar) -> str:
        while turn.calls < self._max_steps:
            try:
                completion = await self._ask(turn)
            except BadGeneration as exc:
                turn.refused += 1
                if turn.refused > _REFUSED_CALLS + 1:
                    raise ModelUnusable("the provider refused every call the model made") from exc
                turn.exchanges += dialogue.correction(exc, self._names(turn))
                continue
            except RequestTooLarge as exc:
                if turn.room <= _SMALL_ROOM:
                    raise ModelUnusable("the request is too large for the plan even without history") from exc
                turn.room = self._smaller(turn, exc.over)
                turn.calls -= 1  # it did not run, and it can only shrink so often
                continue
            if completion.tool_calls:
                if (composed := await self._run(completion, turn)) is not None:
                    return composed
            elif (objection := await self._objection(completion, turn)) is None:
                return self._in_whatsapp(completion)
            else:
                turn.unsayable += 1
                if turn.unsayable > _UNSAYABLE:
                    raise ModelUnusable("the model wrote nothing that may be said")
                hint = "" if self._composed else _OR_CHOOSE
                turn.exchanges.append({"role": "user", "content": objection + hint})
        raise ModelUnusable(f"no answer after {self._max_steps} calls")

    async def _ask(self, turn: TurnSoFar) -> Completion:
        left_s = turn.left_s
        if left_s <= 0:
            raise ProviderDown("the model", "the turn took too long")
        turn.calls += 1
        completion = await (turn.request.model or self._model).complete(
            self._messages(turn),
            self._schemas(turn),
            user=turn.request.user,
            timeout_s=left_s,
            fallback=turn.refused > _REFUSED_CALLS,
            begun=turn.calls > 1,
            record=turn.request.record,
        )
        turn.model = completion.model
        turn.prompt_tokens += completion.prompt_tokens
        turn.completion_tokens += completion.completion_tokens
        return completion

    def _smaller(self, turn: TurnSoFar, over: int | None) -> int:
        """Room for the next try: what the provider said is too much goes, or half; at the end all of the history."""
        taken = budget.prompt_tokens(0, self._messages(turn)[1:])
        room = taken // 2 if over is None else min(taken - int(over * _OVER), taken * 3 // 4)
        return max(min(room, turn.room), _SMALL_ROOM)

    def _messages(self, turn: TurnSoFar) -> list[Message]:
        request, exchanges = turn.request, turn.exchanges
        if turn.calls == self._max_steps and exchanges and exchanges[-1]["role"] == "tool":
            last = exchanges[-1]
            now = _LAST_CHOICE if self._composed else _LAST_CALL
            exchanges = [*exchanges[:-1], {**last, "content": f"{last['content']}\n\n{now}"}]
        context = self._context(turn)
        return [
            {"role": "system", "content": self._system},
            *budget.fit(
                list(dialogue.history(request.history)) if turn.room > _SMALL_ROOM else [],
                {"role": "user", "content": context},
                prompt.unmarked(request.text),
                exchanges,
                room=turn.room,
            ),
        ]

    def _context(self, turn: TurnSoFar) -> str:
        request = turn.request
        return prompt.context(
            self._facts,
            request.now,
            first_contact=disclosure.is_first_contact(request.history, self._facts),
            patient_name=request.patient_name,
            standing=" ".join(filter(None, (turn.standing, request.notes))),
        )

    def _composes(self, turn: TurnSoFar) -> bool:
        """Whether a reply may be put together: always, or once the model's own words were refused."""
        return self._composed or turn.unsayable > 0

    def _names(self, turn: TurnSoFar) -> Sequence[str]:
        """Of the tools that may be called."""
        return (*self._tools.names, RESPOND) if self._composes(turn) else self._tools.names

    def _schemas(self, turn: TurnSoFar) -> Sequence[Schema]:
        return self._with_parts if self._composes(turn) else self._tools.schemas

    async def _run(self, completion: Completion, turn: TurnSoFar) -> str | None:
        """Run the calls. The message, where one of them puts it together from what the others answered."""
        turn.exchanges.append(dialogue.assistant(completion.tool_calls))
        calls = completion.tool_calls
        chosen = [call for call in calls if call.name == RESPOND] if self._composes(turn) else []
        others = [call for call in calls if call not in chosen]
        results = [turn.note(call, await self._calling.result(call, turn)) for call in others]
        for call in chosen[1:]:  # every call needs its answer
            turn.note(call, _ONE_REPLY)
        if not chosen:
            return None
        refused = len(chosen) > 1 or any(map(failed, results))
        return await self._compose(chosen[0], turn, refused=refused)

    async def _compose(self, call: ToolCall, turn: TurnSoFar, *, refused: bool) -> str | None:
        """The message that a call puts together; None where the model has to choose anew, and is told why.

        Args:
            refused: another call beside it did not do what it should.
        """
        try:
            text = None if refused else compose(call.arguments, await self._told(turn))
        except CannotCompose as exc:
            turn.note(call, f"{ERROR}: {exc}")
            return None
        turn.note(call, _READ_FIRST if text is None else "Resposta montada.")
        return text

    async def _told(self, turn: TurnSoFar) -> Told:
        """What may be shown, with what the records say by now: a proposal may have taken another one's place."""
        if self._standing is not None and turn.changed:
            turn.standing = await turn.request.read(self._standing)
        return Told(
            self._facts,
            turn.request.now,
            asked=turn.request.text,
            steps=(*turn.request.done_steps, *turn.steps),
            standing=turn.standing,
            handed_over=turn.hand_over is not None,
            first_contact=disclosure.is_first_contact(turn.request.history, self._facts),
        )

    async def _objection(self, completion: Completion, turn: TurnSoFar) -> str | None:
        """What the model is told of a text that a patient may not see; None of one that may be sent."""
        if self._composed:
            return _CHOOSE
        text, situation = self._in_whatsapp(completion), self._situation(turn)
        objection = self._reader.objection(completion.text, text, situation)
        if objection is None and self._reviewer is not None:
            return await self._reviewed(self._reviewer, text, situation, turn)
        return objection

    async def _reviewed(
        self, reviewer: Reviewer, text: str, situation: Situation, turn: TurnSoFar
    ) -> str | None:
        request = turn.request
        by, left_s = request.model or self._model, max(0.0, turn.left_s)
        review = await reviewer.review(
            by, text, situation, user=request.user, left_s=left_s, record=request.record
        )
        request.reviews.append(review.found)
        for call in review.calls:
            turn.prompt_tokens += call.prompt_tokens
            turn.completion_tokens += call.completion_tokens
            turn.reviews += call.outcome is Outcome.OK
        return review.objection

    def _situation(self, turn: TurnSoFar) -> Situation:
        request = turn.request
        steps = (*turn.changed, *turn.steps)
        said = [item.text for item in request.history if item.speaker is Speaker.PATIENT]
        return Situation(
            called={step.tool for step in steps if not failed(step.result)},
            has_booked=has_booked(turn.standing if self._standing is not None else None),
            results=[step.result for step in steps],
            said=[request.text, request.patient_name or "", *said],
            context=self._context(turn),
            ours=[item.text for item in request.history if item.speaker is not Speaker.PATIENT],
            now=request.now,
        )

    def _in_whatsapp(self, completion: Completion) -> str:
        text = wording.to_whatsapp(completion.text)
        return wording.whole_sentences(text) if completion.cut else text

    def _presentable(self, text: str, request: AgentRequest, *, offers: bool) -> str:
        """Bounded, and saying that a machine writes where that must be said, whatever the model forgot."""
        honest = disclosure.open_about_it(
            text, self._facts, history=request.history, asked=request.text, offers=offers
        )
        return wording.bounded(honest)
