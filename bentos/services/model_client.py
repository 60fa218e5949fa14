"""The agent's side of a model service: a time limit, one more try, a circuit breaker, and failures
in words."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final, Literal, Protocol, TypeVar

import aiohttp
from bentoml.exceptions import BentoMLException

from bentos.schemas import Attribution, Explainable, Explanations, Prediction, Predictions
from bentos.services.circuit_breaker import CircuitBreaker
from bentos.services.errors import RequestError
from bentos.services.gathered_calls import GatheredCalls
from bentos.services.ticket_errors import TOO_LATE
from bentos.wire import Error, ErrorResponse

_Answer = TypeVar("_Answer")
_BUSY = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
_logger = logging.getLogger("bentoml.callcenter")


FailureReason = Literal["late", "full", "gone", "open", "unasked"]
# What is said of a model that failed so.
SAID: Final[Mapping[FailureReason, str]] = {
    "late": "did not answer in time",
    "full": "has too much work",
    "gone": "can't be reached",
    "open": "can't be reached",
    "unasked": "was not asked, since no time was left",
}
# A bulk call goes out in parts: what was answered in time is kept, and who leaves costs one part.
_TEXTS_A_PART: Final = 64
_ITEMS_A_PART: Final = 8


class ModelFailure(RequestError):
    """A model that could not be had: answered with 503 where no other model can stand in.

    Args:
        name: What people call the model.
        reason: It took too long, refused, can't be reached, lately couldn't and isn't asked, or
            no time was left to ask it.
    """

    def __init__(self, name: str, reason: FailureReason) -> None:
        message = f"The {name} {SAID[reason]}; retry in a moment."
        super().__init__(HTTPStatus.SERVICE_UNAVAILABLE, Error(code="unavailable", message=message))
        self.reason: FailureReason = reason


class _Model(Protocol):
    """A model service's API as BentoML offers it to a caller, in process, next door or remote."""

    async def predict(self, *, texts: list[str]) -> list[Prediction | ErrorResponse]: ...

    async def predict_bulk(self, *, texts: list[str]) -> Predictions: ...

    async def explain(self, *, items: list[Explainable]) -> Explanations: ...


class ModelClient:
    """Asks a model service.

    Predicting raises ModelFailure when the service can't be reached, fails or takes too long.

    Args:
        name: What people call the model: "SVM".
        service: What `bentoml.depends` gave.
        timeout_seconds: The longest that a call for a few texts may take, both tries together.
        bulk_timeout_seconds: The longest that a call for many may take.
        breaker: Knows whether asking is worth the wait.
        most_calls: The most calls for a few texts in flight; past it texts go together. None: each
            caller makes its own.
        most_texts: The most texts that go together.
    """

    def __init__(
        self,
        name: str,
        service: Any,
        timeout_seconds: float,
        bulk_timeout_seconds: float,
        breaker: CircuitBreaker,
        most_calls: int | None = None,
        most_texts: int = 1,
    ) -> None:
        self._name = name
        self._service = service
        self._timeout_seconds = timeout_seconds
        self._bulk_timeout_seconds = bulk_timeout_seconds
        self._breaker = breaker
        self._ask_few: Callable[[list[str]], Awaitable[list[Prediction | ErrorResponse]]]
        self._ask_few = self._predict
        if most_calls is not None:
            self._ask_few = GatheredCalls(self._predict, most_calls, most_texts).ask

    async def predict(
        self, texts: Sequence[str], seconds: float | None = None, insist: bool = False
    ) -> list[Prediction | ErrorResponse]:
        """The predictions for a few `texts`, in order, batched with those of other requests.

        They are waited for as long as usual, or `seconds`. `insist`: asks one that kept failing.
        """
        limit = self._timeout_seconds if seconds is None else seconds
        return await self._call(lambda: self._ask_few(list(texts)), limit, insist)

    async def predict_bulk(
        self, texts: Sequence[str], seconds: float | None = None, insist: bool = False
    ) -> list[Prediction | ErrorResponse]:
        """The predictions for `texts`, in order; waited for as long as usual, or `seconds`.

        Texts that the time doesn't reach have errors. `insist`: asks a model that kept failing.
        """
        last = time.monotonic() + (self._bulk_timeout_seconds if seconds is None else seconds)
        answers: list[Prediction | ErrorResponse] = []
        for start in range(0, len(texts), _TEXTS_A_PART):
            part = list(texts[start : start + _TEXTS_A_PART])
            try:
                answers += await self._bulk_part(part, last - time.monotonic(), insist)
            except ModelFailure:
                if not answers:
                    raise
                break
        return answers + [TOO_LATE] * (len(texts) - len(answers))

    async def explain(
        self, items: Sequence[Explainable], seconds: float
    ) -> list[list[Attribution] | None]:
        """The telling words of each item, in order; None of those that `seconds` don't reach."""
        last = time.monotonic() + seconds
        explanations: list[list[Attribution] | None] = []
        for start in range(0, len(items), _ITEMS_A_PART):
            part = list(items[start : start + _ITEMS_A_PART])
            try:
                explanations += await self._explained_part(part, last - time.monotonic())
            except ModelFailure:
                break
        return explanations + [None] * (len(items) - len(explanations))

    @property
    def is_open(self) -> bool:
        """Whether the model kept failing, and isn't waited for."""
        return self._breaker.is_open

    async def is_ready(self, timeout_seconds: float) -> bool:
        """Whether the service says within `timeout_seconds` that it can answer."""
        try:
            async with asyncio.timeout(timeout_seconds):
                return bool(await self._service.is_ready())
        except (aiohttp.ClientError, OSError):
            return False

    async def _bulk_part(
        self, texts: list[str], seconds: float, insist: bool
    ) -> list[Prediction | ErrorResponse]:
        answer = await self._call(lambda: self._model.predict_bulk(texts=texts), seconds, insist)
        return answer.predictions

    async def _explained_part(
        self, items: list[Explainable], seconds: float
    ) -> list[list[Attribution]]:
        answer = await self._call(lambda: self._model.explain(items=items), seconds)
        return answer.explanations

    async def _predict(self, texts: list[str]) -> list[Prediction | ErrorResponse]:
        return await self._model.predict(texts=texts)

    @property
    def _model(self) -> _Model:
        model: _Model = self._service.to_async
        return model

    async def _call(
        self, ask: Callable[[], Awaitable[_Answer]], seconds: float, insist: bool = False
    ) -> _Answer:
        if seconds <= 0.0:
            # No fault of the model's: its circuit breaker isn't told.
            raise ModelFailure(self._name, "unasked")
        if not self._breaker.allows() and not insist:
            raise ModelFailure(self._name, "open")
        try:
            async with asyncio.timeout(seconds):
                answer = await _twice(ask)
        except (aiohttp.ClientError, OSError, BentoMLException) as failure:
            self._breaker.failed()
            _logger.warning("the %s didn't answer: %s", self._name, type(failure).__name__)
            raise ModelFailure(self._name, _reason(failure)) from None
        self._breaker.succeeded()
        return answer


def _reason(failure: Exception) -> FailureReason:
    if isinstance(failure, TimeoutError):
        return "late"
    if isinstance(failure, BentoMLException) and failure.error_code in _BUSY:
        return "full"
    return "gone"


async def _twice(ask: Callable[[], Awaitable[_Answer]]) -> _Answer:
    """A kept connection may close, idle, as the call goes out; predicting twice harms nobody.

    Where the call is large, or the event loop was busy, the close shows as a reset while sending.
    """
    try:
        return await ask()
    except aiohttp.ClientConnectorError:
        # There was no connection.
        raise
    except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError):
        return await ask()
