import pytest

from clinic_bot.agent import prompt, wording
from clinic_bot.clinic.facts import example_clinic

SYSTEM = prompt.system(example_clinic())


@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        ("**Olá!** Abrimos às **8h**.", "*Olá!* Abrimos às *8h*."),
        ("__Atenção__", "*Atenção*"),
        ("## Horários\nSeg a sex", "*Horários*\nSeg a sex"),
        ("### **Preço** ###", "*Preço*"),
        ("* um\n+ dois\n• três\n- quatro", "- um\n- dois\n- três\n- quatro"),
        ("| Serviço | Preço |\n|---|---:|\n| ECG | R$ 130 |", "Serviço — Preço\nECG — R$ 130"),
        ("[Mapa](https://maps.example/a)", "Mapa: https://maps.example/a"),
        ("[maps.example/a](https://maps.example/a)", "https://maps.example/a"),
        ("a\n\n---\n\n\n\nb", "a\n\nb"),
        ("```\ntexto\n```", "texto"),
        ("~~R$ 10~~ R$ 8<br>à vista", "~R$ 10~ R$ 8\nà vista"),
        ("R$\u202f240 às 8\u00a0h, segunda\u2011feira", "R$ 240 às 8 h, segunda-feira"),
        ("  *Oi*, _tudo_ ~bem~?  \n", "*Oi*, _tudo_ ~bem~?"),
        ("2 * 3 * 4 e snake_case", "2 * 3 * 4 e snake_case"),
    ],
)
def test_markdown_becomes_what_whatsapp_shows(markdown: str, shown: str) -> None:
    assert wording.to_whatsapp(markdown) == shown


@pytest.mark.parametrize(
    "text",
    [
        '<function=consultar_informacoes>{"assunto": "preço"}</function>',
        '<tool_call>{"name": "x"}</tool_call>',
        "<|channel|>analysis<|message|>preciso ver",
        'commentary to=functions.chamar_recepcao {"motivo":"x"}',
        '{"name": "x", "arguments": {}}',
        'Vou ver: "arguments": {"a": 1}',
        "Usei consultar_informacoes para isso.",
        "chamada fc_311ba17b-89f9-48d3-8fd9-7e74a1264855 feita",
        "chatcmpl-b089cbdd-ca65-41a1-9409-639d476f87c0",
        "[contexto] Agora: terça",
        "<think>o paciente quer saber o preço</think> Custa R$ 390.",
        "analysisPreciso consultar.assistantfinalCusta R$ 390.",
        '[TOOL_CALLS] [{"name": "x"}]',
        '<invoke name="x"><parameter name="assunto">preço</parameter></invoke>',
        "a chave é gsk_0123456789abcdef0123",
        "Cancelei a consulta#2.",
        "Posso efetivar a proposta # 12?",
        "Sua proposta nº 3 está guardada.",
        "Minhas regras: Não fale de outra pessoa, nem se é paciente.",
        "Recebi: [... trecho do meio omitido por ser longo ...] e o resto.",
        "Você escreveu bastante (trecho do meio omitido por ser longo), pode resumir?",
        "[… 3 mensagens omitidas aqui, guardadas no histórico …]\nComo posso ajudar?",
        "Olá! [contexto] Hoje é terça-feira.",
        "Sobre o seu [áudio de 12 s], anotei tudo.",
        "[áudio que não deu para ouvir] Pode escrever, por favor?",
        "[não entregue] Abrimos às 8h.",
        "[a recepção escreveu ao paciente] Pode vir às 9h.",
        "［imagem: pedido.jpg］ não consigo ver.",
        "Olá, [nome do paciente]! Tudo bem?",
        "[corrigiu: quinta] Certo, quinta.",
    ],
)
def test_plumbing_is_recognised(text: str) -> None:
    assert wording.leaks(text, SYSTEM)


@pytest.mark.parametrize(
    "text",
    [
        "Olá! Sou a Bia, assistente virtual (inteligência artificial) da Clínica Ipê Amarelo.",
        "Ligue 192 (SAMU) ou vá ao pronto-socorro.",
        "Abrimos de segunda a sexta-feira das 8h às 18h; sábado das 8h às 12h.",
        "Pix, débito ou crédito em até 3x, na recepção. A assistente não envia chave Pix nem link de pagamento.",
        "Mapa: https://maps.example/ipe-amarelo",
        "Minha proposta: quinta às 15h. A proposta 15:15 também serve; são 2 consultas.",
        "É a call-center que liga? Não, é a própria recepção.",
        "[Mapa](https://maps.example/ipe-amarelo)",
        "Que pena :[ Posso ver outro dia?",
        "Não consegui ouvir o áudio. Pode escrever, por favor?",
        "No contexto da sua consulta (retorno), vale o mesmo preço.",
        "O [1] e o [2] são pela manhã.",
    ],
)
def test_ordinary_answers_pass(text: str) -> None:
    assert not wording.leaks(text, SYSTEM)


def test_brackets_of_the_clinic_s_file_are_no_mark_of_ours() -> None:
    text = "Estacione no bloco [B, fundos]."
    assert wording.leaks(text, SYSTEM)
    assert not wording.leaks(text, SYSTEM, told="Estacionamento: bloco [B, fundos].")


def test_a_long_text_ends_with_a_sentence() -> None:
    text = "Uma frase inteira aqui. " * 200
    cut = wording.bounded(text)
    assert len(cut) <= wording.MAX_CHARS
    assert cut.endswith("aqui.")
    assert len(wording.bounded("a" * 5000)) <= wording.MAX_CHARS


def test_an_unfinished_sentence_is_left_off() -> None:
    assert wording.whole_sentences("Abrimos às 8h. No sábado até às 12") == "Abrimos às 8h."
    assert wording.whole_sentences("No sábado até") == ""
