"""What the agent's answers add to its metrics and its log. Labels come from closed sets only."""

from typing import Final

from bentos.metrics import (
    ANSWERS,
    CONFIDENCE,
    DEGRADED,
    PII_ENTITIES,
    PREDICTIONS,
    REVIEWS,
    ROUTES,
    series,
)
from bentos.services.outcome import Outcome
from bentos.services.request_record import current
from bentos.triage.understood import Understood
from bentos.wire import ErrorCode, ErrorResponse

_LATE_CODES: Final[frozenset[ErrorCode]] = frozenset({"timeout"})
# A model that is gone, or isn't asked since it was gone, says nothing of the work in flight.
_LATE_FAILURES: Final = ("_late", "_full", "_unasked")


def observe(understood: Understood, outcome: Outcome, ticket_id: str) -> None:
    """Counts one answered ticket."""
    decision, rule = outcome.decision, outcome.route.rule
    language, is_degraded = understood.reading.detected.language, outcome.failure is not None
    series(ANSWERS, "degraded" if is_degraded else "answered").inc()
    series(PREDICTIONS, decision.category, outcome.model, language, rule).inc()
    series(CONFIDENCE, outcome.model).observe(decision.confidence)
    series(ROUTES, rule).inc()
    for kind, count in understood.scrubbed.counts.items():
        series(PII_ENTITIES, kind).inc(count)
    if outcome.failure is not None:
        series(DEGRADED, outcome.failure).inc()
    if decision.review_reason is not None:
        series(REVIEWS, decision.review_reason).inc()
    record = current.get()
    if record is not None:
        record.add_ticket(ticket_id, outcome.model, is_degraded)


def note_lateness(result: Outcome | ErrorResponse) -> None:
    """Takes down whether `result` suffered from too much work: the limit of the work learns it."""
    if isinstance(result, ErrorResponse):
        was_late = result.error.code in _LATE_CODES
    else:
        was_late = result.failure is not None and result.failure.endswith(_LATE_FAILURES)
    record = current.get()
    if was_late and record is not None:
        record.was_late = True


def observe_error(is_ticket: bool) -> None:
    """Counts one that has an error for an answer.

    Args:
        is_ticket: The fault is ours; otherwise what was sent is no ticket.
    """
    series(ANSWERS, "unavailable" if is_ticket else "rejected").inc()
