"""What asking the transformer is expected to add, learned from tickets that both models answered.

A linear model of few signals. Which ones is chosen by cross-validation: there are few tickets of
which one model's answer is right and the other's is not, so a signal that says little does harm.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import Ridge
from sklearn.model_selection import KFold

from bentos.triage.policy import Feature, Gain, Pool, features
from train.parameters import RouterParameters
from train.routing_answers import pooled
from train.routing_data import Cases, Floats

_RIDGE: Final = 1.0
_FOLDS: Final = 5
_REPEATS: Final = 5


@dataclass(frozen=True, slots=True)
class Candidate:
    """Signals to tell the gain by, and the share right at the budget in cross-validation."""

    signals: tuple[Feature, ...]
    accuracy: float


@dataclass(frozen=True, slots=True)
class Observed:
    """Tickets, (n, signals), what both models' answer and the SVM's were worth, and weights."""

    matrix: Floats
    names: tuple[Feature, ...]
    both: NDArray[np.bool_]
    svm: NDArray[np.bool_]
    weights: Floats

    @classmethod
    def of(cls, cases: Cases, pool: Pool, weights: Floats) -> "Observed":
        """`cases`, where both models' answers are one by `pool`."""
        seen = [features(signals) for signals in cases.signals]
        names = tuple(seen[0])
        return cls(
            np.array([[given[name] for name in names] for given in seen]),
            names,
            pooled(pool, cases).argmax(axis=1) == cases.truth,
            cases.svm.argmax(axis=1) == cases.truth,
            weights,
        )

    def where(self, rows: NDArray[np.int64]) -> "Observed":
        """Some of the tickets."""
        return Observed(
            self.matrix[rows], self.names, self.both[rows], self.svm[rows], self.weights[rows]
        )

    def values(self, signals: Sequence[Feature]) -> Floats:
        """The columns of `signals`."""
        return self.matrix[:, [self.names.index(name) for name in signals]]


def learn_gain(
    cases: Cases, pool: Pool, weights: Floats, parameters: RouterParameters
) -> tuple[Gain, list[Candidate]]:
    """The gain by those of the candidate signals that do best, and what each of them does."""
    observed = Observed.of(cases, pool, weights)
    candidates = [
        Candidate(signals, round(_cross_validated(observed, signals, parameters), 6))
        for signals in parameters.signals
    ]
    best = max(candidates, key=lambda candidate: candidate.accuracy)
    return fit_gain(observed, best.signals), candidates


def fit_gain(observed: Observed, signals: Sequence[Feature]) -> Gain:
    """The ridge regression of what asking the transformer added to the tickets right."""
    matrix = observed.values(signals)
    added = observed.both.astype(float) - observed.svm
    centre, scale = matrix.mean(axis=0), np.maximum(matrix.std(axis=0), 1e-9)
    model = Ridge(_RIDGE).fit((matrix - centre) / scale, added, sample_weight=observed.weights)
    slopes = model.coef_ / scale
    intercept = float(model.intercept_ - slopes @ centre)
    return Gain(intercept=intercept, weights=dict(zip(signals, slopes.tolist(), strict=True)))


def _cross_validated(
    observed: Observed, signals: Sequence[Feature], parameters: RouterParameters
) -> float:
    """The weighted share right when the budget goes to the tickets of the highest gain."""
    return float(
        np.mean(
            [
                _share_right(observed, expected, parameters.english_budget)
                for expected in _held_out_gains(observed, signals, parameters.seed)
            ]
        )
    )


def _held_out_gains(observed: Observed, signals: Sequence[Feature], seed: int) -> Iterator[Floats]:
    """What every ticket's gain is taken for by models that didn't see it, once a repetition."""
    values = observed.values(signals)
    for repeat in range(_REPEATS):
        expected = np.empty(len(values))
        folds = KFold(_FOLDS, shuffle=True, random_state=seed + repeat)
        for taught, held_out in folds.split(values):
            gain = fit_gain(observed.where(taught), signals)
            slopes = np.array([gain.weights[name] for name in signals])
            expected[held_out] = gain.intercept + values[held_out] @ slopes
        yield expected


def _share_right(observed: Observed, expected: Floats, budget: float) -> float:
    escalated = expected >= np.quantile(expected, 1 - budget)
    right = np.where(escalated, observed.both, observed.svm)
    return float(np.average(right, weights=observed.weights))
