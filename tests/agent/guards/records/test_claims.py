import pytest

from clinic_bot.agent.guards.records.claims import unfounded
from clinic_bot.agent.tools import CARRY_OUT, CONFIRM, FREE_SLOTS, HAND_OVER, OWN_APPOINTMENTS, PROPOSE

DID = [
    "Marquei para quinta, 08/10, às 16h.",
    "Pronto, agendei sua consulta!",
    "Já *cancelei* a sua consulta.",
    "Acabei de remarcar para sexta.",
    "Reservei o horário das 15h para você.",
]
BOOKED = [
    "Sua consulta está marcada para 08/10 às 16h.",
    "Seu horário com a Dra. Ana ficou agendado para quinta.",
    "Prontinho! Agendado para quinta às 16h.",
    "Te esperamos quinta, às 16h!",
    "Já está na agenda: quinta, 16h.",
]
CHANGED = [
    "A consulta foi cancelada.",
    "Tá cancelado!",
    "Sua presença já está confirmada.",
    "Sua consulta foi remarcada para sexta.",
    "Transferi sua sessão para sexta.",
    "Joguei sua consulta para sexta.",
]
STANDS = [*BOOKED, *CHANGED]
#: What no tool does.
NOBODYS = [
    "Já avisei a Dra. Ana do atraso.",
    "Coloquei você na lista de espera.",
    "O estorno já foi feito.",
    "Enviei o atestado para o seu e-mail.",
    "O laudo já está pronto.",
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
def test_a_tool_whose_answer_is_not_at_hand_did_what_is_said(text: str) -> None:
    assert not unfounded(text, called=(CARRY_OUT,), has_booked=False)
    assert not unfounded(text, called=(CONFIRM,), has_booked=True)


@pytest.mark.parametrize("text", BOOKED)
def test_what_stands_in_the_records_may_be_told(text: str) -> None:
    assert not unfounded(text, called=(OWN_APPOINTMENTS,), has_booked=False)
    assert not unfounded(text, called=(), has_booked=True)


@pytest.mark.parametrize("text", [*DID, *CHANGED])
def test_that_something_is_booked_is_no_evidence_of_a_change(text: str) -> None:
    assert unfounded(text, called=(OWN_APPOINTMENTS,), has_booked=True)


def test_each_deed_needs_its_own_evidence() -> None:
    booked = ["Feito, marcada: Limpeza com Dra. Ana, quinta-feira, 08/10, às 16h, para Rui Melo. Diga isso."]
    assert not unfounded("Marquei para quinta às 16h.", called=(CARRY_OUT,), has_booked=True, told=booked)
    assert unfounded("Cancelei a sua consulta.", called=(CARRY_OUT,), has_booked=True, told=booked)


def test_what_the_clinic_said_before_may_be_said_again() -> None:
    earlier = ["Pronto, cancelei a sua consulta de quinta."]
    assert not unfounded("Sim, a consulta foi cancelada.", called=(), has_booked=False, told=earlier)
    asked = ["Posso dizer que a consulta foi cancelada?"]
    assert unfounded("Sim, a consulta foi cancelada.", called=(), has_booked=False, told=asked)


@pytest.mark.parametrize("text", NOBODYS)
def test_what_no_tool_does_was_done_by_nobody(text: str) -> None:
    assert unfounded(text, called=(CARRY_OUT, OWN_APPOINTMENTS), has_booked=True)


@pytest.mark.parametrize("text", HARMLESS)
def test_a_question_an_offer_or_a_fact_claims_nothing(text: str) -> None:
    assert not unfounded(text, called=(), has_booked=False)


@pytest.mark.parametrize(
    "text",
    [
        "Pagamento confirmado! Obrigada.",
        "Seu Pix já foi recebido, está tudo certo.",
        "Recebemos o seu pagamento.",
        "Confirmo o recebimento do Pix.",
        "O Pix caiu aqui.",
    ],
)
def test_nobody_here_sees_money_come_in(text: str) -> None:
    assert unfounded(text, called=(CARRY_OUT, OWN_APPOINTMENTS), has_booked=True)


@pytest.mark.parametrize(
    "text",
    [
        "Recebi seu comprovante de pagamento e avisei a recepção.",
        "A recepção confirma quando o pagamento for recebido.",
        "Ainda não sei se o Pix caiu.",
        "O Pix caiu?",
        "Pagamento: Pix ou cartão, na recepção.",
        "Não consigo ver se o pagamento foi confirmado.",
    ],
)
def test_talk_of_money_that_claims_nothing_may_be_said(text: str) -> None:
    assert not unfounded(text, called=(HAND_OVER,), has_booked=False)


@pytest.mark.parametrize(
    "text",
    [
        "Seu ultrassom de tireoide está garantido para sexta, 09/10, às 14h40.",
        "Presença dos dois confirmada!",
        "Presença ok para quinta!",
        "Seu holter foi cancelado.",
        "O exame da senhora já foi retirado da agenda.",
    ],
)
def test_what_stands_is_known_by_its_participle_whatever_it_is(text: str) -> None:
    assert unfounded(text, called=(FREE_SLOTS, PROPOSE), has_booked=False)


@pytest.mark.parametrize(
    "text",
    [
        "O laudo pode ser retirado na recepção.",
        "A vaga só fica garantida com o seu sim.",
        "Nada foi marcado ainda.",
        "Também recebemos Pix, dinheiro e débito.",
        "O pagamento é feito na recepção, no dia.",
    ],
)
def test_a_rule_is_no_state_of_an_appointment(text: str) -> None:
    assert not unfounded(text, called=(), has_booked=False)


@pytest.mark.parametrize(
    "text",
    [
        "Feito, senhor Josué: o MAPA ficou para 21/10, às 13h40.",
        "A consulta da sua filha é dia 28/10.",
        "Show! Quinta às 16h50 é sua, te espero lá.",
        "Maravilha! Já ficou pra você: quinta, 08/10, 14h10.",
        "Maravilha, Jonas, limpeza confirmadíssima para sexta, 09/10!",
    ],
)
def test_a_visit_to_come_is_told_in_many_ways_and_a_cancelled_one_is_no_evidence_of_it(text: str) -> None:
    told = ["Feito, cancelada: MAPA com Enf. Rosângela, quarta-feira, 14/10 às 13h40, para Josué Lima."]
    assert unfounded(text, called=(FREE_SLOTS, PROPOSE), has_booked=False)
    assert unfounded(text, called=(CARRY_OUT,), has_booked=False, told=told)


@pytest.mark.parametrize(
    "text",
    [
        "Pronto, Josué: o MAPA de quarta-feira, 14/10, às 13h40, com a Enf. Rosângela, foi cancelado.",
        "Combinado! O exame de 14/10 já está cancelado. O MAPA é feito às segundas, das 8h às 10h.",
    ],
)
def test_of_a_cancelled_visit_the_day_may_be_told(text: str) -> None:
    told = ["Feito, cancelada: MAPA com Enf. Rosângela, quarta-feira, 14/10 às 13h40, para Josué Lima."]
    assert not unfounded(text, called=(CARRY_OUT,), has_booked=False, told=told)


@pytest.mark.parametrize(
    "text",
    [
        "Pode deixar que aviso a Dra. Noemi antes da consulta.",
        "Vou falar com o doutor e ele te encaixa.",
        "Enviaremos o laudo por este WhatsApp.",
        "A doutora já está sabendo da mudança.",
        "Sua nota fiscal já foi emitida.",
        "Explicando na entrada, a senhora será atendida antes dos demais.",
        "Certo, regra atualizada!",
        "A recepção liga para você em dez minutos.",
        "Te aviso quando abrir uma vaga.",
        "A Dra. já foi avisada.",
        "A Dra. Noemi pediu para você vir às 18h.",
        "Confirmação enviada para o seu e-mail.",
        "A nossa equipe liga em instantes.",
    ],
)
def test_what_no_tool_does_may_be_promised_by_nobody(text: str) -> None:
    assert unfounded(text, called=(CARRY_OUT, HAND_OVER), has_booked=True)


@pytest.mark.parametrize(
    "text",
    [
        "Posso passar sua dúvida para a recepção, que fala com a Dra. Noemi.",
        "Posso enviar o link do mapa.",
        "Vou te passar o preparo do exame.",
        "Não consigo enviar o laudo por aqui.",
        "Ninguém é atendido antes dos demais.",
        "A Dra. Noemi atende às terças; aviso que o dia 12 é feriado.",
    ],
)
def test_what_the_assistant_can_do_may_be_promised(text: str) -> None:
    assert not unfounded(text, called=(), has_booked=False)


def test_professionals_are_told_by_their_first_names_too() -> None:
    for text in ("Claro, já contei para a Bruna que você é tímida.", "A Bruna já sabe que você vai atrasar."):
        assert unfounded(text, called=(HAND_OVER,), has_booked=True, staff=("bruna",))
        assert not unfounded(text, called=(HAND_OVER,), has_booked=True, staff=("clara",))


def test_of_what_was_moved_the_old_time_is_free() -> None:
    told = ["Feito, remarcada: Acupuntura com Dr. Ivo, sexta-feira, 18/09 às 16h, para Gustavo Lins."]
    text = "Ficou sexta, 18/09, às 16h. O horário das 15h foi liberado."
    assert not unfounded(text, called=(CARRY_OUT,), has_booked=True, told=told)


def test_a_slot_is_held_for_the_minutes_of_a_proposal() -> None:
    told = [
        "proposta#1: marcar Limpeza com Dra. Ana, sexta-feira, 09/10 às 9h, para Rui. Horário guardado por 15 min."
    ]
    text = "O horário fica reservado por 15 minutos."
    assert not unfounded(text, called=(PROPOSE,), has_booked=False, told=told)
    assert unfounded(text, called=(FREE_SLOTS,), has_booked=False)


def test_another_day_than_the_records_hold_is_a_change() -> None:
    told = [
        "consulta#1: Videonasoscopia com Dra. Ana, quinta-feira, 29/10 às 15h, para Dirceu Lima (marcada)"
    ]
    assert unfounded("Ok, ficou sexta, 30/10.", called=(OWN_APPOINTMENTS,), has_booked=True, told=told)
    assert not unfounded("Ficou quinta, 29/10.", called=(OWN_APPOINTMENTS,), has_booked=True, told=told)


def test_a_relative_clause_claims_nothing() -> None:
    text = "Seu pai pode escrever do telefone em que a consulta foi marcada."
    assert not unfounded(text, called=(), has_booked=False)


def test_records_that_hold_nothing_are_no_evidence() -> None:
    none = ["Nenhuma consulta futura marcada por este telefone. De outras pessoas não se informa nada."]
    text = "Localizei aqui: seu ultrassom está marcado para sexta-feira, 09/10, às 13h."
    assert unfounded(text, called=(OWN_APPOINTMENTS,), has_booked=False, told=none)


@pytest.mark.parametrize(
    "text",
    [
        "A sessão de segunda do Theo continua de pé.",
        "A de sábado foi cancelada, e a sessão de segunda do Theo segue de pé.",
        "A de terça continua valendo.",
        "Sua avaliação fica mantida.",
    ],
)
def test_what_goes_on_as_it_was_must_have_been_there(text: str) -> None:
    told = ["Feito, cancelada: Sessão com Bernardo Sette, sábado, 17/10 às 10h, para Theo Nogueira."]
    assert unfounded(text, called=(CARRY_OUT,), has_booked=False, told=told)
    assert not unfounded(text, called=(CARRY_OUT,), has_booked=True)


def test_a_rule_goes_on_without_an_appointment() -> None:
    for text in ("O desconto continua valendo.", "O horário de segunda segue valendo, das 8h às 18h."):
        assert not unfounded(text, called=(), has_booked=False)


@pytest.mark.parametrize(
    "text",
    [
        "A recepção já recebeu seu interesse no grupo.",
        "A equipe já viu sua mensagem.",
        "Seu pedido já chegou para a recepção.",
        "Já está tudo com a recepção.",
    ],
)
def test_the_reception_knows_what_it_was_told(text: str) -> None:
    assert unfounded(text, called=(), has_booked=False)
    assert not unfounded(text, called=(HAND_OVER,), has_booked=False)


@pytest.mark.parametrize(
    "text",
    [
        "Acabei de enviar as orientações do botox para o seu e-mail.",
        "Mandei o endereço por SMS.",
        "Vou te mandar tudo por e-mail.",
        "As orientações já estão no seu e-mail.",
        "Amanhã o Théo será chamado primeiro, assim que chegarem.",
        "Ele passa na frente, pode deixar.",
        "A Dra. Ana atende seu filho antes de todo mundo.",
    ],
)
def test_nobody_sends_by_mail_or_lets_somebody_in_first(text: str) -> None:
    assert unfounded(text, called=(CARRY_OUT, OWN_APPOINTMENTS), has_booked=True)


@pytest.mark.parametrize(
    "text",
    [
        "Não consigo enviar por e-mail.",
        "O laudo sai em cinco dias, com envio por e-mail.",
        "Passei seu pedido para a recepção, que responde por e-mail.",
        "O ônibus 12 passa na frente da clínica.",
        "Não consigo passar o Théo na frente.",
    ],
)
def test_the_ways_of_the_clinic_may_be_told(text: str) -> None:
    assert not unfounded(text, called=(HAND_OVER,), has_booked=True)


def test_a_deposit_is_seen_by_nobody_either() -> None:
    for text in ("O pagamento do sinal já consta aqui.", "O sinal já está pago.", "Sinal quitado!"):
        assert unfounded(text, called=(CARRY_OUT,), has_booked=True)
    for text in ("O sinal é pago em até 24 horas.", "O sinal já pago é descontado do total."):
        assert not unfounded(text, called=(), has_booked=False)


@pytest.mark.parametrize(
    "text",
    [
        "A Dra. Luísa assina a receita digital e ela chega aqui no seu WhatsApp até amanhã.",
        "O Dr. Heitor vai te enviar a receita até sexta.",
        "O atestado segue por e-mail amanhã.",
        "A receita chega no seu e-mail ainda hoje.",
    ],
)
def test_a_prescription_comes_only_as_the_clinic_sends_them(text: str) -> None:
    refused = "receitas: renovacao so em consulta. nao enviamos receita por whatsapp."
    assert unfounded(text, called=(), has_booked=True, file=refused)
    sends = "receitas: depois da consulta a receita e o atestado digital chegam por e-mail."
    assert not unfounded(text, called=(), has_booked=True, file=sends)


def test_what_happens_at_the_visit_is_no_sending() -> None:
    for text in (
        "A receita é feita na consulta.",
        "A médica não envia receita por aqui.",
        "Traga a receita amanhã.",
    ):
        assert not unfounded(text, called=(), has_booked=True)
