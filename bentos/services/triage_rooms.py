"""The way of a ticket through the rooms: understood, looked up, answered, explained."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from anyio import to_thread

from bentos.schemas import Explainable, Ticket, Triage
from bentos.services.answers import triage
from bentos.services.cascade import Ask, Cascade
from bentos.services.model_client import ModelClient, ModelFailure
from bentos.services.observed import observe, observe_error
from bentos.services.outcome import ModelName, Outcome
from bentos.services.request_record import current
from bentos.services.result_cache import ResultCache
from bentos.services.stages import Stage
from bentos.triage.understood import Understood
from bentos.wire import ErrorResponse

# More characters than this keep the other requests waiting: they are read in a thread.
_READ_AT_ONCE: Final = 2_000
_Result = Outcome | ErrorResponse


class TriageRooms:
    """Answers tickets.

    Args:
        understand: The rooms before the models.
        cascade: The models and who of them is asked.
        models: The same models, to explain their answers.
        version: Of the routing policy.
        cache: Outcomes of tickets that came in before.
    """

    def __init__(
        self,
        understand: Callable[[str], Understood],
        cascade: Cascade,
        models: Mapping[ModelName, ModelClient],
        version: str,
        cache: ResultCache[Outcome],
    ) -> None:
        self._understand_text = understand
        self._cascade = cascade
        self._models = models
        self._version = version
        self._cache = cache
        # Of each model, as it last said: a cached answer of another version isn't given.
        self._versions: dict[str, str] = {}

    async def answer(
        self, tickets: Sequence[Ticket | ErrorResponse], ask: Ask, seconds: float
    ) -> list[Triage | ErrorResponse]:
        """One result a ticket, in order: its triage, or the error in its place.

        Args:
            ask: How a model is asked.
            seconds: How long the tickets may take, from when their request came in.
        """
        started = time.perf_counter()
        record = current.get()
        came_in = started if record is None else record.started
        accepted = {
            place: ticket for place, ticket in enumerate(tickets) if isinstance(ticket, Ticket)
        }
        understood = await self._understand(accepted)
        outcomes = await self._outcomes(accepted, understood, ask, seconds, came_in)
        milliseconds = round((time.perf_counter() - started) * 1_000, 3)
        results: list[Triage | ErrorResponse] = []
        for place, ticket in enumerate(tickets):
            outcome = ticket if isinstance(ticket, ErrorResponse) else outcomes[place]
            if isinstance(outcome, Outcome):
                answer = triage(understood[place], outcome, self._version, milliseconds)
                observe(understood[place], outcome, answer.ticket_id)
                results.append(answer)
            else:
                observe_error(is_ticket=isinstance(ticket, Ticket))
                results.append(outcome)
        return results

    async def _understand(self, tickets: Mapping[int, Ticket]) -> dict[int, Understood]:
        def understand() -> dict[int, Understood]:
            return {place: self._understand_text(ticket.text) for place, ticket in tickets.items()}

        with Stage("understand"):
            if sum(len(ticket.text) for ticket in tickets.values()) > _READ_AT_ONCE:
                return await to_thread.run_sync(understand)
            return understand()

    async def _outcomes(
        self,
        tickets: Mapping[int, Ticket],
        understood: Mapping[int, Understood],
        ask: Ask,
        seconds: float,
        came_in: float,
    ) -> dict[int, _Result]:
        found: dict[int, _Result] = {}
        for place, ticket in tickets.items():
            if not understood[place].reading.words:
                found[place] = self._cascade.nothing_left
            elif (kept := self._cache.get(self._key(ticket, understood[place]))) is not None:
                found[place] = kept
        new = {place: tickets[place] for place in tickets if place not in found}
        asked = {place: (understood[place], ticket.model) for place, ticket in new.items()}
        spent = time.perf_counter() - came_in
        answered = await self._cascade.answer(asked, ask, seconds, spent)
        explained = await self._explained(new, understood, answered)
        for place, outcome in explained.items():
            if isinstance(outcome, Outcome) and outcome.failure is None:
                self._versions.update(outcome.versions)
                self._cache.put(self._key(tickets[place], understood[place]), outcome)
        return {**found, **explained}

    def _key(self, ticket: Ticket, understood: Understood) -> tuple[str, ...]:
        versions = (f"{name}={version}" for name, version in sorted(self._versions.items()))
        asked = (understood.scrubbed.text, ticket.model, str(ticket.explain))
        return (*asked, self._version, *versions)

    async def _explained(
        self,
        tickets: Mapping[int, Ticket],
        understood: Mapping[int, Understood],
        outcomes: Mapping[int, _Result],
    ) -> dict[int, _Result]:
        """`outcomes` with their telling words where those were asked for and can be had."""
        result = dict(outcomes)
        wanted: dict[ModelName, list[int]] = {}
        for place, outcome in outcomes.items():
            if isinstance(outcome, Outcome) and tickets[place].explain:
                # The SVM's words are exact and cost next to nothing.
                model: ModelName = "transformer" if outcome.model == "transformer" else "svm"
                wanted.setdefault(model, []).append(place)
        for model, places in wanted.items():
            await self._explain(model, places, understood, result)
        return result

    async def _explain(
        self,
        model: ModelName,
        places: Sequence[int],
        understood: Mapping[int, Understood],
        outcomes: dict[int, _Result],
    ) -> None:
        asked = {
            # Both parts were checked when they came in, or are ours.
            place: Explainable.model_construct(
                text=understood[place].scrubbed.text, category=outcome.decision.category
            )
            for place in places
            if isinstance(outcome := outcomes[place], Outcome)
        }
        with Stage("explain"):
            try:
                explanations = await self._models[model].explain(list(asked.values()))
            except ModelFailure:
                return
        for place, words in zip(asked, explanations, strict=True):
            outcome = outcomes[place]
            if isinstance(outcome, Outcome):
                outcomes[place] = replace(outcome, words=tuple(words))
