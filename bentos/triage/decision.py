"""The last room but one: from the models' answers to a category, or to a human."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from bentos.triage.categories import CATEGORIES, Category
from bentos.triage.policy import Policy

ReviewReason = Literal["low_confidence", "unknown_language", "nothing_left"]


@dataclass(frozen=True, slots=True)
class Decision:
    """What is answered.

    Args:
        category: The likeliest.
        probabilities: Of CATEGORIES, calibrated.
        prediction_set: The true category is among these 95 times in a hundred.
        threshold: The confidence from which this category needs no review.
        review_reason: Why a human should look; None where nobody has to.
    """

    category: Category
    probabilities: tuple[float, ...]
    prediction_set: tuple[Category, ...]
    threshold: float
    review_reason: ReviewReason | None

    @property
    def confidence(self) -> float:
        """Of the category."""
        return max(self.probabilities)


def decide(policy: Policy, probabilities: Sequence[float], is_known_language: bool) -> Decision:
    """The decision for a ticket with these final probabilities."""
    ranked = sorted(range(len(CATEGORIES)), key=lambda place: -probabilities[place])
    category = CATEGORIES[ranked[0]]
    likely = [place for place in ranked if probabilities[place] >= policy.set_probability]
    threshold = policy.review_below[category]
    reason: ReviewReason | None = None
    if not is_known_language:
        reason = "unknown_language"
    elif probabilities[ranked[0]] < threshold:
        reason = "low_confidence"
    return Decision(
        category,
        tuple(probabilities),
        tuple(CATEGORIES[place] for place in likely or ranked[:1]),
        threshold,
        reason,
    )
