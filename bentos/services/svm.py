"""The SVM as a service: single texts merged into batches, bulk, and explanations."""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final

import bentoml
from bentoml.validators import ContentType

from bentos.metrics import BATCH_ITEMS
from bentos.models.svm import SvmModel
from bentos.schemas import (
    Attribution,
    Explainable,
    Explainables,
    Explanations,
    Prediction,
    Predictions,
    Texts,
)
from bentos.services.door import Service
from bentos.services.json_body import JsonBody
from bentos.services.released_model import ReleasedModel
from bentos.settings import settings
from bentos.triage.categories import CATEGORIES
from bentos.wire import Error, ErrorResponse

_NAME: Final = "SvmService"
_SETTINGS: Final = settings()
_FAILED: Final = ErrorResponse(
    error=Error(code="prediction_failed", message="The model failed at this text.")
)
_logger = logging.getLogger("bentoml.callcenter")


class TextsBody(JsonBody, Texts):
    """The body of /predict and /predict_bulk."""


class ExplainablesBody(JsonBody, Explainables):
    """The body of /explain."""


@bentoml.service(
    name=_NAME,
    service_class=Service,
    workers=_SETTINGS.svm_workers,
    # Bulk and explanations run beside the batches, not before them.
    threads=4,
    traffic={"timeout": _SETTINGS.timeout_seconds, "max_concurrency": _SETTINGS.max_concurrency},
    # By default the caller closes its session every 100 requests, with other requests in flight.
    runner_connection={"max_requests": 10**12, "max_age": 1e12},
    # The agent logs every request already; the content types are the sender's words.
    logging={"access": {"enabled": False}},
)
class SvmService:
    """Sorts texts into the eight categories by a linear SVM with calibrated probabilities."""

    max_body_bytes = _SETTINGS.max_bulk_body_bytes
    released = ReleasedModel(_SETTINGS.svm_model)

    def __init__(self) -> None:
        self._model = SvmModel.load(Path(self.released.path))

    async def is_ready(self, timeout: float | None = None) -> bool:
        """True: it is asked in process only, as BentoML's remote proxy is asked elsewhere."""
        return True

    @bentoml.api(  # type: ignore[untyped-decorator]  # BentoML publishes no types for it
        input_spec=TextsBody,
        batchable=True,
        max_batch_size=_SETTINGS.svm_max_batch_size,
        max_latency_ms=_SETTINGS.svm_max_latency_ms,
    )
    def predict(
        self, texts: list[str]
    ) -> Annotated[list[Prediction | ErrorResponse], ContentType("application/json")]:
        """Predicts texts, merged with those of other callers.

        Latency is bounded by the batch; for many texts at once use /predict_bulk.
        """
        return self._predict(texts)

    @bentoml.api(input_spec=TextsBody)  # type: ignore[untyped-decorator]  # see above
    def predict_bulk(self, texts: list[str]) -> Predictions:
        """Predicts many texts of one caller."""
        return Predictions(predictions=self._predict(texts))

    @bentoml.api(input_spec=ExplainablesBody)  # type: ignore[untyped-decorator]  # see above
    def explain(self, items: list[Explainable]) -> Explanations:
        """Names the words of each text that speak for and against a category."""
        return Explanations(explanations=[self._explain(item) for item in items])

    def _explain(self, item: Explainable) -> list[Attribution]:
        return [
            Attribution(token=word.token, weight=word.weight, start=word.start, end=word.end)
            for word in self._model.attribute(item.text, item.category)
        ]

    def _predict(self, texts: Sequence[str]) -> list[Prediction | ErrorResponse]:
        BATCH_ITEMS.labels(service=_NAME).observe(len(texts))
        try:
            return list(self._predict_all(texts))
        except Exception as exception:
            # A batch holds many callers' texts: one that the model fails at must not fail all.
            _logger.error("a batch of %d failed", len(texts), exc_info=exception)
            return [self._predict_one(text) for text in texts]

    def _predict_one(self, text: str) -> Prediction | ErrorResponse:
        try:
            return self._predict_all([text])[0]
        except Exception:
            return _FAILED

    def _predict_all(self, texts: Sequence[str]) -> list[Prediction]:
        if not texts:
            return []
        rows: list[list[float]] = self._model.predict_proba(texts).tolist()
        return [self._prediction(row) for row in rows]

    def _prediction(self, row: list[float]) -> Prediction:
        confidence = max(row)
        return Prediction(
            label=CATEGORIES[row.index(confidence)],
            confidence=confidence,
            probabilities=dict(zip(CATEGORIES, row, strict=True)),
            version=self._model.version,
        )
