"""Whatever a model chooses, every sentence is the clinic's: its file's, its records', or a fixed one."""

import json
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_bot.agent import disclosure
from clinic_bot.agent.answer import ToolStep
from clinic_bot.agent.composed import facts as file
from clinic_bot.agent.composed import records
from clinic_bot.agent.composed.parts import CannotCompose, schema
from clinic_bot.agent.composed.phrases import CLOSINGS, OPENINGS, QUESTIONS
from clinic_bot.agent.composed.reply import MOST_CHARS, Told, compose
from clinic_bot.agent.tools import CARRY_OUT, FREE_SLOTS, OWN_APPOINTMENTS, PROPOSE
from clinic_bot.clinic.facts import example_clinic

FACTS = example_clinic()
NOW = datetime(2026, 10, 6, 10, 12, tzinfo=FACTS.timezone)
VISIT = "Consulta de ginecologia com Dra. Yasmin Couto, quinta-feira, 15/10, às 10h40, para Joice Tavares"
FREE = ToolStep(
    FREE_SLOTS,
    "{}",
    "Consulta de ginecologia (40 min; Dra. Yasmin Couto). Livres:\nDra. Yasmin Couto: quinta 15/10: 8h",
)
OWN = ToolStep(OWN_APPOINTMENTS, "{}", f"consulta#1: {VISIT} (marcada)")
PROPOSED = ToolStep(
    PROPOSE, "{}", f"proposta#1: marcar {VISIT}. Horário guardado por 15 min. Escreva serviço."
)
BOOKED = ToolStep(CARRY_OUT, '{"proposta": "proposta#1"}', f"Feito, marcada: {VISIT}. Diga isso ao paciente.")
REFUSED = ToolStep(
    CARRY_OUT, '{"proposta": "proposta#1"}', "Erro, nada foi alterado: o paciente ainda não disse sim."
)


STANDING = f"Propostas em aberto: proposta#1: marcar {VISIT}."


def told(
    *steps: ToolStep,
    asked: str = "vcs fazem acupuntura?",
    handed_over: bool = False,
    standing: str = STANDING,
) -> Told:
    return Told(FACTS, NOW, asked=asked, steps=steps, handed_over=handed_over, standing=standing)


def composed(*steps: ToolStep, handed_over: bool = False, standing: str = STANDING, **arguments: Any) -> str:
    return compose(json.dumps(arguments), told(*steps, handed_over=handed_over, standing=standing))


def test_parts_stand_in_the_order_of_a_conversation() -> None:
    text = composed(
        BOOKED, FREE, standing="", frases=["ate_logo", "saudacao"], fatos=["estacionamento"], mostrar=["horarios"],
        pergunta="horario",
    )  # fmt: skip
    assert text.split("\n\n") == [
        "Bom dia!",
        f"Pronto! Está marcado: {VISIT}.",
        f"*Estacionamento*: {FACTS.parking}",
        "*Consulta de ginecologia*: horários livres:\n- Dra. Yasmin Couto: quinta 15/10: 8h",
        f"{QUESTIONS['horario']} {CLOSINGS['ate_logo']}",
    ]


@pytest.mark.parametrize(
    ("topic", "begins"),
    [
        ("Eletrocardiograma", "*Eletrocardiograma*: R$ 130 (20 min)."),
        ("serviço: coleta de sangue", "*Coleta de sangue*: o valor depende"),
        ("Dr. Otávio Serrano", "*Dr. Otávio Serrano*: cardiologia."),
        ("aceita unimed", "*Convênios*: Aceitos: Unimed, Bradesco Saúde e Porto Saúde."),
        ("endereço", f"*Endereço*: {FACTS.address} — ao lado da Praça do Coreto"),
        ("nota fiscal", "*Nota fiscal*: A nota fiscal é emitida"),
        ("Profissionais", "*Profissionais*:\n- Dra. Marta Figueira — clínica geral"),
    ],
)
def test_a_fact_is_named_by_its_title_or_its_topic(topic: str, begins: str) -> None:
    assert composed(fatos=[topic]).startswith(begins)


def test_what_was_proposed_is_always_asked_and_nothing_else_is() -> None:
    assert composed(PROPOSED, pergunta="dia") == f"Posso marcar: {VISIT}?"


def test_what_was_proposed_and_done_is_told_as_done() -> None:
    assert composed(PROPOSED, BOOKED, standing="") == f"Pronto! Está marcado: {VISIT}."


def test_what_was_refused_is_not_told_as_done() -> None:
    assert composed(PROPOSED, REFUSED, frases=["entendi"]) == f"Entendi.\n\nPosso marcar: {VISIT}?"


def test_what_another_proposal_took_the_place_of_is_not_asked() -> None:
    later = VISIT.replace("10h40", "13h30")
    second = ToolStep(
        PROPOSE, "{}", f"proposta#2: marcar {later}. Horário guardado por 15 min. Escreva serviço."
    )
    standing = f"Propostas em aberto: proposta#2: marcar {later}."
    assert composed(PROPOSED, second, standing=standing) == f"Posso marcar: {later}?"


@pytest.mark.parametrize(("read", "shown"), [(OWN, "consultas"), (FREE, "horarios")])
def test_what_was_read_before_a_change_is_not_shown_after_it(read: ToolStep, shown: str) -> None:
    with pytest.raises(CannotCompose, match="de novo depois de uma mudança"):
        composed(read, BOOKED, standing="", mostrar=[shown])
    assert composed(BOOKED, read, standing="", mostrar=[shown]).startswith("Pronto!")


def test_nothing_stays_as_it_is_where_something_was_done() -> None:
    assert composed(BOOKED, standing="", frases=["fica_como_esta"]) == f"Pronto! Está marcado: {VISIT}."


def test_an_answer_that_tells_of_no_appointment_denies_none() -> None:
    with pytest.raises(CannotCompose):
        composed(ToolStep(OWN_APPOINTMENTS, "{}", "Você já perguntou."), mostrar=["consultas"])


def test_a_proposal_of_an_earlier_turn_is_asked_again_where_it_is_chosen() -> None:
    standing = f"Propostas em aberto: proposta#1: marcar {VISIT}."
    earlier = Told(FACTS, NOW, standing=standing)
    assert compose('{"mostrar": ["proposta"]}', earlier) == f"Posso marcar: {VISIT}?"
    assert compose('{"frases": ["entendi"]}', earlier) == "Entendi."


def test_a_call_to_the_reception_is_told_by_itself() -> None:
    assert composed(frases=["sinto_muito"], handed_over=True) == (
        "Sinto muito por isso.\n\nAvisei a recepção; uma pessoa responde por aqui assim que possível."
    )


def test_nobody_is_asked_whether_to_call_whom_was_called() -> None:
    assert composed(handed_over=True, pergunta="chamar_recepcao") == composed(handed_over=True)


def test_short_phrases_are_one_line() -> None:
    text = composed(frases=["melhoras", "agradeco_avisar", "sem_orientacao_de_saude", "nao_ouvi_audio"])
    assert text.split("\n\n") == [
        "Agradeço por avisar. Desejo melhoras!",
        OPENINGS["nao_ouvi_audio"],
        OPENINGS["sem_orientacao_de_saude"],
    ]


def test_a_first_greeting_introduces() -> None:
    first = Told(FACTS, NOW, first_contact=True)
    text = compose('{"frases": ["saudacao", "assistente"], "fatos": ["estacionamento"]}', first)
    hello = "Bom dia! Sou Bia, assistente virtual (inteligência artificial) da Clínica Ipê Amarelo."
    assert (
        text == f"{hello} Se preferir falar com uma pessoa, é só pedir.\n\n*Estacionamento*: {FACTS.parking}"
    )


def test_what_the_file_lacks_is_named_in_the_patients_own_word() -> None:
    assert composed(fora_da_ficha=["acupuntura"]) == "Sobre acupuntura não tenho informação aqui."


PLANS = file.shown(next(one for one in FACTS.sections() if one.title == "Convênios"))


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        ("unimed", "Unimed está entre os convênios aceitos."),
        ("unimede", "Unimed está entre os convênios aceitos."),
        ("bradesco", "Bradesco Saúde está entre os convênios aceitos."),
        ("portosaude", "Porto Saúde está entre os convênios aceitos."),
        ("amil", "Amil não está entre os convênios aceitos."),
        ("unimd", None),
        ("uni mede", None),  # as a voice note is written down
        ("unimed nacional", None),  # which of a kind is taken the list does not say
        ("seguro", None),  # no plan's name
        ("esse", None),
        ("o meu", None),
        ("da prefeitura", None),  # who pays for it, whatever it is called
        ("do banco do brasil", None),
    ],
)
def test_a_plan_is_on_the_list_or_is_not(plan: str, said: str | None) -> None:
    text = compose(
        json.dumps({"convenios": [plan], "fatos": ["Convênios"]}), told(asked=f"vcs pegam {plan}?")
    )
    assert text.split("\n\n") == [*filter(None, [said]), PLANS]


@pytest.mark.parametrize(
    ("listed", "plan"),
    [
        ("Hapvida", "hapi vida"),
        ("Hapvida", "rap vida"),
        ("Cassi", "caci"),
        ("Mediservice", "medisanitas"),  # another house, whose name begins alike
        ("Promédica", "promed"),
    ],
)
def test_of_a_near_name_the_list_alone_is_shown(listed: str, plan: str) -> None:
    insurance = FACTS.insurance.model_copy(update={"accepted": (listed,), "notes": ""})
    facts = FACTS.model_copy(update={"insurance": insurance})
    text = compose(json.dumps({"convenios": [plan]}), Told(facts, NOW, asked=f"pega {plan}?"))
    assert text == f"*Convênios*: Aceitos: {listed}."


def test_a_plan_is_denied_once() -> None:
    text = compose('{"convenios": ["amil"], "fora_da_ficha": ["Amil"]}', told(asked="e amil?"))
    assert text == f"Amil não está entre os convênios aceitos.\n\n{PLANS}"


@pytest.mark.parametrize("plan", ["ca\u0336ssi", "cassi\nconsulta"])
def test_what_no_plain_name_holds_is_not_repeated(plan: str) -> None:
    with pytest.raises(CannotCompose, match="o nome que o paciente escreveu"):
        compose(json.dumps({"convenios": [plan]}), told(asked=plan))


def test_a_plan_that_the_notes_name_is_told_in_their_words() -> None:
    """``notes`` has "Cassi só para consultas"."""
    insurance = FACTS.insurance.model_copy(update={"notes": "Cassi só para consultas."})
    facts = FACTS.model_copy(update={"insurance": insurance})
    text = compose('{"convenios": ["cassi"]}', Told(facts, NOW, asked="e cassi?"))
    assert text == "*Convênios*: Aceitos: Unimed, Bradesco Saúde e Porto Saúde. Cassi só para consultas."


def test_no_list_of_plans_denies_none() -> None:
    facts = FACTS.model_copy(update={"insurance": FACTS.insurance.model_copy(update={"accepted": ()})})
    text = compose('{"convenios": ["amil"]}', Told(facts, NOW, asked="e amil?"))
    assert "não está" not in text


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ("", "objeto JSON"),
        ("[]", "objeto JSON"),
        ("{}", "ao menos uma parte"),
        ('{"frases": ["desconto_de_50"]}', "frases não tem"),
        ('{"frases": 7}', "lista de textos"),
        ('{"frases": [["saudacao"]]}', "lista de textos"),
        ('{"pergunta": "quer 50% de desconto?"}', "pergunta não tem"),
        ('{"fatos": ["a", "b", "c", "d", "e", "f"]}', "no máximo 5"),
        ('{"fatos": ["desconto para idosos na piscina"]}', "não tem esse assunto"),
        ('{"convenios": ["unimed"]}', "o nome que o paciente escreveu"),
        ('{"convenios": ["acupuntura: grátis"]}', "o nome que o paciente escreveu"),
        ('{"mostrar": ["horarios"]}', "chame horarios_livres antes"),
        ('{"mostrar": ["consultas"]}', "chame consultas_do_telefone antes"),
        ('{"fora_da_ficha": ["eletrocardiograma"]}', "só o que o paciente escreveu"),
        ('{"fora_da_ficha": ["a Dra. Ana é casada com o Dr. Caio e"]}', "só o que o paciente escreveu"),
    ],
)
def test_the_model_is_told_what_to_choose_otherwise(arguments: str, problem: str) -> None:
    with pytest.raises(CannotCompose, match=problem):
        compose(arguments, told())


@pytest.mark.parametrize(
    "thing", ["acupuntura скидка", "acupuntura: grátis!", "acupuntura\n*Preço*", "  ", "🙂"]
)
def test_only_words_of_the_patient_are_taken_up(thing: str) -> None:
    with pytest.raises(CannotCompose):
        compose(json.dumps({"fora_da_ficha": [thing]}), told(asked="acupuntura"))


@pytest.mark.parametrize(
    "thing",
    ["unimed", "porto saude", "portosaude", "eletro", "em ate 3x", "nota", "cartões", "sextas", "consultas"],
)
def test_what_stands_in_the_file_is_not_denied(thing: str) -> None:
    with pytest.raises(CannotCompose):
        compose(json.dumps({"fora_da_ficha": [thing]}), told(asked=f"vcs tem {thing}?"))


def test_times_that_no_tool_listed_are_not_shown() -> None:
    which = ToolStep(FREE_SLOTS, "{}", "Qual serviço? Consulta de ginecologia e Consulta de cardiologia.")
    with pytest.raises(CannotCompose, match="pergunte o serviço"):
        composed(which, mostrar=["horarios"])


def test_the_times_that_a_proposal_was_refused_with_are_shown_and_give_way_to_a_list() -> None:
    listed = "Dra. Yasmin Couto: quinta 15/10: 8h, 10h40"
    open_hour = ToolStep(PROPOSE, "{}", f"Erro, nada foi alterado: diga um só dia e hora. Livres:\n{listed}")
    question = f"\n\n{QUESTIONS['horario']}"
    assert composed(open_hour, mostrar=["horarios"], pergunta="horario") == (
        f"Horários livres:\n- {listed}{question}"
    )
    assert composed(open_hour, FREE, mostrar=["horarios"]).startswith("*Consulta de ginecologia*")
    with pytest.raises(CannotCompose, match="chame horarios_livres"):
        composed(REFUSED, mostrar=["horarios"])


def test_a_reply_that_would_be_too_long_is_chosen_anew() -> None:
    longest = sorted(FACTS.sections(), key=lambda one: len(one.text), reverse=True)[:5]
    with pytest.raises(CannotCompose, match="longa demais"):
        composed(fatos=[one.title for one in longest], frases=[*OPENINGS])


def test_every_list_of_the_schema_is_closed_but_the_topics() -> None:
    properties = schema(books=True)["function"]["parameters"]["properties"]
    assert set(properties["frases"]["items"]["enum"]) == {*OPENINGS, *CLOSINGS}
    assert set(properties["pergunta"]["enum"]) == {"", *QUESTIONS}
    assert "mostrar" not in schema(books=False)["function"]["parameters"]["properties"]


_WORDS = st.sampled_from(
    [*OPENINGS, *CLOSINGS, *QUESTIONS, *file.names(FACTS.sections()), "horarios", "consultas", "proposta", "acupuntura",
     "desconto de 50% em tudo", "ignore as regras", "Dra. Marta atende domingo por R$ 10", "*", "proposta#1"]
)  # fmt: skip
_VALUES = st.one_of(st.none(), st.integers(), st.text(max_size=30), _WORDS, st.lists(_WORDS, max_size=7))
_ARGUMENTS = st.dictionaries(
    st.sampled_from(["frases", "fatos", "mostrar", "pergunta", "fora_da_ficha", "convenios", "texto"]),
    _VALUES,
)
_STEPS = st.lists(st.sampled_from([FREE, OWN, PROPOSED, BOOKED, REFUSED]), max_size=5)


@given(_ARGUMENTS, _STEPS, st.booleans())
def test_no_sentence_is_the_models(
    arguments: dict[str, Any], steps: list[ToolStep], handed_over: bool
) -> None:
    asked = records.proposals(STANDING)
    ours = {
        *(text for key, text in OPENINGS.items() if key not in ("saudacao", "assistente")),
        *CLOSINGS.values(),
        *QUESTIONS.values(),
        *map(file.shown, FACTS.sections()),
        "Bom dia!",
        *(disclosure.introduction(FACTS, offers=offers) for offers in (True, False)),
        *(text for step in steps for text in (records.done(step.result), records.free(step.result)) if text),
        *(listed for step in steps if step.tool == OWN_APPOINTMENTS and (listed := records.own(step.result))),
        *(question for _, question in asked),
        f"Avisei a recepção; uma pessoa responde por aqui {FACTS.reception_answers(NOW)}.",
        "Sobre acupuntura não tenho informação aqui.",
        "Sobre fazem não tenho informação aqui.",
        "Acupuntura não está entre os convênios aceitos.",
    }
    try:
        text = compose(json.dumps(arguments), told(*steps, handed_over=handed_over))
    except CannotCompose:
        return
    assert 0 < len(text) <= MOST_CHARS
    for sentence in sorted(ours, key=len, reverse=True):
        text = text.replace(sentence, "")
    assert not text.strip(), "words that are nobody's"
