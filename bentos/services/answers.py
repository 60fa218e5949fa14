"""How tickets become triages: pure functions around the agent's calls to its models."""

import uuid
from collections import Counter
from collections.abc import Sequence
from typing import TypeGuard

from bentos.schemas import (
    Attribution,
    BatchSummary,
    Route,
    Ticket,
    Triage,
    Versions,
)
from bentos.services.outcome import Outcome
from bentos.triage.categories import CATEGORIES
from bentos.triage.explanation import reason, words_sentence
from bentos.triage.pii.scrubbed import Scrubbed
from bentos.triage.understood import Understood
from bentos.wire import Error, ErrorResponse

Accepted = Ticket | ErrorResponse


def placed(tickets: Sequence[Accepted], most_explanations: int) -> list[Accepted]:
    """The tickets of a batch, the errors in their places naming those places.

    More than `most_explanations` by the transformer would keep everybody waiting: those past it are
    refused.
    """
    left, result = most_explanations, list[Accepted]()
    for place, ticket in enumerate(tickets):
        if isinstance(ticket, ErrorResponse):
            ticket = _at_place(ticket, place)
        elif ticket.explain and ticket.model == "transformer":
            left -= 1
            ticket = ticket if left >= 0 else _too_many(place, most_explanations)
        result.append(ticket)
    return result


def _at_place(error: ErrorResponse, place: int) -> ErrorResponse:
    """`error`, naming the ticket of a batch that it is about."""
    field = ".".join(filter(None, (f"tickets.{place}", error.error.field)))
    return ErrorResponse(error=error.error.model_copy(update={"field": field}))


def _too_many(place: int, most: int) -> ErrorResponse:
    message = f"The transformer explains at most {most} tickets of a batch; send it without."
    return ErrorResponse(
        error=Error(code="too_many_explanations", message=message, field=f"tickets.{place}.explain")
    )


def is_unavailable(result: Triage | ErrorResponse) -> TypeGuard[ErrorResponse]:
    """Whether no model could be had for this ticket."""
    return isinstance(result, ErrorResponse) and result.error.code == "unavailable"


def triage(
    understood: Understood, outcome: Outcome, router_version: str, latency_ms: float
) -> Triage:
    """The answer to a ticket."""
    scrubbed, detected = understood.scrubbed, understood.reading.detected
    decision, route, words = outcome.decision, outcome.route, outcome.words
    degraded = outcome.failure is not None
    telling = [word.token for word in words or () if word.weight > 0]
    return Triage(
        ticket_id=uuid.uuid4().hex,
        category=decision.category,
        confidence=decision.confidence,
        probabilities=dict(zip(CATEGORIES, decision.probabilities, strict=True)),
        prediction_set=list(decision.prediction_set),
        needs_review=decision.review_reason is not None,
        review_reason=decision.review_reason,
        model=outcome.model,
        degraded=degraded,
        language=detected.language,
        language_confidence=detected.confidence,
        scrubbed_text=scrubbed.text,
        pii=dict(scrubbed.counts),
        names_scrubbed=scrubbed.names_were_read,
        route=Route(
            rule=route.rule,
            reason=reason(detected.language, route, decision, degraded),
            signals=route.signals.rounded() if route.signals else {},
            expected_gain=route.expected_gain,
            least_gain=route.least_gain,
        ),
        explanation=None if words is None else [_in_ticket(word, scrubbed) for word in words],
        explanation_text=words_sentence(detected.language, decision, telling) if telling else None,
        versions=Versions.model_validate({**outcome.versions, "router": router_version}),
        latency_ms=latency_ms,
    )


def _in_ticket(word: Attribution, scrubbed: Scrubbed) -> Attribution:
    """`word` with the place where it stands in the ticket as it was sent."""
    start, end = scrubbed.original(word.start, word.end)
    return word.model_copy(update={"start": start, "end": end})


def summarise(results: Sequence[Triage | ErrorResponse], latency_ms: float) -> BatchSummary:
    """What became of a batch."""
    answers = [result for result in results if isinstance(result, Triage)]
    return BatchSummary(
        tickets=len(results),
        answered=len(answers),
        failed=len(results) - len(answers),
        categories=dict(Counter(answer.category for answer in answers)),
        needs_review=sum(answer.needs_review for answer in answers),
        escalated=sum(answer.model != "svm" for answer in answers),
        degraded=sum(answer.degraded for answer in answers),
        latency_ms=latency_ms,
    )
