"""The facts cut into sections, and the search over them that the agent's look-up tool uses. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from clinic_bot.clinic.clinic_file import ClinicFile, Hours, Policies, Service
from clinic_bot.clinic.matching import related, words_in
from clinic_bot.clinic.texts import enumerate_words, short_weekday

# A result goes into the next model call, where every character is paid for and reserved.
MAX_CHARS = 1200
_OF_PRICES = frozenset(("preco", "precos", "valor", "valores", "custa"))
_BEST = 4
#: The title of what says which health plans are accepted, and of the list of all services.
PLANS, PRICE_LIST = "Convênios", "Serviços e preços"
#: What stands before the name of a service in the title of its own section.
SERVICE = "Serviço: "


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    text: str
    keywords: frozenset[str]  #: normalised words, the title's included
    beside: frozenset[str] = frozenset()  #: that count only where one of the others is named

    def score(self, words: frozenset[str]) -> int:
        named = sum(any(related(word, keyword) for keyword in self.keywords) for word in words)
        return named + len(words & self.beside) if named else 0


def about(sections: Sequence[Section], topic: str) -> str:
    """The sections that fit ``topic`` best, within MAX_CHARS; without a fit, which topics there are."""
    chosen = best(sections, topic)
    if not chosen:
        # Each service and person stands in a list that is named; a long answer costs the others of a turn their room.
        titles = enumerate_words(dict.fromkeys(one.title for one in sections if ": " not in one.title))
        nothing = (
            "Não há essa informação na ficha da clínica; não invente: diga que não sabe e ofereça a recepção."
        )
        return f"{nothing} Assuntos que há: {titles}"[:MAX_CHARS]
    return _joined(chosen)


def best(sections: Sequence[Section], topic: str) -> list[Section]:
    """The sections that fit ``topic``, the best first; empty where none does."""
    words = words_in(topic)
    scored = [(section.score(words), section) for section in sections]
    highest = max((score for score, _ in scored), default=0)
    if not highest:
        return []
    chosen = [section for score, section in scored if score == highest][:_BEST]
    if highest > 1:  # a precise hit; its neighbours still help when they fit
        chosen += [section for score, section in scored if 0 < score < highest][:1]
    return chosen


def sections_of(facts: ClinicFile) -> tuple[Section, ...]:
    return tuple(section for section in _sections(facts) if section.text)


def _sections(facts: ClinicFile) -> Iterator[Section]:
    yield _hours(facts.hours)
    yield from _place(facts)
    yield from _offer(facts)
    yield section(
        "Preparo geral", facts.preparation, "preparacao chegar documento documentos levar antecedencia"
    )
    yield from _money(facts)
    yield from _rules(facts.policies)
    for topic in facts.more:
        yield section(topic.topic, topic.text, topic.text)


def _hours(hours: Hours) -> Section:
    # With its weekday: "abrem sábado?" is not asked by date, and a model that counts days is often wrong.
    closed = [f"{short_weekday(day)} {day:%d/%m/%Y}" for day in hours.holidays] + list(hours.yearly_holidays)
    return section(
        "Horário",
        sentences(
            hours.week().describe(),
            f"Fechado em {enumerate_words(closed)}" if closed else "",
            hours.holiday_note,
        ),
        "horarios abre abrem aberto abertura fecha fecham fechado funcionamento atendimento feriado feriados "
        "sabado domingo segunda",
    )


def _place(facts: ClinicFile) -> Iterator[Section]:
    yield section(
        "Endereço",
        # No full stop behind a link: WhatsApp would take it for a part of it.
        sentences(dashed(facts.address.strip().rstrip(".;"), facts.landmark.strip()))
        + (f" Mapa: {facts.map_url}" if facts.map_url else ""),
        "localizacao local onde fica mapa chegar rua metro referencia",
    )
    yield section("Estacionamento", facts.parking, "estacionar carro vaga garagem manobrista")
    yield section(
        "Acessibilidade", facts.accessibility, "acessivel cadeirante elevador rampa banheiro cadeira"
    )
    yield section("Telefone", facts.phone, "contato ligar numero fone")


def _offer(facts: ClinicFile) -> Iterator[Section]:
    # Before the list of all: a long list fills the answer.
    for service in facts.services:
        preparation = " preparo preparacao jejum" if service.preparation else ""
        walk_in = " sem hora marcada marcar agendar chegar ordem chegada" if service.walk_in else ""
        found = section(SERVICE + service.name, service_text(service), service.name + preparation + walk_in)
        yield replace(found, beside=_OF_PRICES)
    yield section(
        PRICE_LIST,
        "; ".join(f"{service.name}: {service.price_text()}" for service in facts.services),
        "servico preco valor valores custa lista tabela",
    )
    yield section(
        "Profissionais",
        "\n".join(
            f"- {dashed(person.name, person.specialty, person.notes)}" for person in facts.professionals
        ),
        " ".join(f"{person.name} {person.specialty}" for person in facts.professionals)
        + " medicos doutor doutora especialidade especialidades especialista equipe",
    )


def _money(facts: ClinicFile) -> Iterator[Section]:
    yield section(
        PLANS,
        sentences(
            f"Aceitos: {enumerate_words(facts.insurance.accepted)}" if facts.insurance.accepted else "",
            facts.insurance.notes,
        ),
        " ".join(facts.insurance.accepted) + " plano planos carteirinha reembolso particular saude",
    )
    yield section(
        "Pagamento",
        facts.payment,
        "pagar pix cartao credito debito parcela parcelar parcelas dinheiro boleto",
    )


def _rules(policies: Policies) -> Iterator[Section]:
    yield section(
        "Cancelamento e remarcação", policies.cancel, "cancelar desmarcar remarcar adiar antecedencia"
    )
    yield section("Atraso", policies.late, "atrasar atrasado atrasada tolerancia")
    yield section(
        "Menores de idade",
        policies.minors,
        "menor crianca filho filha responsavel acompanhante baba avo avos sozinho sozinha",
    )
    yield section("Retorno", policies.return_visit, "retornar revisao")
    yield section(
        "Privacidade", policies.privacy, "dados pessoais lgpd apagar excluir prontuario encarregada"
    )
    yield section("Lembretes", policies.reminders, "lembrete avisos parar mensagens confirmar")


def service_text(service: Service) -> str:
    return sentences(
        service.price_text() + (f" ({service.minutes} min)" if service.minutes else ""),
        f"Sem hora marcada: {service.walk_in}" if service.walk_in else "",
        f"Preparo: {service.preparation}" if service.preparation else "",
        service.notes,
    )


def section(title: str, text: str, keywords: str) -> Section:
    return Section(title, text, words_in(f"{title} {keywords}"))


def sentences(*parts: str) -> str:
    """Joined with one full stop between each."""
    return " ".join(f"{part.strip().rstrip('.;')}." for part in parts if part.strip())


def dashed(*parts: str) -> str:
    return " — ".join(part for part in parts if part)


def _joined(sections: Sequence[Section]) -> str:
    lines: list[str] = []
    left = MAX_CHARS
    for section in sections:
        line = f"{section.title}: {section.text}"
        if len(line) > left and lines:
            break
        lines.append(line[:left])
        left -= len(line) + 1
    return "\n".join(lines)
