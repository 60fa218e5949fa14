"""Labels as numbers: a category's place in CATEGORIES."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bentos.triage.categories import CATEGORIES

Labels = NDArray[np.int64]


def places(labels: "pd.Series[str]") -> Labels:
    """The place of each of `labels` in CATEGORIES."""
    numbers = {category: place for place, category in enumerate(CATEGORIES)}
    return labels.map(numbers).to_numpy().astype(np.int64)
