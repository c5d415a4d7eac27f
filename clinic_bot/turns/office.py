"""The desk's commands beyond turns and switches, by the name under which they arrive."""

from collections.abc import Callable, Mapping

from clinic_bot.store.database import Database
from clinic_bot.store.policy import Policy
from clinic_bot.turns.agenda_desk import AgendaDesk
from clinic_bot.turns.desk import Handler
from clinic_bot.turns.privacy_desk import PrivacyDesk

ERASE = "erase"
BLOCK, UNBLOCK = "agenda block", "agenda unblock"
BOOK, MOVE, CANCEL = "agenda book", "agenda move", "agenda cancel"
#: These are about every instance that was ever here.
OF_ALL_INSTANCES = frozenset({ERASE})


def commands(
    database: Database,
    policy: Policy,
    *,
    instance: str,
    interrupt: Callable[[int], None] = lambda _conversation_id: None,
) -> Mapping[str, Handler]:
    """What ``Desk`` takes as its other commands.

    Args:
        interrupt: told of a conversation whose model call is of no use any more.
    """
    agenda = AgendaDesk(database, policy, instance=instance)
    return {
        ERASE: PrivacyDesk(database, interrupt).erase,
        BLOCK: agenda.block,
        UNBLOCK: agenda.unblock,
        BOOK: agenda.book,
        MOVE: agenda.move,
        CANCEL: agenda.cancel,
    }
