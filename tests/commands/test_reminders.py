"""``clinic-bot reminders``: which there were, and who wants none."""

from functools import partial

from clinic_bot.store import reminders
from clinic_bot.store.reminders import Due
from tests.commands.terminal import Terminal
from tests.support import builders as b
from tests.support.reminding import ahead, book, remind
from tests.support.store import Store

MASKED = "55119*****001"


def test_it_tells_what_was_sent_what_was_left_out_and_who_wants_none(
    terminal: Terminal, store: Store
) -> None:
    assert terminal.said("reminders") == "Nobody was reminded yet.\n"
    assert terminal.said("reminders", "--opted-out") == "Nobody wants none.\n"
    store.run(book)
    remind(store)
    (one,) = ahead(store)
    store.run(
        partial(reminders.skip, instance=b.INSTANCE, due=Due(one, 3), why="too late", now_ms=store.now_ms)
    )
    store.run(partial(reminders.opt, conversation_id=1, out=True, now_ms=store.now_ms))
    said = terminal.json("reminders")
    assert [(row["hours before"], row["state"], row["why"]) for row in said] == [
        (3, "skipped", "too late"),
        (24, "sent", ""),
    ]
    assert said[0]["patient"] == MASKED
    assert "2026-09-24 14:00" in terminal.said("reminders")
    assert MASKED in terminal.said("reminders", "--opted-out")
    assert b.PHONE in terminal.said("reminders", "--opted-out", "--full")
