"""A process that leaves by ``os._exit`` at every suspension of a turn over HTTP, and its successor: forks of this one.

Run as ``python -m tests.faults.crash_over_http FOLDER GROQ ZAPI``. Each death has a file and a phone of its own.
"""

import os
import shutil
import sys
from functools import partial
from itertools import count
from pathlib import Path

from clinic_bot.agent.groq import GroqModel
from clinic_bot.agent.loop import Agent
from clinic_bot.clinic.facts import example_clinic
from clinic_bot.reply.zapi import ZapiClient
from clinic_bot.sandbox import standins
from tests.faults.crash import CalmClock, Life, Play, live
from tests.faults.crash_child import EMPTY, one_turn
from tests.faults.crash_outside import Outside
from tests.support import builders as b
from tests.support.clock import FakeClock

_DIED = 9


def phone_of(step: int) -> str:
    return f"55119876{step:05}"


def _outside(step: int) -> Outside:
    who = b.contact(phone_of(step), lid=f"2000000000{step:04}")
    events = [b.message("oi", id=f"{step}a", who=who), b.message("queria remarcar", id=f"{step}b", who=who)]
    return Outside(events, confirms=False)


def _over_http(path: Path, outside: Outside, clock: FakeClock, *, groq: str, zapi: str) -> Life:
    model = GroqModel(
        standins.GROQ_KEY, base_url=groq, models=("openai/gpt-oss-120b",), max_tokens=500, clock=clock
    )
    client = ZapiClient(zapi, standins.INSTANCE_ID, standins.TOKEN, standins.CLIENT_TOKEN, 20, clock)
    agent = Agent(model, example_clinic(), max_steps=3, timeout_s=60, clock=clock)
    return Life(path, outside, clock, agent=agent, zapi=client)


def _empty(path: Path) -> Path:
    shutil.copy(path.with_name(EMPTY), path)
    return path


def _fork(path: Path, step: int, play: Play, kill_at: int | None, *, groq: str, zapi: str) -> int:
    """The status of a process that plays, and may die."""
    child = os.fork()
    if child == 0:
        clock = CalmClock()
        clock.advance(0 if kill_at else 60_000)
        begin = partial(_over_http, groq=groq, zapi=zapi)
        live(path, _outside(step), clock, play, kill_at=kill_at, begin=begin, dies=lambda: os._exit(_DIED))
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def main(folder: Path, groq: str, zapi: str) -> None:
    # What is done only once in a process is not done again in each fork.
    begin = partial(_over_http, groq=groq, zapi=zapi)
    live(_empty(folder / "0.sqlite"), _outside(0), CalmClock(), one_turn, begin=begin)
    for step in count(1):
        path = _empty(folder / f"{step}.sqlite")
        status = _fork(path, step, one_turn, step, groq=groq, zapi=zapi)
        assert status in (0, _DIED), status
        assert _fork(path, step, Life.finish, None, groq=groq, zapi=zapi) == 0
        if status == 0:  # there are not so many suspensions
            return


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
