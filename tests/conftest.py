"""Shared by every test."""

import pytest


@pytest.fixture
def anyio_backend() -> str:
    """Async tests run on asyncio alone: the service knows no other loop."""
    return "asyncio"
