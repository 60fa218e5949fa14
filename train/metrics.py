"""What every model is judged by: accuracy, macro-F1, calibration error and Brier score."""

from typing import Final, TypedDict

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import accuracy_score, f1_score, precision_recall_fscore_support

from bentos.triage.categories import CATEGORIES

BINS: Final = 15


class ClassScores(TypedDict):
    """Precision, recall and F1 of one category, and how many tickets truly belong to it."""

    precision: float
    recall: float
    f1: float
    support: int


class Scores(TypedDict):
    """How well probabilities fit the truth on one set of tickets."""

    tickets: int
    accuracy: float
    macro_f1: float
    ece: float
    brier: float
    per_class: dict[str, ClassScores]


def scores(truth: NDArray[np.int64], probabilities: NDArray[np.float64]) -> Scores:
    """Scores of `probabilities` (tickets × categories) against `truth` (tickets, indices into
    CATEGORIES)."""
    predicted = probabilities.argmax(axis=1)
    present = np.unique(truth)
    return {
        "tickets": int(truth.size),
        "accuracy": _rounded(accuracy_score(truth, predicted)),
        "macro_f1": _rounded(f1_score(truth, predicted, labels=present, average="macro")),
        "ece": _rounded(expected_calibration_error(truth, probabilities)),
        "brier": _rounded(brier_score(truth, probabilities)),
        "per_class": _per_class(truth, predicted),
    }


def expected_calibration_error(
    truth: NDArray[np.int64], probabilities: NDArray[np.float64], bins: int = BINS
) -> float:
    """Mean gap between confidence and accuracy over equal-width bins (Guo et al. 2017, eq. 3)."""
    return float(sum(share * abs(gap) for share, gap in _gaps(truth, probabilities, bins)))


def brier_score(truth: NDArray[np.int64], probabilities: NDArray[np.float64]) -> float:
    """Mean squared distance of the probability vectors from the truth, 0 to 2 (Brier 1950)."""
    target = np.eye(probabilities.shape[1])[truth]
    return float(np.mean(np.sum((probabilities - target) ** 2, axis=1)))


def reliability(
    truth: NDArray[np.int64], probabilities: NDArray[np.float64], bins: int = BINS
) -> list[tuple[float, float, int]]:
    """Mean confidence, accuracy and number of tickets of every bin that holds any, in order."""
    confidence = probabilities.max(axis=1)
    correct = probabilities.argmax(axis=1) == truth
    index = np.minimum((confidence * bins).astype(np.int64), bins - 1)
    return [
        (float(confidence[here].mean()), float(correct[here].mean()), int(here.sum()))
        for here in (index == bin_ for bin_ in np.unique(index))
    ]


def _gaps(
    truth: NDArray[np.int64], probabilities: NDArray[np.float64], bins: int
) -> list[tuple[float, float]]:
    return [
        (count / truth.size, accuracy - confidence)
        for confidence, accuracy, count in reliability(truth, probabilities, bins)
    ]


def _per_class(truth: NDArray[np.int64], predicted: NDArray[np.int64]) -> dict[str, ClassScores]:
    columns = precision_recall_fscore_support(
        truth, predicted, labels=range(len(CATEGORIES)), zero_division=0.0
    )
    return {
        category: {
            "precision": _rounded(precision),
            "recall": _rounded(recall),
            "f1": _rounded(f1),
            "support": int(support),
        }
        for category, precision, recall, f1, support in zip(CATEGORIES, *columns, strict=True)
    }


def _rounded(value: float) -> float:
    return round(float(value), 6)
