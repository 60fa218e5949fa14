"""The routing policy as it was learned: who needs the transformer, and how two answers make one.

`train/router.py` learns it on validation tickets and writes it with its evidence; nothing in it is
set by hand but the budget.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bentos.triage.categories import CATEGORIES, Category
from bentos.triage.language import Language
from bentos.triage.signals import Signals, Style

Probabilities = Sequence[float]
Weight = Annotated[float, Field(ge=0)]
# What the model of the gain may read of a ticket.
Feature = Literal[
    "log_confidence",
    "log_doubt",
    "margin",
    "entropy",
    "log_words",
    "unknown_words",
    "language_confidence",
]
_TINY: Final = 1e-6


class Pool(BaseModel):
    """A logarithmic opinion pool: p is proportional to svm^`svm` x transformer^`transformer`.

    Genest and Zidek 1986. The weights needn't add up to one: their sum is a temperature.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    svm: Weight
    transformer: Weight

    def combined(self, svm: Probabilities | None, transformer: Probabilities | None) -> list[float]:
        """The probabilities of the two models' answers, or of the one there is, together."""
        logits = [0.0] * len(CATEGORIES)
        for weight, given in ((self.svm, svm), (self.transformer, transformer)):
            if given is not None:
                logits = [
                    logit + weight * math.log(max(p, _TINY))
                    for logit, p in zip(logits, given, strict=True)
                ]
        highest = max(logits)
        exponentials = [math.exp(logit - highest) for logit in logits]
        total = sum(exponentials)
        return [exponential / total for exponential in exponentials]


class Gain(BaseModel):
    """A linear model of what asking the transformer is expected to add to the share right."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    intercept: float
    weights: Mapping[Feature, float]

    def expected(self, signals: Signals) -> float:
        """The expected gain for a ticket with these signals, in tickets."""
        given = features(signals)
        return self.intercept + sum(weight * given[name] for name, weight in self.weights.items())


class LanguagePolicy(BaseModel):
    """What is done with tickets of one language, or of one style.

    `least_gain` is the expected gain from which the transformer is asked; null asks it always.
    `alone` calibrates the SVM's answer where it stands, `degraded` the answer of a model whose
    partner could not be had.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    least_gain: float | None
    pool: Pool
    alone: Pool
    degraded: Pool


class Policy(BaseModel):
    """The whole policy: an artifact of the registry, `callcenter-router`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    gain: Gain
    languages: Mapping[Language, LanguagePolicy]
    # For English tickets as archives are published; None where it was learned without any.
    cleaned: LanguagePolicy | None = None
    # A category is in a ticket's prediction set from this probability (split conformal, 95 %).
    set_probability: Annotated[float, Field(ge=0, le=1)]
    # From this confidence a category needs no review.
    review_below: Mapping[Category, Annotated[float, Field(ge=0, le=1)]]

    @model_validator(mode="after")
    def _complete(self) -> Self:
        missing = {"en", "fr", "ar", "other"} - set(self.languages)
        if missing or set(self.review_below) != set(CATEGORIES):
            raise ValueError("every language needs a policy and every category a threshold")
        return self

    def own(self, language: Language, style: Style) -> LanguagePolicy:
        """What holds for a ticket of this language and style."""
        if self.cleaned is not None and (language, style) == ("en", "cleaned"):
            return self.cleaned
        return self.languages[language]

    def escalates(self, signals: Signals) -> bool:
        """Whether the transformer is to be asked too."""
        least = self.own(signals.language, signals.style).least_gain
        return least is None or self.gain.expected(signals) >= least


def features(signals: Signals) -> dict[Feature, float]:
    """What the model of the gain reads of `signals`."""
    doubt = max(1 - signals.svm_confidence, 1e-4)
    return {
        "log_confidence": math.log(max(signals.svm_confidence, _TINY)),
        "log_doubt": math.log(doubt),
        "margin": signals.svm_margin,
        "entropy": signals.svm_entropy,
        "log_words": math.log1p(signals.words),
        "unknown_words": signals.unknown_words,
        "language_confidence": signals.language_confidence,
    }
