"""What the reception has to know about Groq: said once, not at every call."""

from collections.abc import Callable
from typing import Protocol

Alert = Callable[[str, str], None]  #: kind, and a text in Portuguese

#: An exhausted day lets one call through now and then, and is exhausted again.
_DAY_AGAIN_MS = 6 * 3_600_000
#: Nobody is called for a hiccup.
_OUT_MS = 60_000

ACCOUNT, _OUT = "account", "out"


class Said(Protocol):
    """What was said already, by whoever may say it: this process, or one of several."""

    def once(self, key: str, say: Callable[[], None], *, now_ms: int, again_ms: int | None = None) -> None:
        """Call ``say``, now or soon, unless that was said before and is not over.

        Args:
            again_ms: after which it may be said again all the same; None: never.
        """
        ...

    def over(self, key: str) -> None:
        """The trouble is over: the next time it is news."""
        ...


class SaidHere(Said):
    """By this process alone."""

    def __init__(self) -> None:
        self._at_ms: dict[str, int] = {}

    def once(self, key: str, say: Callable[[], None], *, now_ms: int, again_ms: int | None = None) -> None:
        if is_news(self._at_ms.get(key), now_ms, again_ms):
            self._at_ms[key] = now_ms
            say()

    def over(self, key: str) -> None:
        self._at_ms.pop(key, None)


def is_news(said_ms: int | None, now_ms: int, again_ms: int | None) -> bool:
    """Whether something said at ``said_ms``, None for never, is said now."""
    return said_ms is None or (again_ms is not None and not 0 <= now_ms - said_ms < again_ms)


def gone_key(model: str) -> str:
    return f"gone {model}"


class Teller:
    """Puts into words what is new."""

    def __init__(self, alert: Alert, said: Said | None = None) -> None:
        self._alert = alert
        self._said = said or SaidHere()
        self._troubles: set[str] = set()  # which this process has met, and not seen the end of
        self._out_since_ms: int | None = None

    def answered(self, model: str) -> None:
        self._out_since_ms = None
        for key in (ACCOUNT, _OUT, gone_key(model)):
            if key in self._troubles:
                self._troubles.discard(key)
                self._said.over(key)

    def nobody_answers(self, now_ms: int) -> None:
        """No model can be asked because they all fail; told when that lasts."""
        if self._out_since_ms is None or now_ms < self._out_since_ms:
            self._out_since_ms = now_ms
        if _OUT not in self._troubles and now_ms - self._out_since_ms >= _OUT_MS:
            self._once(
                _OUT,
                "groq_out",
                "A Groq não responde há mais de um minuto. As mensagens dos pacientes esperam e são respondidas quando "
                "ela voltar; quem esperar demais é passado para a recepção.",
                now_ms=now_ms,
            )

    def gone(self, model: str, now_ms: int, *, answers: bool = True) -> None:
        """``answers``: it is one that patients get answers of; else it only reads replies before they leave."""
        then, variable = (
            ("Responde o próximo da lista, se houver", "CLINIC_BOT_GROQ_MODELS")
            if answers
            else ("As respostas saem sem a segunda leitura", "CLINIC_BOT_REVIEW_MODEL")
        )
        self._once(
            gone_key(model),
            "groq_model_gone",
            f"O modelo {model} não existe mais na Groq, ou esta conta não pode usá-lo. {then}. "
            f"Avise quem cuida do assistente, para trocar o modelo ({variable}).",
            now_ms=now_ms,
        )

    def day_exhausted(self, model: str, wait_s: float, now_ms: int, *, answers: bool = True) -> None:
        then = (
            "responde o próximo da lista, se houver" if answers else "as respostas saem sem a segunda leitura"
        )
        self._once(
            f"day {model}",
            "groq_day_exhausted",
            f"O modelo {model} esgotou o limite da conta na Groq e volta em cerca de {max(1, round(wait_s / 60))} min. "
            f"Até lá {then}.",
            now_ms=now_ms,
            again_ms=_DAY_AGAIN_MS,
        )

    def account_refused(self, reason: str, now_ms: int) -> None:
        self._once(
            ACCOUNT,
            "groq_account",
            "A Groq recusa esta conta, e o assistente não responde. Atenda pelo WhatsApp e avise quem cuida dele: "
            f"{reason}.",
            now_ms=now_ms,
        )

    def _once(self, key: str, kind: str, text: str, *, now_ms: int, again_ms: int | None = None) -> None:
        self._troubles.add(key)
        self._said.once(key, lambda: self._alert(kind, text), now_ms=now_ms, again_ms=again_ms)
