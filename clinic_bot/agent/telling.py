"""What the reception has to know about Groq: said once, not at every call."""

from collections.abc import Callable

Alert = Callable[[str, str], None]  #: kind, and a text in Portuguese

#: An exhausted day lets one call through now and then, and is exhausted again.
_DAY_AGAIN_MS = 6 * 3_600_000
#: Nobody is called for a hiccup.
_OUT_MS = 60_000


class Teller:
    """Passes on what is new; remembers what was said until the trouble is over."""

    def __init__(self, alert: Alert) -> None:
        self._alert = alert
        self._gone: set[str] = set()
        self._day_ms: dict[str, int] = {}
        self._account = False
        self._out_since_ms: int | None = None
        self._out = False

    def answered(self, model: str) -> None:
        self._account, self._out_since_ms, self._out = False, None, False
        if self._gone:
            self._gone.discard(model)

    def nobody_answers(self, now_ms: int) -> None:
        """No model can be asked because they all fail; told when that lasts."""
        if self._out_since_ms is None or now_ms < self._out_since_ms:
            self._out_since_ms = now_ms
        if not self._out and now_ms - self._out_since_ms >= _OUT_MS:
            self._out = True
            self._alert(
                "groq_out",
                "A Groq não responde há mais de um minuto. As mensagens dos pacientes esperam e são respondidas quando "
                "ela voltar; quem esperar demais é passado para a recepção.",
            )

    def gone(self, model: str) -> None:
        if model in self._gone:
            return
        self._gone.add(model)
        self._alert(
            "groq_model_gone",
            f"O modelo {model} não existe mais na Groq, ou esta conta não pode usá-lo. Responde o próximo da lista, "
            "se houver. Atualize CLINIC_BOT_GROQ_MODELS.",
        )

    def day_exhausted(self, model: str, wait_s: float, now_ms: int) -> None:
        said_ms = self._day_ms.get(model)
        if said_ms is not None and 0 <= now_ms - said_ms < _DAY_AGAIN_MS:
            return
        self._day_ms[model] = now_ms
        self._alert(
            "groq_day_exhausted",
            f"O modelo {model} esgotou o limite da conta na Groq e volta em cerca de {max(1, round(wait_s / 60))} min. "
            "Até lá responde o próximo da lista, se houver.",
        )

    def account_refused(self, reason: str) -> None:
        if not self._account:
            self._account = True
            self._alert("groq_account", f"A Groq recusa esta conta, e o assistente não responde: {reason}.")
