"""What the next claim of a conversation would take if nothing more came, read beside the writer; nothing is written."""

from sqlalchemy import Connection

from clinic_bot.store import listening, rows
from clinic_bot.store.claims import heard_until
from clinic_bot.store.conversations import wake_of
from clinic_bot.store.lease import Claim
from clinic_bot.store.policy import Policy


def expected(
    connection: Connection, conversation_id: int, *, now_ms: int, policy: Policy
) -> tuple[Claim, int] | None:
    """The claim as it would be, with ``due_ms`` for its window, and until when presence holds that window.

    It owns nothing: its owner and its epoch are nobody's. None where no ordinary window is open: somebody has the
    conversation, it is an emergency, it has been tried before. What was tried may be what ended a process.
    """
    found = rows.due_as_seen(connection, conversation_id)
    if found is None or found.switched_off:
        return None
    conversation = found.conversation
    tried = conversation.attempts or conversation.retries or conversation.open_hi is not None
    if conversation.owner is not None or tried or conversation.human_until_ms > now_ms:
        return None
    waiting = rows.pending(connection, conversation)
    if not waiting or policy.is_listed(conversation.phone_key, conversation.lid):
        return None
    if conversation.emergency_seq > conversation.done_seq or policy.is_emergency(
        [one.text for one in waiting]
    ):
        return None
    listening.catch_up(conversation, waiting, policy)  # of what was read; whoever claims does it for good
    due_ms = wake_of(conversation, policy, now_ms)
    if due_ms is None or heard_until(conversation, waiting, policy, now_ms) is not None:
        return None  # what is still being heard will be a part of it
    claim = Claim(
        turn_id=0 if found.unended is None else found.unended.id, conversation_id=conversation.id,
        owner="", epoch=0, low=conversation.done_seq + 1, high=conversation.next_seq - 1,
        instance=conversation.instance, phone=conversation.phone, lid=conversation.lid, name=conversation.name,
        due_ms=due_ms, first_due_ms=due_ms, closed_by="", emergency=False,
        first_ms=conversation.first_pending_ms or now_ms, retries=0, revision=conversation.revision,
        newer_until_ms=0, messages=tuple(waiting),
    )  # fmt: skip
    return claim, conversation.hold_until_ms
