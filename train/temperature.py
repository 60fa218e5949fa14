"""Temperature scaling (Guo et al. 2017): one number that makes confidence believable."""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from sklearn.metrics import log_loss

from bentos.models.calibration import softmax
from bentos.triage.categories import CATEGORIES

# Logarithms of the temperatures searched: from sharper by 10 to flatter by 10.
_BOUNDS: Final = (-np.log(10), np.log(10))


def fit_temperature(logits: NDArray[np.float64], truth: NDArray[np.int64]) -> float:
    """What to divide `logits` (tickets × categories) by for the least log loss of `truth`."""

    def loss(logarithm: float) -> float:
        probabilities = softmax(logits / np.exp(logarithm))
        return float(log_loss(truth, probabilities, labels=range(len(CATEGORIES))))

    return float(np.exp(minimize_scalar(loss, bounds=_BOUNDS, method="bounded").x))
