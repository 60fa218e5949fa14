"""What becomes of a ticket once its models have answered, or have not."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from bentos.schemas import Answerer, Attribution, Prediction
from bentos.services.model_client import FailureReason
from bentos.triage.categories import CATEGORIES
from bentos.triage.decision import Decision, decide
from bentos.triage.policy import Policy
from bentos.triage.routing import NOTHING_LEFT, Route
from bentos.triage.understood import Understood

ModelName = Literal["svm", "transformer"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A ticket's answer, without what belongs to one request: its id, its time, its offsets.

    Args:
        decision: The category and how sure it is.
        route: Why these models were asked.
        model: Who answered.
        versions: Of the models that took part.
        failure: Why a model that should have taken part didn't.
        words: The telling words, with offsets in the scrubbed text; None where not asked for.
    """

    decision: Decision
    route: Route
    model: Answerer
    versions: Mapping[str, str]
    failure: str | None = None
    words: tuple[Attribution, ...] | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """A model that should have answered this ticket and didn't."""

    model: ModelName
    reason: FailureReason


def nothing_left(policy: Policy) -> Outcome:
    """The outcome of a ticket that has no words once personal data are taken out: for a human."""
    even = [1 / len(CATEGORIES)] * len(CATEGORIES)
    decision = replace(
        decide(policy, even, is_known_language=True),
        category="Miscellaneous",
        prediction_set=CATEGORIES,
        review_reason="nothing_left",
    )
    return Outcome(decision, NOTHING_LEFT, "none", {})


def concluded(
    policy: Policy,
    understood: Understood,
    route: Route,
    answers: Mapping[ModelName, Prediction],
    failed: Failed | None,
) -> Outcome:
    """The outcome of a ticket for which `answers` came from at least one model."""
    svm, transformer = _row(answers.get("svm")), _row(answers.get("transformer"))
    reading = understood.reading
    own = policy.own(reading.detected.language, reading.style)
    if svm and transformer:
        model: Answerer = "both"
        final = own.pool.combined(svm, transformer)
    else:
        model = "svm" if svm else "transformer"
        alone = own.degraded if failed or route.rule == "requested" else own.alone
        final = alone.combined(svm, transformer)
    is_known = reading.detected.language != "other"
    return Outcome(
        decide(policy, final, is_known),
        route,
        model,
        {str(name): answer.version for name, answer in answers.items()},
        f"{failed.model}_{failed.reason}" if failed else None,
    )


def _row(prediction: Prediction | None) -> list[float] | None:
    if prediction is None:
        return None
    return [prediction.probabilities[category] for category in CATEGORIES]
