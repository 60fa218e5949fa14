"""The SVM as a service: single texts merged into batches, bulk, and explanations."""

from pathlib import Path
from typing import Annotated, Final

import bentoml
from bentoml.validators import ContentType

from bentos.models.svm import SvmModel
from bentos.schemas import Explainable, Explanations, Prediction, Predictions
from bentos.services.model_answers import ModelAnswers
from bentos.services.model_service import ExplainablesBody, FewTextsBody, TextsBody, model_service
from bentos.services.released_model import ReleasedModel
from bentos.services.work_limit import WorkLimit
from bentos.settings import settings
from bentos.wire import ErrorResponse

_NAME: Final = "SvmService"
_SETTINGS: Final = settings()


@model_service(_NAME, _SETTINGS.svm_workers)
class SvmService:
    """Sorts texts into the eight categories by a linear SVM with calibrated probabilities."""

    max_body_bytes = _SETTINGS.max_bulk_body_bytes
    ticket_paths = frozenset[str]()
    work_limits = dict[str, WorkLimit]
    released = ReleasedModel(_SETTINGS.svm_model, "svm")

    def __init__(self) -> None:
        model = SvmModel.load(Path(self.released.path))
        most, seconds = _SETTINGS.svm_max_batch_size, _SETTINGS.bulk_seconds
        self._answers = ModelAnswers(_NAME, "svm", model, most, seconds)

    async def is_ready(self, timeout: float | None = None) -> bool:
        """True: it is asked in process only, as BentoML's remote proxy is asked elsewhere."""
        return True

    @bentoml.api(  # type: ignore[untyped-decorator]  # BentoML publishes no types for it
        input_spec=FewTextsBody,
        batchable=_SETTINGS.adaptive_batching,
        max_batch_size=_SETTINGS.svm_max_batch_size,
        max_latency_ms=_SETTINGS.svm_max_latency_ms,
    )
    def predict(
        self, texts: list[str]
    ) -> Annotated[list[Prediction | ErrorResponse], ContentType("application/json")]:
        """Predicts texts, merged with those of other callers.

        Latency is bounded by the batch; for many texts at once use /predict_bulk.
        """
        return self._answers.predict(texts)

    @bentoml.api(input_spec=TextsBody)  # type: ignore[untyped-decorator]  # see above
    async def predict_bulk(self, texts: list[str]) -> Predictions:
        """Predicts many texts of one caller."""
        return await self._answers.predict_bulk(texts)

    @bentoml.api(input_spec=ExplainablesBody)  # type: ignore[untyped-decorator]  # see above
    async def explain(self, items: list[Explainable]) -> Explanations:
        """Names the words of each text that speak for and against a category."""
        return await self._answers.explain(items)
