"""How MLflow loads the routing policy: both models' probabilities in, the final ones out."""

from pathlib import Path
from typing import Any

import mlflow
import pandas as pd
from mlflow.pyfunc.model import PythonModel, PythonModelContext

from bentos.models.router import load_policy


class RouterModel(PythonModel):
    """`predict` takes `language`, `svm` and `transformer`; gives `probabilities` a row."""

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
        rows = zip(
            model_input["language"], model_input["svm"], model_input["transformer"], strict=True
        )
        pooled = [
            self.policy.languages[language].pool.combined(list(svm), list(transformer))
            for language, svm, transformer in rows
        ]
        return pd.DataFrame({"probabilities": pooled})


mlflow.models.set_model(RouterModel())
