"""What a run can be told: the sections of `params.yaml`, each a type that refuses the unknown."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Final, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails

from bentos.triage.policy import Feature

PARAMETERS: Final = Path("params.yaml")

Section = TypeVar("Section", bound=BaseModel)
Share = Annotated[float, Field(gt=0.0, lt=1.0)]
Positive = Annotated[int, Field(ge=1)]
Features = Annotated[tuple[Feature, ...], Field(min_length=1)]
Candidates = Annotated[tuple[float, ...], Field(min_length=1)]


class ParameterError(Exception):
    """A parameter file that can't be used, in one line."""


class PrepareParameters(BaseModel):
    """The `prepare` section: how tickets are split.

    From a Jaccard similarity of `near_duplicate_threshold` on, two tickets are near-duplicates.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    seed: int
    test_share: Share
    validation_share: Share
    near_duplicate_threshold: Annotated[float, Field(gt=0.0, le=1.0)]

    @model_validator(mode="after")
    def _leaves_something_to_train_on(self) -> "PrepareParameters":
        held_out = self.test_share + self.validation_share
        if held_out >= 1.0:
            raise ValueError(
                f"test_share and validation_share add up to {held_out:g}: keep it below 1"
            )
        return self


class ArchiveParameters(BaseModel):
    """The expert on cleaned tickets: its vocabulary, its term weights, the C values to search."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    min_df: Positive
    opening_words: Positive
    opening_scale: float
    tf_power: Share
    idf_power: float
    C: Candidates


class NaturalParameters(BaseModel):
    """The expert on natural tickets. `C` and `idf_power` are searched together, every pair.

    A word must stand in `word_min_df` texts, a piece in `piece_min_df`.
    Words have the length `word_scale` beside the pieces' 1, the archive expert's scores the factor
    `archive_scale`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    word_min_df: Positive
    piece_min_df: Positive
    opening_words: Positive
    opening_scale: float
    shortest_piece: Positive
    longest_piece: Positive
    tf_power: Share
    word_scale: float
    archive_scale: float
    C: Candidates
    idf_power: Candidates
    meta_C: float


class GateParameters(BaseModel):
    """What tells natural tickets from cleaned ones."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    min_df: Positive
    C: float


class SvmParameters(BaseModel):
    """The `svm` section: both experts, their gate, and the folds that calibrate them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    seed: int
    folds: Annotated[int, Field(ge=2)]
    archive: ArchiveParameters
    natural: NaturalParameters
    gate: GateParameters


class EncoderParameters(BaseModel):
    """The `encoder` section: a name on the Hugging Face hub, or `compact`, and how that is made.

    The ascending `layers` of the twelve stay, and pieces used more often than `rarest_piece` times
    a word. The repair sees `passes` texts a ticket, `most_texts` at most, in batches of
    `batch_tokens` pieces.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(min_length=1)]
    revision: str | None
    seed: int
    layers: Annotated[tuple[Annotated[int, Field(ge=0, lt=12)], ...], Field(min_length=1)]
    rarest_piece: Share
    passes: Positive
    most_texts: Positive
    batch_tokens: Positive
    max_length: Positive
    learning_rate: Share

    @field_validator("layers")
    @classmethod
    def _ascending(cls, layers: tuple[int, ...]) -> tuple[int, ...]:
        if list(layers) != sorted(set(layers)):
            raise ValueError("name each layer once, in ascending order")
        return layers


class PassParameters(BaseModel):
    """How the training tickets are gone through: how often, how many at once, with what dropout."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    epochs: Annotated[float, Field(gt=0)]
    batch_size: Positive
    dropout: Annotated[float, Field(ge=0, lt=1)]


class TransformerParameters(BaseModel):
    """The `transformer` section: how the encoder is fine-tuned.

    `archive` holds where there are cleaned tickets, `natural` where there are none. A natural
    ticket is drawn `natural_weight` times as often as a cleaned one. Targets are the label,
    smoothed, and to `svm_share` what the SVM said of the ticket without having seen it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    seed: int
    archive: PassParameters
    natural: PassParameters
    patience: Positive
    learning_rate: Share
    head_learning_rate: Share
    warmup_share: Share
    weight_decay: float
    label_smoothing: Annotated[float, Field(ge=0, lt=1)]
    svm_share: Annotated[float, Field(ge=0, lt=1)]
    natural_weight: Annotated[float, Field(gt=0)]
    noise: Annotated[float, Field(ge=0, lt=1)]
    max_length: Positive


class Reading(BaseModel):
    """How much of a long ticket is read: its first `head` word pieces and its last `tail`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    head: Positive
    tail: Annotated[int, Field(ge=0)]


class NamesParameters(BaseModel):
    """The `names` section: how the tagger of names is trained.

    `copies` is how often each marked ticket is repeated under other names, `inserted` how often
    names are put into each ticket without; `forgotten` is the share of names that copies don't
    know; at most `cleaned` real tickets are learned from; `c1` and `c2` are CRFsuite's penalties.
    `held_out` is the share of the marked tickets that thresholds are chosen on, `most_masked` the
    share of their other words that may be masked.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    seed: int
    copies: Positive
    inserted: Positive
    forgotten: Share
    cleaned: Annotated[int, Field(ge=0)]
    c1: Annotated[float, Field(ge=0)]
    c2: Annotated[float, Field(ge=0)]
    max_iterations: Positive
    held_out: Share
    most_masked: Share


class RouterParameters(BaseModel):
    """The `router` section: what routing may cost, and how right an answer must be.

    `english_budget` is the share of English tickets that the transformer may be asked, `signals`
    are the sets of signals that its gain may be told by, `least_accuracy` is what must hold, with
    `certainty`, of answers without review, `coverage` the share of prediction sets that hold the
    true category; `natural_weight` counts a natural ticket.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    seed: int
    english_budget: Share
    signals: Annotated[tuple[Features, ...], Field(min_length=1)]
    natural_weight: Annotated[float, Field(gt=0)]
    least_accuracy: Share
    certainty: Share
    coverage: Share
    keywords: Annotated[tuple[str, ...], Field(min_length=1)]


class ExportParameters(BaseModel):
    """The `export` section: readings to choose from, and what quantization may cost.

    `least_agreement` is the share of validation tickets that keep their category,
    `most_accuracy_lost` a share of them too.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    readings: Annotated[tuple[Reading, ...], Field(min_length=1)]
    least_agreement: Share
    most_accuracy_lost: Share


def load_section(path: Path, name: str, model: type[Section]) -> Section:
    """The section `name` of the YAML file at `path`, as a `model`.

    Raises:
        ParameterError: no such file or section, or a key or value that `model` refuses.
    """
    document = _read(path)
    if not isinstance(document, dict) or name not in document:
        raise ParameterError(f"{path} has no section '{name}': add it")
    try:
        return model.model_validate(document[name])
    except ValidationError as error:
        raise ParameterError(f"{path}, section '{name}': {explain(error)}") from None


def explain(error: ValidationError, name: Callable[[str], str] = str) -> str:
    """What `error` objects to, in one line: each key as `name` calls it, its value, the remedy."""
    return "; ".join(_explain_one(fault, name) for fault in error.errors())


def _explain_one(fault: ErrorDetails, name: Callable[[str], str]) -> str:
    message = fault["msg"].removeprefix("Value error, ")
    if not fault["loc"]:
        return message
    key = name(".".join(map(str, fault["loc"])))
    if fault["type"] == "missing":
        return f"{key} is missing: add it"
    return f"{key} is {fault['input']!r}: {message}"


def _read(path: Path) -> object:
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ParameterError(f"{path} is missing: run from the repository root") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ParameterError(f"{path} is not YAML: {' '.join(str(error).split())}") from None
