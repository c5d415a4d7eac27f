"""Which of Whisper's words count."""

import json
from pathlib import Path
from typing import Any

import pytest

from clinic_bot.events import Found, MediaState
from clinic_bot.media.confidence import heard

SAMPLES = json.loads((Path(__file__).parent.parent / "data" / "groq-samples.json").read_text())


def answer(*pieces: tuple[str, float, float, float]) -> dict[str, Any]:
    """Pieces as text, avg_logprob, no_speech_prob, compression_ratio."""
    names = ("text", "avg_logprob", "no_speech_prob", "compression_ratio")
    segments = [dict(zip(names, piece, strict=True)) for piece in pieces]
    return {"text": "".join(piece[0] for piece in pieces), "segments": segments}


READ, UNCLEAR = MediaState.READ, MediaState.UNCLEAR


@pytest.mark.parametrize(
    ("given", "found"),
    [
        pytest.param(
            SAMPLES["transcription_verbose_json"]["body"],
            Found(READ, "Oi, tudo bem? Queria saber se vocês atendem no sábado."),
            id="a clear note",
        ),
        pytest.param(
            answer((" Legendas pela comunidade Amara.org", -0.92, 0.91, 0.83)),
            Found(UNCLEAR),
            id="credits on silence",
        ),
        pytest.param(
            answer((" Sim.", -0.2, 0.7, 0.9)), Found(READ, "Sim."), id="a quiet yes that it is sure of"
        ),
        pytest.param(answer((" Sim.", -0.8, 0.7, 0.9)), Found(UNCLEAR), id="a guess where nobody spoke"),
        pytest.param(answer((" Sim.", -0.1, 0.95, 0.9)), Found(UNCLEAR), id="surely silence"),
        pytest.param(
            answer((" Sim, pode.", -1.2, 0.1, 0.9)), Found(UNCLEAR, doubtful="Sim, pode."), id="a guess"
        ),
        pytest.param(
            answer((" Quero marcar.", -0.2, 0.0, 1.0), (" Sim sim sim sim sim", -0.2, 0.1, 3.0)),
            Found(UNCLEAR, doubtful="Quero marcar. Sim sim sim sim sim"),
            id="a loop in it",
        ),
        pytest.param(
            answer((" Quero marcar.", -0.2, 0.0, 1.0), (" Obrigado por assistir!", -0.9, 0.92, 0.8)),
            Found(READ, "Quero marcar."),
            id="silence after the words",
        ),
        pytest.param(
            answer((" Inscreva-se no canal!", -0.2, 0.1, 1.0)), Found(UNCLEAR), id="credits it believes"
        ),
        pytest.param({"text": " Oi.", "segments": None}, Found(READ, "Oi."), id="without numbers"),
        pytest.param({"text": " \n "}, Found(UNCLEAR), id="nothing"),
        pytest.param({"text": None, "segments": ["x", 3]}, Found(UNCLEAR), id="not even text"),
        pytest.param({"text": "a\x00b\ud800"}, Found(READ, "ab"), id="what no database stores"),
    ],
)
def test_what_counts_as_said(given: dict[str, Any], found: Found) -> None:
    assert heard(given) == found
