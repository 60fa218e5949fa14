"""One number makes overconfident logits believable."""

import numpy as np
import pytest

from train.temperature import fit_temperature


def test_finds_the_temperature_that_logits_were_sharpened_by() -> None:
    random = np.random.default_rng(42)
    honest = random.normal(size=(20_000, 8)) * 2
    shares = np.exp(honest) / np.exp(honest).sum(axis=1, keepdims=True)
    truth = np.array([random.choice(8, p=row) for row in shares])
    assert fit_temperature(honest * 3, truth) == pytest.approx(3, rel=0.05)


def test_stays_within_bounds_when_every_answer_is_right() -> None:
    assert fit_temperature(np.eye(8), np.arange(8)) == pytest.approx(0.1, rel=0.01)
