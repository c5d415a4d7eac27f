"""Whether a reply says of the clinic's opening hours what its file does not: a closed day, a closing time. Pure."""

import re
from collections.abc import Collection, Sequence
from datetime import date, datetime, time

from clinic_bot.agent.guards.language.clauses import whole
from clinic_bot.agent.guards.language.days import (
    DATE,
    DAYS,
    PART_OF_DAY,
    PARTS_OF_DAY,
    WEEKDAYS,
    dates_in,
    days_in,
    marks_in,
    near,
    times_in,
)
from clinic_bot.agent.guards.language.names import first_name
from clinic_bot.agent.guards.times.walk_ins import WalkIns
from clinic_bot.clinic.facts import ClinicFacts
from clinic_bot.clinic.hours import Period, Week
from clinic_bot.clinic.spelling import plain

_DAILY = re.compile(r"\b(?:todos os dias|diariamente|todo dia)\b")
_OPENS = re.compile(
    r"\b(?:abr(?:e|em|imos|ir)|abert[oa]s?|atend(?:e|emos|em|imento)|funciona\w*|fech(?:a|am|amos|ad[oa]s?)"
    r"|atendendo|vamos ate|vai ate|seguimos ate|expediente|horario de|voltamos|reabrimos|ficamos|plantao|mutirao)\b"
)
_SHUTS = re.compile(r"\bfech(?:a|am|amos|ad[oa]s?)\b")
_SHUTS_AT = re.compile(r"\bfech(?:a|am|amos)\b[^,;]{0,12}\b(?:as|ao|das|para|pro)\b")
_NO = re.compile(r"\b(?:nao|nem|nunca|sem)\b")
_ALL_DAY = re.compile(r"(?<!\d)24 ?h(?:oras)?\b(?! (?:antes|de anteced|apos|depois|uteis))")
_HOT_LINE = re.compile(
    r"\b(?:188|192|cvv|samu|antecedencia|pronto[- ]socorro|lembrete|resposta)\b|\b(?:ate|em|com) 24"
)
_NO_BREAK = re.compile(
    r"\bnao (?:fechamos|fecha|paramos|para) (?:para|pro|no|na|durante)(?: o| a)?(?: hora(?:rio)? d[eo])? ?almoco\b"
    r"|\bsem (?:pausa|intervalo|fechar|parar)\b[^.;]{0,20}\balmoco\b"
    r"|\b(?:abert\w+|atend\w+|funciona\w*) (?:direto|no (?:horario|hora) d[eo] almoco|durante o almoco"
    r"|na hora do almoco)"
)
_CLOSED_DOWN = re.compile(
    r"\b(?:encerr\w+ (?:as |suas )?atividades|fechou (?:as portas|definitivamente|para sempre)"
    r"|nao (?:atende(?:mos)?|funciona(?:mos)?|abre|abrimos) mais\W*$)"
)
_SHUT_FOR = re.compile(
    r"\bfechad[oa]s? (?:para|por|em|devido)[^.;]{0,20}\b(?:reforma|ferias|recesso|manutencao|mudanca|luto"
    r"|obras?|balanco)\b"
    r"|\b(?:em|de) (?:recesso|ferias coletivas)\b"
)
_HOLIDAY = re.compile(r"\bferiados?\b")
_BUT_FOR = re.compile(r"\b(?:exceto|menos|salvo|fora|apos|depois|antes|voltamos|reabr\w+)\b")
#: Whose hours they are, where it is the clinic.
_OURS = re.compile(
    r"\b(?:clinica|nos|a gente|(?:nossa |a )?(?:casa|unidade|equipe)|consultorio|instituto|expediente"
    r"|horario de|abrimos|fechamos|funcionamos|reabrimos|atendemos|atendimento|abert[oa]s|fechad[oa]s)\b"
)
#: And where it is something else: what stands before a verb, with its article.
_THEIRS = re.compile(
    r"(?<!\w)(?:[oa]s? |su[ao]s? |noss[oa]s? |ess[ea]s? |est[ea]s? )(?!clinica|gente|casa|unidade|equipe|consultorio"
    r"|instituto|expediente|horario|atendimento|recepcao|porta|partir|noite|tarde|manha|dia|proxim|almoco|hora"
    rf"|feriado|semana|fim|final|{'|'.join(WEEKDAYS)})[a-z]{{3,}}\b(?: (?!abr|fech|func|aten|vai|vao|e |sao)[a-z]+)*?"
    r" (?:e|sao|vai|vao|fica|ficam|abr\w+|fech\w+|funciona\w*|atend\w+|nao)\b"
    r"|^(?:e |ja |mas )?el[ae]s? "
)
#: ``A Dra. Ana atende às quartas; não atende aos sábados``: it goes on with her.
_GOES_ON = re.compile(r"^\W*(?:(?:e|tambem|nao|so|ja) )*(?:atende|abre|funciona|fica|vai)\b")
_THIS = re.compile(rf"\b(?:n?ess[ae]|n?est[ae]|proxim[oa]) (?:{'|'.join(WEEKDAYS)})")
_ALL_OF_IT = re.compile(r"\bdia (?:todo|inteiro)\b|\bo dia inteiro\b|\bnormalmente\b")
#: What may stand beside days in a clause that goes with the one before.
_ONLY_DAYS = re.compile(
    r"\b(?:d?[aeo]s?|n?[ao]s?|de|em|e|tambem|ja|manha|tarde|noite|so|inclusive|feriados?|para|pra|todos?)\b"
)
_CLAUSE = re.compile(
    r"[,;:()]|\.\s|\s(?=(?:mas|porem|enquanto|so que)\s)|\se\s(?=(?:n?[ao]s? )?(?:"
    + "|".join(WEEKDAYS)
    + r")s?\b"
    r"(?! (?:das|as|a|ate)\b)(?=[^,;]*\b(?:nao|sim|fech\w+|abr\w+)\b))"
)


class Opening:
    """The opening hours of one clinic.

    Args:
        text: everything its file says, plain.
    """

    def __init__(self, facts: ClinicFacts, text: str) -> None:
        self._week: Week = facts.hours.week()
        self._text = text
        self._walk_ins = WalkIns(facts)
        self._elsewhere = [
            (days_in(line), marks_in(line), set(times_in(line)))
            for section in facts.sections()
            for line in re.split(r"[.;](?:\s|$)", plain(f"{section.title}: {section.text}"))
            if section.title != "Horário" or DATE.search(line)
        ]
        # When somebody comes, as the file says it of them: no opening hours, whoever is asked about.
        noted = [plain(one.notes) for one in facts.professionals] + [
            plain(one.notes) for one in facts.services
        ]
        self._notes = [
            part.strip() for line in noted for part in re.split(r"[.;](?:\s|$)", line) if part.strip()
        ]
        others = [first_name(one.name) for one in facts.professionals]
        others += (plain(one.name) for one in facts.services)
        self._others = re.compile(rf"\b(?:dra?|{'|'.join(map(re.escape, others))})\b")
        self._specific = re.compile(
            r"\b(?:doutora?|recepcao|mercado|coleta|exames?|consultas?|sess(?:ao|oes)|sua|seu|vagas?|livres?"
            rf"|disponive\w+|tem|tenho|temos|horarios?(?! de (?:func|atend)))\b|{self._others.pattern}"
        )

    def mistake(self, text: str, asked: str, now: datetime | None) -> str | None:
        """What ``text`` says wrongly of when the clinic is open, in Portuguese; None for nothing.

        Args:
            asked: the burst that is answered, plain.
            now: in the clinic's zone.
        """
        ours = not self._others.search(asked)
        for written in whole(text):
            sentence = self._without_notes(written)
            ours = ours if _GOES_ON.search(sentence) else not self._others.search(asked)
            if self._walk_ins.mistake(sentence, now):
                return "diz um dia ou uma hora em que esse serviço não é feito"
            if sentence.endswith("?") and not re.search(r"\w[.,!] ", sentence):
                continue
            if self._general(sentence):
                return "diz um horário de funcionamento que não é o da ficha"
            if self._days(sentence, asked, now, ours=ours):
                return "diz um dia ou horário de funcionamento que não é o da ficha"
            ours = self._is_ours(sentence, before=ours)
        if self._bare_yes(text, asked, now):
            return "diz que abre em um dia em que a clínica fecha"
        return None

    def _without_notes(self, sentence: str) -> str:
        for note in self._notes:
            sentence = sentence.replace(note, " ")
        return sentence

    def _general(self, sentence: str) -> bool:
        if _ALL_DAY.search(sentence) and not _HOT_LINE.search(sentence) and _OPENS.search(sentence):
            return "24 h" not in self._text and not _NO.search(sentence)
        if _CLOSED_DOWN.search(sentence) and not re.search(r"\b(?:convenio|plano|amil|unimed)\b", sentence):
            return not _CLOSED_DOWN.search(self._text)
        if (shut := _SHUT_FOR.search(sentence)) is not None:
            return shut[0].split()[-1] not in self._text
        if (match := _NO_BREAK.search(sentence)) is not None:
            named = days_in(sentence[: match.start()])
            days = named or tuple(day for day in range(7) if self._week.days[day])
            return any(len(self._week.days[day]) > 1 for day in days)
        return "feriado" in self._text and any(
            _HOLIDAY.search(part) and _OPENS.search(part) and _says_yes(part) and not _BUT_FOR.search(part)
            for part in _CLAUSE.split(sentence)
            if part
        )

    def _days(self, sentence: str, asked: str, now: datetime | None, *, ours: bool) -> bool:
        if days_in(_DAILY.sub(" ", sentence)):  # ``todos os dias, de segunda a sábado``
            sentence = _DAILY.sub(" ", sentence)
        parts = [part.strip() for part in _CLAUSE.split(sentence) if part and part.strip()]
        about = bool(_OPENS.search(sentence))
        if not about and not (_OPENS.search(asked) and days_in(asked)):
            return False
        days: tuple[int, ...] = ()
        dates: tuple[date, ...] = ()
        says: bool | None = None
        opens = False
        for part in parts:
            own = days_in(part, now)
            opens = _says_yes(part) and (bool(_OPENS.search(part)) or (opens and _is_when(part)))
            if now is not None:
                dates = dates_in(part, now) or (dates if _may_be(own, dates) else ())
                if opens and not _BUT_FOR.search(part) and any(map(self._week.is_closed_on, dates)):
                    return True
            ours = self._is_ours(part, before=ours)
            says = _polarity(part, says)
            if own:
                days = own
            if not ours:
                if own and says is not False and self._none_open(own, part, now):
                    return True  # nobody attends where the door is shut
                continue
            if own and says is not None and self._wrong_day(own, says, part, now):
                return True
            times = times_in(part)
            if times and says is not False and self._other_than_dated(times, dates):
                return True
            if (
                times
                and says is not False
                and (days or about)
                and not self._fits(times, own or days, part, sentence)
                and not self._is_told(times, own or days, dates, part)
            ):
                return True
        return False

    def _is_ours(self, part: str, *, before: bool) -> bool:
        """Whether a clause speaks of the clinic's own hours; one that names nobody goes on with who was named."""
        if re.search(r"\bclinica\b", part):
            return True
        if self._specific.search(part) or _THEIRS.search(part):
            return False
        return before or bool(_OURS.search(part))

    def _other_than_dated(self, times: Sequence[time], dates: Sequence[date]) -> bool:
        """Whether the file says other hours of just that day."""
        marks = {(day.day, day.month) for day in dates}
        dated = [at for _, days, at in self._elsewhere if at and marks & days]
        return bool(dated) and not any(set(times) <= at for at in dated)

    def _is_told(self, times: Sequence[time], days: Sequence[int], dates: Sequence[date], part: str) -> bool:
        """Whether the file says these hours somewhere else: of a day of the calendar, or of what it does not name."""
        marks = {(day.day, day.month) for day in dates}
        return any(
            set(times) <= at
            and (bool(marks & dated) if marks else not _OURS.search(part) and set(days) <= set(on))
            for on, dated, at in self._elsewhere
        )

    def _none_open(self, days: Sequence[int], part: str, now: datetime | None) -> bool:
        match = PART_OF_DAY.search(part)
        span = PARTS_OF_DAY[match[1]] if match else None
        return not DATE.search(part) and not any(_within(self._periods(day, part, now), span) for day in days)

    def _wrong_day(self, days: Sequence[int], says: bool, part: str, now: datetime | None) -> bool:
        if DATE.search(part) or _HOLIDAY.search(part):
            return False
        match = PART_OF_DAY.search(part)
        span = PARTS_OF_DAY[match[1]] if match else None
        is_open = [bool(_within(self._periods(day, part, now), span)) for day in days]
        if says:
            if _ALL_OF_IT.search(part) and any(
                not any(period.closes >= time(17) for period in self._week.days[day]) for day in days
            ):
                return True
            return not all(is_open)
        limited = _THIS.search(part) or re.search(r"\b(?:so|apenas|antes|depois|mais)\b", part)
        return any(is_open) and not times_in(part) and not limited

    def _periods(self, day: int, part: str, now: datetime | None) -> tuple[Period, ...]:
        word = re.search(r"\b(?:hoje|depois de amanha|amanha)\b", part)
        if word is None or now is None:
            return self._week.days[day]
        return self._week.periods_on(near(word[0], now))

    def _fits(self, times: Sequence[time], days: Sequence[int], part: str, sentence: str) -> bool:
        """Whether hours may be said of these days: where it opens or shuts, or, said alone, when it is open."""
        some = days or tuple(range(7))
        edges = {edge for day in some for one in self._week.days[day] for edge in (one.opens, one.closes)}
        if len(times) == 1 and not days and (edge := _edge(part)):
            return times[0] in {getattr(one, edge) for day in some for one in self._week.days[day]}
        if all(one in edges for one in times):
            return True
        anywhere = {
            edge for day in range(7) for one in self._week.days[day] for edge in (one.opens, one.closes)
        }
        if not days and all(one in anywhere for one in times):
            return True
        if (
            sentence.count(",")
            and all(one in anywhere for one in times)
            and len(days_in(sentence)) > len(days)
        ):
            return True  # ``das 8h às 18h de segunda a sexta, das 8h às 12h no sábado``
        ranged = re.search(r"\b(?:ate|das|a partir|abr\w+|fech\w+|voltamos|vamos)\b", part)
        if ranged:
            return False
        return all(
            any(one.opens <= at <= one.closes for day in some for one in self._week.days[day]) for at in times
        )

    def _bare_yes(self, text: str, asked: str, now: datetime | None) -> bool:
        """``Abrimos sim!`` answers for the day that was asked for."""
        first = next(iter(re.split(r"[.!?,\n]", plain(text))), "")
        days, dates = days_in(asked, now), dates_in(asked, now) if now else ()
        told = plain(text)
        if (
            not re.search(r"\b(?:abr\w+|funciona\w*|atende\w*)\b", asked)
            or days_in(told)
            or DATE.search(told)
        ):
            return False
        if self._specific.search(asked) or not re.search(
            r"^\W*(?:sim|claro|abrimos|atendemos|funcionamos|abre|funciona|com certeza)"
            r"(?: (?:sim|normalmente|tambem))*\W*$",
            first,
        ):
            return False
        closed = [self._week.is_closed_on(day) for day in dates]
        return any(closed) or (bool(days) and not any(self._week.days[day] for day in days))


def _polarity(part: str, before: bool | None) -> bool | None:
    if re.search(r"\bnao (?:fech\w+)\b", part):
        return True
    if _NO.search(part) or re.search(r"\bfechad[oa]s?\b", part):
        return False
    if _SHUTS.search(part) and not _SHUTS_AT.search(part) and not times_in(part):
        return False
    if _OPENS.search(part) or re.search(r"\b(?:sim|so|apenas|somente)\b", part):
        return True
    if times_in(part):
        return True
    return None if re.search(r"\w", _ONLY_DAYS.sub("", DAYS.sub("", part))) else before


def _may_be(weekdays: Collection[int], dates: Sequence[date]) -> bool:
    """``20 de novembro, sexta-feira`` is one day; another weekday leaves the dates said before it."""
    return not weekdays or (bool(dates) and set(weekdays) <= {day.weekday() for day in dates})


def _is_when(part: str) -> bool:
    return not re.search(r"\w", _ONLY_DAYS.sub("", DATE.sub("", DAYS.sub("", part))))


def _says_yes(part: str) -> bool:
    return not _NO.search(part) and not _SHUTS.search(part)


def _edge(part: str) -> str:
    """Which end of a period is named."""
    if re.search(r"\bate (?:as |o |ao )?(?:\d|meio)", part):
        return "closes"
    if re.search(r"\b(?:reabr\w+|voltamos|volta)\b|\babr(?:e|imos) (?:ja )?(?:as|a partir)\b", part):
        return "opens"
    return "closes" if re.search(r"\bfech(?:a|amos) as\b", part) else ""


def _within(periods: Sequence[Period], span: tuple[time, time] | None) -> list[Period]:
    if span is None:
        return list(periods)
    return [one for one in periods if one.opens < span[1] and one.closes > span[0]]
