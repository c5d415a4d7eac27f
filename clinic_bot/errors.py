"""Errors, grouped by who must act.

ClinicBotError
├── Retry                  the same thing may work later
│   ├── ProviderBusy       come back no sooner than ``retry_after_s``
│   ├── ProviderDown       no answer, or a fault on their side
│   ├── NotSent            the request certainly never reached the provider
│   └── StorageUnavailable the database did not take it; nothing was kept, nothing was acknowledged
├── GiveUp                 it will never work: tell the patient, hand over
│   ├── ModelUnusable      the model cannot answer this turn (loops, empty, tool syntax)
│   └── SendRefused        a definite no to this one message
├── Operator               a person must change something
│   ├── Misconfigured      settings or clinic file, found at start
│   └── AccountRefused     key, token, subscription or address: the whole account is affected
├── ChangeRefused          what a tool was to change cannot be changed so: tell the model, nothing happened
├── Uncertain              a send that may or may not have left: never repeat it, settle it by evidence
└── Stale                  somebody else holds the conversation: discard and stop

No phone, no patient text and no secret goes into a message of these: they are logged.
"""


class ClinicBotError(Exception):
    """Base of everything this project raises on purpose."""


class Retry(ClinicBotError):
    """The same thing may work later."""


class ProviderBusy(Retry):
    """The provider asked us to come back, no sooner than ``retry_after_s`` seconds from now."""

    def __init__(self, provider: str, *, retry_after_s: float) -> None:
        self.provider = provider
        self.retry_after_s = retry_after_s
        super().__init__(f"{provider} is busy, retry in {retry_after_s:g} s")


class ProviderDown(Retry):
    """No answer, or an error on the provider's side.

    ``retry_after_s`` is a good moment to try again, spread by chance; None leaves it to whoever tries.
    """

    def __init__(self, provider: str, what: str, *, retry_after_s: float | None = None) -> None:
        self.provider = provider
        self.retry_after_s = retry_after_s
        super().__init__(f"{provider}: {what}")


class NotSent(Retry):
    """The message certainly did not leave, so sending it again cannot double it."""

    def __init__(self, what: str, *, trouble: str | None = None) -> None:
        self.trouble = trouble  #: what is behind it, where the provider said so
        super().__init__(what)


class StorageUnavailable(Retry):
    """The database did not take it. Assume neither outcome."""


class GiveUp(ClinicBotError):
    """It will never work: tell the patient and hand over."""


class ModelUnusable(GiveUp):
    """The model answered, but nothing that may be said to a patient."""


class SendRefused(GiveUp):
    """A definite no to this one message."""


class Operator(ClinicBotError):
    """A person must change something."""


class Misconfigured(Operator):
    """Settings or the clinic file cannot work; the text names what to change."""


class AccountRefused(Operator):
    """A key, token, subscription or address was refused: every call will be, until a person acts."""

    def __init__(self, provider: str, what: str, *, trouble: str | None = None) -> None:
        self.provider = provider
        self.trouble = trouble  #: what was refused, for who tells a person what to do
        super().__init__(f"{provider} refuses this account: {what}")


class ChangeRefused(ClinicBotError):
    """What a tool was asked to change cannot be changed so, and nothing was: the slot is taken, say.

    Args:
        told: why, in Portuguese, for the model only: it may quote the conversation.
    """

    def __init__(self, told: str) -> None:
        self.told = told
        super().__init__("a tool refused what it was asked to change")


class Uncertain(ClinicBotError):
    """A send that may or may not have left. Never repeated blindly."""


class Stale(ClinicBotError):
    """Somebody else holds the conversation now: discard and stop."""
