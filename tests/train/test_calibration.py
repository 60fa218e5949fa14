"""Few numbers make confidence believable."""

import numpy as np
import pytest

from train.calibration import fit_beta, fit_temperature


def test_finds_the_temperature_that_logits_were_sharpened_by() -> None:
    random = np.random.default_rng(42)
    honest = random.normal(size=(20_000, 8)) * 2
    shares = np.exp(honest) / np.exp(honest).sum(axis=1, keepdims=True)
    truth = np.array([random.choice(8, p=row) for row in shares])
    assert fit_temperature(honest * 3, truth) == pytest.approx(3, rel=0.05)


def test_stays_within_bounds_when_every_answer_is_right() -> None:
    assert fit_temperature(np.eye(8), np.arange(8)) == pytest.approx(0.1, rel=0.01)


def test_believable_confidence_needs_no_correction() -> None:
    random = np.random.default_rng(42)
    confidence = random.uniform(0.5, 1, 50_000)
    right = random.random(50_000) < confidence
    factor, other_factor, constant = fit_beta(
        np.stack([confidence, 1 - confidence], axis=1), np.where(right, 0, 1)
    )
    corrected = 1 / (
        1 + np.exp(-factor * np.log(confidence) - other_factor * np.log1p(-confidence) - constant)
    )
    np.testing.assert_allclose(corrected, confidence, atol=0.02)
