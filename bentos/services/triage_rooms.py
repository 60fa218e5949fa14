"""The way of a ticket through the rooms: understood, looked up, answered, explained."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from bentos.schemas import Explainable, Ticket, Triage
from bentos.services.answers import triage
from bentos.services.budget import Budget
from bentos.services.cascade import Ask, Cascade
from bentos.services.isolation import isolated
from bentos.services.model_client import ModelClient
from bentos.services.observed import note_lateness, observe, observe_error
from bentos.services.outcome import ModelName, Outcome
from bentos.services.reader import Reader
from bentos.services.result_cache import ResultCache
from bentos.services.stages import Stage
from bentos.triage.understood import Understood
from bentos.wire import ErrorResponse

_Result = Outcome | ErrorResponse


class TriageRooms:
    """Answers tickets.

    Args:
        reader: The rooms before the models.
        cascade: The models and who of them is asked.
        models: The same models, to explain their answers.
        version: Of the routing policy.
        cache: Outcomes of tickets that came in before.
    """

    def __init__(
        self,
        reader: Reader,
        cascade: Cascade,
        models: Mapping[ModelName, ModelClient],
        version: str,
        cache: ResultCache[Outcome],
    ) -> None:
        self._reader = reader
        self._cascade = cascade
        self._models = models
        self._version = version
        self._cache = cache
        # Of each model, as it last said: a cached answer of another version isn't given.
        self._versions: dict[str, str] = {}

    async def answer(
        self, tickets: Sequence[Ticket | ErrorResponse], ask: Ask, budget: Budget
    ) -> list[Triage | ErrorResponse]:
        """One result a ticket, in order: its triage, or the error in its place.

        Args:
            ask: How a model is asked.
            budget: The time for all of it.
        """
        started = time.perf_counter()
        accepted = {
            place: ticket for place, ticket in enumerate(tickets) if isinstance(ticket, Ticket)
        }
        understood = await self._understand(accepted, budget)
        outcomes = await self._outcomes(accepted, understood, ask, budget)
        milliseconds = round((time.perf_counter() - started) * 1_000, 3)
        results: list[Triage | ErrorResponse] = []
        for place, ticket in enumerate(tickets):
            if isinstance(ticket, ErrorResponse):
                observe_error(is_ticket=False)
                results.append(ticket)
                continue
            read, outcome = understood[place], outcomes[place]
            note_lateness(outcome)
            results.append(isolated(partial(self._conclude, read, outcome, milliseconds)))
            if isinstance(results[-1], ErrorResponse):
                observe_error(is_ticket=True)
        return results

    def _conclude(
        self, understood: Understood | ErrorResponse, outcome: _Result, milliseconds: float
    ) -> Triage | ErrorResponse:
        if isinstance(outcome, ErrorResponse):
            return outcome
        if isinstance(understood, ErrorResponse):
            return understood
        answer = triage(understood, outcome, self._version, milliseconds)
        observe(understood, outcome, answer.ticket_id)
        return answer

    async def _understand(
        self, tickets: Mapping[int, Ticket], budget: Budget
    ) -> dict[int, Understood | ErrorResponse]:
        with Stage("understand"):
            texts = {place: ticket.text for place, ticket in tickets.items()}
            return await self._reader.read(texts, budget)

    async def _outcomes(
        self,
        tickets: Mapping[int, Ticket],
        read: Mapping[int, Understood | ErrorResponse],
        ask: Ask,
        budget: Budget,
    ) -> dict[int, _Result]:
        found: dict[int, _Result] = {}
        new: dict[int, Understood] = {}
        for place, ticket in tickets.items():
            understood = read[place]
            if isinstance(understood, ErrorResponse):
                found[place] = understood
            elif not understood.reading.words:
                found[place] = self._cascade.nothing_left
            elif (kept := self._cache.get(self._key(ticket, understood))) is not None:
                found[place] = kept
            else:
                new[place] = understood
        asked = {place: (understood, tickets[place].model) for place, understood in new.items()}
        answered = await self._cascade.answer(asked, ask, budget)
        explained = await self._explained(tickets, new, answered, budget)
        for place, outcome in explained.items():
            if isinstance(outcome, Outcome) and outcome.failure is None:
                self._versions.update(outcome.versions)
                self._cache.put(self._key(tickets[place], new[place]), outcome)
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
        budget: Budget,
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
            await self._explain(model, places, understood, result, budget)
        return result

    async def _explain(
        self,
        model: ModelName,
        places: Sequence[int],
        understood: Mapping[int, Understood],
        outcomes: dict[int, _Result],
        budget: Budget,
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
            items = list(asked.values())
            explanations = await self._models[model].explain(items, budget.left)
        for place, words in zip(asked, explanations, strict=True):
            outcome = outcomes[place]
            if isinstance(outcome, Outcome) and words is not None:
                outcomes[place] = replace(outcome, words=tuple(words))
