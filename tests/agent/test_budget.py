from datetime import datetime
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from clinic_bot.agent import budget, prompt
from clinic_bot.agent.booking_schemas import SCHEMAS
from clinic_bot.agent.chat import Message
from clinic_bot.agent.tools import TOOLS
from clinic_bot.clinic.clinic_file import Professional, Service
from clinic_bot.clinic.facts import example_clinic

FACTS = example_clinic()
SYSTEM = prompt.system(FACTS)
FIXED = budget.fixed_tokens(SYSTEM, TOOLS)
WITH_AGENDA = [*TOOLS, *SCHEMAS.values()]
ROOM = budget.PROMPT_TOKENS - FIXED
MAX_TOKENS = 900  # the default of CLINIC_BOT_AGENT_MAX_TOKENS
NOW = datetime(2026, 10, 6, 10, 12, tzinfo=FACTS.timezone)
CONTEXT: Message = {
    "role": "user",
    "content": prompt.context(FACTS, NOW, first_contact=True, patient_name="Maria " * 20),
}


def message(role: str, text: str) -> Message:
    return {"role": role, "content": text}


def exchange(text: str) -> list[Message]:
    call = {
        "id": "fc_1",
        "type": "function",
        "function": {"name": "consultar_informacoes", "arguments": "{}"},
    }
    return [{"role": "assistant", "tool_calls": [call]}, message("tool", text)]


def reserved(messages: list[Message]) -> int:
    return budget.prompt_tokens(FIXED, messages) + MAX_TOKENS


def test_a_full_history_and_a_long_text_reserve_at_most_3500_tokens() -> None:
    history = [
        message("user", "quero remarcar minha consulta " * 20),
        message("assistant", "Certo! " * 80),
    ] * 8
    text = "oi, bom dia, queria saber o preço da consulta " * 131  # 6,000 characters
    for exchanges in ([], exchange("x" * 1200), exchange("Preparo: jejum. " * 75) * 4):
        fitted = budget.fit(history, CONTEXT, text, exchanges, room=ROOM)
        assert reserved(fitted) <= 3_500


def test_with_an_agenda_a_step_reserves_no_more() -> None:
    fixed = budget.fixed_tokens(prompt.system(FACTS, books=True), WITH_AGENDA)
    room = budget.PROMPT_TOKENS - fixed
    for exchanges in ([], exchange("x" * 1200), exchange("Livres: 8h, 9h. " * 75) * 4):
        fitted = budget.fit(
            [message("user", "oi " * 50)] * 8, CONTEXT, "quero marcar " * 500, exchanges, room=room
        )
        assert budget.prompt_tokens(fixed, fitted) + MAX_TOKENS <= 3_500


def test_with_an_agenda_a_booking_s_history_still_fits() -> None:
    room = budget.PROMPT_TOKENS - budget.fixed_tokens(prompt.system(FACTS, books=True), WITH_AGENDA)
    history = [
        message("user", "queria marcar ginecologista quinta de tarde, sou Rafaela Dias Pinto"),
        message("assistant", "Tenho quinta, 08/10, às 14h10 com a Dra. Yasmin Couto. Posso marcar?"),
    ]
    fitted = budget.fit(history, CONTEXT, "pode ser, confirma pra mim", [], room=room)
    assert fitted[:2] == history


def test_an_ordinary_turn_keeps_its_whole_history() -> None:
    history = [message("user", "oi, tudo bem?"), message("assistant", "Olá! Como posso ajudar?")] * 4
    fitted = budget.fit(history, CONTEXT, "vcs abrem sabado?", [], room=ROOM)
    assert fitted == [*history, CONTEXT, message("user", "vcs abrem sabado?")]


def test_the_oldest_history_goes_first_and_the_patient_s_text_last() -> None:
    history = [message("user", f"{number} " + "palavra " * 50) for number in range(12)]
    text = "pergunta " * 150
    fitted = budget.fit(history, CONTEXT, text, [], room=ROOM)
    kept = [one for one in fitted if one in history]
    assert 0 < len(kept) < len(history)
    assert kept == history[-len(kept) :]
    assert fitted[-1]["content"] == text


def test_a_flood_keeps_its_beginning_and_its_end_and_says_what_is_missing() -> None:
    text = "primeira coisa. " + "blá " * 5000 + " e qual o preço?"
    fitted = budget.fit([], CONTEXT, text, [], room=ROOM)
    shown = fitted[-1]["content"]
    assert shown.startswith("primeira coisa.")
    assert shown.endswith("e qual o preço?")
    assert "omitido" in shown
    assert reserved(fitted) <= 3_500


def test_older_tool_results_shrink_before_the_newest() -> None:
    exchanges = [one for number in range(4) for one in exchange(f"{number} " * 500)]
    fitted = budget.fit([], CONTEXT, "oi", exchanges, room=ROOM)
    results = [str(one["content"]) for one in fitted if one["role"] == "tool"]
    assert len(results[0]) < 200
    assert len(results[0]) <= len(results[-1])
    assert reserved(fitted) <= 3_500


def test_a_short_result_which_may_tell_of_a_deed_stays_whole_beside_long_ones() -> None:
    done = "Feito, marcada: Sessão de fisioterapia com Ft. Fabiana, quinta-feira, 24/09, às 14h, para Rita Lima Souza."
    exchanges = [*exchange(done), *exchange("R$ 90; " * 120), *exchange("R$ 80; " * 120)]
    fitted = budget.fit([], CONTEXT, "14h, pode marcar", exchanges, room=ROOM)
    assert any(one.get("content") == done for one in fitted)
    assert reserved(fitted) <= 3_500


def test_what_the_patient_answers_stays_where_tool_results_take_the_room() -> None:
    offered = "Tenho livres: " + "quinta 24/09: 14h, 14h30; " * 20 + "Qual horário prefere?"
    history = [message("user", "tem dermato?"), message("assistant", offered)]
    fitted = budget.fit(history, CONTEXT, "14h", exchange("R$ 90; " * 300), room=560)
    kept = next(
        str(one["content"]) for one in fitted if one.get("role") == "assistant" and one.get("content")
    )
    assert kept.startswith("Tenho")
    assert kept.endswith("Qual horário prefere?")
    assert budget.prompt_tokens(0, fitted) <= 560


def test_an_older_result_shrinks_no_more_than_it_must_and_between_words() -> None:
    """Of two questions the first one's answer is needed as well, and of ``R$ 900`` no lone ``0``."""
    prices = " ".join(f"Consulta número {number}: R$ {900 + number};" for number in range(40))
    exchanges = [*exchange(prices), *exchange("Sem hora marcada: segunda a quinta. " * 12)]
    fitted = budget.fit([], CONTEXT, "oi", exchanges, room=ROOM)
    older, newer = (str(one["content"]) for one in fitted if one["role"] == "tool")
    assert newer == exchanges[-1]["content"]
    assert 600 < len(older) < len(prices)
    before, after = older.split("\n[... trecho do meio omitido por ser longo ...]\n")
    assert prices.startswith(before)
    assert prices.endswith(after)
    assert set(f"{before} {after}".split()) <= set(prices.split())


def test_no_price_stands_behind_the_gap_without_its_service() -> None:
    """Else what the vaccine costs ended in another service's price: "sem hora [...] R$ 330; Ultrassonografia"."""
    prices = "; ".join(f"Consulta número {number}: R$ {900 + number}" for number in range(60))
    parts = set(prices.split("; "))
    for spare in range(0, 120, 7):
        exchanges = [*exchange(prices), *exchange("x" * (300 + spare))]
        fitted = budget.fit([], CONTEXT, "oi", exchanges, room=ROOM)
        shown = str(next(one["content"] for one in fitted if one["role"] == "tool"))
        halves = shown.split("\n[... trecho do meio omitido por ser longo ...]\n")
        assert len(halves) == 2
        assert {one.strip() for half in halves for one in half.split(";") if one.strip()} <= parts


@settings(max_examples=60, deadline=None)
@given(
    text=st.text(max_size=4000),
    history=st.lists(st.text(max_size=800), max_size=16),
    results=st.lists(st.text(max_size=1200), max_size=4),
)
def test_no_step_ever_reserves_more(text: str, history: list[str], results: list[str]) -> None:
    exchanges = [one for result in results for one in exchange(result)]
    fitted = budget.fit([message("user", one) for one in history], CONTEXT, text, exchanges, room=ROOM)
    assert reserved(fitted) <= 3_500


def test_estimates_are_on_the_high_side() -> None:
    # Counted with o200k, the tokenizer of gpt-oss.
    counted = {
        "vcs aceitam unimede?\ne amil\npra pediatra": 14,
        "quantas gotas de dipirona dou? ela tem 2 aninhos e 12kg": 19,
        "😀😂🤣👍🏽❤️" * 20: 140,
        "119876543210" * 5: 20,
        "NÃO ESTÁ CONFIRMADO? É AMANHÃ ÀS 8H!": 19,
    }
    for text, tokens in counted.items():
        assert budget.estimate_tokens(text) >= tokens


def test_a_big_clinic_does_not_outgrow_the_prompt() -> None:
    services = tuple(
        Service(name=f"Exame laboratorial número {n} com contraste", price=Decimal(100)) for n in range(300)
    )
    people = tuple(Professional(name=f"Dra. Fulana de Tal {n}", specialty="cardiologia") for n in range(80))
    facts = FACTS.model_copy(update={"services": services, "professionals": people})
    system = prompt.system(facts)
    assert budget.PROMPT_TOKENS - budget.fixed_tokens(system, TOOLS) > 900
    assert "lista incompleta" in system
    with_agenda = prompt.system(facts, books=True)
    assert budget.PROMPT_TOKENS - budget.fixed_tokens(with_agenda, WITH_AGENDA) > 600
