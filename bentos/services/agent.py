"""The agent: the door that tickets come in by."""

import time
from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus
from typing import Final

import bentoml

from bentos.schemas import Ticket, TicketBatch, Triage, TriageBatch
from bentos.services.answers import (
    Accepted,
    Answered,
    accept,
    accepted,
    place_answers,
    summarise,
    to_explain,
    triages,
)
from bentos.services.door import Service
from bentos.services.errors import RequestError
from bentos.services.json_body import JsonBody
from bentos.services.svm import SvmService
from bentos.services.svm_client import SvmClient
from bentos.settings import settings
from bentos.wire import Error, ErrorResponse

_SETTINGS: Final = settings()
_Ask = Callable[[Sequence[str]], Awaitable[list[Answered]]]


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

    def __init__(self) -> None:
        self._svm = SvmClient(self.svm, _SETTINGS.model_timeout_seconds)

    async def __is_ready__(self) -> bool:
        return await self._svm.is_ready(_SETTINGS.ready_timeout_seconds)

    @bentoml.api(input_spec=TicketBody)  # type: ignore[untyped-decorator]  # BentoML has no types
    async def predict(self, ticket: Ticket, /) -> Triage:
        """Sorts one ticket.

        Concurrent tickets are merged into batches for the model.
        """
        started = time.perf_counter()
        [result] = await self._answer([accept(ticket)], self._svm.predict, started)
        if isinstance(result, ErrorResponse):
            raise RequestError(_status(result.error), result.error)
        return result

    @bentoml.api(input_spec=TicketBatchBody)  # type: ignore[untyped-decorator]  # see above
    async def predict_batch(self, batch: TicketBatch, /) -> TriageBatch:
        """Sorts many tickets.

        Results are in the order of the tickets; a bad ticket has an error in its place and harms
        no other.
        """
        started = time.perf_counter()
        tickets = [accept(ticket, f"tickets.{place}") for place, ticket in enumerate(batch.tickets)]
        results = await self._answer(tickets, self._svm.predict_bulk, started)
        return TriageBatch(results=results, summary=summarise(results, _milliseconds(started)))

    async def _answer(
        self, tickets: Sequence[Accepted], ask: _Ask, started: float
    ) -> list[Triage | ErrorResponse]:
        predictions = await ask([ticket.text for ticket in accepted(tickets)])
        answers = place_answers(tickets, predictions)
        wanted = to_explain(tickets, answers)
        explanations = await self._svm.explain([item for item in wanted if item is not None])
        return list(triages(answers, wanted, explanations, _milliseconds(started)))


def _milliseconds(started: float) -> float:
    """Since `started`, in thousandths of a millisecond."""
    return round((time.perf_counter() - started) * 1_000, 3)


def _status(error: Error) -> HTTPStatus:
    if error.code == "prediction_failed":
        return HTTPStatus.INTERNAL_SERVER_ERROR
    return HTTPStatus.UNPROCESSABLE_ENTITY
