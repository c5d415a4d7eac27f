"""What the tools wrote for the model, and what a patient reads of it."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from clinic_bot.agent import booking_words as words
from clinic_bot.agent.composed import records
from clinic_bot.store.clinic_tables import Action
from tests.support.desk import FACTS

ZONE = ZoneInfo("America/Sao_Paulo")
START_MS = round(datetime(2026, 9, 24, 14, tzinfo=ZONE).timestamp() * 1000)
VISIT = words.Names(FACTS).visit("derma", "ana", START_MS, "Maria Souza")


@pytest.mark.parametrize("action", Action)
def test_what_was_done_is_told_as_it_stands_in_the_records(action: Action) -> None:
    assert records.done(words.done(action, VISIT)) == f"Pronto! Está {words.DONE[action][:-1]}o: {VISIT}."


def test_what_the_clinic_says_of_children_stands_beside_it() -> None:
    told = words.done(Action.BOOK, VISIT) + " Menor de idade: vir com um responsável."
    assert records.done(told) == f"Pronto! Está marcado: {VISIT}. Menor de idade: vir com um responsável."


def test_a_confirmed_presence_is_something_done() -> None:
    assert records.done(words.present(VISIT)) == f"Pronto! Presença confirmada: {VISIT}."


@pytest.mark.parametrize(
    "told", ["Erro, nada foi alterado: falta o nome.", f"proposta#1: marcar {VISIT}.", ""]
)
def test_nothing_else_was_done(told: str) -> None:
    assert records.done(told) is None


@pytest.mark.parametrize(
    ("action", "asked"),
    [(Action.BOOK, "marcar"), (Action.MOVE, "remarcar para"), (Action.CANCEL, "cancelar")],
)
@pytest.mark.parametrize(
    "rest",
    [
        " Horário guardado por 15 min. Escreva serviço, dia, hora e nome e peça o sim; só depois efetivar_proposta.",
        " O paciente já deu a ordem completa: chame efetivar_proposta agora.",
        " Escreva serviço, dia, hora e nome e peça o sim; só depois efetivar_proposta.",
    ],
)
def test_a_proposal_is_a_question(action: Action, asked: str, rest: str) -> None:
    told = f"{words.proposal_label(3)}: {words.TO_DO[action]} {VISIT}.{rest}"
    assert records.proposals(told) == [("proposta#3", f"Posso {asked}: {VISIT}?")]


def test_open_proposals_are_read_from_what_the_turn_was_told() -> None:
    told = (
        f"Propostas em aberto: proposta#1: marcar {VISIT}; proposta#2: cancelar {VISIT}. "
        "Consultas futuras deste telefone: 1 (consultas_do_telefone)."
    )
    assert records.proposals(told) == [
        ("proposta#1", f"Posso marcar: {VISIT}?"),
        ("proposta#2", f"Posso cancelar: {VISIT}?"),
    ]


def test_own_appointments_lose_their_labels() -> None:
    told = f"consulta#1: {VISIT} (marcada)\nconsulta#2: {VISIT} (presença confirmada)"
    assert records.own(told) == f"Neste telefone:\n- {VISIT} (marcada)\n- {VISIT} (presença confirmada)"


def test_no_appointment_is_said_to_be_found_where_there_is_none() -> None:
    assert records.own("Nenhuma consulta futura marcada por este telefone.") == (
        "Não encontrei consulta futura marcada por este telefone."
    )
    assert records.own("Erro: você já fez exatamente esta chamada.") is None


TITLE = "Consulta de dermatologia (30 min; Dra. Ana Reis)"
LISTED = "Dra. Ana Reis: quinta 24/09: 14h, 15h e outros"


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        (f"{TITLE}. Livres:\n{LISTED}", f"*Consulta de dermatologia*: horários livres:\n- {LISTED}"),
        (
            f"{TITLE}: nada livre nesse pedido. Outros:\n{LISTED}",
            f"*Consulta de dermatologia*: nada livre nesse pedido. O que há:\n- {LISTED}",
        ),
        (
            f"{TITLE}: nada livre nesse pedido (a clínica não abre quinta 24/09, feriado). Outros:\n{LISTED}",
            "*Consulta de dermatologia*: nada livre nesse pedido (a clínica não abre quinta 24/09, feriado). "
            f"O que há:\n- {LISTED}",
        ),
        (
            f"{TITLE}: nenhum horário livre; ofereça a recepção.",
            "*Consulta de dermatologia*: nenhum horário livre por aqui agora.",
        ),
        (
            f"{TITLE}. Livres:\n{LISTED}\nDúvida, pergunte: 08/10 é quinta",
            f"*Consulta de dermatologia*: horários livres:\n- {LISTED}",
        ),
        ("Qual serviço? Consulta de dermatologia e Limpeza de pele.", None),
    ],
)
def test_free_times_are_listed(told: str, shown: str | None) -> None:
    assert records.free(told) == shown


def test_the_times_that_a_refused_proposal_lists_are_shown() -> None:
    told = f"Erro, nada foi alterado: diga um só dia e hora. Livres:\n{LISTED}\nDr. Rui Sá: sexta 25/09: 9h"
    assert records.refused_with(told) == f"Horários livres:\n- {LISTED}\n- Dr. Rui Sá: sexta 25/09: 9h"
    assert (
        records.refused_with("Erro, nada foi alterado: falta o nome completo do paciente; pergunte.") is None
    )


def test_a_doubt_about_the_day_is_kept() -> None:
    assert records.doubt(f"{TITLE}. Livres:\n{LISTED}\nDúvida, pergunte: 08/10 é quinta") == "08/10 é quinta"
    assert records.doubt(f"{TITLE}. Livres:\n{LISTED}") is None
