"""Telling the reception which replies did not arrive, grouped by what to do about them."""

from collections.abc import Callable, Sequence
from functools import partial

from clinic_bot.clock import Clock
from clinic_bot.operations.alerts import AlertKind
from clinic_bot.operations.masking import mask_phone
from clinic_bot.reply import outcomes
from clinic_bot.store import evidence, outages
from clinic_bot.store.database import Database
from clinic_bot.store.evidence import Undelivered
from clinic_bot.store.tables import MarkName

#: A report that is being written now carries an earlier instant than its commit.
_COMMITS_WITHIN_MS = 5_000
_MOST_NAMES = 10


async def tell_undelivered(
    database: Database, clock: Clock, instance: str, alert: Callable[[str, str], None]
) -> None:
    """Tell of what turned out as undelivered since the last time, also of what the process before did not tell."""
    until_ms = clock.now_ms() - _COMMITS_WITHIN_MS
    name = MarkName.UNDELIVERED_TOLD
    after_ms = await database.read(partial(outages.marked, instance=instance, name=name))
    if after_ms is not None:
        asked = partial(evidence.undelivered, instance=instance, after_ms=after_ms, until_ms=until_ms)
        found = await database.read(asked)
        if not found:
            return
        for text in told(found):
            alert(AlertKind.SEND_REFUSED, text)
    await database.write(partial(outages.mark, instance=instance, name=name, at_ms=until_ms))


def told(found: Sequence[Undelivered]) -> list[str]:
    """One text for everything that wants the same thing done."""
    groups: dict[outcomes.Todo, list[Undelivered]] = {}
    for one in found:
        groups.setdefault(outcomes.TASK_OF[outcomes.of_reason(one.reason)], []).append(one)
    return [_text(todo, group) for todo, group in groups.items()]


def _text(todo: outcomes.Todo, group: Sequence[Undelivered]) -> str:
    reasons = dict.fromkeys(outcomes.HAPPENED[outcomes.of_reason(one.reason)] for one in group)
    people = list(dict.fromkeys(one.name or mask_phone(one.phone or "") for one in group))
    shown = ", ".join(people[:_MOST_NAMES])
    if len(people) > _MOST_NAMES:
        shown += f" e mais {len(people) - _MOST_NAMES}"
    count = (
        "Uma resposta não foi entregue" if len(group) == 1 else f"{len(group)} respostas não foram entregues"
    )
    return f"{count} ({shown}): {'; '.join(reasons)}. {outcomes.WHAT_TO_DO[todo]}"
