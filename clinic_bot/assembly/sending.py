"""What speaks to Z-API: replies, reminders, alerts, and the watch over its connection."""

import uuid
from functools import partial

from clinic_bot.agent import disclosure
from clinic_bot.assembly.ground import Ground
from clinic_bot.intake.missed import MissedReport
from clinic_bot.operations.alert_hook import Hook
from clinic_bot.operations.alerts import Channel
from clinic_bot.policies import contact_of
from clinic_bot.reply.afterthought import Afterthoughts
from clinic_bot.reply.connection import ConnectionWatch, Times
from clinic_bot.reply.fence import Fence
from clinic_bot.reply.notices import Notices
from clinic_bot.reply.once import Once
from clinic_bot.reply.outbox import Outbox
from clinic_bot.reply.reminders import Reminders
from clinic_bot.reply.watching import WatchingZapi
from clinic_bot.reply.zapi import ZapiClient


def zapi_of(ground: Ground) -> ZapiClient:
    """The account's; one that only watches where nothing is sent."""
    settings, credentials = ground.settings, ground.credentials
    client = ZapiClient if settings.mode.sends else WatchingZapi
    zapi = client(
        credentials.zapi_url,
        credentials.zapi_instance,
        credentials.zapi_token,
        credentials.zapi_client_token,
        settings.zapi_timeout_s,
        ground.clock,
    )
    ground.ending.at_the_end(zapi.close)
    return zapi


def connection_of(ground: Ground, zapi: ZapiClient) -> ConnectionWatch:
    settings, alert = ground.settings, ground.alerts.alert
    missed = MissedReport(
        ground.database, zapi, ground.facts.timezone, is_listed=ground.policy.is_listed, alert=alert
    )
    times = Times(
        poll_ms=round(settings.zapi_poll_s * 1000),
        restricted_ms=round(settings.zapi_restricted_pause_s * 1000),
        ttl_ms=round(settings.reply_ttl_s * 1000),
    )
    return ConnectionWatch(
        ground.database, zapi, ground.clock, ground.policy, ground.neighbours, times,
        alert=alert, after_outage=missed, on_duty=ground.on_duty,
    )  # fmt: skip


def outbox_of(ground: Ground, zapi: ZapiClient, connection: ConnectionWatch) -> Outbox:
    settings, database, clock, policy = ground.settings, ground.database, ground.clock, ground.policy
    return Outbox(
        database, zapi, clock, policy, ground.metrics, ground.neighbours, connection,
        Fence(database, clock, policy, ground.leases),
        typing_delay_s=settings.typing_delay_s, ttl_ms=round(settings.reply_ttl_s * 1000),
        sends=settings.mode.sends,
        afterthoughts=_afterthoughts(ground, zapi) if settings.recall_for_newer else None,
    )  # fmt: skip


def channels_of(ground: Ground, zapi: ZapiClient) -> list[Channel]:
    """Where alerts go: the clinic's URL, and the WhatsApp of its reception; of several replicas one tells."""
    settings, instance = ground.settings, ground.credentials.zapi_instance
    channels: list[Channel] = []
    if settings.alert_url is not None:
        channels.append(Hook(settings.alert_url.get_secret_value(), instance, ground.clock, ground.metrics))
    if ground.facts.whatsapp.alerts_to is not None and settings.mode.sends:
        channels.append(
            Notices(
                ground.database, zapi, ground.clock, ground.policy, ground.metrics,
                contact_of(ground.facts.whatsapp.alerts_to, instance),
                owner=uuid.uuid4().hex, lease_ms=_notice_lease_ms(ground), released=ground.notice,
            )
        )  # fmt: skip
    if ground.leases.shared:
        once = partial(Once, database=ground.database, clock=ground.clock, owner=ground.leases.owner)
        return [once(channel) for channel in channels]
    return channels


def reminders_of(ground: Ground, zapi: ZapiClient, connection: ConnectionWatch) -> Reminders | None:
    """Where the clinic has an agenda here and wants them; nobody is reminded where nothing is sent."""
    wanted = ground.settings.reminders and ground.settings.mode.sends
    if not (wanted and ground.facts.has_agenda and ground.facts.reminders.hours_before):
        return None
    reminders = Reminders(
        ground.database, zapi, ground.clock, ground.policy, ground.metrics, ground.facts,
        instance=ground.credentials.zapi_instance, owner=uuid.uuid4().hex, lease_ms=_notice_lease_ms(ground),
        released=ground.notice, on_duty=ground.on_duty,
        honest=lambda said: disclosure.open_about_it(said, ground.facts, history=(), asked="", offers=False),
        refused=connection.refused,
    )  # fmt: skip
    ground.ending.at_the_end(reminders.close)
    return reminders


def _notice_lease_ms(ground: Ground) -> int:
    return round((3 * ground.settings.zapi_timeout_s + 30) * 1000)


def _afterthoughts(ground: Ground, zapi: ZapiClient) -> Afterthoughts:
    found = Afterthoughts(
        ground.database, zapi, ground.clock, ground.policy, ground.metrics, ground.notice,
        shared=ground.leases.shared,
    )  # fmt: skip
    ground.ending.at_the_end(found.finish)
    return found
