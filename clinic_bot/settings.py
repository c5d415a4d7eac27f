"""Settings, read once, in ``serve.py`` for every command. No other module reads the environment."""

import os
import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, StringConstraints, field_validator, model_validator
from pydantic_settings import BaseSettings, DotEnvSettingsSource, NoDecode, SettingsConfigDict

Trimmed = Annotated[str, StringConstraints(strip_whitespace=True)]


ENV_FILE = ".env"
SANDBOX_DATABASE = "sqlite:///sandbox.sqlite"
_SECRET = re.compile(r"[A-Za-z0-9._~-]{16,}")


class Mode(StrEnum):
    SANDBOX = "sandbox"
    WATCH = "watch"
    LIVE = "live"

    @property
    def sends(self) -> bool:
        """Whether anything may leave for a patient; ``watch`` drafts."""
        return self is not Mode.WATCH


class Settings(BaseSettings):
    """Every field is an environment variable: ``CLINIC_BOT_`` and the name, unless an alias says otherwise.

    ``docs/configuration.md`` is generated from the descriptions here.
    """

    model_config = SettingsConfigDict(
        env_prefix="CLINIC_BOT_",
        env_file=ENV_FILE,
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        allow_inf_nan=False,
        hide_input_in_errors=True,  # the input may be a secret
        populate_by_name=True,
    )

    mode: Mode = Field(
        default=Mode.LIVE,
        description="`sandbox` runs on the built-in stand-ins; `watch` reads and drafts with the real accounts "
        "and sends nothing; `live` answers.",
    )
    host: str = Field(
        default="127.0.0.1",
        description="Address to listen on. Without a webhook secret only loopback is allowed.",
    )
    port: int = Field(
        default=8000, ge=0, le=65535, description="Port to listen on; 0 takes a free one and prints it."
    )
    database_url: str = Field(
        default="sqlite:///clinic_bot.sqlite",
        repr=False,  # there may be a password in it
        description="`sqlite:///FILE`: one process on one file; the sandbox has `sandbox.sqlite`. "
        "`postgresql://USER:PASSWORD@HOST/DATABASE`: a server "
        "that several processes may share; the password may stand in `PGPASSWORD`. `clinic-bot db copy` moves a clinic "
        "from a file to a server.",
    )
    clinic_file: Path | None = Field(
        default=None,
        description="The clinic's facts, TOML. Required in `live` and `watch`; the sandbox has an example clinic.",
    )
    webhook_secret: SecretStr | None = Field(
        default=None,
        description="Last segment of the webhook's path, at least 16 characters. The sandbox makes its own.",
    )
    health_token: SecretStr | None = Field(
        default=None,
        description="Bearer token that `/health/ready` and `/metrics` want from beyond loopback.",
    )

    groq_api_key: SecretStr | None = Field(
        default=None, validation_alias="GROQ_API_KEY", description="Key of Groq."
    )
    groq_base_url: Trimmed = Field(
        default="https://api.groq.com",
        validation_alias="GROQ_BASE_URL",
        description="Host only, without `/openai/v1`.",
    )
    groq_models: Annotated[tuple[str, ...], NoDecode] = Field(
        default=("openai/gpt-oss-120b", "openai/gpt-oss-20b"),
        description="Models to ask, best first, separated by commas; the next one is asked when one is gone.",
    )
    groq_call_timeout_s: float = Field(default=60, gt=0, description="Longest one call to Groq may take.")
    groq_tokens_per_minute: int = Field(
        default=0,
        ge=0,
        description="The plan's tokens a minute of one model, to pace the first calls; 0: as the first answer says.",
    )
    groq_requests_per_minute: int = Field(
        default=0,
        ge=0,
        description="The plan's requests a minute of one model; 0: as Groq says when it refuses one.",
    )
    replies: Annotated[str, StringConstraints(pattern="^(written|composed)$")] = Field(
        default="written",
        description="Whose words patients read. `written`: the model's, which guards hold against the clinic's file. "
        "`composed`: the clinic's; the model only chooses parts: sentences of the file, what the agenda answered, "
        "fixed courtesies. Stiffer, and no model can invent or promise anything.",
    )
    agent_timeout_s: float = Field(
        default=90, gt=0, description="Longest one turn may think, all its calls together."
    )
    agent_max_steps: int = Field(default=5, ge=1, le=20, description="Most model calls in one turn.")
    agent_max_tokens: int = Field(
        default=900,
        ge=200,
        description="Most tokens the model may write in one call, its reasoning included.",
    )

    review_model: Trimmed | None = Field(
        default=None,
        description="Groq's model that reads every reply that a model wrote against the clinic's file and the turn "
        "before it is sent, such as `openai/gpt-oss-20b`. What it objects to is written again once, then a person "
        "takes over; where it is busy, silent or unclear, the reply leaves as without it (`clinic_bot_reviews_total` "
        "counts that). It costs a call more a reply. Not set: only the rules of code read. See "
        "[replies.md](replies.md).",
    )

    zapi_instance_id: Trimmed | None = Field(
        default=None, validation_alias="ZAPI_INSTANCE_ID", description="Instance id of Z-API."
    )
    zapi_token: SecretStr | None = Field(
        default=None, validation_alias="ZAPI_TOKEN", description="Token of the instance."
    )
    zapi_client_token: SecretStr | None = Field(
        default=None, validation_alias="ZAPI_CLIENT_TOKEN", description="Security token of the account."
    )
    zapi_base_url: Trimmed = Field(
        default="https://api.z-api.io", validation_alias="ZAPI_BASE_URL", description="Host of Z-API."
    )
    zapi_timeout_s: float = Field(default=15, gt=0, description="Longest a call to Z-API may take.")
    zapi_poll_s: float = Field(
        default=30,
        ge=1,
        description="How often Z-API is asked whether WhatsApp is connected and the account accepted.",
    )
    zapi_restricted_pause_s: float = Field(
        default=1800,
        gt=0,
        description="Pause of all answers after WhatsApp refused to send for this number (a likely shadow ban).",
    )
    reply_ttl_s: float = Field(
        default=60,
        gt=0,
        description="Age at which a reply that has not left is stale, and asked again with all that came since.",
    )
    backlog_age_s: float = Field(
        default=3600, gt=0, description="Age past which waiting messages are a backlog, as after an outage."
    )
    backlog: Annotated[str, StringConstraints(pattern="^(answer|hand_over)$")] = Field(
        default="answer",
        description="`answer`: a backlog gets one answer for all of it; `hand_over`: it goes to a person.",
    )

    quiet_s: float = Field(
        default=6,
        gt=0,
        description="Silence that ends a burst, in seconds, where nothing can be said about what the patient wrote.",
    )
    patience_care: float = Field(
        default=40,
        gt=0,
        le=10_000,
        description="Seconds of everybody's waiting that one answer which comes too early is worth: more waits longer. "
        "`clinic-bot replay --tune` proposes a value.",
    )
    patience_floor_s: float = Field(
        default=1,
        ge=0.1,
        description="Shortest silence that ends a burst, in seconds, however finished it sounds. Equal to "
        "`CLINIC_BOT_PATIENCE_CEILING_S`, every wait is the same.",
    )
    patience_ceiling_s: float = Field(
        default=13,
        gt=0,
        description="Longest silence that is waited for the next piece, in seconds.",
    )
    max_wait_s: float = Field(
        default=60, gt=0, description="Longest a burst stays open after its first message."
    )
    speculate: bool = Field(
        default=False,
        description="Whether the model is asked shortly before a window closes, so that the reply leaves when it does. "
        "Answers that something newer made useless are thrown away; it is done only while half of Groq's limits are "
        "free, and never in `watch`.",
    )
    typing_hold_s: float = Field(
        default=12, ge=0, description="How long one typing or recording signal holds the window open."
    )
    typing_delay_s: int = Field(
        default=1, ge=0, le=15, description="Seconds the patient sees `digitando...` before the reply."
    )
    recall_for_newer: bool = Field(
        default=False,
        description="Whether a reply that still waits in Z-API's queue is taken back when the patient writes on, so "
        "that one answer covers everything. It costs two calls to Z-API and another answer of the model.",
    )
    human_mode_s: float = Field(
        default=4 * 3600,
        gt=0,
        description="How long the bot stays silent after somebody of the clinic wrote by hand.",
    )
    human_alert_s: float = Field(
        default=600, gt=0, description="After how long a patient who waits for a person is reported."
    )
    unavailable_after_s: float = Field(
        default=300,
        gt=0,
        description="Without an answer of the model for this long, the patient is told so and a person takes over.",
    )
    whisper_model: Trimmed = Field(
        default="whisper-large-v3-turbo",
        description="Groq's model that transcribes voice notes; `off`: nobody hears them, and the patient is asked to "
        "write.",
    )
    vision_model: Trimmed | None = Field(
        default=None,
        description="Groq's model that looks at pictures, such as `qwen/qwen3.8-27b`, also those sent as a file. Not "
        "set, the assistant knows of a picture only its caption.",
    )
    hear_wait_s: float = Field(
        default=20,
        ge=0,
        description="Longest a burst waits, after a voice note came, for what is said in it; then the patient is told "
        "that it could not be heard.",
    )
    media_max_mb: float = Field(
        default=16, gt=0, le=25, description="Largest file of a patient that is fetched, in megabytes."
    )
    audio_max_s: float = Field(
        default=600, gt=0, description="Longest recording that is transcribed, in seconds."
    )
    turn_slots: int = Field(default=2000, ge=1, description="Most turns that think at the same time.")
    history_turns: int = Field(
        default=8, ge=0, le=50, description="Earlier turns of the conversation the model sees."
    )
    history_hours: float = Field(
        default=72, ge=0, description="Age past which earlier turns are not shown to the model."
    )
    inbox_days: float = Field(
        default=8, ge=8, description="Days a webhook body is kept; a redelivery is known that long."
    )
    records_days: float = Field(
        default=365,
        ge=30,
        description="Days that messages, turns and the tools' steps are kept. Appointments and patients stay.",
    )
    reminders: bool = Field(
        default=True,
        description="Whether patients are reminded of their appointments, as `[reminders]` of the clinic's file says. "
        "`false` stops them at the next start, whatever the file says.",
    )
    max_replies_per_hour: int = Field(
        default=20,
        ge=2,
        description="Most replies to one conversation within an hour; the last of them hands over to a person, so that "
        "two robots do not talk for ever.",
    )
    alert_url: SecretStr | None = Field(
        default=None,
        description="Gets every alert as a JSON POST: `kind`, `text` in Portuguese, `at`, `instance`, and "
        "`suppressed`, the number of alerts held back since the last one of its kind. https, or http on this machine.",
    )
    log_format: Annotated[str, StringConstraints(pattern="^(json|console)$")] = Field(
        default="json", description="`json` or `console`."
    )

    sandbox_clock: str | None = Field(
        default=None,
        description="Sandbox only: the instant the clock starts at, ISO 8601 with zone. `INSTANT@SECONDS`: it was that "
        "instant at this Unix time, so that several processes share one clock.",
    )
    sandbox_groq_key: SecretStr | None = Field(
        default=None,
        description="Sandbox only: the key of a real Groq at `GROQ_BASE_URL`, which then plays the model; Z-API stays "
        "the stand-in. `clinic-bot evaluate` sets it for the servers it starts.",
    )
    sandbox_speed: float = Field(default=1, gt=0, le=100, description="Sandbox only: divides every duration.")

    @model_validator(mode="before")
    @classmethod
    def _sandbox_apart(cls, given: Any) -> Any:
        """Patients that somebody plays have a file of their own, beside the one that the clinic will have."""
        if isinstance(given, dict) and given.get("mode") == Mode.SANDBOX and "database_url" not in given:
            return {**given, "database_url": SANDBOX_DATABASE}
        return given

    @field_validator("groq_models", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return (
            tuple(part.strip() for part in value.split(",") if part.strip())
            if isinstance(value, str)
            else value
        )

    @field_validator("groq_base_url", "zapi_base_url")
    @classmethod
    def _host_only(cls, value: str) -> str:
        url = urlsplit(value)
        if url.scheme not in ("http", "https") or not url.netloc:
            raise ValueError("must be a URL such as https://api.example.com")
        if url.path.strip("/"):
            raise ValueError("must be the host only, without a path")
        return value.rstrip("/")

    @field_validator("alert_url")
    @classmethod
    def _safe_to_post_to(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None:
            return None
        url = urlsplit(value.get_secret_value().strip())
        on_this_machine = url.hostname in ("127.0.0.1", "::1", "localhost")
        if not url.hostname or not (url.scheme == "https" or (url.scheme == "http" and on_this_machine)):
            raise ValueError("must be an https address, or http on this machine")
        return SecretStr(value.get_secret_value().strip())

    @model_validator(mode="after")
    def _together(self) -> Self:
        if self.max_wait_s < self.quiet_s:
            raise ValueError("CLINIC_BOT_MAX_WAIT_S must not be below CLINIC_BOT_QUIET_S")
        if self.records_days < max(self.inbox_days, self.history_hours / 24):
            raise ValueError(
                "CLINIC_BOT_RECORDS_DAYS must not be below CLINIC_BOT_INBOX_DAYS or what CLINIC_BOT_HISTORY_HOURS "
                "shows to the model"
            )
        if self.patience_ceiling_s < self.patience_floor_s:
            raise ValueError("CLINIC_BOT_PATIENCE_CEILING_S must not be below CLINIC_BOT_PATIENCE_FLOOR_S")
        only_there = self.sandbox_clock or self.sandbox_groq_key or self.sandbox_speed != 1
        if self.mode is not Mode.SANDBOX and only_there:
            raise ValueError("what begins with CLINIC_BOT_SANDBOX_ needs CLINIC_BOT_MODE=sandbox")
        if self.webhook_secret and not _SECRET.fullmatch(self.webhook_secret.get_secret_value()):
            raise ValueError(
                "CLINIC_BOT_WEBHOOK_SECRET must have at least 16 characters, letters, digits and ._~- only: "
                "it is a part of the webhook's path"
            )
        if not self.groq_models:
            raise ValueError("CLINIC_BOT_GROQ_MODELS must name at least one model")
        return self


def variable_of(name: str) -> str:
    """The environment variable behind a field."""
    alias = Settings.model_fields[name].validation_alias
    return alias if isinstance(alias, str) else f"CLINIC_BOT_{name.upper()}"


def variables_given() -> set[str]:
    """Names of all that is set, here and in the file, whether or not it is a setting. Empty ones count as not set."""
    everything = {**DotEnvSettingsSource(Settings).env_vars, **os.environ}
    return {name for name, value in everything.items() if value}
