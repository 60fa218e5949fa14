"""Stage `router`: learns when the transformer's answer pays, and what is sure enough.

`python -m train.router`. Everything is learned on the validation side; the test side is read once,
for the report.
"""

import math
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.stats import beta

from bentos.models.artifact import Manifest
from bentos.models.registered import ROUTER
from bentos.models.router import POLICY_FILE
from bentos.triage.categories import CATEGORIES, Category
from bentos.triage.policy import LanguagePolicy, Policy, Pool
from train.parameters import PARAMETERS, RouterParameters, load_section
from train.paths import SCRUBBED
from train.routing_answers import answers, log_pool, pooled
from train.routing_data import Cases, Floats, load_cases, load_classifiers
from train.routing_gain import Candidate, learn_gain
from train.routing_report import write_report

FOLDER: Final = Path("models/router")
# How strongly what few tickets teach is pulled to trusting both models alike, in tickets.
_PULL: Final = 10.0
_EVEN: Final = Pool(svm=0.5, transformer=0.5)
_ALONE: Final = Pool(svm=1.0, transformer=0.0)


def fit_pool(cases: Cases, weights: Floats | None = None) -> Pool:
    """The pool of both models that makes the truth of `cases` likeliest.

    Each case counts one, or its weight of `weights`.
    """
    return _fit(lambda pool: pooled(pool, cases), cases.truth, _EVEN, weights)


def fit_single(probabilities: Floats, truth: NDArray[np.int64]) -> float:
    """The exponent (an inverse temperature) that makes one model's confidence believable."""
    return _fit(lambda pool: log_pool((pool.svm, probabilities)), truth, _ALONE).svm


def _fit(
    combined: Callable[[Pool], Floats],
    truth: NDArray[np.int64],
    towards: Pool,
    weights: Floats | None = None,
) -> Pool:
    rows = np.arange(len(truth))
    counts = np.ones(len(truth)) if weights is None else weights

    def loss(parameters: Floats) -> float:
        pool = Pool(svm=parameters[0], transformer=parameters[1])
        likelihood = np.log(np.clip(combined(pool)[rows, truth], 1e-12, 1))
        away = (pool.svm - towards.svm) ** 2 + (pool.transformer - towards.transformer) ** 2
        return float(-(counts * likelihood).sum() + _PULL * away)

    start = [towards.svm, towards.transformer]
    found = minimize(loss, start, bounds=[(0, 5), (0, 5)], method="L-BFGS-B")
    svm, transformer = (round(float(value), 4) for value in found.x)
    return Pool(svm=svm, transformer=transformer)


def fit_policy(cases: Cases, parameters: RouterParameters) -> tuple[Policy, list[Candidate]]:
    """The whole policy, learned on `cases`, and the signals that it could have gone by."""
    weights = np.where(cases.natural, parameters.natural_weight, 1.0)
    english = cases.languages == "en"
    gain, candidates = learn_gain(
        cases.where(english), fit_pool(cases, weights), weights[english], parameters
    )
    expected = np.array([gain.expected(signals) for signals in cases.signals])
    least = round(float(np.quantile(expected[english], 1 - parameters.english_budget)), 6)
    natural, cleaned = _own_policies(cases, least, ~english | (expected >= least))
    elsewhere = natural.model_copy(update={"least_gain": None})
    draft = Policy(
        gain=gain,
        languages={"en": natural, "fr": elsewhere, "ar": elsewhere, "other": elsewhere},
        cleaned=cleaned,
        set_probability=0.0,
        review_below=dict.fromkeys(CATEGORIES, 0.0),
    )
    final = answers(draft, cases).probabilities
    policy = draft.model_copy(
        update={
            "set_probability": conformal_probability(final, cases.truth, parameters.coverage),
            "review_below": review_thresholds(final, cases.truth, parameters),
        }
    )
    return policy, candidates


def _own_policies(
    cases: Cases, least: float, escalated: NDArray[np.bool_]
) -> tuple[LanguagePolicy, LanguagePolicy | None]:
    """What holds for natural tickets in English, and for cleaned ones, if there are any.

    English has a budget; the other languages are few, and are always worth both answers. How two
    answers make one is a matter of style: the transformer is the better of the two on cleaned
    tickets, not on natural ones, and a single language's natural tickets are too few to tell more.
    """
    natural = cases.styles == "natural"
    cleaned = ~natural & (cases.languages == "en")
    written = natural if natural.any() else cleaned
    return (
        _own_policy(cases.where(written), least, escalated[written]),
        _own_policy(cases.where(cleaned), least, escalated[cleaned]) if cleaned.any() else None,
    )


def _own_policy(cases: Cases, least: float, escalated: NDArray[np.bool_]) -> LanguagePolicy:
    """What `cases` teach of tickets like them, if `escalated` are those that both models answer."""
    stays = cases.where(~escalated)
    return LanguagePolicy(
        least_gain=least,
        # Learned on the tickets that both models will answer: where the SVM is sure it is better.
        pool=fit_pool(cases.where(escalated)),
        alone=Pool(svm=fit_single(stays.svm, stays.truth), transformer=0.0),
        degraded=Pool(
            svm=fit_single(cases.svm, cases.truth),
            transformer=fit_single(cases.transformer, cases.truth),
        ),
    )


def conformal_probability(
    probabilities: Floats, truth: NDArray[np.int64], coverage: float
) -> float:
    """The probability from which a category belongs to the prediction set.

    Split conformal prediction with the least ambiguous sets (Sadinle, Lei and Wasserman 2019).
    """
    scores = np.sort(1 - probabilities[np.arange(len(truth)), truth])
    rank = min(int(np.ceil((len(scores) + 1) * coverage)), len(scores))
    # Rounded down, so that the score it comes from stays within.
    return math.floor(float(1 - scores[rank - 1]) * 1e6) / 1e6


def review_thresholds(
    probabilities: Floats, truth: NDArray[np.int64], parameters: RouterParameters
) -> dict[Category, float]:
    """For each category the least confidence from which its answers are right often enough.

    "Often enough" is a lower confidence bound (Clopper and Pearson 1934) of the share right among
    the validation tickets answered so, at `certainty`.
    """
    confidence, predicted = probabilities.max(axis=1), probabilities.argmax(axis=1)
    result: dict[Category, float] = {}
    for place, category in enumerate(CATEGORIES):
        here = predicted == place
        order = np.argsort(-confidence[here], kind="stable")
        right = np.cumsum((truth[here] == place)[order])
        count = np.arange(1, len(order) + 1)
        lower = beta.ppf(1 - parameters.certainty, right, count - right + 1)
        enough = np.flatnonzero(lower >= parameters.least_accuracy)
        threshold = confidence[here][order][enough[-1]] if len(enough) else 1.0
        result[category] = round(float(threshold), 6)
    return result


def main() -> None:
    """Writes `models/router`, `reports/routing.json` and its plots."""
    parameters = load_section(PARAMETERS, "router", RouterParameters)
    tickets = pd.read_parquet(SCRUBBED)
    cases = load_cases(tickets[tickets["random"] != "train"], load_classifiers())
    is_validation = (cases.tickets["random"] == "validation").to_numpy()
    validation = cases.where(is_validation).taught_nothing()
    policy, candidates = fit_policy(validation, parameters)
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    (FOLDER / POLICY_FILE).write_text(policy.model_dump_json(indent=2) + "\n", encoding="utf-8")
    Manifest.write(FOLDER, ROUTER)
    write_report(policy, candidates, validation, cases.where(~is_validation), parameters)


if __name__ == "__main__":
    main()
