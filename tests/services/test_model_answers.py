"""What the model services share, around a model that does as it is told."""

import asyncio
import logging
import time
from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from bentos.models.attribution import Attribution
from bentos.schemas import Prediction
from bentos.services.model_answers import ModelAnswers
from bentos.services.prompt_batches import PromptOptimizer
from bentos.triage.categories import CATEGORIES, Category
from bentos.wire import ErrorResponse

SECRET = "Zebulon Quackenbush"


class _Model:
    """Knows nothing, fails at SECRET, and takes `seconds` over a text."""

    version = "1"

    def __init__(self, seconds: float = 0.0) -> None:
        self.given: list[int] = []
        self._seconds = seconds

    def predict_proba(self, texts: Sequence[str]) -> NDArray[np.float64]:
        self.given.append(len(texts))
        time.sleep(self._seconds * len(texts))
        if SECRET in texts:
            raise ValueError(SECRET)
        return np.full((len(texts), len(CATEGORIES)), 1 / len(CATEGORIES))

    def attribute(self, text: str, category: Category) -> list[Attribution]:
        return [Attribution(text, 1.0, 0, len(text))]


def _answers(model: _Model, bulk_seconds: float = 60) -> ModelAnswers:
    return ModelAnswers("Test", "svm", model, most_at_once=4, bulk_seconds=bulk_seconds)


def _codes(answers: Sequence[Prediction | ErrorResponse]) -> list[str | None]:
    return [answer.error.code if isinstance(answer, ErrorResponse) else None for answer in answers]


def test_a_text_that_the_model_fails_at_harms_no_other(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="bentoml.callcenter"):
        answers = _answers(_Model()).predict(["a", SECRET, "b"])
    assert _codes(answers) == [None, "prediction_failed", None]
    assert [record.getMessage() for record in caplog.records] == ["a batch of 3 failed"]


def test_a_bulk_call_reaches_the_model_in_parts() -> None:
    model = _Model()
    predictions = asyncio.run(
        _answers(model).predict_bulk([str(place) for place in range(10)])
    ).predictions
    assert _codes(predictions) == [None] * 10
    assert model.given == [4, 4, 2]


def test_a_bulk_call_ends_in_time_with_an_error_for_each_text_it_did_not_reach() -> None:
    model = _Model(seconds=0.02)
    begin = time.monotonic()
    predictions = asyncio.run(
        _answers(model, bulk_seconds=0.1).predict_bulk(["a"] * 1_000)
    ).predictions
    assert time.monotonic() - begin < 2
    codes = _codes(predictions)
    answered = codes.count(None)
    assert 4 <= answered < 1_000
    assert codes == [None] * answered + ["timeout"] * (1_000 - answered)


def test_no_texts_have_no_answers() -> None:
    assert _answers(_Model()).predict([]) == []
    assert asyncio.run(_answers(_Model()).predict_bulk([])).predictions == []


def test_a_crowd_does_not_make_the_texts_after_it_wait() -> None:
    optimizer = PromptOptimizer(max_latency=10)
    for _ in range(50):
        optimizer.log_outbound(n=32, wait=7.0, duration=1.0)
    optimizer.trigger_refresh()
    assert optimizer.wait <= 0.005
