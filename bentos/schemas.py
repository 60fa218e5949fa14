"""What goes over the wire: tickets in, triages out; texts to a model and its predictions."""

from typing import Annotated, Final, Literal, LiteralString

from pydantic import AfterValidator, Field, PlainValidator, ValidationError
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError

from bentos.settings import settings
from bentos.triage.categories import Category
from bentos.triage.decision import ReviewReason
from bentos.triage.language import Language
from bentos.triage.normalise import words
from bentos.triage.pii.plain_view import LONGEST_FORM, unfolded_length
from bentos.triage.placeholders import beside_placeholders
from bentos.triage.routing import Rule
from bentos.wire import ErrorResponse, WireModel, first_error

EXAMPLE_TEXTS: Final = [
    "I am locked out of my account since this morning, please reset my password.",
    "L'imprimante du deuxième étage ne répond plus, pouvez-vous envoyer un technicien ?",
    "أحتاج إلى شراء شاشة جديدة لمكتبي، كيف أقدم طلب الشراء؟",
]


_TOO_LONG: Final = "The text has {characters} characters; at most {limit} are read."
_UNFOLDS: Final = "The text has {characters} characters when unfolded; at most {limit} are read."


def _readable(text: str) -> str:
    """`text`, when it is short enough and has words: an answer to anything else means nothing."""
    _check(text, counted=text)
    return text


def _readable_scrubbed(text: str) -> str:
    """As `_readable`; placeholders, which may be longer than what they replaced, don't count."""
    may_be_long = len(text) * LONGEST_FORM > settings().max_text_characters
    _check(text, counted=beside_placeholders(text) if may_be_long else text)
    return text


def _check(text: str, counted: str) -> None:
    if not text.strip():
        raise PydanticCustomError("text_empty", "The text is empty.")
    _check_length(len(counted), _TOO_LONG)
    if not _is_unicode(text):
        raise PydanticCustomError("not_unicode", "The text holds half of a surrogate pair.")
    # What is read, and takes time and memory, is the unfolded text.
    if not counted.isascii() and len(counted) * LONGEST_FORM > settings().max_text_characters:
        _check_length(unfolded_length(counted), _UNFOLDS)
    if next(words(text), None) is None:
        raise PydanticCustomError("no_words", "The text has no words to sort it by.")


def _check_length(characters: int, complaint: LiteralString) -> None:
    limit = settings().max_text_characters
    if characters > limit:
        given = {"characters": characters, "limit": limit}
        raise PydanticCustomError("text_too_long", complaint, given)


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


# What JSON Schema can say of a readable text: that it has a letter, not that it has a word.
_READABLE: Final[JsonDict] = {
    "minLength": 1,
    "maxLength": settings().max_text_characters,
    "pattern": r"\p{L}",
}
Answerer = Literal["svm", "transformer", "both", "none"]
TicketText = Annotated[str, AfterValidator(_readable), Field(json_schema_extra=_READABLE)]
ScrubbedText = Annotated[
    str, AfterValidator(_readable_scrubbed), Field(json_schema_extra=_READABLE)
]


class Ticket(WireModel):
    """A customer's ticket."""

    text: TicketText = Field(
        description="The ticket in English, French or Arabic, with at least one word.",
        examples=EXAMPLE_TEXTS,
    )
    channel: Literal["email", "chat", "phone"] | None = Field(
        default=None, description="How it came in.", examples=["email"]
    )
    model: Literal["auto", "svm", "transformer"] = Field(
        default="auto", description="Which model answers; `auto` lets the router choose."
    )
    explain: bool = Field(default=False, description="Also name the words that carried the answer.")


_REASON: Final = (
    "The quick model is 93% sure; asking the second one would gain 0.2%, less than the 1.4% it has "
    "to."
)


class Attribution(WireModel):
    """A word's contribution to the predicted category's score, and its place, in characters."""

    token: str
    weight: float = Field(description="In logits; positive speaks for the category.")
    start: int = Field(ge=0)
    end: int = Field(ge=0)


class Route(WireModel):
    """Which rule chose the model, and the values that it saw."""

    rule: Rule
    reason: str = Field(description="In the ticket's language.", examples=[_REASON])
    signals: dict[str, int | float | str] = Field(
        description="What the router saw; empty where the caller chose the model."
    )
    expected_gain: float | None = Field(
        default=None, description="What the transformer was expected to add, in tickets."
    )
    least_gain: float | None = Field(
        default=None, description="What it had to add; null where it is asked in any case."
    )


class Versions(WireModel):
    """The models that took part; null where one didn't."""

    svm: str | None = None
    transformer: str | None = None
    router: str | None = None


_EXAMPLE: Final[dict[Category, float]] = {
    "Access": 0.91,
    "Administrative rights": 0.06,
    "Hardware": 0.03,
}
Probability = Annotated[float, Field(ge=0, le=1)]


class Triage(WireModel):
    """The answer to a ticket."""

    ticket_id: str = Field(examples=["5f2b9c0e8a7d4c1f9e3b6a5d4c2f1e0b"])
    category: Category
    confidence: Probability = Field(examples=[0.91])
    probabilities: dict[Category, Probability] = Field(examples=[_EXAMPLE])
    prediction_set: list[Category] = Field(
        description="The true category is among these 95 times in a hundred.",
        examples=[["Access"]],
    )
    needs_review: bool = Field(description="Whether a human should look before it is acted on.")
    review_reason: ReviewReason | None = Field(default=None, description="Why a human should look.")
    model: Answerer = Field(
        description="Who answered; `both` together, `none` where no word was left to read."
    )
    degraded: bool = Field(
        default=False, description="Whether a model that should have answered could not be had."
    )
    language: Language
    language_confidence: Probability
    scrubbed_text: str = Field(
        description="The ticket as every model saw it.",
        examples=["I am <PERSON_1>, my phone <PHONE_NUMBER_1> is locked."],
    )
    pii: dict[str, int] = Field(
        description="How many values of each type were replaced.", examples=[{"PERSON": 1}]
    )
    names_scrubbed: bool = Field(
        description="False where the model of names is missing: they may be left in the text."
    )
    route: Route
    explanation: list[Attribution] | None = None
    explanation_text: str | None = Field(
        default=None, description="The explanation as a sentence in the ticket's language."
    )
    versions: Versions
    latency_ms: float = Field(ge=0)


def _ticket_or_error(value: object) -> Ticket | ErrorResponse:
    """The ticket, or the error that stands in its place: one bad ticket harms no other."""
    try:
        return Ticket.model_validate(value)
    except ValidationError as error:
        return ErrorResponse(error=first_error(error))


BatchItem = Annotated[
    Ticket | ErrorResponse, PlainValidator(_ticket_or_error, json_schema_input_type=Ticket)
]


class TicketBatch(WireModel):
    """Tickets to answer in one call."""

    tickets: list[BatchItem] = Field(max_length=settings().max_batch_tickets)


class BatchSummary(WireModel):
    """What became of a batch."""

    tickets: int
    answered: int
    failed: int
    categories: dict[Category, int] = Field(description="Answers per category.")
    needs_review: int = Field(description="Answers that a human should look at.")
    escalated: int = Field(description="Answers in which the transformer took part.")
    degraded: int = Field(description="Answers that had to do without a model.")
    latency_ms: float = Field(ge=0)


class TriageBatch(WireModel):
    """One result per ticket, in the order of the request."""

    results: list[Triage | ErrorResponse]
    summary: BatchSummary


class Texts(WireModel):
    """Raw texts for a model service."""

    texts: list[ScrubbedText] = Field(
        max_length=settings().max_bulk_texts, examples=[EXAMPLE_TEXTS]
    )


class FewTexts(WireModel):
    """Raw texts that a model service merges with those of other callers."""

    texts: list[ScrubbedText] = Field(
        max_length=settings().max_predict_texts, examples=[EXAMPLE_TEXTS]
    )


class Prediction(WireModel):
    """A model's answer to one text."""

    label: Category
    confidence: Probability
    probabilities: dict[Category, Probability]
    version: str = Field(description="The model that answered.")


class Predictions(WireModel):
    """One prediction per text, in order."""

    predictions: list[Prediction | ErrorResponse]


class Explainable(WireModel):
    """A text and the category to explain."""

    text: ScrubbedText = Field(examples=EXAMPLE_TEXTS)
    category: Category = Field(examples=["Access", "Hardware", "Purchase"])


class Explainables(WireModel):
    """Texts to explain."""

    items: list[Explainable] = Field(max_length=settings().max_bulk_texts)


class FewExplainables(WireModel):
    """Texts to explain at a fraction of a second each."""

    items: list[Explainable] = Field(max_length=settings().max_transformer_explanations)


class Explanations(WireModel):
    """One list of words per item, in order, the most telling word first."""

    explanations: list[list[Attribution]]
