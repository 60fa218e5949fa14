"""Who is asked, and who stands in for whom."""

import asyncio
import time
from collections.abc import Sequence
from typing import Any, cast

import pytest

from bentos.schemas import Prediction
from bentos.services.budget import Budget
from bentos.services.cascade import Cascade, Wanted
from bentos.services.model_client import FailureReason, ModelFailure
from bentos.services.outcome import Outcome
from bentos.services.ticket_errors import FAILED
from bentos.triage.categories import CATEGORIES
from bentos.triage.language import Detected, Language
from bentos.triage.pii.scrubber import Scrubber
from bentos.triage.policy import Policy, Pool
from bentos.triage.signals import Reading, Style
from bentos.triage.understood import Understood
from bentos.wire import Error, ErrorResponse
from tests.triage.policies import even_policy

# Long enough that no busy machine spends it in these tests.
SECONDS = 1_000.0
SURE = [0.93, *[0.01] * 7]
TORN = [0.47, 0.47, *[0.01] * 6]
OTHER = [0.01, 0.93, *[0.01] * 6]


class FakeModel:
    """Answers with one row, or fails; counts the texts that it is asked for.

    `recovers`: it fails once only, or as long as nobody insists where its circuit is open.
    """

    def __init__(
        self, row: list[float], failure: FailureReason | None = None, recovers: bool = False
    ) -> None:
        self.row = row
        self.recovers = recovers
        self.is_open = failure == "open"
        self.given_seconds: list[float] = []
        self.failure = failure
        self.asked = 0

    async def predict(self, texts: Sequence[str], seconds: float, insist: bool) -> list[Any]:
        if seconds <= 0:
            raise ModelFailure("model", "unasked")
        self.asked += len(texts)
        self.given_seconds.append(seconds)
        if self.failure and not (self.recovers and insist):
            raise ModelFailure("model", self.failure)
        label = CATEGORIES[self.row.index(max(self.row))]
        probabilities = dict(zip(CATEGORIES, self.row, strict=True))
        prediction = Prediction(
            label=label, confidence=max(self.row), probabilities=probabilities, version="v"
        )
        return [prediction] * len(texts)


def answer(
    svm: FakeModel,
    transformer: FakeModel,
    wanted: Wanted = "auto",
    language: Language = "en",
    spent: float = 0.0,
    policy: Policy | None = None,
    style: Style = "natural",
) -> Outcome | ErrorResponse:
    understood = Understood(
        Scrubber(None).scrub("my printer"), Reading(Detected(language, 0.9), 2, 0.0, style)
    )
    models: Any = {"svm": svm, "transformer": transformer}
    cascade = Cascade(policy or even_policy(), models)
    ask: Any = FakeModel.predict
    budget = Budget(time.perf_counter() - spent, SECONDS)
    return asyncio.run(cascade.answer({7: (understood, wanted)}, ask, budget))[7]


def test_no_model_has_more_than_is_left_of_the_one_budget() -> None:
    svm, transformer = FakeModel(TORN), FakeModel(OTHER)
    outcome = answer(svm, transformer, spent=0.8 * SECONDS)
    assert isinstance(outcome, Outcome)
    assert outcome.model == "both"
    assert 0 < svm.given_seconds[0] <= 0.1 * SECONDS
    assert 0 < transformer.given_seconds[0] <= 0.2 * SECONDS


def test_a_ticket_whose_budget_is_spent_says_that_no_time_was_left() -> None:
    svm, transformer = FakeModel(TORN), FakeModel(OTHER)
    error = answer(svm, transformer, spent=SECONDS)
    assert isinstance(error, ErrorResponse)
    assert error.error.message == (
        "The SVM was not asked, since no time was left and the transformer was not asked, since "
        "no time was left; retry in a moment."
    )
    assert svm.asked == transformer.asked == 0


def test_an_unforeseen_exception_in_one_ticket_is_the_error_of_that_ticket_alone() -> None:
    good = Understood(
        Scrubber(None).scrub("my printer"), Reading(Detected("en", 0.9), 2, 0.0, "natural")
    )
    bad: Any = Understood(good.scrubbed, cast(Reading, None))
    models: Any = {"svm": FakeModel(SURE), "transformer": FakeModel(OTHER)}
    ask: Any = FakeModel.predict
    tickets: Any = {0: (good, "auto"), 1: (bad, "auto"), 2: (good, "auto")}
    budget = Budget(time.perf_counter(), SECONDS)
    answers = asyncio.run(Cascade(even_policy(), models).answer(tickets, ask, budget))
    assert isinstance(answers[0], Outcome) and isinstance(answers[2], Outcome)
    assert answers[1] == FAILED


def test_a_sure_svm_answers_alone() -> None:
    transformer = FakeModel(OTHER)
    outcome = answer(FakeModel(SURE), transformer)
    assert isinstance(outcome, Outcome)
    assert outcome.model == "svm"
    assert outcome.route.rule == "svm_sure"
    assert transformer.asked == 0


def test_an_unsure_one_is_joined_by_the_transformer() -> None:
    outcome = answer(FakeModel(TORN), FakeModel(OTHER))
    assert isinstance(outcome, Outcome)
    assert outcome.model == "both"
    assert outcome.decision.category == CATEGORIES[1]
    assert outcome.failure is None


@pytest.mark.parametrize("reason", ["late", "full", "gone", "open"])
def test_without_the_transformer_the_svm_answers_degraded(reason: FailureReason) -> None:
    outcome = answer(FakeModel(TORN), FakeModel(OTHER, reason))
    assert isinstance(outcome, Outcome)
    assert outcome.model == "svm"
    assert outcome.failure == f"transformer_{reason}"


def test_without_the_svm_the_transformer_answers_degraded() -> None:
    outcome = answer(FakeModel(SURE, "gone"), FakeModel(OTHER))
    assert isinstance(outcome, Outcome)
    assert outcome.model == "transformer"
    assert outcome.route.rule == "svm_unavailable"
    assert outcome.failure == "svm_gone"


@pytest.mark.parametrize("reason", ["late", "open"])
def test_where_neither_answered_a_model_that_may_yet_is_asked_again(reason: FailureReason) -> None:
    svm = FakeModel(SURE, reason, recovers=True)
    outcome = answer(svm, FakeModel(OTHER, "gone"))
    assert isinstance(outcome, Outcome)
    assert outcome.model == "svm"
    assert outcome.route.rule == "svm_sure"
    assert outcome.failure == "transformer_gone"
    assert svm.asked == 2


def test_the_transformer_is_the_one_asked_again_where_the_svm_is_gone() -> None:
    outcome = answer(FakeModel(SURE, "gone"), FakeModel(OTHER, "open", recovers=True))
    assert isinstance(outcome, Outcome)
    assert outcome.model == "transformer"
    assert outcome.failure == "svm_gone"


def test_who_is_asked_again_has_what_the_stand_in_left() -> None:
    svm = FakeModel(SURE, "late", recovers=True)
    assert isinstance(answer(svm, FakeModel(OTHER, "gone"), spent=0.5 * SECONDS), Outcome)
    first, second = svm.given_seconds
    assert first <= 0.25 * SECONDS
    assert second <= 0.5 * SECONDS


def test_without_either_the_ticket_is_unavailable() -> None:
    error = answer(FakeModel(SURE, "gone"), FakeModel(OTHER, "late"))
    assert isinstance(error, ErrorResponse)
    assert error.error.code == "unavailable"
    assert error.error.message == (
        "The SVM can't be reached and the transformer did not answer in time; retry in a moment."
    )


@pytest.mark.parametrize(("wanted", "other"), [("svm", "transformer"), ("transformer", "svm")])
def test_who_is_asked_for_answers_or_the_other_stands_in(wanted: Wanted, other: str) -> None:
    models = {"svm": FakeModel(TORN), "transformer": FakeModel(OTHER)}
    outcome = answer(models["svm"], models["transformer"], wanted)
    assert isinstance(outcome, Outcome)
    assert outcome.model == wanted
    assert outcome.route.rule == "requested"
    assert models[other].asked == 0
    models[wanted].failure = "gone"
    outcome = answer(models["svm"], models["transformer"], wanted)
    assert isinstance(outcome, Outcome)
    assert outcome.model == other
    assert outcome.failure == f"{wanted}_gone"


def test_a_bulk_text_that_was_too_late_is_answered_by_the_svm() -> None:
    class Late(FakeModel):
        async def predict(self, texts: Sequence[str], seconds: float, insist: bool) -> list[Any]:
            late = ErrorResponse(error=Error(code="timeout", message="No time was left."))
            return [late] * len(texts)

    def ask(model: Any, texts: Sequence[str], seconds: float, insist: bool) -> Any:
        return model.predict(texts, seconds, insist)

    understood = Understood(
        Scrubber(None).scrub("my printer"), Reading(Detected("fr", 0.9), 2, 0.0, "natural")
    )
    models: Any = {"svm": FakeModel(SURE), "transformer": Late(OTHER)}
    cascade = Cascade(even_policy(), models)
    budget = Budget(time.perf_counter(), SECONDS)
    outcome = asyncio.run(cascade.answer({0: (understood, "auto")}, ask, budget))[0]
    assert isinstance(outcome, Outcome)
    assert outcome.failure == "transformer_late"


def test_two_answers_make_one_as_suits_the_style_of_the_ticket() -> None:
    policy = even_policy()
    trusting = policy.languages["en"].model_copy(update={"pool": Pool(svm=0, transformer=1)})
    policy = policy.model_copy(update={"cleaned": trusting})
    cleaned = answer(FakeModel(TORN), FakeModel(OTHER), policy=policy, style="cleaned")
    natural = answer(FakeModel(TORN), FakeModel(OTHER), policy=policy)
    assert isinstance(cleaned, Outcome) and isinstance(natural, Outcome)
    assert cleaned.decision.confidence == pytest.approx(max(OTHER))
    assert natural.decision.confidence < cleaned.decision.confidence


def test_a_model_that_nobody_can_stand_in_for_has_all_of_the_time() -> None:
    svm = FakeModel(TORN)
    answer(svm, FakeModel(OTHER, "open"))
    answer(svm, FakeModel(OTHER))
    alone, first = svm.given_seconds
    assert first <= 0.5 * SECONDS < alone <= SECONDS
