"""After two conversations became one, each label still names one thing."""

from tests.agent.test_booking import ASKS
from tests.support import builders as b
from tests.support.desk import MARIA, Desk
from tests.support.store import Store

LID = "a contact known by its LID alone"


def by_lid(desk: Desk, text: str, *, id: str, phone: str | None = None) -> None:
    taken = desk.store.take(b.message(text, id=id, who=b.contact(phone, lid="77")))
    assert taken.conversation_id is not None
    desk.claims[LID if phone is None else phone] = desk.store.claim_when_due(taken.conversation_id)


def test_labels_of_a_merged_conversation_are_counted_on(store: Store) -> None:
    desk = Desk(store)
    desk.has(MARIA)
    for n, (hour, name) in enumerate((("14h30", "Lia Braz"), ("15h", "Teo Braz"))):
        by_lid(desk, f"quero dermato quinta às {hour}, é para {name}, pode marcar", id=f"L{n}")
        label = desk.book("dermato", f"quinta às {hour}", name, LID).partition(":")[0]
        assert label == f"proposta#{n + 1}"
        assert desk.carry_out(label, LID).startswith("Feito")
        desk.reply("Marcado!", LID)
    by_lid(desk, "tem dermato quinta às 15h30? para Lia Braz", id="L9")
    assert desk.book("dermato", "quinta às 15h30", "Lia Braz", LID).startswith("proposta#3")
    desk.reply(ASKS, LID)
    by_lid(desk, "sou eu, quero cancelar a do Teo", id="M9", phone=MARIA)  # number and LID in one payload
    visit = "Consulta de dermatologia com Dra. Ana Reis, quinta-feira, 24/09,"
    assert desk.own().splitlines() == [
        f"consulta#1: {visit} às 14h, para Maria Souza (marcada)",
        f"consulta#3: {visit} às 14h30, para Lia Braz (marcada)",
        f"consulta#4: {visit} às 15h, para Teo Braz (marcada)",
    ]
    assert "proposta#6: marcar" in desk.standing()
    assert desk.cancel("consulta#4").startswith("proposta#7: cancelar")


def test_where_the_other_had_nothing_all_stays(store: Store) -> None:
    desk = Desk(store)
    desk.has(MARIA)
    by_lid(desk, "oi", id="L1")
    desk.reply("Oi!", LID)
    by_lid(desk, "quando é minha consulta?", id="M9", phone=MARIA)
    assert desk.own().startswith("consulta#1: ")
