"""What a test process works out once, though every test builds what works it out anew.

Every test has engines of its own, and each would compile what it says for itself; every agent reads its clinic's file
before it reads a reply; every HTTP client loads the authorities that sign certificates. It comes to the same every
time, and was a third of what the tests of the store and half of what those of dying processes computed.
"""

import os
import ssl
from collections.abc import Iterator, MutableMapping
from typing import Any

import certifi
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import Compiled

from clinic_bot.agent.guards import objections
from clinic_bot.agent.guards.facts_check import FactsCheck
from clinic_bot.clinic.facts import ClinicFacts


class _Statements(MutableMapping[Any, Compiled]):
    """Goes by the kind of an engine's dialect, where SQLAlchemy goes by the dialect."""

    def __init__(self) -> None:
        self._kept: dict[Any, Compiled] = {}

    def __getitem__(self, key: Any) -> Compiled:
        return self._kept[self._of_any(key)]

    def __setitem__(self, key: Any, compiled: Compiled) -> None:
        self._kept[self._of_any(key)] = compiled

    def __delitem__(self, key: Any) -> None:
        del self._kept[self._of_any(key)]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._kept)

    def __len__(self) -> int:
        return len(self._kept)

    @staticmethod
    def _of_any(key: Any) -> Any:
        dialect, *rest = key
        return type(dialect), *rest


def compile_statements_once() -> None:
    """From now on, for every engine."""
    kept = _Statements()

    @event.listens_for(Engine, "engine_connect")
    def _share(connection: Connection) -> None:
        connection.execution_options(compiled_cache=kept)


def read_clinics_once() -> None:
    """From now on, for every agent: what it knows of a file changes with nothing that it reads."""

    kept: dict[tuple[str, bool], FactsCheck] = {}

    def read(facts: ClinicFacts, *, books: bool) -> FactsCheck:
        key = facts.model_dump_json(), books
        if key not in kept:
            kept[key] = FactsCheck(facts, books=books)
        return kept[key]

    objections.FactsCheck = read  # type: ignore[assignment,attr-defined]


def load_authorities_once() -> None:
    """From now on, for every client of httpx's that is told nothing of certificates."""
    authorities = os.environ.get("SSL_CERT_FILE") or certifi.where()
    make = ssl.create_default_context
    kept = make(cafile=authorities)

    def same(*args: Any, **given: Any) -> ssl.SSLContext:
        return kept if not args and given == {"cafile": authorities} else make(*args, **given)

    ssl.create_default_context = same
