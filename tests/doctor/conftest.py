"""The clinic that the doctor looks at."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.doctor.surgery import Surgery, opened


@pytest.fixture
async def surgery(tmp_path: Path) -> AsyncIterator[Surgery]:
    async with opened(tmp_path) as it:
        yield it
