"""Asks the models: the SVM first, the transformer where the policy says so, each while there is
time; one stands in for the other, and where neither could, the one that may yet is asked again."""

from collections.abc import Awaitable, Mapping, Sequence
from functools import partial
from typing import Final, Literal, Protocol

from bentos.schemas import Prediction
from bentos.services.budget import Budget
from bentos.services.isolation import isolated
from bentos.services.model_client import SAID, ModelClient, ModelFailure
from bentos.services.outcome import Failed, ModelName, Outcome, concluded, nothing_left
from bentos.services.stages import Stage
from bentos.triage.categories import CATEGORIES
from bentos.triage.policy import Policy
from bentos.triage.routing import REQUESTED, SVM_UNAVAILABLE, Route, route
from bentos.triage.signals import signals
from bentos.triage.understood import Understood
from bentos.wire import Error, ErrorResponse

Wanted = Literal["auto", "svm", "transformer"]
Asked = ErrorResponse | Prediction | Failed
# The part of the time that the first model may take, so that another can still stand in.
_FIRST_SHARE: Final = 0.5
_NAMES: Final[Mapping[ModelName, str]] = {"svm": "SVM", "transformer": "transformer"}
_OTHER: Final[Mapping[ModelName, ModelName]] = {"svm": "transformer", "transformer": "svm"}
# What a model that failed so may do better a moment later.
_PASSING: Final = ("late", "open")


class Ask(Protocol):
    """How a model is asked for its part: singly, in company, or in bulk.

    `insist`: though it kept failing.
    """

    def __call__(
        self, model: ModelClient, /, texts: Sequence[str], seconds: float, insist: bool
    ) -> Awaitable[list[Prediction | ErrorResponse]]: ...


class Cascade:
    """The policy, with the models that it chooses from.

    Args:
        policy: Who is asked, and how two answers make one.
        models: The SVM and the transformer.
    """

    def __init__(self, policy: Policy, models: Mapping[ModelName, ModelClient]) -> None:
        self._policy = policy
        self._models = models

    @property
    def nothing_left(self) -> Outcome:
        """The outcome of a ticket without a word."""
        return nothing_left(self._policy)

    async def answer(
        self,
        tickets: Mapping[int, tuple[Understood, Wanted]],
        ask: Ask,
        budget: Budget,
    ) -> dict[int, Outcome | ErrorResponse]:
        """The outcome of each of `tickets`, by place, within their `budget`."""
        first = {place: _first(wanted) for place, (_, wanted) in tickets.items()}
        answers: dict[int, dict[ModelName, Asked]] = {place: {} for place in tickets}
        await self._ask(tickets, first, answers, ask, budget, self._first_share(first))
        with Stage("route"):
            routes = self._routes(tickets, answers)
        second = {
            place: _OTHER[first[place]]
            for place, chosen in routes.items()
            if isinstance(chosen, Route)
            and (chosen.escalates or not isinstance(answers[place][first[place]], Prediction))
        }
        await self._ask(tickets, second, answers, ask, budget)
        lost = {place: name for place in second if (name := _still_hoped_for(answers[place]))}
        if lost and budget.left > 0:
            await self._ask(tickets, lost, answers, ask, budget, insist=True)
            routes |= self._routes({place: tickets[place] for place in lost}, answers)
        with Stage("decide"):
            return {
                place: isolated(partial(self._conclude, understood, routes[place], answers[place]))
                for place, (understood, _) in tickets.items()
            }

    def _first_share(self, first: Mapping[int, ModelName]) -> float:
        """A part of what is left, but all of it where a model that could stand in is gone."""
        alone = any(self._models[_OTHER[name]].is_open for name in first.values())
        return 1.0 if alone else _FIRST_SHARE

    async def _ask(
        self,
        tickets: Mapping[int, tuple[Understood, Wanted]],
        models: Mapping[int, ModelName],
        answers: Mapping[int, dict[ModelName, Asked]],
        ask: Ask,
        budget: Budget,
        share: float = 1.0,
        insist: bool = False,
    ) -> None:
        """Asks each ticket's model in `models` and puts what it said into `answers`.

        Each model may take a `share` of the time that is left when it is asked.
        """
        for model in _NAMES:
            places = [place for place, name in models.items() if name == model]
            texts = [tickets[place][0].scrubbed.text for place in places]
            if places:
                with Stage(model):
                    given = await self._asked(model, texts, ask, share * budget.left, insist)
                for place, answer in zip(places, given, strict=True):
                    answers[place][model] = answer

    async def _asked(
        self, model: ModelName, texts: Sequence[str], ask: Ask, seconds: float, insist: bool
    ) -> Sequence[Asked]:
        try:
            return await ask(self._models[model], texts, seconds, insist)
        except ModelFailure as failure:
            return [Failed(model, failure.reason)] * len(texts)

    def _routes(
        self,
        tickets: Mapping[int, tuple[Understood, Wanted]],
        answers: Mapping[int, Mapping[ModelName, Asked]],
    ) -> dict[int, Route | ErrorResponse]:
        return {
            place: isolated(partial(self._route, understood, wanted, answers[place]))
            for place, (understood, wanted) in tickets.items()
        }

    def _route(
        self, understood: Understood, wanted: Wanted, answers: Mapping[ModelName, Asked]
    ) -> Route:
        if wanted != "auto":
            return REQUESTED
        svm = answers["svm"]
        if not isinstance(svm, Prediction):
            return SVM_UNAVAILABLE
        row = [svm.probabilities[category] for category in CATEGORIES]
        return route(self._policy, signals(understood.reading, row))

    def _conclude(
        self,
        understood: Understood,
        chosen: Route | ErrorResponse,
        answers: Mapping[ModelName, Asked],
    ) -> Outcome | ErrorResponse:
        if isinstance(chosen, ErrorResponse):
            return chosen
        given = {name: answer for name, answer in answers.items() if isinstance(answer, Prediction)}
        failed = next(filter(None, (_failed(*item) for item in answers.items())), None)
        if given:
            return concluded(self._policy, understood, chosen, given, failed)
        said = next(
            (answer for answer in answers.values() if isinstance(answer, ErrorResponse)), None
        )
        return said or _unavailable(answers)


def _failed(model: ModelName, answer: Asked) -> Failed | None:
    """The failure behind `answer`, if it is one; a bulk call's error means that time ran out."""
    if isinstance(answer, Prediction):
        return None
    return answer if isinstance(answer, Failed) else Failed(model, "late")


def _still_hoped_for(answers: Mapping[ModelName, Asked]) -> ModelName | None:
    """The model to ask again where none answered; an open circuit spares nobody there."""
    failures = [answer for answer in answers.values() if isinstance(answer, Failed)]
    if len(failures) < len(answers):
        return None
    return next((failed.model for failed in failures if failed.reason in _PASSING), None)


def _first(wanted: Wanted) -> ModelName:
    return "transformer" if wanted == "transformer" else "svm"


def _unavailable(answers: Mapping[ModelName, Asked]) -> ErrorResponse:
    """The error of a ticket that no model answered: it says what was slow or gone."""
    said = " and the ".join(
        f"{_NAMES[name]} {SAID[answer.reason]}"
        for name, answer in answers.items()
        if isinstance(answer, Failed)
    )
    message = f"The {said}; retry in a moment."
    return ErrorResponse(error=Error(code="unavailable", message=message))
