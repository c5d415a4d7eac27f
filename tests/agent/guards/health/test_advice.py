import pytest

from clinic_bot.agent.guards.health.advice import advises

ADVICE = [
    "Dê 12 gotas de dipirona.",
    "São 500 mg a cada 6 horas.",
    "Tome um comprimido depois do almoço.",
    "Pode tomar meio comprimido.",
    "A dose é de 15mg/kg.",
    "5 ml a cada 8h, três vezes ao dia.",
    "Pode dar paracetamol para ela.",
    "Dê um antitérmico... e dê dipirona se a febre subir.",
    "Recomendo usar uma pomada.",
    "Suspenda o remédio antes do exame.",
    "Pode parar de tomar o antibiótico.",
    "Você está com virose.",
    "Isso parece ser uma gripe.",
    "Provavelmente é sinusite.",
    "São sintomas de dengue.",
    "Não é nada grave.",
    "Fique calma, não é nada.",
    "Seu exame deu normal.",
    "O hemograma está alterado.",
    "Pode parar a losartana no dia.",
    "Pode continuar com o antibiótico normalmente.",
    "Condropatia grau 2 é leve.",
    "Pelo que o senhor descreve, deve ser apenas gases.",
    "Pelo que você conta, ele está com alguma coisa no olho.",
    "Zumbido costuma não ser nada urgente.",
    "Fique em paz: isso raramente é grave.",
    "Depois da consulta, você vai voltar a enxergar bem.",
    "O dente escurecido geralmente não é nada 💛 Mas vale mostrar ao Dr. Ícaro.",
    "Enquanto isso, uma dipirona alivia.",
    "Uma amoxicilina resolveria.",
    "A glicose deu 110.",
    "Nessa idade é esperado, não precisa de nada.",
    "É quase certo que seja do siso.",
    "Pode suspender o xarelto dois dias antes.",
    "Pode usar colírio lubrificante.",
    "Glaucoma tem cura, fique em paz.",
    "A sua catarata ainda está no começo.",
    "O laudo da senhora saiu sem alterações.",
    "Pode fazer tranquila, não afeta o bebê.",
    "É comum quando a escova é dura; troque por uma macia que resolve.",
]
NONE = [
    "Sobre dose de remédio eu não posso orientar; isso é com um profissional de saúde.",
    "Não dê nenhum remédio por conta própria; fale com um profissional.",
    "Não posso recomendar remédio.",
    "Se a febre piorar, vá ao pronto-socorro.",
    "Jejum de 8 horas, água liberada.",
    "O exame é feito sem hora marcada, das 7h30 às 9h30.",
    "O resultado do exame fica pronto na recepção.",
    "Você tem uma consulta de dermatologia na quinta.",
    "Isso pode ser uma emergência. Ligue 192.",
    "A consulta de cardiologia é com o Dr. Caio.",
    "Você tem alergia a algum remédio?",
    "Sinto muito que esteja com febre.",
    "Traga a receita do medicamento que você usa.",
    "A orientação de remédio é só com a médica.",
    "Estacione na vaga 2; a recepção fica no 3º andar.",
    "Tratamos ansiedade e depressão: é com a psicóloga Lúcia.",
    "Temos atendimento para diabetes com a endocrinologista.",
    "Está tudo certo para quinta, 08/10, às 16h50.",
    "Que bom que deu certo!",
    "Como o exame é às 10h, isso significa evitar barulho desde a véspera.",
    "Não oriento sobre medicamentos, e o jejum de 3 horas inclui água.",
    "Por mensagem não consigo dizer se é algo grave.",
    "Com certeza, sem problema nenhum!",
    "Em geral não há problema em trazer acompanhante.",
    "Acho que sexta vai ficar melhor para você.",
    "Melhoras para o joelho!",
    "Chamo a recepção, que resolve isso com você.",
    "O atraso de um paciente não interfere no seu horário.",
]


@pytest.mark.parametrize("text", ADVICE)
def test_a_dose_a_remedy_a_diagnosis_or_a_result_is_found(text: str) -> None:
    assert advises(text)


@pytest.mark.parametrize("text", NONE)
def test_what_refuses_asks_or_informs_is_none(text: str) -> None:
    assert advises(text) is None


def test_a_preparation_of_the_clinic_s_may_be_repeated() -> None:
    told = "preparo: tomar 2 comprimidos de bisacodil na vespera e 500 ml de agua."
    assert advises("Na véspera, 2 comprimidos de bisacodil.", (told,)) is None
    assert advises("Na véspera, 3 comprimidos de bisacodil.", (told,))


def test_a_preparation_may_be_told_in_other_words_but_not_turned_round() -> None:
    told = "preparo: jejum de 4 horas. manter os remedios de uso continuo. nao suspender a insulina."
    assert advises("Pode manter seus remédios de uso contínuo.", (told,)) is None
    assert advises("Pode suspender a insulina no dia.", (told,))
    told = "preparo: nao tomar sol nas 48 horas anteriores. lavar a cabeca antes, sem creme nem gel."
    assert advises("Venha sem creme, e evite o sol nas 48 horas antes.", (told,)) is None
    assert advises("Lave a cabeça antes, sem usar creme nem gel.", (told,)) is None
    assert advises("Tome sol e evite esforço.", (told,))
    assert advises("Pode tomar um antibiótico antes.", (told,))


def test_a_drug_that_the_patient_named_may_be_named() -> None:
    said = "uso losartana, preciso avisar?"
    assert advises("Sobre a losartana, quem responde é a médica.", (), said) is None
    assert advises("Sobre a atorvastatina, quem responde é a médica.", (), said)


@pytest.mark.parametrize(
    "text",
    [
        "Não, Sônia: tome só a dose de hoje, no horário de sempre.",
        "Pule a que esqueceu e siga no horário.",
        "Pode tomar os dois juntos.",
        "Tome assim que lembrar.",
    ],
)
def test_what_to_do_about_a_forgotten_remedy_is_advice(text: str) -> None:
    said = "esqueci o remedio de ontem, tomo dois hoje?"
    assert advises(text, ("primeira consulta: trazer a lista dos remedios em uso.",), said)


def test_what_the_clinic_says_of_remedies_may_be_told_to_who_asks() -> None:
    said = "tomo remedio de pressao, posso antes do exame?"
    assert advises("Pode tomar normalmente.", ("preparo: manter os remedios de uso continuo.",), said) is None
    assert advises("Pode tomar normalmente.", ("preparo: trazer a lista dos remedios.",), said)
    assert advises("Pode tomar água e café.", (), said) is None
    assert advises("Quem toma remédio avisa na chegada.", (), said) is None
    assert advises("Isso é com a médica: não tome nem deixe de tomar por mim.", (), said) is None


@pytest.mark.parametrize(
    "text",
    [
        "Funciona! Com oito a dez sessões a ansiedade já fica sob controle.",
        "Funciona muito bem para ansiedade, sim.",
        "Quase não dói.",
        "Dói bem pouquinho.",
        "A sensação é só de um leve friozinho.",
        "É super tolerável, a maioria nem sente.",
    ],
)
def test_how_it_works_or_feels_is_not_known_beforehand(text: str) -> None:
    assert advises(text)


def test_how_it_feels_may_be_told_by_the_clinic_or_left_open() -> None:
    told = "depilacao: a sensacao e como a de um elastico na pele, e nao doi."
    assert advises("A sensação é de um elástico na pele.", (told,)) is None
    for text in (
        "Não dói perguntar!",
        "A sensação é diferente em cada pessoa.",
        "Não sei dizer se dói pouco.",
        "A sessão por vídeo funciona na segunda.",
    ):
        assert advises(text) is None
