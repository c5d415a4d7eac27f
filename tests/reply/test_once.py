"""Alerts that every replica raises reach a person once; all others as often as they are raised."""

from dataclasses import dataclass, field

from clinic_bot.operations.alerts import Alert, AlertKind
from clinic_bot.reply.once import Once
from clinic_bot.store.database import Database
from tests.support.clock import FakeClock
from tests.turns.test_lookout import Lost


@dataclass
class Person:
    """Who is told in the end."""

    name: str = "hook"
    told: list[str] = field(default_factory=list)

    async def deliver(self, alert: Alert) -> None:
        self.told.append(alert.text)

    async def close(self) -> None: ...


async def told_by_two(database: Database | Lost, kind: AlertKind, *, apart_ms: int = 1_000) -> list[str]:
    person, clock = Person(), FakeClock()
    for owner in ("first", "second"):
        await Once(person, database, clock, owner=owner).deliver(Alert(kind, owner, clock.now_ms()))
        clock.advance(apart_ms)
    return person.told


async def test_what_all_notice_is_told_by_one(database: Database) -> None:
    assert await told_by_two(database, AlertKind.GROQ_OUT) == ["first"]


async def test_what_is_still_so_much_later_is_told_again(database: Database) -> None:
    assert await told_by_two(database, AlertKind.GROQ_OUT, apart_ms=600_000) == ["first", "second"]


async def test_what_happened_in_one_turn_is_always_told(database: Database) -> None:
    """Two emergencies are two, whatever their words."""
    assert await told_by_two(database, AlertKind.EMERGENCY) == ["first", "second"]


async def test_without_a_database_it_is_rather_told_twice() -> None:
    lost = Lost()
    assert await told_by_two(lost, AlertKind.GROQ_ACCOUNT) == ["first", "second"]
