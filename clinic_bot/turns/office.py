"""The desk's commands beyond turns and switches, by the name under which they arrive."""

from collections.abc import Callable, Mapping

from clinic_bot.store.database import Database
from clinic_bot.store.policy import Policy
from clinic_bot.turns.agenda_desk import AgendaDesk
from clinic_bot.turns.chat_desk import ChatDesk
from clinic_bot.turns.desk import Handler
from clinic_bot.turns.privacy_desk import PrivacyDesk

ERASE = "erase"
BLOCK, UNBLOCK = "agenda block", "agenda unblock"
TAKE, GIVE_BACK = "take", "give back"
BOOK, MOVE, CANCEL = "agenda book", "agenda move", "agenda cancel"
PHONE, CORRECT = "agenda phone", "agenda correct"
#: These are about every instance that was ever here.
OF_ALL_INSTANCES = frozenset({ERASE})


def commands(
    database: Database,
    policy: Policy,
    *,
    instance: str,
    interrupt: Callable[[int], None] = lambda _conversation_id: None,
    took_over: Callable[[int], None] = lambda _conversation_id: None,
    notice: Callable[[int, int | None], None] = lambda _conversation_id, _wake_at_ms: None,
) -> Mapping[str, Handler]:
    """What ``Desk`` takes as its other commands.

    Args:
        interrupt: told of a conversation whose model call is of no use any more.
        took_over: told of a conversation that a person has from now on.
        notice: told when a conversation is to be looked at.
    """
    chats = ChatDesk(database, policy, instance=instance, took_over=took_over, notice=notice)
    agenda = AgendaDesk(database, policy, instance=instance)
    return {
        ERASE: PrivacyDesk(database, interrupt).erase,
        TAKE: chats.take,
        GIVE_BACK: chats.give_back,
        BLOCK: agenda.block,
        UNBLOCK: agenda.unblock,
        BOOK: agenda.book,
        MOVE: agenda.move,
        CANCEL: agenda.cancel,
        PHONE: agenda.give_phone,
        CORRECT: agenda.correct,
    }
