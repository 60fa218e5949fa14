"""The evidence for a routing policy: `reports/routing.json` and its plots."""

import json
import re
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta

from bentos.triage.categories import CATEGORIES
from bentos.triage.policy import Policy
from train.metrics import scores
from train.parameters import RouterParameters
from train.routing_answers import answers, of_both
from train.routing_costs import measured_costs
from train.routing_data import Cases, Floats
from train.routing_gain import Candidate
from train.routing_plots import cost_accuracy_plot, escalation_plot, risk_coverage_plot

REPORT: Final = Path("reports/routing.json")
PLOTS: Final = Path("reports/routing")
_SHARES: Final = tuple(round(0.1 * step, 1) for step in range(11))
_TARGETS: Final = (0.92, 0.95)
LANGUAGES: Final = ("en", "fr", "ar")


def write_report(
    policy: Policy,
    candidates: Sequence[Candidate],
    validation: Cases,
    test: Cases,
    parameters: RouterParameters,
) -> None:
    """Writes what the policy does on the test side, beside its baselines, with three plots."""
    groups = {name: test.where(mask) for name, mask in _groups(test).items() if mask.any()}
    headline = next(iter(groups))
    costs = measured_costs(test)
    curves = escalation_curves(policy, groups[headline], parameters)
    risks = risk_coverage(policy, groups[headline])
    report = {
        "headline": headline,
        "policy": policy.model_dump(),
        "signals": [asdict(candidate) for candidate in candidates],
        "costs_cpu_ms": costs,
        "cascade": {name: summary(policy, cases) for name, cases in groups.items()},
        "validation": summary(policy, validation),
        "escalation": curves,
        "risk_coverage": {name: {"aurc": aurc(*given)} for name, given in risks.items()},
    }
    REPORT.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    PLOTS.mkdir(parents=True, exist_ok=True)
    escalation_plot(curves, headline, PLOTS / "escalation.png")
    risk_coverage_plot(risks, headline, PLOTS / "risk_coverage.png")
    cost_accuracy_plot(curves, costs, headline, PLOTS / "cost_accuracy.png")


def _groups(cases: Cases) -> dict[str, NDArray[np.bool_]]:
    """The real tickets, and the natural ones of each true language."""
    language = cases.tickets["language"].to_numpy()
    natural = cases.natural
    return {
        "real": ~natural,
        **{f"natural_{name}": natural & (language == name) for name in LANGUAGES},
    }


def summary(policy: Policy, cases: Cases) -> dict[str, Any]:
    """What the policy does with `cases`, beside each model alone."""
    given = answers(policy, cases)
    right = given.probabilities.argmax(axis=1) == cases.truth
    confidence = given.probabilities.max(axis=1)
    thresholds = np.array([policy.review_below[category] for category in CATEGORIES])
    unreviewed = confidence >= thresholds[given.probabilities.argmax(axis=1)]
    sets = given.probabilities >= policy.set_probability
    sets[np.arange(len(sets)), given.probabilities.argmax(axis=1)] = True
    own = scores(cases.truth, given.probabilities)
    return {
        "tickets": len(right),
        "accuracy": own["accuracy"],
        "accuracy_95": interval(int(right.sum()), len(right)),
        "macro_f1": own["macro_f1"],
        "ece": own["ece"],
        "escalated": _share(given.escalated),
        "svm_accuracy": _share(cases.svm.argmax(axis=1) == cases.truth),
        "transformer_accuracy": _share(cases.transformer.argmax(axis=1) == cases.truth),
        "without_review": {
            "share": _share(unreviewed),
            "accuracy": _share(right[unreviewed]),
        },
        "answered_at": {str(target): covered(confidence, right, target) for target in _TARGETS},
        "prediction_set": {
            "coverage": _share(sets[np.arange(len(sets)), cases.truth]),
            "mean_size": round(float(sets.sum(axis=1).mean()), 4),
        },
    }


def covered(confidence: Floats, right: NDArray[np.bool_], target: float) -> float:
    """The largest share of tickets, the surest first, that is right at least `target` often."""
    ordered = right[np.argsort(-confidence, kind="stable")]
    accuracy = np.cumsum(ordered) / np.arange(1, len(ordered) + 1)
    enough = np.flatnonzero(accuracy >= target)
    return round(float((enough[-1] + 1) / len(ordered)), 4) if len(enough) else 0.0


def escalation_curves(
    policy: Policy, cases: Cases, parameters: RouterParameters
) -> dict[str, list[dict[str, Any]]]:
    """Accuracy against the share of tickets escalated, for the policy's ranking and others."""
    both = of_both(policy, cases).argmax(axis=1) == cases.truth
    svm = cases.svm.argmax(axis=1) == cases.truth
    return {
        name: [_point(svm, both, ranking, share) for share in _SHARES]
        for name, ranking in _rankings(policy, cases, both, svm, parameters).items()
    }


def _rankings(
    policy: Policy,
    cases: Cases,
    both: NDArray[np.bool_],
    svm: NDArray[np.bool_],
    parameters: RouterParameters,
) -> dict[str, Floats]:
    """The higher, the sooner a ticket is escalated."""
    signals = cases.signals
    keyword = re.compile(rf"\b(?:{'|'.join(map(re.escape, parameters.keywords))})\b", re.IGNORECASE)
    chance = np.random.default_rng(parameters.seed).random(len(svm))
    found = np.array([bool(keyword.search(text)) for text in cases.tickets["text"]])
    return {
        "learned": np.array([policy.gain.expected(given) for given in signals]),
        "max_probability": np.array([-given.svm_confidence for given in signals]),
        "margin": np.array([-given.svm_margin for given in signals]),
        "entropy": np.array([given.svm_entropy for given in signals]),
        "length": np.array([float(given.words) for given in signals]),
        "keyword": found + chance / 2,
        "random": chance,
        "oracle": both.astype(float) - svm + chance / 1e6,
    }


def _point(
    svm: NDArray[np.bool_], both: NDArray[np.bool_], ranking: Floats, share: float
) -> dict[str, Any]:
    escalated = np.zeros(len(svm), dtype=bool)
    escalated[np.argsort(-ranking, kind="stable")[: round(share * len(svm))]] = True
    right = np.where(escalated, both, svm)
    return {
        "escalated": share,
        "accuracy": _share(right),
        "accuracy_95": interval(int(right.sum()), len(right)),
    }


def risk_coverage(policy: Policy, cases: Cases) -> dict[str, tuple[Floats, Floats]]:
    """For the cascade and each model alone: shares answered, the surest first, and the error."""
    sets = {
        "cascade": answers(policy, cases).probabilities,
        "svm": cases.svm,
        "transformer": cases.transformer,
    }
    return {name: _risks(given, cases.truth) for name, given in sets.items()}


def _risks(probabilities: Floats, truth: NDArray[np.int64]) -> tuple[Floats, Floats]:
    wrong = probabilities.argmax(axis=1) != truth
    ordered = wrong[np.argsort(-probabilities.max(axis=1), kind="stable")]
    count = np.arange(1, len(ordered) + 1)
    return count / len(ordered), np.cumsum(ordered) / count


def aurc(coverage: Floats, risk: Floats) -> float:
    """The area under the risk-coverage curve (Geifman, Uziel and El-Yaniv 2019)."""
    return round(float(risk.mean()), 6) if len(coverage) else 0.0


def interval(right: int, count: int) -> tuple[float, float]:
    """The 95 % confidence interval of a share (Clopper and Pearson 1934)."""
    low = beta.ppf(0.025, right, count - right + 1) if right else 0.0
    high = beta.ppf(0.975, right + 1, count - right) if right < count else 1.0
    return round(float(low), 4), round(float(high), 4)


def _share(mask: NDArray[np.bool_]) -> float:
    return round(float(mask.mean()), 6) if len(mask) else 0.0
