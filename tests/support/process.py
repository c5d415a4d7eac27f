"""clinic-bot as a process of its own, in a folder of its own and without this machine's environment."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

STARTED_WITHIN_S = 60.0


def environment(**given: str) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(sys.path), **given}


@asynccontextmanager
async def started(folder: Path, *arguments: str, **given: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run the command until it ends or the block does."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "clinic_bot",
        *arguments,
        cwd=folder,
        env=environment(**given),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def url_of(process: asyncio.subprocess.Process) -> str:
    """The address a server says it listens on, once it does."""
    assert process.stdout is not None
    async with asyncio.timeout(STARTED_WITHIN_S):
        while line := (await process.stdout.readline()).decode():
            if line.startswith("listening on "):
                return line.removeprefix("listening on ").strip()
    raise AssertionError("it ended without listening")
