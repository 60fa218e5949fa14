"""The agent: the door that tickets come in by."""

import asyncio
import time
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

import bentoml

from bentos.metrics import BREAKER_OPEN, MODEL_INFO, REQUEST_BUCKETS
from bentos.models.router import load_policy
from bentos.schemas import Ticket, TicketBatch, Triage, TriageBatch
from bentos.services.answers import is_unavailable, placed, summarise
from bentos.services.budget import USUAL_CHARACTERS, budget, characters_to_read, ticket_seconds
from bentos.services.cascade import Cascade
from bentos.services.circuit_breaker import CircuitBreaker
from bentos.services.door import Service
from bentos.services.errors import RequestError
from bentos.services.json_body import JsonBody
from bentos.services.model_client import ModelClient
from bentos.services.outcome import ModelName, Outcome
from bentos.services.reader import Reader
from bentos.services.released_model import ReleasedModel
from bentos.services.request_log import PREDICT, PREDICT_BATCH
from bentos.services.result_cache import ResultCache
from bentos.services.svm import SvmService
from bentos.services.transformer import TransformerService
from bentos.services.triage_rooms import TriageRooms
from bentos.services.work_limit import WorkLimit
from bentos.settings import settings
from bentos.wire import ErrorResponse

_SETTINGS: Final = settings()
# What a ticket that has no answer is answered with, by its error's code.
_STATUSES: Final[Mapping[str, HTTPStatus]] = {
    "unavailable": HTTPStatus.SERVICE_UNAVAILABLE,
    "timeout": HTTPStatus.SERVICE_UNAVAILABLE,
}
# An answer in part is better than BentoML's error after the whole of its time limit.
_MOST_SECONDS: Final = 0.9 * _SETTINGS.timeout_seconds
# An answer that takes more of its time than this says that too much work is in flight.
_QUICK_SHARE: Final = 0.35
# In the memory of one cached answer so many explained words have room.
_WORDS_AN_ENTRY: Final = 10
_FAILED: Final = HTTPStatus.INTERNAL_SERVER_ERROR


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
    # Ours has the ticket and its trace, and not the sender's content types and address.
    logging={"access": {"enabled": False}},
    metrics={"duration": {"buckets": list(REQUEST_BUCKETS)}},
)
class AgentService:
    """Sorts customers' tickets in English, French and Arabic into eight business categories."""

    max_body_bytes = _SETTINGS.max_body_bytes
    ticket_paths = frozenset({PREDICT, PREDICT_BATCH})
    svm = bentoml.depends(SvmService, url=_SETTINGS.svm_url)
    transformer = bentoml.depends(TransformerService, url=_SETTINGS.transformer_url)
    router = ReleasedModel(_SETTINGS.router_model, "router")

    @staticmethod
    def work_limits() -> Mapping[str, WorkLimit]:
        """Single tickets and batches have limits of their own: a batch may take longer.

        The first limit is what a slow core does within the time: it doubles with each round of
        quick answers.
        """
        return {
            PREDICT: WorkLimit(
                _QUICK_SHARE * _SETTINGS.ticket_budget_seconds,
                usual=USUAL_CHARACTERS,
                least=8_000,
                first=16_000,
                fewest=4,
            ),
            PREDICT_BATCH: WorkLimit(
                _QUICK_SHARE * _MOST_SECONDS, usual=200_000, least=200_000, first=1_000_000
            ),
        }

    def __init__(self) -> None:
        self._models: Final[dict[ModelName, ModelClient]] = {
            "svm": _client("svm", "SVM", self.svm),
            "transformer": _client("transformer", "transformer", self.transformer),
        }
        # Presidio and spaCy, a hundred megabytes: the models' processes import this file too.
        from bentos.services.understanding_rooms import understanding

        routing = load_policy(Path(self.router.path))
        MODEL_INFO.labels("router", routing.version).set(1)
        self._rooms: Final = TriageRooms(
            Reader(understanding(_SETTINGS)),
            Cascade(routing.policy, self._models),
            self._models,
            routing.version,
            ResultCache(_SETTINGS.cache_entries, _SETTINGS.cache_seconds, _weight),
        )

    async def __is_ready__(self) -> bool:
        limit = _SETTINGS.ready_timeout_seconds
        ready = await asyncio.gather(*(model.is_ready(limit) for model in self._models.values()))
        # One model can stand in for the other.
        return any(ready)

    @bentoml.api(input_spec=TicketBody)  # type: ignore[untyped-decorator]  # BentoML has no types
    async def predict(self, ticket: Ticket, /) -> Triage:
        """Sorts one ticket.

        Concurrent tickets are merged into batches for the models.
        """
        length = characters_to_read(ticket.text)
        seconds = ticket_seconds(length, _SETTINGS.ticket_budget_seconds, _MOST_SECONDS)
        [result] = await self._rooms.answer([ticket], ModelClient.predict, budget(seconds))
        if isinstance(result, ErrorResponse):
            raise RequestError(_STATUSES.get(result.error.code, _FAILED), result.error)
        return result

    @bentoml.api(input_spec=TicketBatchBody)  # type: ignore[untyped-decorator]  # see above
    async def predict_batch(self, batch: TicketBatch, /) -> TriageBatch:
        """Sorts many tickets.

        Results are in the order of the tickets; a bad ticket has an error in its place and harms
        no other.
        """
        started = time.perf_counter()
        tickets = placed(batch.tickets, _SETTINGS.max_transformer_explanations)
        results = await self._rooms.answer(tickets, ModelClient.predict_bulk, budget(_MOST_SECONDS))
        if results and all(map(is_unavailable, results)) and is_unavailable(results[0]):
            raise RequestError(HTTPStatus.SERVICE_UNAVAILABLE, results[0].error)
        latency_ms = round((time.perf_counter() - started) * 1_000, 3)
        return TriageBatch(results=results, summary=summarise(results, latency_ms))


def _weight(outcome: Outcome) -> int:
    """As how many answers without an explanation `outcome` counts: words take the most memory."""
    return 1 + len(outcome.words or ()) // _WORDS_AN_ENTRY


def _client(model: ModelName, name: str, service: Any) -> ModelClient:
    is_open = BREAKER_OPEN.labels(model)
    breaker = CircuitBreaker(
        _SETTINGS.breaker_failures, _SETTINGS.breaker_seconds, on_change=is_open.set
    )
    limits = (_SETTINGS.model_timeout_seconds, _SETTINGS.timeout_seconds)
    most_calls = _SETTINGS.model_calls if _SETTINGS.adaptive_batching else None
    return ModelClient(name, service, *limits, breaker, most_calls, _SETTINGS.max_predict_texts)
