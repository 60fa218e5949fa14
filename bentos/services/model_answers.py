"""What the model services share: how BentoML runs them, their bodies, and how they answer."""

import logging
from collections.abc import Sequence
from typing import Any, Final, Protocol

import bentoml
import numpy as np
from numpy.typing import NDArray

from bentos.metrics import BATCH_ITEMS
from bentos.models import attribution
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
from bentos.settings import settings
from bentos.triage.categories import CATEGORIES, Category
from bentos.wire import Error, ErrorResponse

_FAILED: Final = ErrorResponse(
    error=Error(code="prediction_failed", message="The model failed at this text.")
)
_logger = logging.getLogger("bentoml.callcenter")


class TextsBody(JsonBody, Texts):
    """The body of /predict and /predict_bulk."""


class ExplainablesBody(JsonBody, Explainables):
    """The body of /explain."""


def model_service(name: str, workers: int) -> Any:
    """`bentoml.service` for a class that serves a model, with what both of them need."""
    given = settings()
    return bentoml.service(
        name=name,
        service_class=Service,
        workers=workers,
        # Bulk and explanations run beside the batches, not before them.
        threads=4,
        traffic={"timeout": given.timeout_seconds, "max_concurrency": given.max_concurrency},
        # By default the caller closes its session every 100 requests, others in flight or not.
        runner_connection={"max_requests": 10**12, "max_age": 1e12},
        # The agent logs every request already; the content types are the sender's words.
        logging={"access": {"enabled": False}},
    )


class Model(Protocol):
    """What a model service serves."""

    @property
    def version(self) -> str:
        """Its content address."""

    def predict_proba(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Calibrated probabilities, (texts, 8) in the order of CATEGORIES, of raw texts."""

    def attribute(self, text: str, category: Category) -> list[attribution.Attribution]:
        """What each word of `text` adds to the logit of `category`, the most telling first."""


class ModelAnswers:
    """A model's answers: one that it fails at harms no other.

    Args:
        service: The service's name, for its metrics.
        model: Thread-safe.
    """

    def __init__(self, service: str, model: Model) -> None:
        self._items = BATCH_ITEMS.labels(service=service)
        self._model = model

    def predict(self, texts: Sequence[str]) -> list[Prediction | ErrorResponse]:
        """One answer a text, in order."""
        self._items.observe(len(texts))
        try:
            return list(self._predict_all(texts))
        except Exception as exception:
            # A batch holds many callers' texts: one that the model fails at must not fail all.
            _logger.error("a batch of %d failed", len(texts), exc_info=exception)
            return [self._predict_one(text) for text in texts]

    def predict_bulk(self, texts: Sequence[str]) -> Predictions:
        """The same, in one value."""
        return Predictions(predictions=self.predict(texts))

    def explain(self, items: Sequence[Explainable]) -> Explanations:
        """The words of each text that speak for and against its category."""
        return Explanations(explanations=[self._explain(item) for item in items])

    def _explain(self, item: Explainable) -> list[Attribution]:
        return [
            Attribution(token=word.token, weight=word.weight, start=word.start, end=word.end)
            for word in self._model.attribute(item.text, item.category)
        ]

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
