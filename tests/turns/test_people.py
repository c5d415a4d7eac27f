"""A person can always be had, and knows what was done: over HTTP, with a model that sees to neither."""

from pathlib import Path

from clinic_bot.agent.tools import CARRY_OUT, HAND_OVER
from clinic_bot.clinic.facts import example_clinic
from clinic_bot.sandbox.receptionist import BrainTurn
from clinic_bot.turns.data_requests import DataRequest
from clinic_bot.turns.wishes import Wish
from tests.operations.test_alerts import total
from tests.support.desk import FACTS
from tests.support.service import Clinic, clinic
from tests.support.waiting import until
from tests.turns.test_booking import ASKS, PHONE, SENT, booked, calls, proposes, thinks

BROKEN = "<function=efetivar_proposta>{}</function>"
VISIT = "Consulta de dermatologia com Dra. Ana Reis, quinta-feira, 24/09, às 14h, para Rafaela Pinto"


def alerts(it: Clinic, kind: str) -> float:
    return total(it.service.metrics, "alerts_total", kind=kind)


async def test_who_asks_for_a_person_gets_one_from_a_model_that_ignores_it(database_file: Path) -> None:
    async with clinic(database_file, says=("Posso resolver por aqui!",)) as it:
        await it.patient(phone=PHONE, text="quero falar com uma pessoa")
        await it.until_states(SENT)
        (turn,) = await it.turns()
        assert (turn.hand_over, turn.for_reception) == (Wish.PERSON.value, Wish.PERSON.value)
        assert example_clinic().texts.hand_over in (turn.reply or "")
        assert (await it.conversation()).human_until_ms > it.service.clock.now_ms()
        assert alerts(it, "handed_over") == 1
        assert f"Percebido na mensagem: {Wish.PERSON}" in str(it.brain.asked[0]["messages"])


async def test_a_request_for_personal_data_is_kept_for_the_reception_and_the_bot_goes_on(
    database_file: Path,
) -> None:
    async with clinic(database_file, says=("Claro!",)) as it:
        await it.patient(phone=PHONE, text="quero que apaguem meus dados")
        await it.until_states(SENT)
        (turn,) = await it.turns()
        assert (turn.hand_over, turn.for_reception) == (None, DataRequest.DELETION.value)
        assert example_clinic().texts.data_request in (turn.reply or "")
        assert (await it.conversation()).human_until_ms == 0
        assert (alerts(it, "for_reception"), alerts(it, "handed_over")) == (1, 0)
        assert f"Percebido na mensagem: {DataRequest.DELETION}" in str(it.brain.asked[0]["messages"])


async def test_after_a_change_a_model_that_fails_leaves_nobody_in_the_dark(database_file: Path) -> None:
    """One phone each: the model breaks off after the booking, or after it called for the reception as well."""
    ends: dict[str, tuple[BrainTurn | str, ...]] = {
        "5511987650001": (calls(CARRY_OUT, proposta="proposta#1"), BROKEN),
        "5511987650002": (
            calls(CARRY_OUT, proposta="proposta#1"),
            calls(HAND_OVER, motivo="quer nota fiscal"),
            BROKEN,
        ),
    }
    async with clinic(database_file, facts=FACTS) as it:
        for n, (phone, script) in enumerate(ends.items()):
            hour = ("14h", "14h30")[n]
            asks = ASKS.replace("14h", hour)
            thinks(it, proposes("Rafaela Pinto", f"quinta às {hour}"), asks)
            await it.patient(phone=phone, text=f"queria dermato quinta às {hour}, Rafaela Pinto")
            await it.until_states(*[SENT] * (2 * n + 1))
            thinks(it, *script)
            await it.patient(phone=phone, text="pode marcar sim")
            await it.until_states(*[SENT] * (2 * n + 2))
        assert await booked(it) == ["Rafaela Pinto", "Rafaela Pinto"]
        turns = await it.turns()
        for turn, visit in ((turns[1], VISIT), (turns[3], VISIT.replace("14h", "14h30"))):
            assert (turn.reply or "").startswith(f"Já ficou registrado: consulta marcada: {visit}.")
            assert f"já feito: consulta marcada: {visit}" in (turn.hand_over or "")
            assert "Rafaela" not in (turn.for_reception or "")
        assert turns[3].hand_over is not None
        assert turns[3].hand_over.startswith("quer nota fiscal")


async def test_danger_in_a_chat_of_the_reception_calls_her_and_is_answered_where_nobody_came(
    database_file: Path,
) -> None:
    texts = example_clinic().texts
    other = "5511987650002"
    async with clinic(database_file, says=("Certo!",)) as it:
        await it.patient(phone=PHONE, text="quero falar com uma pessoa")
        await it.until_states(SENT)
        await it.patient(phone=PHONE, text="to com uma dor forte no peito")
        await it.until_states(SENT, SENT)
        assert (await it.turns())[1].reply == texts.emergency
        assert alerts(it, "emergency") == 1
        await it.staff(phone=other, text="Oi, aqui é a Rosa")
        await it.patient(phone=other, text="to com uma dor forte no peito")
        await until(lambda: alerts(it, "emergency") == 2)
        assert await it.states() == [SENT, SENT]
