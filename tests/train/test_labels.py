"""Labels as numbers."""

import pandas as pd

from bentos.triage.categories import CATEGORIES
from train.labels import places


def test_every_category_has_its_place() -> None:
    labels = pd.Series(list(reversed(CATEGORIES)))
    assert [CATEGORIES[place] for place in places(labels)] == labels.to_list()
