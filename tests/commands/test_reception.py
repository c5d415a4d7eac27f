"""``clinic-bot reception``."""

import time

from clinic_bot.turns.data_requests import DataRequest
from tests.commands.terminal import Terminal
from tests.store.test_reception import OTHER, handed
from tests.support import builders as b
from tests.support.store import Store


def test_the_reception_reads_who_waits_and_why(terminal: Terminal, store: Store) -> None:
    assert terminal.said("reception") == "Ninguém espera pela recepção.\n"
    store.now_ms = round(time.time() * 1000) - 60_000  # commands look back from the machine's own clock
    handed(store, b.PHONE, "reclamação", "Ana reclama da espera", id="m1")
    handed(store.later(1_000), OTHER, "ligação perdida", None, id="m2")
    printed = terminal.said("reception")
    assert "reclamação" in printed
    assert "da recepção" in printed
    assert "do assistente" in printed
    assert "Ana" not in printed
    assert b.PHONE not in printed
    full = terminal.said("reception", "--full")
    assert "Ana reclama da espera" in full
    assert b.PHONE in full
    call, complaint = terminal.json("reception")
    assert (call["handed_over"], complaint["handed_over"]) == (False, True)
    store.later(1_000).take(b.staff("Oi, Ana!", who=b.contact(b.PHONE)))
    assert [one["why"] for one in terminal.json("reception")] == ["ligação perdida"]
    assert len(terminal.json("reception", "--all")) == 2


def test_a_request_for_personal_data_waits_longer_and_names_the_commands(
    terminal: Terminal, store: Store
) -> None:
    ten_days_ago_ms = round(time.time() * 1000) - 10 * 86_400_000
    store.now_ms = ten_days_ago_ms
    handed(store, b.PHONE, DataRequest.DELETION.value, None, id="m1")
    handed(store.later(1_000), OTHER, "ligação perdida", None, id="m2")
    (asked,) = terminal.json("reception")
    assert (asked["why"], len(asked["commands"])) == (DataRequest.DELETION, 2)
    assert "clinic-bot patient erase TELEFONE" in terminal.said("reception")
    assert len(terminal.json("reception", "--days", "20")) == 2


def test_a_chat_is_taken_by_its_number_or_phone_and_given_back_without_a_word_in_it(
    terminal: Terminal, store: Store
) -> None:
    store.now_ms = round(time.time() * 1000) - 60_000
    turn = handed(store, b.PHONE, "ligação perdida", None, id="m1")
    said = terminal.said("reception", "take", str(turn))
    assert said.startswith("A conversa é da recepção: o assistente não escreve nela até ")
    taken = store.conversation()
    assert taken.human_until_ms > time.time() * 1000 + 3_600_000
    assert terminal.json("reception") == []  # somebody sees to it
    assert store.texts() == ["oi", ""]
    assert (
        terminal.said("reception", "give-back", "(11) 98765-0001")
        == "O assistente voltou a atender essa conversa.\n"
    )
    assert store.conversation().human_until_ms == 0
    assert store.conversation().revision == taken.revision + 1


def test_a_chat_that_is_not_there_is_refused_in_words_of_the_reception(
    terminal: Terminal, store: Store
) -> None:
    store.take(b.message("oi"))
    for who, why in (
        ("77", "não há conversa com esse número"),
        ("+55 11 98765-4321", "não há conversa com esse número"),
        ("Ana", "Escreva o número da lista"),
    ):
        refused = terminal.run("reception", "take", who)
        assert (refused.exit_code, why in refused.stderr) == (1, True)
    assert store.conversation().human_until_ms == 0
