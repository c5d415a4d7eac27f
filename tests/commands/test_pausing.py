"""``clinic-bot pause`` and ``resume``."""

import pytest

from clinic_bot.errors import Misconfigured
from clinic_bot.sandbox.standins import INSTANCE_ID
from clinic_bot.store import switches
from clinic_bot.store.tables import SwitchName
from tests.commands.terminal import Terminal
from tests.support.store import Store


def test_pausing_and_resuming_say_what_they_did(terminal: Terminal, store: Store) -> None:
    assert terminal.said("pause", "--reason", "feriado").startswith(
        "As respostas estão pausadas, também as de emergência"
    )
    assert terminal.said("pause").startswith("As respostas já estavam pausadas")
    (on,) = terminal.json("turns", "list")["stopped_by"]
    assert (on["name"], on["reason"]) == ("paused", "feriado")
    assert "paused (feriado)" in terminal.said("turns", "list")
    assert terminal.said("resume") == "O assistente voltou a responder.\n"
    assert terminal.said("resume") == "As respostas não estavam pausadas.\n"


def test_resuming_names_what_still_stops_answers(terminal: Terminal, store: Store) -> None:
    store.run(
        lambda connection: switches.turn_on(
            connection, INSTANCE_ID, SwitchName.ZAPI_ACCOUNT, "subscription", store.now_ms
        )
    )
    assert "Mas nada é respondido por enquanto: A assinatura da Z-API venceu." in terminal.said("resume")


@pytest.mark.parametrize("command", ["pause", "resume"])
def test_without_a_server_it_must_know_the_instance(terminal: Terminal, command: str) -> None:
    terminal.environment["CLINIC_BOT_MODE"] = "live"
    result = terminal.run(command)
    assert isinstance(result.exception, Misconfigured)
    assert "ZAPI_INSTANCE_ID" in str(result.exception)
