"""Starts ``clinic-bot serve`` again and again, each time as a process of its own that has imported everything already.

Imports take a second and a half of a core, the start itself a tenth: a thousand restarts would spend more time
importing than serving. So this process imports once, opens and reads nothing, and forks a child for every line on
its input, which holds the child's environment. It has one child at a time and says on its output when that one was
``born``, with its number, and when and how it ``ended``; what the child says comes between. When the input ends, so
does this.

On SIGUSR2 a child sleeps in Python's signal handler, which runs in the thread of the event loop: nothing of the loop
goes on, no timer, no lease, no self-defence in a coroutine, while connections stay open and other threads run.
"""

import json
import os
import signal
import sys
import time

import clinic_bot.store.postgres  # noqa: F401 - as below
from clinic_bot import serve  # noqa: F401 - for its imports
from clinic_bot.cli import main
from clinic_bot.turns.emergency import find_emergency


def wait_and_fork() -> None:
    find_emergency([""])  # builds its lexicon, as the service does when it starts
    while line := sys.stdin.readline():
        child = os.fork()  # nothing imported has begun a thread, opened a file or made a loop
        if not child:
            _serve(**json.loads(line))
        print("born", child, flush=True)
        _, status = os.waitpid(child, 0)
        print("ended", os.waitstatus_to_exitcode(status), flush=True)


def _serve(environment: dict[str, str], block_s: float) -> None:
    signal.signal(signal.SIGUSR2, lambda *_: time.sleep(block_s))
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.environ.update(environment)
    sys.argv = ["clinic-bot", "serve"]
    main()
    sys.exit(0)


if __name__ == "__main__":
    wait_and_fork()
