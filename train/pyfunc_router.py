"""How MLflow loads the routing policy: both models' probabilities in, the final ones out."""

from pathlib import Path
from typing import Any

import mlflow
import pandas as pd
from mlflow.pyfunc.model import PythonModel, PythonModelContext

from bentos.models.router import load_policy


class RouterModel(PythonModel):
    """`predict` takes `language`, `style`, `svm` and `transformer`; gives `probabilities` a row."""

    def load_context(self, context: PythonModelContext) -> None:
        """Loads the policy from the artifact folder, checksums verified."""
        self.policy = load_policy(Path(context.artifacts["model"])).policy

    def predict(
        self,
        context: PythonModelContext,
        model_input: pd.DataFrame,
        params: dict[str, Any] | None = None,
    ) -> pd.DataFrame:
        """The pool of both models' probabilities, in the order of CATEGORIES, for every row."""
        columns = ("language", "style", "svm", "transformer")
        rows = zip(*(model_input[column] for column in columns), strict=True)
        pooled = [
            self.policy.own(language, style).pool.combined(list(svm), list(transformer))
            for language, style, svm, transformer in rows
        ]
        return pd.DataFrame({"probabilities": pooled})


mlflow.models.set_model(RouterModel())
