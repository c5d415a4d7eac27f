"""Shared by every test."""

import pytest

from tests.support.fixtures import database, database_file, empty_database, store, written_log

__all__ = ["anyio_backend", "database", "database_file", "empty_database", "store", "written_log"]


@pytest.fixture
def anyio_backend() -> str:
    """Async tests run on asyncio alone: the service knows no other loop."""
    return "asyncio"
