"""What the service says of itself to whoever asks ``/health/ready``."""

from functools import partial

from clinic_bot.errors import StorageUnavailable
from clinic_bot.operations.health import Readiness
from clinic_bot.operations.neighbours import Neighbours
from clinic_bot.store import switches, watch
from clinic_bot.store.database import Database


async def readiness_of(
    database: Database, neighbours: Neighbours, *, instance: str, draining: bool
) -> Readiness:
    """Ask the database and remember the rest. Raises StorageUnavailable where nothing can be read."""
    writable = True  # a write that changes nothing still takes the writer's lock
    try:
        await database.write(watch.touch)
    except StorageUnavailable:
        writable = False
    stuck = await database.read(watch.stuck)
    undecided = await database.read(watch.undecided)
    on = await database.read(partial(switches.active, instance=instance))
    return Readiness(
        database_writable=writable,
        draining=draining,
        groq=neighbours.groq,
        zapi=neighbours.zapi,
        stuck_conversations=len(stuck),
        uncertain_sends=undecided.unknown + undecided.held,
        dead_turns=undecided.dead,
        stopped_by=tuple(switch.name.value for switch in on),
    )
