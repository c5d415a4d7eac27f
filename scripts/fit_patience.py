"""Fit the coefficients of ``clinic_bot/debounce/patience_model.py`` from recorded chats.

    python scripts/fit_patience.py           # writes clinic_bot/debounce/patience_model.json
    python scripts/fit_patience.py --check   # says whether the file is what this would write

Run it after a change to the features or to ``talk.py``. It is a multinomial logistic regression with a ridge, solved
by Newton's method to the last digit, so that the same data give the same coefficients; ``--check`` allows for the last
digit kept. Fitted on the chitchat conversations whose id is not held out (``lab/recorded.py`` states the hash).

What is to be kept low is the number of turns with an early answer, and a second early answer in a turn that had one
makes it little worse. So after a first fit every piece whose turn the fitted policy cuts elsewhere too counts less, and
the fit is made again. The chances are therefore a little below the plain ones for a patient who writes many pieces.
"""

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

# Products so small only lose by threads, and on a busy machine they wait for each other for minutes.
os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np
from numpy.typing import NDArray

from clinic_bot.debounce.patience_model import DATA, FEATURES, features
from clinic_bot.debounce.talk import TURN_GAP_MS
from clinic_bot.lab.moments import Moment, moments
from clinic_bot.lab.recorded import is_held_out, read_recordings

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT / "tests" / "data" / "bursts" / "chitchat.jsonl"
TARGET = ROOT / "clinic_bot" / "debounce" / DATA
ABOUT = {
    "fitted_on": "chitchat: Chit-Chat Challenge dataset, PyPI package chitchat_dataset 0.9.0, English, 2018",
    "licence": "MIT, copyright (c) 2019 Perception, Control and Cognition Lab",
    "split": "not fitted on: ids whose SHA-256, its first 8 hex digits modulo 3, is 0",
    "written_by": "scripts/fit_patience.py",
}
#: Ends of the stretches of time. The clocks of the data have whole seconds, so the ends are whole too.
EDGES_S = (1, 2, 4, 6, 8, 10, 13, 16, 20, 25, 35, 60)
#: A typing signal arrives so long after the first key, as in the scorer that came with the data.
SIGNAL_S = 0.5
TURN_GAP_S = TURN_GAP_MS / 1000
#: On standardised features; measured best between 3 and 30 by cross-validation inside the fitted part.
RIDGE = 10.0
#: Only so that the biases, which a constant can be added to, have one solution.
_BIAS_RIDGE = 1e-2
_SETTLED = 1e-7
_DIGITS = 4
_LAST_DIGIT = 1e-4
_MOST_STEPS = 50

#: What another early answer in the same turn counts, where the first counts 1.
ANOTHER_CUT = 0.25
ROUNDS = 2
#: Seconds of waiting that one early answer is worth, where the fit is made: about 7 s of mean wait.
CARE_MESSAGE = 33.0
CARE_SIGN = 45.0

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


def main(arguments: Sequence[str]) -> int:
    found = fitted(seen_moments())
    if "--check" in arguments:
        same = agrees(json.loads(TARGET.read_text("utf-8")), found)
        print(
            "as fitted" if same else f"{TARGET.name} is not what the data and the features give: fit it again"
        )
        return 0 if same else 1
    TARGET.write_text(written(found), "utf-8")
    print(f"wrote {TARGET.stat().st_size:,} bytes")
    return 0


def seen_moments() -> list[Moment]:
    return [
        moment
        for recording in read_recordings(CORPUS)
        if not is_held_out(recording.id)
        for moment in moments(recording)
    ]


def fitted(seen: Sequence[Moment]) -> dict[str, Any]:
    """What the file holds. Rows of ``message`` and ``sign`` are a bias and a coefficient for each feature."""
    rows = np.array([features(one.talk, one.talk.last) for one in seen if one.talk.last], dtype=np.float64)
    gaps_s = np.array([one.gap_s for one in seen])
    signs_s = np.array([min(one.gap_s, one.gap_s - one.typing_s + SIGNAL_S) for one in seen])
    turns = np.cumsum(np.concatenate([[0], gaps_s[:-1] > TURN_GAP_S]))
    return {
        **ABOUT,
        "moments": len(seen),
        "edges_s": list(EDGES_S),
        "features": list(FEATURES),
        "means": rows.mean(axis=0).round(_DIGITS).tolist(),
        "message": fit(rows, gaps_s, turns, gaps_s > TURN_GAP_S, care=CARE_MESSAGE),
        "sign": fit(rows, signs_s, turns, gaps_s > TURN_GAP_S, care=CARE_SIGN),
    }


def fit(rows: Floats, waited_s: Floats, turns: Ints, last: Flags, *, care: float) -> list[list[float]]:
    """Coefficients in the features' own units.

    Args:
        waited_s: until the next message, or sign.
        turns: the number of the turn of each piece.
        last: the piece was the last of its turn.
        care: of the policy, where it is to be best.
    """
    stretches = 1 + np.searchsorted(EDGES_S, waited_s).clip(0, len(EDGES_S) - 1)
    wanted = np.where(last, 0, stretches)
    means, spreads = rows.mean(axis=0), rows.std(axis=0)
    spreads[spreads == 0] = 1.0
    inputs = np.column_stack([np.ones(len(rows)), (rows - means) / spreads])
    start = np.zeros((len(EDGES_S) + 1, inputs.shape[1]))
    start[:, 0] = np.log(np.bincount(wanted, minlength=len(start)) / len(wanted))
    solved = newton(inputs, wanted, np.ones(len(rows)), start)
    for _ in range(ROUNDS):
        cut = ~last & (waited_s > waits_s(_softmax(inputs @ solved.T), care))
        elsewhere = np.bincount(turns, weights=cut)[turns] - cut
        solved = newton(inputs, wanted, np.where(~last & (elsewhere > 0), ANOTHER_CUT, 1.0), solved)
    weights = solved[:, 1:] / spreads
    biases = solved[:, 0] - weights @ means
    return [[round(float(one), _DIGITS) for one in row] for row in np.column_stack([biases, weights])]


def waits_s(chances: Floats, care: float) -> Floats:
    """What ``patience.best_wait_s`` chooses, without floor and ceiling."""
    edges = np.array(EDGES_S, dtype=np.float64)
    costs = chances[:, :1] * edges - care * np.cumsum(chances[:, 1:], axis=1)
    found: Floats = edges[costs.argmin(axis=1)]
    return found


def newton(inputs: Floats, wanted: Ints, counts: Floats, start: Floats) -> Floats:
    """The only minimum of the penalised log-loss; shape (outcomes, columns of the inputs)."""
    classes, columns = start.shape
    ridge = np.full(columns, RIDGE)
    ridge[0] = _BIAS_RIDGE
    weights = start
    is_it = np.eye(classes)[wanted]
    for _ in range(_MOST_STEPS):
        chances = _softmax(inputs @ weights.T)
        slope = ((chances - is_it) * counts[:, None]).T @ inputs + ridge * weights
        bend = np.zeros((classes, columns, classes, columns))
        for one in range(classes):
            for other in range(one + 1):
                each = counts * chances[:, one] * ((one == other) - chances[:, other])
                bend[one, :, other, :] = bend[other, :, one, :] = inputs.T @ (inputs * each[:, None])
            bend[one, :, one, :] += np.diag(ridge)
        size = classes * columns
        step = np.linalg.solve(bend.reshape(size, size), slope.reshape(size)).reshape(classes, columns)
        if np.abs(step).max() < _SETTLED:
            return weights
        here, length = _loss(inputs, wanted, counts, weights, ridge), 1.0
        while length > _SETTLED and _loss(inputs, wanted, counts, weights - length * step, ridge) > here:
            length /= 2
        weights = weights - length * step
    raise RuntimeError("the fit did not settle")


def _loss(inputs: Floats, wanted: Ints, counts: Floats, weights: Floats, ridge: Floats) -> float:
    chances = _softmax(inputs @ weights.T)[np.arange(len(wanted)), wanted]
    return float((ridge * weights**2).sum() / 2 - (counts * np.log(chances.clip(1e-300))).sum())


def _softmax(scores: Floats) -> Floats:
    raised: Floats = np.exp(scores - scores.max(axis=1, keepdims=True))
    chances: Floats = raised / raised.sum(axis=1, keepdims=True)
    return chances


def agrees(known: object, found: object) -> bool:
    """The same, but for the last digit kept."""
    if isinstance(known, float) and isinstance(found, float):
        return abs(known - found) < 1.5 * _LAST_DIGIT
    if isinstance(known, list) and isinstance(found, list):
        return len(known) == len(found) and all(map(agrees, known, found))
    if isinstance(known, dict) and isinstance(found, dict):
        return known.keys() == found.keys() and all(agrees(known[key], found[key]) for key in known)
    return known == found


def written(found: dict[str, Any]) -> str:
    """One line for each row, so that a difference can be read."""
    lines = []
    for name, value in found.items():
        if name in ("message", "sign"):
            rows = ",\n  ".join(json.dumps(row) for row in value)
            lines.append(f'"{name}": [\n  {rows}\n ]')
        else:
            lines.append(f'"{name}": {json.dumps(value)}')
    return "{\n " + ",\n ".join(lines) + "\n}\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
