"""The third room: which model answers a ticket, and by which rule."""

from dataclasses import dataclass
from typing import Literal

from bentos.triage.policy import Policy
from bentos.triage.signals import Signals

Rule = Literal[
    "svm_sure",
    "transformer_pays",
    "language",
    "requested",
    "svm_unavailable",
    "nothing_left",
]


@dataclass(frozen=True, slots=True)
class Route:
    """The rule that fired, and the values that it saw.

    Args:
        escalates: Whether the transformer is asked too.
        signals: None where the SVM wasn't asked first.
        expected_gain: What the transformer is expected to add, in tickets.
        least_gain: What it has to add; None where it is asked in any case.
    """

    rule: Rule
    escalates: bool
    signals: Signals | None = None
    expected_gain: float | None = None
    least_gain: float | None = None


REQUESTED = Route("requested", escalates=False)
SVM_UNAVAILABLE = Route("svm_unavailable", escalates=True)
NOTHING_LEFT = Route("nothing_left", escalates=False)


def route(policy: Policy, signals: Signals) -> Route:
    """The route of a ticket that the SVM has answered."""
    least = policy.own(signals.language, signals.style).least_gain
    gain = policy.gain.expected(signals)
    if least is None:
        return Route("language", True, signals, gain, None)
    rule: Rule = "transformer_pays" if gain >= least else "svm_sure"
    return Route(rule, gain >= least, signals, gain, least)
