"""Requests for one's own data (LGPD) are heard in code, and kept for the reception."""

import json
from pathlib import Path

import pytest

from clinic_bot.agent.wording import MAX_CHARS
from clinic_bot.clinic.facts import example_clinic
from clinic_bot.store.gate import Draft
from clinic_bot.turns.data_requests import DataRequest, found, notes, recorded

DATA = Path(__file__).parent.parent / "data"
ACCESS = [
    "quero meus dados",
    "quero os meus dados, por favor",
    "quero uma cópia do que vocês têm de mim",
    "Gostaria de uma cópia dos meus dados pessoais",
    "quais dados vcs têm sobre mim?",
    "quero saber tudo que vocês guardam sobre mim",
    "preciso de acesso aos meus dados",
    "solicito acesso às minhas informações pessoais",
    "quero a portabilidade dos meus dados",
    "como faço pra ter uma cópia do meu prontuário?",
]
CORRECTION = [
    "quero corrigir meus dados",
    "corrijam meu cadastro por favor",
    "meu cadastro tá errado",
    "solicito a correção dos meus dados pessoais",
]
DELETION = [
    "apaguem meus dados",
    "e quero q apaguem meus dados",
    "Quero que vocês excluam todos os meus dados pessoais",
    "pode deletar meu cadastro?",
    "solicito a exclusão dos meus dados",
    "quero meus dados apagados",
    "apaga tudo que vcs tem sobre mim",
    "apaguem os dados da minha filha",
    "apaguem minhas conversas",
    "excluir meu cpf do sistema",
]
OBJECTION = [
    "quero revogar meu consentimento",
    "não autorizo o uso dos meus dados",
]
USE = [
    "com quem vcs compartilham meus dados?",
    "qual a política de privacidade de vocês?",
    "vocês gravam as conversas?",
    "quem é o encarregado de dados?",
]
NOTHING = [
    "vocês passam meu horário pra ela?",
    "assino o termo de consentimento aí?",
    "apaga o que eu mandei antes, era engano",
    "meu nome está errado na receita",
    "meus dados do convênio",
    "quero meus dados do convênio atualizados",
    "vou mandar meus dados",
    "precisa dos meus dados?",
    "quais dados você precisa pra marcar?",
    "meus dados: Ana Souza, 12/03/1980",
    "apaguei minhas mensagens sem querer",
    "não apaguem meus dados",
    "não quero que apaguem meus dados",
    "vocês vão apagar meus dados?",
    "quero uma cópia do exame",
    "quero corrigir o horário",
    "quero remover meu sinal",
    "quero meu resultado",
    "meu nome está errado na carteirinha do convênio",
    "quero passar meus dados bancários",
    "apaga essa mensagem, mandei errado",
    "meus dados da consulta estão certos?",
    "quero excluir a consulta de quinta",
]
FACTS = example_clinic()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        *((text, DataRequest.ACCESS) for text in ACCESS),
        *((text, DataRequest.CORRECTION) for text in CORRECTION),
        *((text, DataRequest.DELETION) for text in DELETION),
        *((text, DataRequest.OBJECTION) for text in OBJECTION),
        *((text, DataRequest.USE) for text in USE),
    ],
)
def test_a_request_is_heard_for_what_it_is(text: str, wanted: DataRequest) -> None:
    assert found([text]) == (wanted,)
    assert found(["oi", text.upper(), "obrigada"]) == (wanted,)


@pytest.mark.parametrize("text", NOTHING)
def test_other_talk_of_data_is_no_request(text: str) -> None:
    assert found([text]) == ()


def test_in_pieces_it_is_one_request_and_two_requests_are_two() -> None:
    assert found(["quero que apaguem", "meus dados"]) == (DataRequest.DELETION,)
    both = found(["quero uma cópia dos meus dados", "e depois apaguem meu cadastro"])
    assert set(both) == {DataRequest.ACCESS, DataRequest.DELETION}


def test_among_thousands_of_other_sentences_none_sounds_like_it() -> None:
    rows = (DATA / "near_misses.jsonl").read_text("utf-8").splitlines()
    assert [texts for row in rows if found(texts := json.loads(row)["texts"])] == []


def test_it_is_kept_without_the_patients_words_and_the_reply_says_so_once() -> None:
    asked = ["Sou a Ana Souza, apaguem meus dados"]
    draft = recorded(Draft(asked[0], "Claro!"), asked, FACTS)
    assert (draft.for_reception, draft.hand_over) == (DataRequest.DELETION.value, None)
    assert draft.reply == f"Claro!\n\n{FACTS.texts.data_request} {FACTS.policies.privacy}"
    named = recorded(Draft(asked[0], f"Isso! {FACTS.policies.privacy}"), asked, FACTS)
    assert named.reply.endswith(f"\n\n{FACTS.texts.data_request}"), "who answers is not said twice"
    assert len(recorded(Draft(asked[0], "a " * MAX_CHARS), asked, FACTS).reply) <= MAX_CHARS


def test_beside_a_hand_over_it_is_not_forgotten_and_an_emergency_keeps_its_text() -> None:
    asked = ["apaguem meus dados"]
    handed = recorded(Draft("x", "Certo!", hand_over="reclamação", for_reception="reclamação"), asked, FACTS)
    assert handed.hand_over == handed.for_reception == f"reclamação; {DataRequest.DELETION}"
    urgent = Draft("x", "Ligue 192", hand_over="emergência", for_reception="emergência", emergency="peito")
    assert recorded(urgent, asked, FACTS).reply == "Ligue 192"
    assert recorded(urgent, ["oi"], FACTS) is urgent


def test_the_model_is_told_only_where_there_is_something_to_tell() -> None:
    assert notes(()) == ""
    assert DataRequest.DELETION in notes([DataRequest.DELETION])
