"""From logits to probabilities."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bentos.models.calibration import sigmoid, softmax, with_confidence


def test_softmax_survives_large_scores() -> None:
    assert softmax(np.array([[1000.0, 0.0]])).tolist() == [[1.0, 0.0]]


def test_sigmoid_is_softmax_of_two() -> None:
    assert sigmoid(np.array([2.0]))[0] == pytest.approx(softmax(np.array([[2.0, 0.0]]))[0, 0])


@given(
    logits=st.lists(st.floats(-30, 30), min_size=8, max_size=8), confidence=st.floats(0.2, 0.999)
)
def test_a_corrected_row_is_still_a_distribution(logits: list[float], confidence: float) -> None:
    before = softmax(np.array([logits]))
    after = with_confidence(before, np.array([confidence]))
    assert after.sum() == pytest.approx(1.0, abs=1e-6)
    assert after[0, before.argmax()] == confidence


def test_a_top_label_keeps_its_equal_share() -> None:
    after = with_confidence(softmax(np.zeros((1, 8))), np.array([0.01]))
    assert after.tolist() == [[0.125] * 8]
