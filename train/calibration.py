"""What makes a transformer's confidence believable: temperature scaling, then beta calibration.

Guo et al. 2017; Kull, Silva Filho and Flach 2017, on the top label's confidence.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

from bentos.models.calibration import beta_features, softmax
from bentos.triage.categories import CATEGORIES

# Logarithms of the temperatures searched: from sharper by 10 to flatter by 10.
_BOUNDS: Final = (-np.log(10), np.log(10))


def fit_temperature(logits: NDArray[np.float64], truth: NDArray[np.int64]) -> float:
    """What to divide `logits` (tickets × categories) by for the least log loss of `truth`."""

    def loss(logarithm: float) -> float:
        probabilities = softmax(logits / np.exp(logarithm))
        return float(log_loss(truth, probabilities, labels=range(len(CATEGORIES))))

    return float(np.exp(minimize_scalar(loss, bounds=_BOUNDS, method="bounded").x))


def fit_beta(
    probabilities: NDArray[np.float64], truth: NDArray[np.int64]
) -> tuple[float, float, float]:
    """The factors of beta calibration's two features and its constant, for TransformerConfig.

    Those that change nothing, if every answer is right or none.
    """
    right = probabilities.argmax(axis=1) == truth
    if right.all() or not right.any():
        return 1.0, -1.0, 0.0
    fitted = LogisticRegression(C=100.0).fit(beta_features(probabilities.max(axis=1)), right)
    factor, other_factor = fitted.coef_[0].tolist()
    return round(factor, 4), round(other_factor, 4), round(float(fitted.intercept_[0]), 4)
