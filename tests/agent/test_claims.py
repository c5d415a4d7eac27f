import pytest

from clinic_bot.agent.claims import unfounded
from clinic_bot.agent.tools import CARRY_OUT, CONFIRM, FREE_SLOTS, OWN_APPOINTMENTS, PROPOSE

DID = [
    "Marquei para quinta, 08/10, às 16h.",
    "Pronto, agendei sua consulta!",
    "Já *cancelei* a sua consulta.",
    "Acabei de remarcar para sexta.",
    "Reservei o horário das 15h para você.",
]
STANDS = [
    "Sua consulta está marcada para 08/10 às 16h.",
    "Seu horário com a Dra. Ana ficou agendado para quinta.",
    "A consulta foi cancelada.",
    "Prontinho! Agendado para quinta às 16h.",
    "Sua presença já está confirmada.",
]
HARMLESS = [
    "Tenho quinta, 08/10, às 16h. Posso marcar?",
    "Sua consulta está marcada para quinta?",
    "Ainda não marquei nada; qual horário prefere?",
    "Para marcar, preciso do nome completo.",
    "A consulta não está marcada por este telefone.",
    "Depois que a recepção confirmar, você recebe um aviso.",
    "A coleta é sem hora marcada, das 7h30 às 9h30.",
    "O estacionamento fica ao lado.",
]


@pytest.mark.parametrize("text", [*DID, *STANDS])
def test_what_no_tool_did_may_not_be_said(text: str) -> None:
    assert unfounded(text, called=(FREE_SLOTS, PROPOSE), has_booked=False)


@pytest.mark.parametrize("text", [*DID, *STANDS])
def test_what_a_tool_did_may(text: str) -> None:
    assert not unfounded(text, called=(CARRY_OUT,), has_booked=False)
    assert not unfounded(text, called=(CONFIRM,), has_booked=True)


def test_what_stands_in_the_records_may_be_told_and_not_as_just_done() -> None:
    for text in STANDS:
        assert not unfounded(text, called=(OWN_APPOINTMENTS,), has_booked=False)
        assert not unfounded(text, called=(), has_booked=True)
    for text in DID:
        assert unfounded(text, called=(OWN_APPOINTMENTS,), has_booked=True)


@pytest.mark.parametrize("text", HARMLESS)
def test_a_question_an_offer_or_a_fact_claims_nothing(text: str) -> None:
    assert not unfounded(text, called=(), has_booked=False)
