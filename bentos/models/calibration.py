"""From logits to probabilities whose confidence can be believed."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_TINY: Final = 1e-6


def softmax(logits: Floats) -> Floats:
    """Probabilities proportional to the exponentials of `logits`, by row."""
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    result: Floats = exponentials / exponentials.sum(axis=1, keepdims=True)
    return result


def sigmoid(logits: Floats) -> Floats:
    """The probability of each logit."""
    result: Floats = 1 / (1 + np.exp(-logits))
    return result


def beta_features(confidence: Floats) -> Floats:
    """Beta calibration's features of n confidences, (n, 2): log c and log (1 - c).

    Kull, Silva Filho and Flach 2017, equation 4.
    """
    clipped = np.clip(confidence, _TINY, 1 - _TINY)
    return np.stack([np.log(clipped), np.log1p(-clipped)], axis=1)


def with_confidence(probabilities: Floats, confidence: Floats) -> Floats:
    """`probabilities` with the top label of each row at `confidence`, the others in proportion.

    A top label can't have less than its equal share.
    """
    rows, top = np.arange(len(probabilities)), probabilities.argmax(axis=1)
    after = np.maximum(confidence, 1 / probabilities.shape[1])
    result = probabilities.copy()
    result[rows, top] = 0.0
    # Summed, not 1 less the top: that difference has no digits left where the top is nearly 1.
    others = np.maximum(result.sum(axis=1), np.finfo(np.float64).tiny)
    result *= ((1 - after) / others)[:, None]
    result[rows, top] = after
    return result
