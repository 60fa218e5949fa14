"""The agent's side of a model service: reasons for failures, and who is asked though it failed."""

import asyncio
from typing import Any

import aiohttp
import pytest
from bentoml.exceptions import BentoMLException, ServiceUnavailable

from bentos.services.circuit_breaker import CircuitBreaker
from bentos.services.model_client import FailureReason, ModelClient, ModelFailure


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


def test_a_dropped_connection_is_tried_once_more() -> None:
    service = Service(aiohttp.ServerDisconnectedError())
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
