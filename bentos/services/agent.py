"""The agent: the door that tickets come in by."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Final, TypeVar

import bentoml

from bentos.schemas import Ticket, TicketBatch, Triage, TriageBatch
from bentos.services.answers import (
    Accepted,
    Answered,
    ModelName,
    by_model,
    placed,
    summarise,
    to_explain,
    triages,
)
from bentos.services.door import Service
from bentos.services.errors import RequestError
from bentos.services.json_body import JsonBody
from bentos.services.model_client import ModelClient
from bentos.services.svm import SvmService
from bentos.services.transformer import TransformerService
from bentos.settings import settings
from bentos.wire import ErrorResponse

_SETTINGS: Final = settings()
_Answer = TypeVar("_Answer")
_Predict = Callable[[ModelClient, Sequence[str]], Awaitable[list[Answered]]]


class TicketBody(JsonBody, Ticket):
    """The body of /predict, handed on whole."""

    __root_input__ = True


class TicketBatchBody(JsonBody, TicketBatch):
    """The body of /predict_batch, handed on whole."""

    __root_input__ = True


@bentoml.service(
    name="AgentService",
    service_class=Service,
    workers=_SETTINGS.agent_workers,
    traffic={"timeout": _SETTINGS.timeout_seconds, "max_concurrency": _SETTINGS.max_concurrency},
    # BentoML's own probe waits for `timeout` and then answers 500; see __is_ready__.
    runner_probe={"enabled": False},
    # The content types are the sender's words.
    logging={"access": {"request_content_type": False, "request_content_length": False}},
)
class AgentService:
    """Sorts customers' tickets in English, French and Arabic into eight business categories."""

    max_body_bytes = _SETTINGS.max_body_bytes
    svm = bentoml.depends(SvmService, url=_SETTINGS.svm_url)
    transformer = bentoml.depends(TransformerService, url=_SETTINGS.transformer_url)

    def __init__(self) -> None:
        limits = (_SETTINGS.model_timeout_seconds, _SETTINGS.timeout_seconds)
        self._models: Final[dict[ModelName, ModelClient]] = {
            "svm": ModelClient("SVM", self.svm, *limits),
            "transformer": ModelClient("transformer", self.transformer, *limits),
        }

    async def __is_ready__(self) -> bool:
        limit = _SETTINGS.ready_timeout_seconds
        ready = await asyncio.gather(*(model.is_ready(limit) for model in self._models.values()))
        return all(ready)

    @bentoml.api(input_spec=TicketBody)  # type: ignore[untyped-decorator]  # BentoML has no types
    async def predict(self, ticket: Ticket, /) -> Triage:
        """Sorts one ticket.

        Concurrent tickets are merged into batches for the model.
        """
        started = time.perf_counter()
        [result] = await self._answer([ticket], ModelClient.predict, started)
        if isinstance(result, ErrorResponse):
            raise RequestError(HTTPStatus.INTERNAL_SERVER_ERROR, result.error)
        return result

    @bentoml.api(input_spec=TicketBatchBody)  # type: ignore[untyped-decorator]  # see above
    async def predict_batch(self, batch: TicketBatch, /) -> TriageBatch:
        """Sorts many tickets.

        Results are in the order of the tickets; a bad ticket has an error in its place and harms
        no other.
        """
        started = time.perf_counter()
        tickets = placed(batch.tickets, _SETTINGS.max_transformer_explanations)
        results = await self._answer(tickets, ModelClient.predict_bulk, started)
        return TriageBatch(results=results, summary=summarise(results, _milliseconds(started)))

    async def _answer(
        self, tickets: Sequence[Accepted], predict: _Predict, started: float
    ) -> list[Triage | ErrorResponse]:
        accepted = {
            place: ticket for place, ticket in enumerate(tickets) if isinstance(ticket, Ticket)
        }
        predictions = await self._ask(
            by_model(accepted),
            lambda model, places: predict(model, [accepted[place].text for place in places]),
        )
        wanted = to_explain(accepted, predictions)
        explanations = await self._ask(
            by_model({place: accepted[place] for place in wanted}),
            lambda model, places: model.explain([wanted[place] for place in places]),
        )
        return list(triages(tickets, predictions, explanations, _milliseconds(started)))

    async def _ask(
        self,
        places: Mapping[ModelName, Sequence[int]],
        ask: Callable[[ModelClient, Sequence[int]], Awaitable[Sequence[_Answer]]],
    ) -> dict[int, _Answer]:
        """Asks every model about its places at the same time; the answers by place."""
        answers = await asyncio.gather(
            *(ask(self._models[model], group) for model, group in places.items())
        )
        return {
            place: answer
            for group, found in zip(places.values(), answers, strict=True)
            for place, answer in zip(group, found, strict=True)
        }


def _milliseconds(started: float) -> float:
    """Since `started`, in thousandths of a millisecond."""
    return round((time.perf_counter() - started) * 1_000, 3)
