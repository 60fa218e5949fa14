"""What is learned of when the transformer pays, and of what is sure enough."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from bentos.triage.categories import CATEGORIES
from bentos.triage.language import Detected
from bentos.triage.signals import Reading
from train.parameters import RouterParameters
from train.router import conformal_probability, fit_policy, fit_pool, review_thresholds
from train.routing_answers import answers, pooled
from train.routing_data import Cases
from train.routing_report import aurc, covered, escalation_curves, interval, summary

PARAMETERS = RouterParameters(
    seed=1,
    english_budget=0.3,
    natural_weight=1.0,
    least_accuracy=0.8,
    certainty=0.95,
    coverage=0.9,
    keywords=("urgent",),
    signals=(("margin",), ("unknown_words", "log_words")),
)
Floats = NDArray[np.float64]


def _answers(truth: NDArray[np.int64], right: NDArray[np.bool_], sure: Floats) -> Floats:
    """Rows whose top is the truth where `right`, at confidence `sure`."""
    top = np.where(right, truth, (truth + 1) % 8)
    rows = np.repeat(((1 - sure) / 7)[:, None], 8, axis=1)
    rows[np.arange(len(truth)), top] = sure
    return rows


@pytest.fixture(scope="module")
def cases() -> Cases:
    """An SVM that is wrong where it is unsure, a transformer that is right nine times in ten."""
    chance = np.random.default_rng(0)
    count = 1_200
    truth = chance.integers(0, 8, count)
    sure = chance.uniform(0.3, 0.99, count)
    languages = np.where(chance.random(count) < 0.8, "en", "fr")
    tickets = pd.DataFrame(
        {
            "text": ["urgent printer" if odd else "printer" for odd in truth % 2],
            "language": languages,
            "source": np.where(languages == "en", "kaggle", "sample"),
        }
    )
    svm = _answers(truth, chance.random(count) < sure, sure)
    transformer = _answers(truth, chance.random(count) < 0.9, np.full(count, 0.9))
    readings = [
        Reading(Detected(name, 1.0), 10, 0.0, "cleaned" if name == "en" else "natural")
        for name in languages
    ]
    return Cases(tickets, truth, readings, svm, transformer)


def test_the_pool_trusts_the_better_model_more(cases: Cases) -> None:
    pool = fit_pool(cases)
    right = pooled(pool, cases).argmax(axis=1) == cases.truth
    assert right.mean() >= (cases.transformer.argmax(axis=1) == cases.truth).mean()
    assert pool.transformer > 0


def test_the_policy_keeps_its_budget_and_beats_the_svm(cases: Cases) -> None:
    policy, _ = fit_policy(cases, PARAMETERS)
    given = answers(policy, cases)
    english = cases.languages == "en"
    assert given.escalated[english].mean() == pytest.approx(0.3, abs=0.02)
    assert given.escalated[~english].all()
    right = (given.probabilities.argmax(axis=1) == cases.truth).mean()
    assert right > (cases.svm.argmax(axis=1) == cases.truth).mean() + 0.05
    escalated = given.escalated & english
    assert cases.svm[escalated].max(axis=1).mean() < cases.svm[english].max(axis=1).mean()


def test_the_gain_is_told_by_the_signals_that_say_most(cases: Cases) -> None:
    policy, (by_margin, by_length) = fit_policy(cases, PARAMETERS)
    assert by_margin.accuracy > by_length.accuracy + 0.02
    assert set(policy.gain.weights) == {"margin"}
    assert policy.gain.weights["margin"] < 0


def test_answers_are_pooled_as_suits_the_tickets_that_are_escalated(cases: Cases) -> None:
    policy, _ = fit_policy(cases, PARAMETERS)
    cleaned = cases.where(cases.styles == "cleaned")
    escalated = cleaned.where(answers(policy, cleaned).escalated)
    assert policy.cleaned is not None
    assert policy.cleaned.pool == fit_pool(escalated)


def test_natural_tickets_have_a_pool_of_their_own_in_every_language(cases: Cases) -> None:
    natural = cases.styles == "natural"
    knowing = _answers(cases.truth, cases.truth >= 0, np.full(len(natural), 0.9))
    svm = np.where(natural[:, None], knowing, cases.svm)
    policy, _ = fit_policy(replace(cases, svm=svm), PARAMETERS)
    pools = {own.pool for own in policy.languages.values()}
    assert len(pools) == 1
    assert policy.cleaned is not None
    ratio = {pool.svm / pool.transformer for pool in pools}.pop()
    assert ratio > 2 * policy.cleaned.pool.svm / policy.cleaned.pool.transformer


def test_without_cleaned_tickets_nothing_is_learned_of_them(cases: Cases) -> None:
    readings = [replace(reading, style="natural") for reading in cases.readings]
    policy, _ = fit_policy(replace(cases, readings=readings), PARAMETERS)
    assert policy.cleaned is None


def test_what_few_tickets_teach_is_held_back(cases: Cases) -> None:
    few = np.arange(len(cases.truth)) < 4
    pool = fit_pool(cases.where(few))
    assert pool.svm == pytest.approx(0.5, abs=0.2)
    assert pool.transformer == pytest.approx(0.5, abs=0.2)


def test_sets_cover_the_truth_as_often_as_asked(cases: Cases) -> None:
    probability = conformal_probability(cases.transformer, cases.truth, 0.9)
    held = cases.transformer[np.arange(len(cases.truth)), cases.truth] >= probability
    assert held.mean() >= 0.9


def test_what_is_answered_without_review_is_right_often_enough(cases: Cases) -> None:
    thresholds = review_thresholds(cases.svm, cases.truth, PARAMETERS)
    assert set(thresholds) == set(CATEGORIES)
    predicted, confidence = cases.svm.argmax(axis=1), cases.svm.max(axis=1)
    for place, category in enumerate(CATEGORIES):
        kept = (predicted == place) & (confidence >= thresholds[category])
        if kept.any():
            assert (cases.truth[kept] == place).mean() >= 0.8


def test_learned_escalation_beats_chance(cases: Cases) -> None:
    policy, _ = fit_policy(cases, PARAMETERS)
    curves = escalation_curves(policy, cases.where(cases.languages == "en"), PARAMETERS)
    assert set(curves) >= {"learned", "max_probability", "length", "keyword", "random", "oracle"}
    at_third = {name: points[3]["accuracy"] for name, points in curves.items()}
    assert at_third["random"] < at_third["learned"] <= at_third["oracle"]
    assert {points[0]["accuracy"] for points in curves.values()} == {
        curves["learned"][0]["accuracy"]
    }


def test_the_summary_adds_up(cases: Cases) -> None:
    given = summary(fit_policy(cases, PARAMETERS)[0], cases)
    low, high = given["accuracy_95"]
    assert low < given["accuracy"] < high
    assert given["answered_at"]["0.95"] <= given["answered_at"]["0.92"]
    assert given["prediction_set"]["mean_size"] >= 1


def test_shares_and_areas() -> None:
    confidence = np.array([0.9, 0.8, 0.7, 0.6])
    assert covered(confidence, np.array([True, True, False, True]), 0.9) == 0.5
    assert covered(confidence, np.array([False] * 4), 0.9) == 0.0
    assert interval(0, 10)[0] == 0.0
    assert interval(10, 10)[1] == 1.0
    assert aurc(np.array([0.5, 1.0]), np.array([0.0, 0.5])) == 0.25
