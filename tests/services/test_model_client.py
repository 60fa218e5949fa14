"""The agent's side of a model service: reasons for failures, and who is asked though it failed."""

import asyncio
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest
from bentoml.exceptions import BentoMLException, ServiceUnavailable

from bentos.services.circuit_breaker import CircuitBreaker
from bentos.services.model_client import FailureReason, ModelClient, ModelFailure
from bentos.services.ticket_errors import TOO_LATE


class Service:
    """What `bentoml.depends` gives: answers each text with itself, or fails."""

    def __init__(self, failure: Exception | None = None, seconds: float = 0.0) -> None:
        self.failure = failure
        self.seconds = seconds
        self.asked = 0

    @property
    def to_async(self) -> "Service":
        return self

    async def predict(self, *, texts: list[str]) -> list[str]:
        self.asked += 1
        await asyncio.sleep(self.seconds)
        if self.failure is not None:
            raise self.failure
        return texts


def client(service: Service, failures: int = 1) -> ModelClient:
    return ModelClient("model", service, 0.05, 0.05, CircuitBreaker(failures, 60.0))


class BulkService(Service):
    """Answers a bulk call; fails from the call numbered `fails_at` on."""

    def __init__(self, fails_at: int) -> None:
        super().__init__()
        self.fails_at = fails_at

    async def predict_bulk(self, *, texts: list[str]) -> Any:
        self.asked += 1
        if self.asked >= self.fails_at:
            raise ConnectionRefusedError
        return SimpleNamespace(predictions=texts)


def test_a_bulk_call_goes_out_in_parts_and_keeps_what_was_answered() -> None:
    texts = [str(number) for number in range(200)]
    service = BulkService(fails_at=3)
    answers: Any = asyncio.run(client(service).predict_bulk(texts, seconds=60))
    assert answers == texts[:128] + [TOO_LATE] * 72
    assert service.asked == 3


def test_a_bulk_call_of_which_nothing_was_answered_fails() -> None:
    with pytest.raises(ModelFailure):
        asyncio.run(client(BulkService(fails_at=1)).predict_bulk(["a"] * 200, seconds=60))


class ExplainingService(Service):
    """Explains; fails from the call numbered 2 on."""

    async def explain(self, *, items: list[Any]) -> Any:
        self.asked += 1
        if self.asked > 1:
            raise ConnectionRefusedError
        return SimpleNamespace(explanations=items)


def test_explanations_that_could_not_be_had_are_left_out() -> None:
    items: Any = [[number] for number in range(10)]
    explained: Any = asyncio.run(client(ExplainingService()).explain(items, seconds=60))
    assert explained == items[:8] + [None] * 2


def test_without_time_a_model_is_not_asked_and_not_blamed() -> None:
    service = Service()
    model = client(service)
    with pytest.raises(ModelFailure) as failure:
        asyncio.run(model.predict(["a"], seconds=0.0))
    assert failure.value.reason == "unasked"
    assert service.asked == 0
    assert not model.is_open


def ask(model: ModelClient, insist: bool = False) -> Any:
    return asyncio.run(model.predict(["a"], insist=insist))


@pytest.mark.parametrize(
    ("service", "reason"),
    [
        (Service(aiohttp.ClientConnectionError("x")), "gone"),
        (Service(ConnectionRefusedError()), "gone"),
        (Service(BentoMLException("x")), "gone"),
        (Service(ServiceUnavailable("x")), "full"),
        (Service(seconds=5), "late"),
    ],
)
def test_a_failure_says_why(service: Service, reason: FailureReason) -> None:
    with pytest.raises(ModelFailure) as failure:
        ask(client(service))
    assert failure.value.reason == reason


@pytest.mark.parametrize(
    "failure", [aiohttp.ServerDisconnectedError(), aiohttp.ClientOSError(32, "Broken pipe")]
)
def test_a_dropped_connection_is_tried_once_more(failure: Exception) -> None:
    service = Service(failure)
    with pytest.raises(ModelFailure):
        ask(client(service))
    assert service.asked == 2


def test_a_model_that_kept_failing_is_asked_by_those_who_insist_and_then_by_all() -> None:
    service = Service(ConnectionRefusedError())
    model = client(service)
    with pytest.raises(ModelFailure):
        ask(model)
    service.failure = None
    with pytest.raises(ModelFailure) as failure:
        ask(model)
    assert failure.value.reason == "open"
    assert service.asked == 1
    assert ask(model, insist=True) == ["a"]
    assert not model.is_open
    assert ask(model) == ["a"]
