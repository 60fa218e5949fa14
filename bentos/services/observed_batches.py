"""BentoML's batching, with the waits measured and nobody held back for long."""

import time
from collections.abc import Sequence
from typing import Any

from bentoml._internal.marshal.dispatcher import CorkDispatcher, Job

from bentos.metrics import BATCH_WAIT_SECONDS
from bentos.services.prompt_batches import PromptOptimizer


class ObservedDispatcher(CorkDispatcher[Any, Any]):
    """Does what `given` was made to do.

    Args:
        service: The service's name, for its metrics.
        given: BentoML's dispatcher of one of its APIs, which has not been called yet.
    """

    def __init__(self, service: str, given: CorkDispatcher[Any, Any]) -> None:
        super().__init__(
            round(given.max_latency * 1_000),
            given.max_batch_size,
            fallback=given.fallback,
            get_batch_size=given.get_batch_size,
            batch_dim=given.batch_dim,
        )
        self.optimizer = PromptOptimizer(self.max_latency)
        self._waits = BATCH_WAIT_SECONDS.labels(service)

    def waiting(self) -> int:
        """How many texts wait for a batch."""
        return sum(self.get_batch_size(job.data) for job in tuple(self._queue))

    async def outbound_call(
        self, inputs_info: Sequence[Job[Any, Any]], training: bool = False
    ) -> None:
        """Gives a batch to the model."""
        now = time.time()
        for job in inputs_info:
            self._waits.observe(max(now - job.enqueue_time, 0.0))
        await super().outbound_call(tuple(inputs_info), training)
