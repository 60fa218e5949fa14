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
from bentos.triage.language import Language
from bentos.triage.policy import Gain, LanguagePolicy, Policy, Pool
from train.parameters import PARAMETERS, RouterParameters, load_section
from train.routing_answers import answers, log_pool, pooled
from train.routing_data import Cases, Floats, load_cases, load_classifiers
from train.routing_gain import Candidate, learn_gain
from train.routing_report import write_report
from train.scrub import SCRUBBED

FOLDER: Final = Path("models/router")
# How strongly the pool of a language with few tickets is pulled to that of all, in tickets.
_PULL: Final = 50.0


def fit_pool(cases: Cases, weights: Floats, towards: Pool | None = None) -> Pool:
    """The pool of both models that makes the truth of `cases` likeliest."""
    return _fit(lambda pool: pooled(pool, cases), cases.truth, weights, towards)


def fit_single(probabilities: Floats, truth: NDArray[np.int64], weights: Floats) -> float:
    """The exponent (an inverse temperature) that makes one model's confidence believable."""
    start = Pool(svm=1.0, transformer=0.0)
    return _fit(lambda pool: log_pool((pool.svm, probabilities)), truth, weights, start).svm


def _fit(
    combined: Callable[[Pool], Floats],
    truth: NDArray[np.int64],
    weights: Floats,
    towards: Pool | None,
) -> Pool:
    rows = np.arange(len(truth))

    def loss(parameters: Floats) -> float:
        pool = Pool(svm=parameters[0], transformer=parameters[1])
        likelihood = np.log(np.clip(combined(pool)[rows, truth], 1e-12, 1))
        away = 0.0
        if towards is not None:
            away = (pool.svm - towards.svm) ** 2 + (pool.transformer - towards.transformer) ** 2
        return float(-(weights * likelihood).sum() + _PULL * away)

    start = [towards.svm, towards.transformer] if towards else [0.5, 0.5]
    found = minimize(loss, start, bounds=[(0, 5), (0, 5)], method="L-BFGS-B")
    svm, transformer = (round(float(value), 4) for value in found.x)
    return Pool(svm=svm, transformer=transformer)


def fit_policy(cases: Cases, parameters: RouterParameters) -> tuple[Policy, list[Candidate]]:
    """The whole policy, learned on `cases`, and the signals that it could have gone by."""
    weights = np.where(cases.natural, parameters.natural_weight, 1.0)
    shared = fit_pool(cases, weights)
    english = cases.languages == "en"
    gain, candidates = learn_gain(cases.where(english), shared, weights[english], parameters)
    languages: dict[Language, LanguagePolicy] = {
        language: _language_policy(language, cases, weights, shared, gain, parameters)
        for language in ("en", "fr", "ar", "other")
    }
    draft = Policy(
        gain=gain,
        languages=languages,
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


def _language_policy(
    language: Language,
    cases: Cases,
    weights: Floats,
    shared: Pool,
    gain: Gain,
    parameters: RouterParameters,
) -> LanguagePolicy:
    """English has a budget; the other languages are few, and are always worth both answers."""
    mask = cases.languages == language
    if language == "other" or not mask.any():
        mask = np.ones(len(mask), dtype=bool)
    own, weight = cases.where(mask), weights[mask]
    least = None
    stays = goes = np.ones(len(weight), dtype=bool)
    if language == "en":
        expected = np.array([gain.expected(signals) for signals in own.signals])
        least = round(float(np.quantile(expected, 1 - parameters.english_budget)), 6)
        stays, goes = expected < least, expected >= least
    alone = fit_single(own.svm[stays], own.truth[stays], weight[stays])
    degraded = Pool(
        svm=fit_single(own.svm, own.truth, weight),
        transformer=fit_single(own.transformer, own.truth, weight),
    )
    return LanguagePolicy(
        least_gain=least,
        # Learned on the tickets that both models will answer: where the SVM is sure it is better.
        pool=fit_pool(own.where(goes), weight[goes], towards=shared),
        alone=Pool(svm=alone, transformer=0.0),
        degraded=degraded,
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
