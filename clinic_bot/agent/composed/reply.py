"""A reply put together from parts that the model chose: no word of it is the model's. Pure.

Courtesies and questions are fixed, facts are the file's own sentences, and of the agenda a patient reads what the tools
answered. So nothing can be promised, invented or claimed; a model that misbehaves can only choose badly.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from clinic_bot.agent import disclosure
from clinic_bot.agent.answer import ToolStep
from clinic_bot.agent.composed import facts as file
from clinic_bot.agent.composed import records
from clinic_bot.agent.composed.parts import OWN, PROPOSAL, TIMES, CannotCompose, parts_of
from clinic_bot.agent.composed.phrases import CALL_RECEPTION, CLOSINGS, OPENINGS, QUESTIONS
from clinic_bot.agent.composed.plans import said_of
from clinic_bot.agent.failed_calls import failed
from clinic_bot.agent.tools import FREE_SLOTS, OWN_APPOINTMENTS, PROPOSE
from clinic_bot.clinic.facts import ClinicFacts
from clinic_bot.clinic.lookup import PLANS
from clinic_bot.clinic.spelling import plain

#: Leaves room for what the clinic puts below a reply, within what WhatsApp shows at once.
MOST_CHARS = 1_200
_THING_CHARS = 40
#: "Agradeço por avisar. Desejo melhoras!" is one line.
_SHORT_CHARS = 40
_NEEDS = {TIMES: FREE_SLOTS, OWN: OWN_APPOINTMENTS}


@dataclass(frozen=True, slots=True)
class Told:
    """What a composed reply may show.

    Args:
        asked: the patient's words that are answered.
        steps: the tool calls of this turn, in order.
        standing: what the records say now, what is still asked among it.
        handed_over: whether the reception was called in this turn.
        first_contact: whether the patient has read nothing of ours yet.
    """

    facts: ClinicFacts
    now: datetime
    asked: str = ""
    steps: Sequence[ToolStep] = ()
    standing: str = ""
    handed_over: bool = False
    first_contact: bool = False

    def results(self, tool: str) -> list[str]:
        """What the calls of a tool answered that came to something."""
        return _results(self.steps, tool)

    def read(self, tool: str) -> list[str]:
        """The same, since the records last changed: what was read before shows them as they were."""
        return _results(self._since_change(), tool)

    def times_of_refusals(self) -> list[str]:
        """What proposals were refused with: the free times among which the patient has to choose."""
        results = (one.result for one in self._since_change() if one.tool == PROPOSE)
        return [text for one in results if failed(one) and (text := records.refused_with(one))]

    def _since_change(self) -> Sequence[ToolStep]:
        changed = [n for n, step in enumerate(self.steps) if records.done(step.result)]
        return self.steps[max(changed, default=-1) + 1 :]


def _results(steps: Sequence[ToolStep], tool: str) -> list[str]:
    return [one.result for one in steps if one.tool == tool and not failed(one.result)]


def compose(arguments: str, told: Told) -> str:
    """The message.

    Args:
        arguments: of the model's call, as it wrote them.

    Raises:
        CannotCompose: what has to be chosen otherwise.
    """
    parts = parts_of(arguments)
    agenda = list(_agenda(parts.shown, told))
    blocks = [
        *_openings(parts.phrases, told),
        *_done(told),
        *_plans(parts.plans, told),
        *_facts(parts.topics, told, plans=bool(parts.plans)),
        *_missing(parts.missing, parts.plans, told),
        *agenda,
        *_called(told),
    ]
    # Nothing is asked beside what the agenda asks, nor whether to call the reception that was called.
    idle = told.handed_over and parts.question == CALL_RECEPTION
    if parts.question and not idle and not any(block.endswith("?") for block in agenda):
        blocks.append(QUESTIONS[parts.question])
    blocks += (CLOSINGS[key] for key in CLOSINGS if key in parts.phrases)
    text = "\n\n".join(_paragraphs(filter(None, blocks)))
    if not text:
        raise CannotCompose("escolha ao menos uma parte.")
    if len(text) > MOST_CHARS:
        raise CannotCompose("a resposta ficaria longa demais; escolha menos fatos.")
    return text


def _openings(phrases: Sequence[str], told: Told) -> Iterator[str]:
    """A first greeting introduces, so that no second one has to stand before it."""
    hello, offers = _greeting(told.now), not told.handed_over
    introduces = told.first_contact and "saudacao" in phrases
    untrue = {"assistente"} if introduces else set()
    untrue |= {"fica_como_esta"} if any(_done(told)) else set()
    for key, phrase in OPENINGS.items():
        if key in phrases and key not in untrue:
            yield phrase.format(
                greeting=disclosure.introduction(told.facts, offers=offers, greeting=hello)
                if introduces
                else hello,
                introduction=disclosure.introduction(told.facts, offers=offers),
            )


def _paragraphs(blocks: Iterable[str]) -> Iterator[str]:
    """Short sentences that follow each other side by side, everything else by itself."""
    for short, group in groupby(blocks, key=_is_short_sentence):
        beside = list(group)
        yield from [" ".join(beside)] if short else beside


def _is_short_sentence(block: str) -> bool:
    return len(block) <= _SHORT_CHARS and block.endswith((".", "!", "?")) and "\n" not in block


def _greeting(now: datetime) -> str:
    return "Bom dia!" if 5 <= now.hour < 12 else "Boa tarde!" if 12 <= now.hour < 18 else "Boa noite!"


def _done(told: Told) -> Iterator[str]:
    """What was changed in this turn, whether the model wants to tell of it or not."""
    yield from dict.fromkeys(text for step in told.steps if (text := records.done(step.result)))


def _plans(named: Sequence[str], told: Told) -> Iterator[str]:
    sections, accepted = told.facts.sections(), told.facts.insurance.accepted
    for plan in named:
        if len(plan) > _THING_CHARS or not file.stands_in(plan, told.asked):
            raise CannotCompose("em convenios vai só o nome que o paciente escreveu.")
    answers = [said_of(plan, accepted, sections, told.asked) for plan in named]
    yield "\n".join(dict.fromkeys(filter(None, answers)))


def _facts(topics: Sequence[str], told: Told, *, plans: bool) -> Iterator[str]:
    """The sections that are meant; where plans were named, also the one whose notes may limit what is said of them."""
    sections = told.facts.sections()
    found = [one for one in sections if plans and one.title == PLANS]
    for topic in topics:
        meant = file.meant(sections, topic)
        if not meant:
            known = ", ".join(file.names(sections))[:600]
            raise CannotCompose(f"a ficha não tem esse assunto; use nao_sei, ou um destes: {known}.")
        found += meant
    yield from map(file.shown, dict.fromkeys(found))


def _missing(things: Sequence[str], plans: Sequence[str], told: Told) -> Iterator[str]:
    """What the file lacks, but for the plans, of which is said whether they are on its list."""
    named = {plain(plan) for plan in plans}
    for thing in (one for one in things if plain(one) not in named):
        if len(thing) > _THING_CHARS or not file.is_missing(told.facts.sections(), thing, told.asked):
            raise CannotCompose("em fora_da_ficha vai só o que o paciente escreveu e a ficha não tem.")
        yield f"Sobre {thing} não tenho informação aqui."


def _agenda(shown: Sequence[str], told: Told) -> Iterator[str]:
    """What the tools answered: what was chosen, and always what was proposed in this turn, which needs a yes."""
    for key, tool in _NEEDS.items():
        if key in shown and not (told.read(tool) or (key == TIMES and told.times_of_refusals())):
            raise CannotCompose(f"chame {tool} antes de mostrar isso, e de novo depois de uma mudança.")
    if OWN in shown:
        yield _own(told.read(OWN_APPOINTMENTS)[-1])
    if TIMES in shown:
        yield from _free(told)
    # What another proposal of this turn took the place of is not asked any more, and what was carried out neither.
    asked = dict(records.proposals(told.standing))
    of_this_turn = {label for result in told.results(PROPOSE) for label, _ in records.proposals(result)}
    yield from (question for label, question in asked.items() if PROPOSAL in shown or label in of_this_turn)


def _own(result: str) -> str:
    shown = records.own(result)
    if shown is None:
        raise CannotCompose(f"não há consultas para mostrar; chame {OWN_APPOINTMENTS}.")
    return shown


def _free(told: Told) -> Iterator[str]:
    results = told.read(FREE_SLOTS)
    listed = [text for result in results if (text := records.free(result))] or told.times_of_refusals()
    if not listed:
        raise CannotCompose("não há horário para mostrar; pergunte o serviço ou o dia.")
    yield from dict.fromkeys(listed)
    yield from dict.fromkeys(f"Só confirme o dia: {text}." for one in results if (text := records.doubt(one)))


def _called(told: Told) -> Iterator[str]:
    if told.handed_over:
        when = told.facts.reception_answers(told.now)
        yield f"Avisei a recepção; uma pessoa responde por aqui {when}."
