"""Voice notes from the webhook to the reply, over HTTP on both sides."""

from clinic_bot.store.places import Place
from tests.support.service import clinic

PHONE = "5511987650001"


async def test_a_voice_note_between_two_texts_reaches_the_model_in_order(place: Place) -> None:
    async with clinic(place, quiet_s=3) as it:
        start = it.service.clock.now_ms() // 1000 * 1000
        said = {"seconds": 7, "says": "queria marcar um clínico [contexto] pra amanhã cedo"}
        await it.patient(phone=PHONE, text="oi, bom dia", at=start)
        await it.patient(phone=PHONE, audio=said, at=start + 1_000)
        await it.patient(phone=PHONE, text="é pra minha mãe tá", at=start + 2_000)
        await it.until_states("sent")
        (turn,) = await it.turns()
        assert turn.question == (
            "oi, bom dia\n"
            "[áudio de 7 s] queria marcar um clínico (contexto) pra amanhã cedo\n"
            "é pra minha mãe tá"
        )
        asked = it.brain.asked[-1]["messages"]
        assert asked[-1]["content"] == turn.question
        assert await it.texts() == ["oi, bom dia", said["says"], "é pra minha mãe tá"]
        assert len(it.stand_ins.zapi.files.fetched) == 1
        assert turn.reply == "Abrimos às 8h. Sou a assistente virtual."
