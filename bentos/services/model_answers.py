"""How the model services answer: few texts, many, and in words."""

import logging
import time
from collections.abc import Sequence
from typing import Final, Protocol

import numpy as np
from anyio import CapacityLimiter, to_thread
from numpy.typing import NDArray

from bentos.metrics import BATCH_ITEMS, BATCH_SECONDS, MODEL_INFO
from bentos.models import attribution
from bentos.schemas import Attribution, Explainable, Explanations, Prediction, Predictions
from bentos.services.ticket_errors import TOO_LATE
from bentos.triage.categories import CATEGORIES, Category
from bentos.wire import Error, ErrorResponse

_FAILED: Final = ErrorResponse(
    error=Error(code="prediction_failed", message="The model failed at this text.")
)
_logger = logging.getLogger("bentoml.callcenter")


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
        name: The model's.
        model: Thread-safe.
        most_at_once: The most texts of a bulk call that the model is given at a time.
        bulk_seconds: A bulk call's texts that aren't begun by then are not answered.
    """

    def __init__(
        self,
        service: str,
        name: str,
        model: Model,
        most_at_once: int,
        bulk_seconds: float,
    ) -> None:
        MODEL_INFO.labels(name, model.version).set(1)
        self._items = BATCH_ITEMS.labels(service=service)
        self._seconds = BATCH_SECONDS.labels(service=service)
        self._model = model
        self._most_at_once = most_at_once
        self._bulk_seconds = bulk_seconds
        # Beside the batches, not before them; more at once would each take longer.
        self._bulk_calls = CapacityLimiter(2)
        self._explain_calls = CapacityLimiter(2)

    def predict(self, texts: Sequence[str]) -> list[Prediction | ErrorResponse]:
        """One answer a text, in order."""
        self._items.observe(len(texts))
        try:
            with self._seconds.time():
                return list(self._predict_all(texts))
        except Exception as exception:
            # A batch holds many callers' texts: one that the model fails at must not fail all.
            _logger.error("a batch of %d failed", len(texts), exc_info=exception)
            return [self._predict_one(text) for text in texts]

    async def predict_bulk(self, texts: Sequence[str]) -> Predictions:
        """The same for many texts, as far as the time reaches: those after it have errors.

        Between parts, the work of a caller who has left ends.
        """
        last = time.monotonic() + self._bulk_seconds
        answers: list[Prediction | ErrorResponse] = []
        for start in range(0, len(texts), self._most_at_once):
            part = texts[start : start + self._most_at_once]
            if time.monotonic() >= last:
                answers += [TOO_LATE] * len(part)
            else:
                # A thread can't be stopped: this part is finished though its caller leaves.
                answers += await to_thread.run_sync(self.predict, part, limiter=self._bulk_calls)
        return Predictions(predictions=answers)

    async def explain(self, items: Sequence[Explainable]) -> Explanations:
        """The words of each text that speak for and against its category.

        Between texts, the work of a caller who has left ends.
        """
        explanations = [
            await to_thread.run_sync(self._explain, item, limiter=self._explain_calls)
            for item in items
        ]
        return Explanations(explanations=explanations)

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
