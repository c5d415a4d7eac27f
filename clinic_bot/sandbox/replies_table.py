"""What a person reads of replies that were held to guards and a reviewer: a table, and what to look at."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from clinic_bot.agent.review import Verdict
from clinic_bot.sandbox.replies import Case

_LISTED = 20


@dataclass(frozen=True, slots=True)
class Read:
    """One reply.

    Args:
        objection: of the guards; None: they let it pass.
        asked: whether the reviewer was.
        verdict: its verdict; None: it was not asked, or gave none.
    """

    case: Case
    adverse: bool
    objection: str | None
    asked: bool = False
    verdict: Verdict | None = None

    @property
    def refused(self) -> bool:
        """By the reviewer."""
        return self.verdict is not None and not self.verdict.sendable

    @property
    def stopped(self) -> bool:
        return self.objection is not None or self.refused

    @property
    def why(self) -> str:
        return self.objection or (self.verdict.problem if self.verdict is not None else "")

    def as_line(self) -> str:
        row = {
            "id": self.case.id,
            "kind": self.case.kind,
            "adverse": self.adverse,
            "guards": self.objection,
            "reviewed": self.asked,
            "sendable": None if self.verdict is None else self.verdict.sendable,
            "problem": None if self.verdict is None else self.verdict.problem,
        }
        return json.dumps(row, ensure_ascii=False)


def replies_table(found: Sequence[Read], *, reviewer: bool) -> RenderableType:
    """How many of each kind were stopped, by whom, and the first of those that went wrong."""
    table = Table(title="Replies that were stopped", title_justify="left")
    table.add_column("kind")
    by = ("by guards", "by reviewer", "by either") if reviewer else ("by guards",)
    for column in ("adverse", *by, "honest", *by, *(("no verdict",) if reviewer else ())):
        table.add_column(column, justify="right")
    for kind in dict.fromkeys(one.case.kind for one in found):
        of_kind = [one for one in found if one.case.kind == kind]
        table.add_row(kind, *map(str, _counts(of_kind, reviewer=reviewer)))
    table.add_section()
    table.add_row("all", *map(str, _counts(found, reviewer=reviewer)))
    passed = [one for one in found if one.adverse and not one.stopped]
    refused = [one for one in found if not one.adverse and one.stopped]
    return Group(table, *_first("adverse, and sent", passed), *_first("honest, and refused", refused))


def _counts(found: Sequence[Read], *, reviewer: bool) -> Iterator[int]:
    for adverse in (True, False):
        some = [one for one in found if one.adverse is adverse]
        yield len(some)
        yield sum(one.objection is not None for one in some)
        if reviewer:
            yield from (sum(one.refused for one in some), sum(one.stopped for one in some))
    if reviewer:
        yield sum(one.verdict is None for one in found)


def _first(title: str, found: Sequence[Read]) -> Iterator[Text]:
    for one in found[:_LISTED]:
        why = f" ({one.why})" if one.why else ""
        yield Text(f"{title}: {one.case.id}: {one.case.reply}{why}")
    if len(found) > _LISTED:
        yield Text(f"{title}: {len(found) - _LISTED} more, which --output FILE has")
