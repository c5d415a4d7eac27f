"""What the doctor asks Z-API: account and connection, where it posts, and whether that can be reached.

Only reading calls, unless an address is to be set. No address is shown whole: the webhook's secret stands in it.
"""

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from urllib.parse import urlsplit

import aiohttp

from clinic_bot.clock import Clock
from clinic_bot.doctor.finding import Finding, Mark
from clinic_bot.errors import AccountRefused, ClinicBotError, ProviderDown
from clinic_bot.events import Trouble
from clinic_bot.reply.zapi import ZapiClient
from clinic_bot.reply.zapi_answers import Account
from clinic_bot.settings import Settings

_PATH = "/webhook/zapi/"
_REACH_S = 10.0
_SOON_MS = 3 * 86_400_000
#: A message leaves within seconds; one that is so old waits for something else.
_OLD_MS = 600_000

_FIXES = {
    Trouble.SECURITY_TOKEN: "put the account's token from Z-API's panel (Security) into ZAPI_CLIENT_TOKEN",
    Trouble.TOKEN: "copy ZAPI_INSTANCE_ID and ZAPI_TOKEN from the instance's page in Z-API's panel",
    Trouble.ADDRESS: "copy ZAPI_INSTANCE_ID and ZAPI_TOKEN from the instance's page in Z-API's panel",
    Trouble.IP_LIST: "add this machine's address to the IP list in Z-API's panel (Security), or switch the list off",
    Trouble.SUBSCRIPTION: "renew the instance in Z-API's panel",
}


def _refused(what: str, exc: ClinicBotError) -> Finding:
    says = str(exc)
    if isinstance(exc, AccountRefused) and exc.trouble in _FIXES:
        says = f"{says}: {_FIXES[Trouble(exc.trouble)]}"
    if isinstance(exc, ProviderDown):
        says = f"{says}. Is this machine online, and ZAPI_BASE_URL right?"
    return Finding(what, Mark.NO, says)


async def examine(client: ZapiClient, without_token: ZapiClient, clock: Clock) -> AsyncIterator[Finding]:
    """Args:
    without_token: the same instance, asked without the account's security token.
    """
    try:
        status = await client.status()
    except ClinicBotError as exc:
        yield _refused("Z-API", exc)
        return
    if status.healthy:
        yield Finding("Z-API", Mark.OK, "token accepted, WhatsApp connected")
    elif status.connected:
        says = "the clinic's phone does not answer Z-API: it needs battery and network"
        yield Finding("Z-API", Mark.NO, says)
    else:
        says = "token accepted, but WhatsApp is not connected: read the QR code in Z-API's panel"
        yield Finding("Z-API", Mark.NO, says)
    try:
        due_ms = (await client.account()).due_ms
    except ClinicBotError as exc:
        yield _refused("Z-API", exc)
        return
    for finding in _subscription(due_ms, clock.now_ms()):
        yield finding
    for finding in await _queue(client, clock.now_ms()):
        yield finding
    if await _needs_no_token(without_token):
        says = (
            "takes calls without the account's security token, so whoever learns an address of yours may send: "
            "activate it in Z-API's panel (Security)"
        )
        yield Finding("Client-Token", Mark.LOOK, says)


def _subscription(due_ms: int | None, now_ms: int) -> list[Finding]:
    if due_ms is None or due_ms > now_ms + _SOON_MS:
        return []
    ends = f"{datetime.fromtimestamp(due_ms / 1000, UTC):%Y-%m-%d}"
    if due_ms > now_ms:
        return [
            Finding("Z-API", Mark.LOOK, f"the subscription ends on {ends}: {_FIXES[Trouble.SUBSCRIPTION]}")
        ]
    return [Finding("Z-API", Mark.NO, f"the subscription ended on {ends}: {_FIXES[Trouble.SUBSCRIPTION]}")]


async def _queue(client: ZapiClient, now_ms: int) -> list[Finding]:
    """What waits there since somebody tried something leaves when WhatsApp is back, however old it is."""
    try:
        created = [one.created_ms or now_ms for one in await client.queue()]
    except ClinicBotError as exc:
        return [_refused("queue", exc)]
    old_ms = now_ms - min(created, default=now_ms)
    if old_ms < _OLD_MS:
        return []
    says = (
        f"{len(created)} messages wait in Z-API's queue, the oldest for {old_ms / 3_600_000:.1f} h, and leave when "
        "WhatsApp is back: empty the queue in Z-API's panel if nobody should get them any more"
    )
    return [Finding("queue", Mark.LOOK, says)]


async def _needs_no_token(client: ZapiClient) -> bool:
    try:
        await client.status()
    except ClinicBotError:
        return False
    return True


# Webhooks.


async def webhooks(client: ZapiClient, settings: Settings, url: str | None) -> AsyncIterator[Finding]:
    """Set the address where one is given, then hold what Z-API says against what the service takes."""
    secret = settings.webhook_secret.get_secret_value() if settings.webhook_secret else ""
    if url is not None:
        finding = await _set(client, url, secret)
        yield finding
        if not finding.good:
            return
    try:
        account = await client.account()
    except ClinicBotError as exc:
        if url is not None:  # or it was told already
            yield _refused("webhooks", exc)
        return
    if not account.webhooks:
        says = f"Z-API does not say where it posts: look into its panel, or set it with {_command(account)}"
        yield Finding("webhooks", Mark.LOOK, says)
        return
    problem = _problem(account, secret)
    if problem:
        yield Finding("webhooks", Mark.NO, f"{problem}: {_command(account)}")
        return
    address = next(filter(None, account.webhooks.values()))
    yield Finding(
        "webhooks", Mark.OK, f"Z-API posts every event to {_host(address)}, hand-written answers included"
    )
    yield await _reach(address)


async def _set(client: ZapiClient, url: str, secret: str) -> Finding:
    if not url.startswith("https://"):
        return Finding("webhooks", Mark.NO, "Z-API takes an https address only")
    if urlsplit(url).path != f"{_PATH}{secret}":
        says = f"the address must end in {_PATH} and the value of CLINIC_BOT_WEBHOOK_SECRET, or every event is refused"
        return Finding("webhooks", Mark.NO, says)
    try:
        await client.set_webhooks(url)
    except ClinicBotError as exc:
        return _refused("webhooks", exc)
    return Finding("webhooks", Mark.OK, "set")


def _problem(account: Account, secret: str) -> str:
    """What is wrong with where Z-API posts; empty where nothing is."""
    urls = account.webhooks
    if not any(urls.values()):
        return "Z-API posts nothing to anybody"
    if unset := [what for what, url in urls.items() if not url]:
        return f"Z-API does not post {', '.join(unset)}"
    if any(urlsplit(url or "").path != f"{_PATH}{secret}" for url in urls.values()):
        return f"an address of Z-API's does not end in {_PATH} and CLINIC_BOT_WEBHOOK_SECRET, and is refused"
    if len({_host(url or "") for url in urls.values()}) > 1:
        return (
            f"Z-API posts to several hosts: {', '.join(sorted({_host(url or '') for url in urls.values()}))}"
        )
    if account.posts_sent_by_me is False:
        return "Z-API does not post what somebody writes by hand, and the bot would talk over them"
    return ""


def _command(account: Account) -> str:
    known: Mapping[str, str | None] = account.webhooks
    host = next((_host(url) for url in known.values() if url), None) or "YOUR-HOST"
    return f"clinic-bot doctor --set-webhooks https://{host}{_PATH}YOUR-SECRET"


def _host(url: str) -> str:
    return urlsplit(url).netloc.rpartition("@")[2]


async def _reach(url: str) -> Finding:
    """From here, which is not where Z-API is: what is not reached may still be reached from there."""
    host = _host(url)
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(_REACH_S), trust_env=True) as http,
            http.get(url, allow_redirects=False) as answer,
        ):
            status, said = answer.status, await answer.text(errors="replace")
    except aiohttp.ClientConnectorCertificateError:
        return Finding("address", Mark.NO, f"{host} has no valid certificate, which Z-API wants")
    except (aiohttp.ClientError, TimeoutError) as exc:
        says = f"{host} is not reached from here ({type(exc).__name__}): look at its DNS entry, firewall and proxy"
        return Finding("address", Mark.LOOK, says)
    if status == 405 and "Z-API posts here" in said:
        return Finding("address", Mark.OK, f"a clinic-bot answers at {host}")
    if status in (502, 503, 504):
        says = f"the proxy at {host} answers, and clinic-bot behind it does not (HTTP {status}): start it, see its port"
        return Finding("address", Mark.LOOK, says)
    says = f"something else than clinic-bot answers at {host} (HTTP {status}): the proxy must pass on {_PATH}"
    return Finding("address", Mark.NO, says)
