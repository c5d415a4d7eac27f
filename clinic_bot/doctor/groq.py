"""What the doctor asks Groq: whether the key is taken, and which models the account has."""

from clinic_bot.agent.groq import GroqModel
from clinic_bot.doctor.finding import Finding, Mark
from clinic_bot.errors import ClinicBotError, Retry
from clinic_bot.events import Kind
from clinic_bot.media.building import models_of
from clinic_bot.settings import Settings

_READS = {
    Kind.AUDIO: ("voice notes", "CLINIC_BOT_WHISPER_MODEL", "or off: patients are then asked to write"),
    Kind.IMAGE: (
        "pictures",
        "CLINIC_BOT_VISION_MODEL",
        "or unset it: of a picture the caption is then known",
    ),
}

#: Models that hear, speak, or take no more than 512 tokens.
_NO_READERS = ("whisper", "canopylabs/", "meta-llama/llama-prompt-guard")


async def examine(model: GroqModel, settings: Settings) -> list[Finding]:
    try:
        live = await model.live_models()
    except ClinicBotError as exc:
        network = ". Is this machine online, and GROQ_BASE_URL right? groqstatus.com tells of outages"
        return [Finding("Groq", Mark.NO, f"{exc}{network if isinstance(exc, Retry) else ''}")]
    return [_agent(settings, live), *_reviewer(settings, live), *_senses(settings, live)]


def _agent(settings: Settings, live: frozenset[str]) -> Finding:
    missing = [name for name in settings.groq_models if name not in live]
    if not missing:
        return Finding("Groq", Mark.OK, f"key accepted; {', '.join(settings.groq_models)}")
    says = f"key accepted, but this account has no {', '.join(missing)}: {_instead('CLINIC_BOT_GROQ_MODELS', live)}"
    none_left = len(missing) == len(settings.groq_models)
    return Finding("Groq", Mark.NO if none_left else Mark.LOOK, says)


def _reviewer(settings: Settings, live: frozenset[str]) -> list[Finding]:
    """Without it replies leave all the same, unread."""
    name = settings.review_model
    if not name:
        return []
    if name in live and not name.startswith(_NO_READERS):
        return [Finding("review", Mark.OK, f"{name} reads every reply")]
    why = f"{name} cannot read replies" if name in live else f"this account has no {name}"
    others = frozenset(one for one in live if not one.startswith(_NO_READERS))
    without = "or unset it; replies leave without a second reading until then"
    return [Finding("review", Mark.NO, f"{why}: {_instead('CLINIC_BOT_REVIEW_MODEL', others)}; {without}")]


def _senses(settings: Settings, live: frozenset[str]) -> list[Finding]:
    """Without them the bot answers all the same, and asks to write: but somebody set them, and pays for it."""
    found = []
    for kind, name in models_of(settings).items():
        what, variable, without = _READS[kind]
        if name in live:
            found.append(Finding(what, Mark.OK, name))
        else:
            says = f"this account has no {name}: {_instead(variable, live)}; {without}"
            found.append(Finding(what, Mark.NO, says))
    return found


def _instead(variable: str, live: frozenset[str]) -> str:
    return f"set {variable} to some of {', '.join(sorted(live)) or 'none, which is all it has'}"
