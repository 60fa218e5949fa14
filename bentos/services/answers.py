"""How predictions become triages: pure functions between the agent's two calls to its models."""

import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from bentos.schemas import (
    Attribution,
    BatchSummary,
    Explainable,
    Prediction,
    Ticket,
    Triage,
    Versions,
)
from bentos.wire import Error, ErrorResponse

ModelName = Literal["svm", "transformer"]
Accepted = Ticket | ErrorResponse
Answered = Prediction | ErrorResponse


def model_of(ticket: Ticket) -> ModelName:
    """The model that answers `ticket`. Until there is a router, `auto` is the cheap one."""
    return "transformer" if ticket.model == "transformer" else "svm"


def placed(tickets: Sequence[Accepted], most_explanations: int) -> list[Accepted]:
    """The tickets of a batch, the errors in their places naming those places.

    More than `most_explanations` by the transformer would keep everybody waiting: those past it are
    refused.
    """
    left, result = most_explanations, list[Accepted]()
    for place, ticket in enumerate(tickets):
        if isinstance(ticket, ErrorResponse):
            field = ".".join(filter(None, (f"tickets.{place}", ticket.error.field)))
            ticket = ErrorResponse(error=ticket.error.model_copy(update={"field": field}))
        elif ticket.explain and model_of(ticket) == "transformer":
            left -= 1
            ticket = ticket if left >= 0 else _too_many(place, most_explanations)
        result.append(ticket)
    return result


def _too_many(place: int, most: int) -> ErrorResponse:
    message = f"The transformer explains at most {most} tickets of a batch; send it without."
    return ErrorResponse(
        error=Error(code="too_many_explanations", message=message, field=f"tickets.{place}.explain")
    )


def by_model(tickets: Mapping[int, Ticket]) -> dict[ModelName, list[int]]:
    """The places of `tickets` by the model that answers them, each in order."""
    places: dict[ModelName, list[int]] = {}
    for place, ticket in tickets.items():
        places.setdefault(model_of(ticket), []).append(place)
    return places


def to_explain(
    tickets: Mapping[int, Ticket], predictions: Mapping[int, Answered]
) -> dict[int, Explainable]:
    """What is to be explained, by place: what was asked for and could be predicted."""
    return {
        # Both parts were checked when they came in.
        place: Explainable.model_construct(text=ticket.text, category=prediction.label)
        for place, ticket in tickets.items()
        if ticket.explain and isinstance(prediction := predictions[place], Prediction)
    }


def triages(
    tickets: Sequence[Accepted],
    predictions: Mapping[int, Answered],
    explanations: Mapping[int, list[Attribution]],
    latency_ms: float,
) -> Iterator[Triage | ErrorResponse]:
    """One result a ticket, in order: its own error, or what became of it, by its place."""
    for place, ticket in enumerate(tickets):
        answer = ticket if isinstance(ticket, ErrorResponse) else predictions[place]
        if isinstance(ticket, Ticket) and isinstance(answer, Prediction):
            yield _triage(model_of(ticket), answer, explanations.get(place), latency_ms)
        elif isinstance(answer, ErrorResponse):
            yield answer


def summarise(results: Sequence[Triage | ErrorResponse], latency_ms: float) -> BatchSummary:
    """What became of a batch."""
    categories = Counter(result.category for result in results if isinstance(result, Triage))
    answered = categories.total()
    return BatchSummary(
        tickets=len(results),
        answered=answered,
        failed=len(results) - answered,
        categories=dict(categories),
        latency_ms=latency_ms,
    )


def _triage(
    model: ModelName,
    prediction: Prediction,
    explanation: list[Attribution] | None,
    latency_ms: float,
) -> Triage:
    return Triage(
        ticket_id=uuid.uuid4().hex,
        category=prediction.label,
        confidence=prediction.confidence,
        probabilities=prediction.probabilities,
        model=model,
        explanation=explanation,
        versions=Versions.model_validate({model: prediction.version}),
        latency_ms=latency_ms,
    )
