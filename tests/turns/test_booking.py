"""A patient books over HTTP: the whole way of a message, with the clinic's own agenda behind it."""

from pathlib import Path

import pytest
from sqlalchemy import Connection

from clinic_bot.agent.booking import FrontDesk
from clinic_bot.agent.tools import CARRY_OUT, FREE_SLOTS, PROPOSE, RESPOND
from clinic_bot.events import Json
from clinic_bot.sandbox.receptionist import BrainCall, BrainTurn, Scripted
from clinic_bot.store.tables import TurnState
from clinic_bot.turns.attempt import Attempt
from tests.support.agenda import agenda_violations, standing
from tests.support.desk import FACTS
from tests.support.diary import done_in
from tests.support.service import Clinic, clinic

PHONE, OTHER = "5511987650001", "5511987650002"
SENT = TurnState.SENT.value
ASKS = "Sou a assistente virtual. Tenho quinta, 24/09, às 14h com a Dra. Ana. Posso marcar?"


def calls(name: str, **arguments: Json) -> BrainTurn:
    return BrainTurn(tool_call=BrainCall(name, arguments))


def proposes(patient: str, when: str = "quinta às 14h") -> BrainTurn:
    return calls(PROPOSE, acao="marcar", consulta="", servico="dermato", quando=when, paciente=patient)


async def booked(it: Clinic) -> list[str]:
    assert await it.read(agenda_violations) == []
    return [row.patient for _, row in await it.read(standing)]


def thinks(it: Clinic, *script: BrainTurn | str) -> None:
    it.brain = it.stand_ins.groq.brain = Scripted(script)


async def test_a_patient_asks_is_asked_and_is_booked(database_file: Path) -> None:
    script = (calls(FREE_SLOTS, servico="dermato", quando="quinta de tarde"), proposes("Rafaela Pinto"), ASKS)
    async with clinic(database_file, facts=FACTS, says=script) as it:
        await it.patient(phone=PHONE, text="queria dermato quinta às 14h, Rafaela Pinto")
        await it.until_states(SENT)
        told = done_in(it.brain.asked[-1])
        assert "quinta 24/09: 14h" in told[0]
        assert told[1].startswith("proposta#1: marcar Consulta de dermatologia")
        assert await booked(it) == []
        thinks(it, calls(CARRY_OUT, proposta="proposta#1"), "Marcado! Quinta, 24/09, às 14h.")
        await it.patient(phone=PHONE, text="pode ser, confirma")
        await it.until_states(SENT, SENT)
        assert "Propostas em aberto: proposta#1" in str(it.brain.asked[0]["messages"])
        assert done_in(it.brain.asked[-1])[0].startswith("Feito, marcada")
        assert await booked(it) == ["Rafaela Pinto"]


async def test_a_patient_is_booked_in_the_clinics_own_words(database_file: Path) -> None:
    script = (
        calls(FREE_SLOTS, servico="dermato", quando="quinta de tarde"),
        proposes("Rafaela Pinto"),
        calls(RESPOND, frases=["saudacao"], mostrar=["horarios"]),
    )
    async with clinic(database_file, facts=FACTS, says=script, replies="composed") as it:
        await it.patient(phone=PHONE, text="queria dermato quinta às 14h, Rafaela Pinto")
        await it.until_states(SENT)
        thinks(it, calls(CARRY_OUT, proposta="proposta#1"), calls(RESPOND, frases=["qualquer_coisa"]))
        await it.patient(phone=PHONE, text="pode ser, confirma")
        await it.until_states(SENT, SENT)
        assert await booked(it) == ["Rafaela Pinto"]
        asked, done = (str(turn.reply) for turn in await it.turns())
        visit = "Consulta de dermatologia com Dra. Ana Reis, quinta-feira, 24/09, às 14h, para Rafaela Pinto"
        assert f"Posso marcar: {visit}?" in asked
        assert done == f"Pronto! Está marcado: {visit}.\n\nQualquer coisa, é só escrever."


async def test_a_model_that_books_at_once_is_told_no_and_nothing_happens(database_file: Path) -> None:
    script = (proposes("Rafaela Pinto"), calls(CARRY_OUT, proposta="proposta#1"), ASKS)
    async with clinic(database_file, facts=FACTS, says=script) as it:
        await it.patient(phone=PHONE, text="tem dermato quinta às 14h? Rafaela Pinto")
        await it.until_states(SENT)
        assert "ainda não viu" in done_in(it.brain.asked[-1])[1]
        assert await booked(it) == []


async def test_what_the_model_only_says_it_did_is_not_sent(database_file: Path) -> None:
    says = (
        "Sou a assistente virtual. Marquei quinta, 24/09, às 14h!",
        "Sou a assistente virtual. Posso marcar?",
    )
    async with clinic(database_file, facts=FACTS, says=says) as it:
        await it.patient(phone=PHONE, text="quero dermato quinta às 14h, Rafaela Pinto, pode marcar")
        await it.until_states(SENT)
        assert [turn.reply for turn in await it.turns()] == ["Sou a assistente virtual. Posso marcar?"]
        assert await booked(it) == []


async def test_a_model_that_insists_on_what_it_did_not_do_hands_over(database_file: Path) -> None:
    async with clinic(database_file, facts=FACTS, says=("Marquei quinta, 24/09, às 14h!",)) as it:
        await it.patient(phone=PHONE, text="quero dermato quinta às 14h, Rafaela Pinto, pode marcar")
        await it.until_states(SENT)
        (turn,) = await it.turns()
        assert turn.hand_over == "o assistente não conseguiu responder"
        assert "Marquei" not in (turn.reply or "")


async def test_a_label_in_a_reply_is_not_sent(database_file: Path) -> None:
    says = (
        "Sou a assistente virtual. Sua proposta#1 está pronta.",
        "Sou a assistente virtual. Qual dia prefere?",
    )
    async with clinic(database_file, facts=FACTS, says=says) as it:
        await it.patient(phone=PHONE, text="oi")
        await it.until_states(SENT)
        assert [turn.reply for turn in await it.turns()] == ["Sou a assistente virtual. Qual dia prefere?"]


async def test_a_clinic_without_an_agenda_offers_no_such_tool(database_file: Path) -> None:
    people = tuple(one.model_copy(update={"hours": None, "slots": ()}) for one in FACTS.professionals)
    facts = FACTS.model_copy(update={"professionals": people})
    async with clinic(database_file, facts=facts) as it:
        await it.patient(phone=PHONE, text="queria marcar")
        await it.until_states(SENT)
        names = [tool["function"]["name"] for tool in it.brain.asked[0]["tools"]]
        assert FREE_SLOTS not in names
        assert "não vê a agenda" in it.brain.asked[0]["messages"][0]["content"]


async def test_two_phones_want_one_slot_and_one_gets_it(database_file: Path) -> None:
    async with clinic(database_file, facts=FACTS, says=(proposes("Rafaela Pinto"), ASKS)) as it:
        await it.patient(phone=PHONE, text="dermato quinta às 14h, Rafaela Pinto")
        await it.until_states(SENT)
        thinks(it, proposes("Joana Prado"), "Sou a assistente virtual. Às 14h não há mais.")
        await it.patient(phone=OTHER, text="dermato quinta às 14h, Joana Prado")
        await it.until_states(SENT, SENT)
        assert done_in(it.brain.asked[-1]) == [
            "Erro, nada foi alterado: não há horário livre nesse pedido. Consulte horarios_livres."
        ]
        assert await booked(it) == []


async def test_what_stands_is_read_with_the_claim(
    database_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A look of its own would be one transaction a turn."""

    async def refused(_attempt: Attempt, _query: object) -> str:
        raise AssertionError("read by itself")

    monkeypatch.setattr(Attempt, "read", refused)
    async with clinic(database_file, facts=FACTS, says=(proposes("Rafaela Pinto"), ASKS)) as it:
        await it.patient(phone=PHONE, text="queria dermato quinta às 14h, Rafaela Pinto")
        await it.until_states(SENT)
        thinks(it, "Sou a assistente virtual. Posso marcar?")
        await it.patient(phone=PHONE, text="como era mesmo?")
        await it.until_states(SENT, SENT)
        assert "Propostas em aberto: proposta#1" in str(it.brain.asked[0]["messages"])


async def test_a_claim_stands_where_its_records_cannot_be_told(
    database_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tells, told = FrontDesk.standing, iter([ZeroDivisionError()])

    def standing(desk: FrontDesk, connection: Connection, conversation_id: int) -> str:
        for failure in told:
            raise failure
        return tells(desk, connection, conversation_id)

    monkeypatch.setattr(FrontDesk, "standing", standing)
    async with clinic(database_file, facts=FACTS, says=("Sou a assistente virtual. Pois não?",)) as it:
        await it.patient(phone=PHONE, text="oi")
        await it.until_states(SENT)
        assert [turn.reply for turn in await it.turns()] == ["Sou a assistente virtual. Pois não?"]
        assert list(told) == []
