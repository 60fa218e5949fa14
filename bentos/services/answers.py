"""How predictions become triages: pure functions between the agent's two calls."""

import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

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

_NO_TRANSFORMER: Final = ErrorResponse(
    error=Error(
        code="model_not_served",
        message="This server has no transformer; choose auto or svm.",
        field="model",
    )
)

Accepted = Ticket | ErrorResponse
Answered = Prediction | ErrorResponse


def accept(ticket: Accepted, place: str = "") -> Accepted:
    """`ticket`, or the error that stands for it, the field's name preceded by its `place`."""
    if isinstance(ticket, Ticket):
        if ticket.model != "transformer":
            return ticket
        ticket = _NO_TRANSFORMER
    if not place:
        return ticket
    field = ".".join(filter(None, (place, ticket.error.field)))
    return ErrorResponse(error=ticket.error.model_copy(update={"field": field}))


def accepted(tickets: Sequence[Accepted]) -> list[Ticket]:
    """The tickets among `tickets`, in order."""
    return [ticket for ticket in tickets if isinstance(ticket, Ticket)]


def place_answers(tickets: Sequence[Accepted], answers: Sequence[Answered]) -> list[Answered]:
    """One answer per ticket, in order: its own error, or the next of `answers`."""
    following = iter(answers)
    return [next(following) if isinstance(ticket, Ticket) else ticket for ticket in tickets]


def to_explain(
    tickets: Sequence[Accepted], answers: Sequence[Answered]
) -> list[Explainable | None]:
    """What each ticket wants explained; None where nothing is to be."""
    return [
        (
            # Both parts were checked when they came in.
            Explainable.model_construct(text=ticket.text, category=answer.label)
            if isinstance(ticket, Ticket) and isinstance(answer, Prediction) and ticket.explain
            else None
        )
        for ticket, answer in zip(tickets, answers, strict=True)
    ]


def triages(
    answers: Sequence[Answered],
    explained: Sequence[Explainable | None],
    explanations: Sequence[list[Attribution]],
    latency_ms: float,
) -> Iterator[Triage | ErrorResponse]:
    """One result per answer, in order; `explanations` are of what in `explained` isn't None."""
    following = iter(explanations)
    for answer, item in zip(answers, explained, strict=True):
        if isinstance(answer, ErrorResponse):
            yield answer
        else:
            yield _triage(answer, None if item is None else next(following), latency_ms)


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
    prediction: Prediction, explanation: list[Attribution] | None, latency_ms: float
) -> Triage:
    return Triage(
        ticket_id=uuid.uuid4().hex,
        category=prediction.label,
        confidence=prediction.confidence,
        probabilities=prediction.probabilities,
        model="svm",
        explanation=explanation,
        versions=Versions(svm=prediction.version),
        latency_ms=latency_ms,
    )
