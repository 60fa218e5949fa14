"""What goes over the wire: tickets in, triages out; texts to a model and its predictions."""

from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, PlainValidator, ValidationError
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError

from bentos.settings import settings
from bentos.triage.categories import Category
from bentos.triage.normalise import words
from bentos.wire import ErrorResponse, WireModel, first_error

EXAMPLE_TEXTS: Final = [
    "I am locked out of my account since this morning, please reset my password.",
    "L'imprimante du deuxième étage ne répond plus, pouvez-vous envoyer un technicien ?",
    "أحتاج إلى شراء شاشة جديدة لمكتبي، كيف أقدم طلب الشراء؟",
]


def _readable(text: str) -> str:
    """`text`, when it is short enough and has words: an answer to anything else means nothing."""
    limit = settings().max_text_characters
    if not text.strip():
        raise PydanticCustomError("text_empty", "The text is empty.")
    if len(text) > limit:
        message = "The text has {characters} characters; at most {limit} are read."
        raise PydanticCustomError(
            "text_too_long", message, {"characters": len(text), "limit": limit}
        )
    if not _is_unicode(text):
        raise PydanticCustomError("not_unicode", "The text holds half of a surrogate pair.")
    if next(words(text), None) is None:
        raise PydanticCustomError("no_words", "The text has no words to sort it by.")
    return text


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


_LENGTHS: Final[JsonDict] = {"minLength": 1, "maxLength": settings().max_text_characters}
TicketText = Annotated[str, AfterValidator(_readable)]


class Ticket(WireModel):
    """A customer's ticket."""

    text: TicketText = Field(
        description="The ticket in English, French or Arabic, with at least one word.",
        examples=EXAMPLE_TEXTS,
        json_schema_extra=_LENGTHS,
    )
    channel: Literal["email", "chat", "phone"] | None = Field(
        default=None, description="How it came in.", examples=["email"]
    )
    model: Literal["auto", "svm", "transformer"] = Field(
        default="auto", description="Which model answers; `auto` lets the router choose."
    )
    explain: bool = Field(default=False, description="Also name the words that carried the answer.")


class Attribution(WireModel):
    """A word's contribution to the predicted category's score, and its place, in characters."""

    token: str
    weight: float = Field(description="In logits; positive speaks for the category.")
    start: int = Field(ge=0)
    end: int = Field(ge=0)


class Route(WireModel):
    """Which rule chose the model, and the values that it saw."""

    rule: str
    reason: str
    signals: dict[str, float | str]


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
    """The answer to a ticket. A field that this server can't fill is null."""

    ticket_id: str = Field(examples=["5f2b9c0e8a7d4c1f9e3b6a5d4c2f1e0b"])
    category: Category
    confidence: Probability = Field(examples=[0.91])
    probabilities: dict[Category, Probability] = Field(examples=[_EXAMPLE])
    prediction_set: list[Category] | None = None
    needs_review: bool | None = None
    model: Literal["svm", "transformer"]
    degraded: bool = False
    language: Literal["en", "fr", "ar", "other"] | None = None
    language_confidence: Probability | None = None
    scrubbed_text: str | None = None
    pii: dict[str, int] | None = None
    route: Route | None = None
    explanation: list[Attribution] | None = None
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
    latency_ms: float = Field(ge=0)


class TriageBatch(WireModel):
    """One result per ticket, in the order of the request."""

    results: list[Triage | ErrorResponse]
    summary: BatchSummary


class Texts(WireModel):
    """Raw texts for a model service."""

    texts: list[TicketText] = Field(max_length=settings().max_bulk_texts, examples=[EXAMPLE_TEXTS])


class FewTexts(WireModel):
    """Raw texts that a model service merges with those of other callers."""

    texts: list[TicketText] = Field(
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

    text: TicketText = Field(examples=EXAMPLE_TEXTS)
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
