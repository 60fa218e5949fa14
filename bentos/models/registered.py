"""The models that are registered and released: their names, their folders, how each loads."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from bentos.models.artifact import Manifest
from bentos.models.svm import SvmModel
from bentos.models.transformer import TransformerModel

SVM: Final = "callcenter-svm"
TRANSFORMER: Final = "callcenter-transformer"
NAMES: Final = "callcenter-names"
ROUTER: Final = "callcenter-router"
CLASSIFIERS: Final = (SVM, TRANSFORMER)
# The folder of each under `models/` and `release/`.
FOLDERS: Final = {SVM: "svm", TRANSFORMER: "transformer", NAMES: "names", ROUTER: "router"}
# The report that says how good each is, and the key there.
EVIDENCE: Final = {
    SVM: ("metrics", "svm"),
    TRANSFORMER: ("metrics", "transformer"),
    NAMES: ("pii", "names"),
    ROUTER: ("metrics", "cascade"),
}


class Classifier(Protocol):
    """A model as it is served: raw texts in, (texts, 8) out, in the order of CATEGORIES."""

    @property
    def version(self) -> str:
        """Its content address."""

    def predict_proba(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Calibrated probabilities."""

    def decision_function(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Scores before calibration."""


_LOADERS: Final[dict[str, Callable[[Path], Classifier]]] = {
    SVM: SvmModel.load,
    TRANSFORMER: TransformerModel.load,
}


def load_model(folder: Path) -> Classifier:
    """The model in `folder`, whichever its manifest says it is.

    Raises:
        ArtifactError: a file is missing, altered or of another format.
    """
    return _LOADERS[Manifest.verify(folder).name](folder)
