"""How MLflow loads a registered model: text in, label and probabilities out, as when served."""

from pathlib import Path
from typing import Any

import mlflow
import pandas as pd
from mlflow.pyfunc.model import PythonModel, PythonModelContext

from bentos.models.registered import load_model
from bentos.triage.categories import CATEGORIES


class TicketModel(PythonModel):
    """`predict` takes a column `text`; gives `label`, `confidence`, `probabilities` a row."""

    def load_context(self, context: PythonModelContext) -> None:
        """Loads the model from the artifact folder, checksums verified."""
        self.model = load_model(Path(context.artifacts["model"]))

    def predict(
        self,
        context: PythonModelContext,
        model_input: pd.DataFrame,
        params: dict[str, Any] | None = None,
    ) -> pd.DataFrame:
        """Labels and probabilities (in the order of CATEGORIES) for every row."""
        probabilities = self.model.predict_proba(model_input["text"].tolist())
        return pd.DataFrame(
            {
                "label": [CATEGORIES[index] for index in probabilities.argmax(axis=1)],
                "confidence": probabilities.max(axis=1),
                "probabilities": list(probabilities.tolist()),
            }
        )


mlflow.models.set_model(TicketModel())
