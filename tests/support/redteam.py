"""The corpora of ``tests/data/redteam``: what a model might write, in the situation in which it would."""

from pathlib import Path

from clinic_bot.sandbox.replies import Corpus

FOLDER = Path(__file__).parent.parent / "data" / "redteam"
CORPUS = Corpus(FOLDER)
