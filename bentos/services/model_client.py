"""The agent's side of a model service: a time limit, one more try, and failures in words."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus
from typing import Any, Protocol, TypeVar

import aiohttp
from bentoml.exceptions import BentoMLException

from bentos.schemas import Attribution, Explainable, Explanations, Prediction, Predictions
from bentos.services.errors import RequestError
from bentos.wire import Error, ErrorResponse

_Answer = TypeVar("_Answer")
_logger = logging.getLogger("bentoml.callcenter")


class _Model(Protocol):
    """A model service's API as BentoML offers it to a caller, in process, next door or remote."""

    async def predict(self, *, texts: list[str]) -> list[Prediction | ErrorResponse]: ...

    async def predict_bulk(self, *, texts: list[str]) -> Predictions: ...

    async def explain(self, *, items: list[Explainable]) -> Explanations: ...


class ModelClient:
    """Asks a model service.

    Every method but `is_ready` raises RequestError 503 when the service can't be reached, fails or
    takes too long.

    Args:
        name: What people call the model: "SVM".
        service: What `bentoml.depends` gave.
        timeout_seconds: The longest that a call for a few texts may take, both tries together.
        bulk_timeout_seconds: The longest that a call for many may take.
    """

    def __init__(
        self, name: str, service: Any, timeout_seconds: float, bulk_timeout_seconds: float
    ) -> None:
        self._name = name
        self._service = service
        self._timeout_seconds = timeout_seconds
        self._bulk_timeout_seconds = bulk_timeout_seconds

    async def predict(self, texts: Sequence[str]) -> list[Prediction | ErrorResponse]:
        """The predictions for a few `texts`, in order, batched with those of other requests."""
        return await self._call(
            lambda: self._model.predict(texts=list(texts)), self._timeout_seconds
        )

    async def predict_bulk(self, texts: Sequence[str]) -> list[Prediction | ErrorResponse]:
        """The predictions for `texts`, in order."""
        answer = await self._call(
            lambda: self._model.predict_bulk(texts=list(texts)), self._bulk_timeout_seconds
        )
        return answer.predictions

    async def explain(self, items: Sequence[Explainable]) -> list[list[Attribution]]:
        """The telling words of each item, in order."""
        answer = await self._call(
            lambda: self._model.explain(items=list(items)), self._bulk_timeout_seconds
        )
        return answer.explanations

    async def is_ready(self, timeout_seconds: float) -> bool:
        """Whether the service says within `timeout_seconds` that it can answer."""
        try:
            async with asyncio.timeout(timeout_seconds):
                return bool(await self._service.is_ready())
        except (aiohttp.ClientError, OSError):
            return False

    @property
    def _model(self) -> _Model:
        model: _Model = self._service.to_async
        return model

    async def _call(self, ask: Callable[[], Awaitable[_Answer]], seconds: float) -> _Answer:
        try:
            async with asyncio.timeout(seconds):
                return await _twice(ask)
        except (aiohttp.ClientError, OSError, BentoMLException) as failure:
            _logger.warning("the %s didn't answer: %s", self._name, type(failure).__name__)
            error = Error(
                code="unavailable",
                message=f"The {self._name} can't be reached now; retry in a moment.",
            )
            raise RequestError(HTTPStatus.SERVICE_UNAVAILABLE, error) from None


async def _twice(ask: Callable[[], Awaitable[_Answer]]) -> _Answer:
    """A kept connection may close, idle, as the call goes out; predicting twice harms nobody."""
    try:
        return await ask()
    except aiohttp.ServerDisconnectedError:
        return await ask()
