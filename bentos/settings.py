"""What an operator can set: read once from the environment, refused at start when it is wrong."""

from functools import cache
from typing import Final, Literal

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from bentos.setting_types import MaybeHosts, MaybeTag, MaybeUrl, Tag

_PREFIX: Final = "CALLCENTER_"


class SettingsError(Exception):
    """A variable that the server can't start with: its name, its value and the remedy."""


class Settings(BaseSettings):
    """The settings of the services: variables CALLCENTER_<NAME>, unless one says otherwise."""

    model_config = SettingsConfigDict(
        frozen=True, extra="ignore", env_prefix=_PREFIX, populate_by_name=True
    )

    svm_url: MaybeUrl = Field(
        default=None,
        validation_alias="SVM_URL",
        description="Where SvmService runs; unset, it runs in the agent's process group.",
    )
    transformer_url: MaybeUrl = Field(
        default=None,
        validation_alias="TRANSFORMER_URL",
        description="Where TransformerService runs; unset, it runs in the agent's process group.",
    )
    svm_model: Tag = Field(
        default="callcenter-svm:latest",
        description="The tag of the SVM in the BentoML model store.",
    )
    transformer_model: Tag = Field(
        default="callcenter-transformer:latest",
        description="The tag of the transformer in the BentoML model store.",
    )
    router_model: Tag = Field(
        default="callcenter-router:latest",
        description="The tag of the routing policy in the BentoML model store.",
    )
    names_model: MaybeTag = Field(
        default="callcenter-names:latest",
        description="The tag of the name tagger there; empty, names are left in tickets.",
    )
    language_detector: Literal["fasttext", "langdetect"] = Field(
        default="fasttext", description="What tells English from French and the rest."
    )
    ticket_budget_seconds: float = Field(
        default=2.0,
        gt=0,
        description="Seconds from a whole request to its answer, for a ticket of up to 2,000 "
        "characters. After this deadline the best answer so far is returned.",
    )
    breaker_failures: int = Field(
        default=5, ge=1, description="Failures in a row after which a model isn't asked."
    )
    breaker_seconds: float = Field(
        default=1.0, gt=0, description="How long it then isn't, before one ticket tries again."
    )
    cache_entries: int = Field(
        default=10_000, ge=0, description="The most answers kept for tickets sent again. 0: none."
    )
    cache_seconds: float = Field(default=300.0, gt=0, description="How long an answer is kept.")
    max_text_characters: int = Field(
        default=20_000, ge=1, le=1_000_000, description="The longest ticket that is read."
    )
    max_batch_tickets: int = Field(
        default=1_000,
        ge=1,
        description="The most tickets in one call of the agent's /predict_batch.",
    )
    max_bulk_texts: int = Field(
        default=10_000, ge=1, description="The most texts in one call of a model service."
    )
    max_predict_texts: int = Field(
        default=32,
        ge=1,
        description="The most texts in one call of a model service's /predict, not /predict_bulk.",
    )
    max_body_bytes: int = Field(
        default=2_000_000, ge=1_000, description="The largest request that the agent reads."
    )
    max_bulk_body_bytes: int = Field(
        default=8_000_000, ge=1_000, description="The largest request that a model service reads."
    )
    max_held_bytes: int = Field(
        default=16_000_000,
        ge=1_000,
        description="The most bytes of bodies over 64 KB that a process of a service holds, and "
        "one body at least. Past it: 429, first to the sender who paused the longest.",
    )
    max_header_bytes: int = Field(
        default=32_768, ge=1_024, description="The largest headers that are read. Past it: 431."
    )
    header_seconds: float = Field(
        default=10.0, gt=0, description="How long a request's headers may take. Past it: 408."
    )
    body_seconds: float = Field(
        default=30.0,
        gt=0,
        description="How long a body may take to arrive, past it: 408; and an answer to be read, "
        "past it the connection ends.",
    )
    max_connections: int = Field(
        default=512,
        ge=1,
        description="The most connections of a process of a service. Past it, one that sends "
        "nothing ends; if there is none, the new one: 429.",
    )
    allowed_hosts: MaybeHosts = Field(
        default=None,
        description="The names that the server answers to, with commas between them: `*` for any, "
        "`*.example.org` for all below one. Loopback names are always among them. Unset: only "
        "they, where the server listens on a loopback address; else any.",
    )
    adaptive_batching: bool = Field(
        default=True, description="Whether concurrent callers' texts are merged into batches."
    )
    model_calls: int = Field(
        default=4,
        ge=1,
        description="The most calls that an agent has in flight to a model for single tickets. "
        "Tickets past it go together in the next; raise it with the model's replicas.",
    )
    svm_max_batch_size: int = Field(
        default=256, ge=2, description="The most texts that SvmService merges into one batch."
    )
    svm_max_latency_ms: int = Field(
        default=10_000,
        ge=100,
        description="How long a text may wait for its batch, generously. Past it: 503.",
    )
    transformer_max_batch_size: int = Field(
        default=32, ge=2, description="The most texts that TransformerService merges into one."
    )
    transformer_max_latency_ms: int = Field(
        default=10_000,
        ge=100,
        description="How long a text may wait for its batch, generously. Past it: 503.",
    )
    transformer_threads: int = Field(
        default=1, ge=1, description="Threads that share one batch of the transformer."
    )
    max_transformer_explanations: int = Field(
        default=25,
        ge=1,
        description="The most tickets of one call that the transformer explains. Each costs as "
        "much as 50 predictions.",
    )
    timeout_seconds: int = Field(
        default=30, ge=1, description="The longest that one request may take. Past it: 504."
    )
    bulk_seconds: float = Field(
        default=15.0,
        gt=0,
        description="How long a model begins texts of a bulk call. Texts after it: an error each.",
    )
    model_timeout_seconds: float = Field(
        default=10.0,
        gt=0,
        description="The longest that one ticket waits for a model. Past it: 503.",
    )
    ready_timeout_seconds: float = Field(
        default=1.0, gt=0, description="The longest that /readyz waits for a model."
    )
    max_concurrency: int = Field(
        default=128, ge=1, description="The most requests in flight per service. Past it: 429."
    )
    drain_seconds: float = Field(
        default=1.0,
        ge=0,
        description="How long a server that was told to end still takes requests, while /readyz "
        "says 503: longer than whoever sends them takes to notice.",
    )
    shutdown_seconds: float = Field(
        default=35.0,
        gt=0,
        description="The longest that requests in flight may hold up the end of a server. More "
        "than CALLCENTER_TIMEOUT_SECONDS, or some are cut off.",
    )
    log_format: Literal["json", "text"] = Field(
        default="text",
        description="How log lines look: `text` for people, `json` for what collects logs.",
    )
    leak_guard_rate: float = Field(
        default=0.02,
        ge=0,
        le=1,
        description="The part of log lines and rows that the leak guard reads. 0: it is off.",
    )
    otlp_endpoint: MaybeUrl = Field(
        default=None,
        description="An OpenTelemetry collector for traces, by OTLP over HTTP. Unset: none.",
    )
    trace_rate: float = Field(
        default=1.0, ge=0, le=1, description="The part of the requests that is traced there."
    )
    agent_workers: int = Field(default=1, ge=1, description="Processes of AgentService.")
    svm_workers: int = Field(default=1, ge=1, description="Processes of SvmService.")
    transformer_workers: int = Field(
        default=1, ge=1, description="Processes of TransformerService."
    )


@cache
def settings() -> Settings:
    """This process's settings, read from the environment on the first call.

    Raises:
        SettingsError: one or more variables can't be used.
    """
    try:
        return Settings()
    except ValidationError as error:
        raise SettingsError(_complaint(error)) from None


def _complaint(error: ValidationError) -> str:
    lines = []
    for problem in error.errors(include_url=False, include_context=False):
        # Where a variable has a name of its own, the place is that name.
        name = str(problem["loc"][0])
        field = name.lower()
        variable = name if name.isupper() else f"{_PREFIX}{field.upper()}"
        default = Settings.model_fields[field].default
        remedy = "unset it" if default is None else f"unset it to use {default!r}"
        message = problem["msg"].removeprefix("Value error, ")
        lines.append(
            f"{variable} has value {problem['input']!r}: {message}. Correct it, or {remedy}."
        )
    return "\n".join(lines)
