"""What the reception reads about replies that did not arrive."""

from clinic_bot.clock import Clock
from clinic_bot.reply import outcomes
from clinic_bot.reply.outcomes import Todo
from clinic_bot.reply.undelivered import tell_undelivered, told
from clinic_bot.store.evidence import Undelivered
from clinic_bot.store.places import open_database
from clinic_bot.store.tables import TurnState
from tests.support import builders as b
from tests.support.builders import contact
from tests.support.store import Store

NO_SUCH = "Phone number does not exist"


def test_what_wants_the_same_thing_done_is_told_together() -> None:
    texts = told(
        [
            Undelivered("Ana", "5511987650001", NO_SUCH),
            Undelivered(None, "5511987650002", "Z-API send-text: HTTP 400: invalid phone"),
            Undelivered("Beto", "5511987650003", "algo novo"),
        ]
    )
    assert texts == [
        "2 respostas não foram entregues (Ana, 55119*****002): o número não existe no WhatsApp. "
        f"{outcomes.WHAT_TO_DO[Todo.CALL]}",
        f"Uma resposta não foi entregue (Beto): a Z-API recusou a mensagem. {outcomes.WHAT_TO_DO[Todo.WRITE]}",
    ]


def test_many_names_are_counted() -> None:
    (text,) = told([Undelivered(f"P{n}", None, NO_SUCH) for n in range(12)])
    assert "P9 e mais 2)" in text


async def test_each_is_told_once_and_also_by_the_next_process(store: Store) -> None:
    alerts: list[str] = []
    database = open_database(store.place)

    async def tell() -> None:
        clock = Clock(store.now_ms + 10_000, rate=0.0001)
        await tell_undelivered(database, clock, b.INSTANCE, lambda _kind, text: alerts.append(text))

    try:
        await tell()  # a first start: what was before is old news
        store.later(20_000).take(b.message(who=contact(name="Ana")))
        claim = store.claim_when_due()
        store.intent(claim)
        store.outcome(claim, TurnState.UNDELIVERED, reason=NO_SUCH)
        await tell()
        assert len(alerts) == 1
        assert "Ana" in alerts[0]
        await tell()
        assert len(alerts) == 1
    finally:
        await database.close()
