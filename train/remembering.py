"""A transformer that is asked once for each text: scores before and after calibration, of a ticket
as it came and scrubbed, are mostly of the same text."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bentos.models.registered import Classifier, load_model
from bentos.models.transformer import TransformerModel
from bentos.triage.categories import CATEGORIES


class RememberingTransformer(TransformerModel):
    """Keeps the logits of every text it was ever given."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._known: dict[str, NDArray[np.float64]] = {}

    def decision_function(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Logits, (texts, 8), before calibration; computed for the new ones among `texts`."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        self._known.update(zip(new, super().decision_function(new), strict=True))
        return np.array([self._known[text] for text in texts]).reshape(-1, len(CATEGORIES))


def load_remembering(folder: Path) -> Classifier:
    """The model in `folder`; a transformer remembers.

    Raises:
        ArtifactError: as load_model does.
    """
    model = load_model(folder)
    return RememberingTransformer.load(folder) if isinstance(model, TransformerModel) else model
