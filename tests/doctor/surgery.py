"""A live clinic whose providers are the stand-ins over HTTP, and what the doctor says of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clinic_bot.clock import Clock
from clinic_bot.doctor import Finding, Mark, examine
from clinic_bot.sandbox import standins
from clinic_bot.settings import Settings

EXAMPLE = Path(__file__).parents[2] / "clinic_bot" / "clinic" / "example.toml"
SECRET = "segredo-da-clinica-0123"
HOOK = f"https://clinic.example/webhook/zapi/{SECRET}"


@dataclass
class Surgery:
    """A live clinic whose providers are the stand-ins, and what the doctor says of it."""

    pair: standins.StandIns
    folder: Path

    def settings(self, **given: Any) -> Settings:
        return Settings.model_validate(
            {
                "mode": "live",
                "port": 0,
                "database_url": f"sqlite:///{self.folder / 'clinic.sqlite'}",
                "clinic_file": EXAMPLE,
                "webhook_secret": SECRET,
                "alert_url": "https://alerts.example/",
                "groq_api_key": standins.GROQ_KEY,
                "groq_base_url": self.pair.groq_url,
                "zapi_instance_id": standins.INSTANCE_ID,
                "zapi_token": standins.TOKEN,
                "zapi_client_token": standins.CLIENT_TOKEN,
                "zapi_base_url": self.pair.zapi_url,
            }
            | given
        )

    async def all(
        self, *, webhook_url: str | None = None, clock: Clock | None = None, **given: Any
    ) -> list[Finding]:
        found = examine(self.settings(**given), webhook_url=webhook_url, clock=clock)
        return [finding async for finding in found]

    async def one(
        self, what: str, *, webhook_url: str | None = None, clock: Clock | None = None, **given: Any
    ) -> Finding:
        """The worst of what it says about one thing."""
        order = (Mark.NO, Mark.LOOK, Mark.OK)
        found = await self.all(webhook_url=webhook_url, clock=clock, **given)
        return min((one for one in found if one.what == what), key=lambda one: order.index(one.mark))


@asynccontextmanager
async def opened(tmp_path: Path) -> AsyncIterator[Surgery]:
    async with standins.stand_ins(Clock()) as pair:
        pair.zapi.webhooks.set_all(HOOK)
        yield Surgery(pair, tmp_path)


def says(finding: Finding, mark: Mark, *parts: str) -> bool:
    return finding.mark is mark and all(part in finding.says for part in parts)
