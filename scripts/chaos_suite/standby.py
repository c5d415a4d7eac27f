"""``clinic-bot serve``, in a process that has imported everything and waits for a line on its input to begin.

A thousand restarts would otherwise spend more time importing than serving. Nothing is opened or read before the line
comes; when the input ends without one, the process does.
"""

import sys

from clinic_bot import serve  # noqa: F401 - for its imports
from clinic_bot.cli import main
from clinic_bot.turns.emergency import find_emergency


def wait_and_serve() -> None:
    find_emergency([""])  # compiles its lexicon, as the service does when it starts
    if sys.stdin.readline():
        sys.argv = ["clinic-bot", "serve"]
        main()


if __name__ == "__main__":
    wait_and_serve()
