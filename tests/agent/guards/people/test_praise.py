import pytest

from clinic_bot.agent.guards.people.praise import mistake

FILE = "dra. ana lima: oftalmologia; acompanha glaucoma. 15 anos de experiencia. aparelhos de alta resolucao."


@pytest.mark.parametrize(
    "text",
    [
        "A Dra. Ana é pós-graduada em retina.",
        "A Dra. Ana é especialista em retina.",
        "Ele fez residência na capital.",
        "Ela atende há mais de dez anos.",
        "O Dr. Rui tem mais de vinte anos de otorrino.",
        "Ela é muito querida pelos pacientes.",
        "Usamos um aparelho de última geração.",
        "Nosso aparelho tem ponteira gelada.",
        "O Dr. Rui é bem pontual.",
        "Ela é muito atenciosa e explica tudo.",
    ],
)
def test_what_the_file_does_not_tell_is_not_told(text: str) -> None:
    assert mistake(text, [FILE]) is not None


@pytest.mark.parametrize(
    "text",
    [
        "A Dra. Ana é especialista em glaucoma.",
        "Ela tem 15 anos de experiência.",
        "Usamos aparelhos de alta resolução.",
        "Nosso aparelho é de alta resolução.",
        "A consulta com a Dra. Ana é bem tranquila.",
        "Ela é muito experiente?",
        "Não tenho informações sobre a residência médica dela.",
        "Sinto muito que doa há dois anos.",
        "A visita na residência do paciente não é feita.",
    ],
)
def test_what_it_tells_may_be_told(text: str) -> None:
    assert mistake(text, [FILE]) is None
