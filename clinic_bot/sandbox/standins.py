"""Both stand-ins, served on this machine, with credentials that open nothing else."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from starlette.applications import Starlette

from clinic_bot.clock import Clock
from clinic_bot.sandbox.brain import Brain
from clinic_bot.sandbox.groq import build_groq, groq_state
from clinic_bot.sandbox.groq_bodies import Spoken
from clinic_bot.sandbox.groq_state import GroqState
from clinic_bot.sandbox.serving import serving
from clinic_bot.sandbox.voice import voice_note
from clinic_bot.sandbox.zapi import build_zapi, zapi_state
from clinic_bot.sandbox.zapi_state import ZapiState

INSTANCE_ID = "5A4D0B0C0000000000000000000000FF"
TOKEN = "5A4D0B0C00000000000000FF"  # noqa: S105 - opens the stand-in and nothing else
CLIENT_TOKEN = "F5a4d0b0c0000000000000000000000S"  # noqa: S105
GROQ_KEY = "gsk_sandbox"


@dataclass(frozen=True, slots=True)
class StandIns:
    zapi_url: str
    groq_url: str
    zapi_app: Starlette
    zapi: ZapiState
    groq: GroqState

    def record(self, message_id: str, seconds: float, says: str) -> str:
        """A voice note in which that is said, as a patient sends it: its link, and what is heard on it, are known."""
        file = voice_note(seconds, message_id)
        self.groq.transcripts[hashlib.sha256(file).hexdigest()] = Spoken(says)
        return self.zapi.files.put(message_id, file, mime_type="audio/ogg", ending="ogg")


@asynccontextmanager
async def stand_ins(
    clock: Clock, *, seed: int = 0, brain: Brain | None = None, zapi_port: int = 0, groq_port: int = 0
) -> AsyncIterator[StandIns]:
    """Serve both until the block ends. ``zapi.webhooks.set_all`` then says where events go."""
    zapi_app = build_zapi(
        clock=clock, instance_id=INSTANCE_ID, token=TOKEN, client_token=CLIENT_TOKEN, seed=seed
    )
    groq_app = build_groq(clock=clock, api_key=GROQ_KEY, brain=brain, seed=seed)
    async with serving(zapi_app, port=zapi_port) as zapi_url, serving(groq_app, port=groq_port) as groq_url:
        zapi = zapi_state(zapi_app)
        zapi.files.base_url = zapi_url
        yield StandIns(zapi_url, groq_url, zapi_app, zapi, groq_state(groq_app))
