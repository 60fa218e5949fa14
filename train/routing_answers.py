"""A policy's answers to many tickets: the same arithmetic as the agent's."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bentos.models.calibration import softmax
from bentos.triage.policy import Policy, Pool
from train.routing_data import Cases, Floats

_TINY: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Answers:
    """Final probabilities, (n, 8), and which tickets the transformer was asked."""

    probabilities: Floats
    escalated: NDArray[np.bool_]


def answers(policy: Policy, cases: Cases) -> Answers:
    """What the agent answers to `cases` under `policy`."""
    escalated = np.array([policy.escalates(signals) for signals in cases.signals], dtype=bool)
    alone = [
        policy.own(reading.detected.language, reading.style).alone.combined(svm, None)
        for reading, svm in zip(cases.readings, cases.svm.tolist(), strict=True)
    ]
    return Answers(np.where(escalated[:, None], of_both(policy, cases), alone), escalated)


def of_both(policy: Policy, cases: Cases) -> Floats:
    """What the agent answers where both models are asked about every case."""
    rows = zip(cases.readings, cases.svm.tolist(), cases.transformer.tolist(), strict=True)
    return np.array(
        [
            policy.own(reading.detected.language, reading.style).pool.combined(svm, transformer)
            for reading, svm, transformer in rows
        ]
    )


def pooled(pool: Pool, cases: Cases) -> Floats:
    """`pool` of both models for every case."""
    return log_pool((pool.svm, cases.svm), (pool.transformer, cases.transformer))


def log_pool(*weighted: tuple[float, Floats]) -> Floats:
    """The logarithmic opinion pool of weighted probabilities, each (n, 8)."""
    logits = sum(weight * np.log(np.clip(given, _TINY, 1)) for weight, given in weighted)
    return softmax(np.asarray(logits))
