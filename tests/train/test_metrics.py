"""What every model is judged by."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bentos.triage.categories import CATEGORIES
from train.metrics import brier_score, expected_calibration_error, reliability, scores


def _one_hot(indices: list[int], confidence: float = 1.0) -> np.ndarray:
    rest = (1 - confidence) / (len(CATEGORIES) - 1)
    return np.where(np.eye(len(CATEGORIES))[indices] == 1, confidence, rest)


def test_a_perfect_and_certain_model_scores_best() -> None:
    truth = np.arange(8)
    result = scores(truth, _one_hot(list(truth)))
    assert (result["accuracy"], result["macro_f1"], result["ece"], result["brier"]) == (1, 1, 0, 0)
    assert result["per_class"]["Access"] == {
        "precision": 1.0,
        "recall": 1.0,
        "f1": 1.0,
        "support": 1,
    }


def test_calibration_error_is_the_gap_between_confidence_and_accuracy() -> None:
    truth = np.array([0, 0, 0, 1])
    probabilities = _one_hot([0, 0, 0, 0], confidence=0.95)
    assert expected_calibration_error(truth, probabilities) == pytest.approx(0.95 - 0.75)


def test_a_certain_mistake_costs_a_brier_score_of_two() -> None:
    assert brier_score(np.array([0]), _one_hot([1])) == pytest.approx(2.0)


def test_categories_absent_from_the_tickets_do_not_lower_macro_f1() -> None:
    assert scores(np.array([2, 3]), _one_hot([2, 3]))["macro_f1"] == 1


@given(st.lists(st.floats(0.13, 1.0), min_size=1, max_size=50))
def test_reliability_bins_hold_every_ticket_once(confidences: list[float]) -> None:
    probabilities = np.vstack([_one_hot([0], confidence) for confidence in confidences])
    bins = reliability(np.zeros(len(confidences), dtype=np.int64), probabilities)
    assert sum(count for _, _, count in bins) == len(confidences)
    assert all(accuracy == 1 for _, accuracy, _ in bins)
