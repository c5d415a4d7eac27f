"""``clinic-bot reminders``: which there were, and who wants none."""

from functools import partial

from clinic_bot.clinic.reminders import Skip
from clinic_bot.clinic.short_answers import Short
from clinic_bot.commands.reminders import WORDS
from clinic_bot.store import reminders
from clinic_bot.store.reminders import Due
from clinic_bot.store.tables import NoticeState
from tests.commands.terminal import Terminal
from tests.support import builders as b
from tests.support.reminding import ahead, book, remind
from tests.support.store import Store

MASKED = "55119*****001"


def test_every_state_reason_and_answer_has_words_of_the_reception() -> None:
    known = (
        *NoticeState,
        *Skip,
        *Short,
        reminders.NEVER_ANSWERED,
        reminders.NO_NUMBER,
        reminders.OPTED_OUT,
        "skipped",
    )
    assert set(known) <= set(WORDS)


def test_it_tells_what_was_sent_what_was_left_out_and_who_wants_none(
    terminal: Terminal, store: Store
) -> None:
    assert terminal.said("reminders") == "Nenhum lembrete ainda.\n"
    assert terminal.said("reminders", "--opted-out") == "Ninguém parou os lembretes.\n"
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
    assert "qui 24/09/2026 14:00" in terminal.said("reminders")
    assert MASKED in terminal.said("reminders", "--opted-out")
    assert b.PHONE in terminal.said("reminders", "--opted-out", "--full")
