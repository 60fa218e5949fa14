"""How MLflow loads the name tagger: text in, the places of names out."""

from pathlib import Path
from typing import Any

import mlflow
import pandas as pd
from mlflow.pyfunc.model import PythonModel, PythonModelContext

from bentos.models.artifact import Manifest
from bentos.triage.pii.names.tagger import NameTagger
from bentos.triage.pii.scrubber import Scrubber
from bentos.triage.pii.spans import PERSON


class NameModel(PythonModel):
    """`predict` takes a column `text`; gives `names`, a list of [start, end] a row."""

    def load_context(self, context: PythonModelContext) -> None:
        """Loads the tagger from the artifact folder, checksums verified."""
        folder = Path(context.artifacts["model"])
        Manifest.verify(folder)
        self.scrubber = Scrubber(NameTagger.load(folder))

    def predict(
        self,
        context: PythonModelContext,
        model_input: pd.DataFrame,
        params: dict[str, Any] | None = None,
    ) -> pd.DataFrame:
        """The places of the names in every text."""
        found = [
            [[span.start, span.end] for span in self.scrubber.find(text) if span.type == PERSON]
            for text in model_input["text"]
        ]
        return pd.DataFrame({"names": found})


mlflow.models.set_model(NameModel())
