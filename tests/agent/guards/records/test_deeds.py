import pytest

from clinic_bot.agent.guards.records.claims import as_lines, unfounded
from clinic_bot.agent.guards.records.deeds import NOBODYS, Deed, own_deeds
from clinic_bot.agent.tools import CARRY_OUT, FREE_SLOTS, HAND_OVER, OWN_APPOINTMENTS

#: What no tool does, whatever was called.
NOBODY = [
    "Já comentei com o Dr. Ícaro que ela tem medo.",
    "Repassei a informação à Dra. Lívia.",
    "Pode deixar, já deixei o doutor ciente: avisei o Dr. Caio.",
    "Já deixei a alergia ao látex registrada na sua ficha.",
    "Anotei no seu prontuário que prefere a manhã.",
    "Incluí você na fila de desistências de sexta.",
    "Acabei de encaminhar para o seu e-mail o comprovante.",
    "Atualizei o seu cadastro.",
    "Apliquei o desconto no seu atendimento.",
    "Consegui um encaixe para hoje.",
    "Consultei a Dra. Noemi e ela autorizou.",
    "Notifiquei o laboratório.",
    "Cadastrei o número do seu filho.",
    "Acabei de te mandar o laudo.",
    "Acrescentei diabetes nas suas observações.",
]
#: What the reception is told.
TOLD = [
    "Acabei de passar sua conversa para a recepção.",
    "Já avisei a recepção sobre o seu caso.",
    "Encaminhei o seu pedido de orçamento para a recepção.",
    "A pergunta é boa: já passei a sua pergunta para ela.",
    "Chamei uma atendente para você.",
]
#: No deed of the agenda's, or none at all.
NO_DEED = [
    "Verifiquei aqui e encontrei a sua consulta.",
    "Somei os dois valores: R$ 310.",
    "Separei alguns horários para você escolher.",
    "Adorei saber! Fico feliz.",
    "Como já informei, a recepção abre às 8h.",
    "Ainda não marquei nada; só marco com o seu sim.",
    "Avisarei a recepção se você quiser.",
    "Reservamos 90 minutos para a consulta de canal.",
    "A consulta inclui a limpeza.",
    "Informei o horário errado; desculpe.",
    "Deixei o endereço acima para você.",
    "Confirmei aqui que a sua consulta é com a Dra. Noemi.",
    "Passei os valores da Dra. Noemi acima.",
    "Anotei aqui limpeza com a Dra. Zuleica, sexta às 9h20.",
    "Posso deixar a limpeza com a Dra. Zuleica.",
    "Esse plano está na lista dos aceitos.",
]


def needs(text: str) -> list[frozenset[Deed]]:
    return [deed.needs for deed in own_deeds(as_lines(text))]


@pytest.mark.parametrize("text", NOBODY)
def test_what_no_tool_does_was_done_by_nobody(text: str) -> None:
    assert NOBODYS in needs(text)
    assert unfounded(text, called=(CARRY_OUT, HAND_OVER, OWN_APPOINTMENTS), has_booked=True)


@pytest.mark.parametrize("text", TOLD)
def test_the_reception_was_told_only_where_it_was(text: str) -> None:
    assert unfounded(text, called=(FREE_SLOTS,), has_booked=False)
    assert not unfounded(text, called=(HAND_OVER,), has_booked=False)
    assert not unfounded(text, called=(), has_booked=False, told=["Já avisei a recepção do seu pedido."])


@pytest.mark.parametrize("text", NO_DEED)
def test_to_look_to_speak_or_to_promise_is_no_deed(text: str) -> None:
    assert not unfounded(text, called=(FREE_SLOTS,), has_booked=True)


@pytest.mark.parametrize(
    ("text", "deed"),
    [
        ("Já tirei sua manutenção de quinta da agenda.", Deed.CANCEL),
        ("Retirei a sua videonasoscopia do dia 29/10 da agenda.", Deed.CANCEL),
        ("Dei o ok na sua presença de quinta.", Deed.CONFIRM),
        ("Voltei atrás no cancelamento.", Deed.BOOK),
        ("Deixei a senhora na sexta às 13h.", Deed.BOOK),
        ("Já desfiz o cancelamento.", Deed.BOOK),
        ("Consegui adiantar sua videonasoscopia.", Deed.MOVE),
        ("Já te coloquei na segunda, 19/10, às 15h.", Deed.BOOK),
        ("Deixei sua audiometria para sexta, dia 30/10.", Deed.MOVE),
        ("Já confirmamos a sua presença.", Deed.CONFIRM),
    ],
)
def test_a_change_of_the_agenda_is_known_by_what_it_was_done_to(text: str, deed: Deed) -> None:
    assert any(deed in one for one in needs(text))
    assert unfounded(text, called=(OWN_APPOINTMENTS,), has_booked=True)


def test_each_of_two_deeds_of_a_sentence_needs_its_own_evidence() -> None:
    told = ["Feito, cancelada: Canal com Dr. Davi, quinta-feira, 15/10 às 9h, para Wagner Teles."]
    assert not unfounded("Cancelei o canal do dia 15/10.", called=(CARRY_OUT,), has_booked=False, told=told)
    both = "Cancelei o canal do dia 15/10 e já te coloquei na segunda, 19/10, às 15h."
    assert unfounded(both, called=(CARRY_OUT,), has_booked=False, told=told)
