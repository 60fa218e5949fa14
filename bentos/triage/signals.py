"""What the router sees of a ticket once the SVM has answered."""

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Final, Literal

from bentos.triage.language import Detected, Language
from bentos.triage.normalise import normalise
from bentos.triage.placeholders import without_placeholders

# As people write, or as archives are published: small letters, no digits, no signs.
Style = Literal["natural", "cleaned"]
_TINY: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Signals:
    """A ticket's signals.

    Args:
        language: Of the scrubbed text.
        language_confidence: How sure the detector is, 0 to 1.
        words: How many words the models read.
        unknown_words: The share of them that are no common word of the three languages.
        style: Whether it is written as people write, or cleaned.
        svm_confidence: The SVM's probability of its first choice.
        svm_margin: How far its second choice is behind.
        svm_entropy: How undecided it is, 0 (certain) to 1 (all categories alike).
    """

    language: Language
    language_confidence: float
    words: int
    unknown_words: float
    style: Style
    svm_confidence: float
    svm_margin: float
    svm_entropy: float

    def rounded(self) -> dict[str, int | float | str]:
        """The signals as people are shown them."""
        return {
            name: round(value, 4) if isinstance(value, float) else value
            for name, value in asdict(self).items()
        }


@dataclass(frozen=True, slots=True)
class Reading:
    """What is known of a scrubbed text before any model has answered."""

    detected: Detected
    words: int
    unknown_words: float
    style: Style


def read(scrubbed: str, detected: Detected, is_known: Callable[[str], bool]) -> Reading:
    """The length, the strange words and the style of `scrubbed`.

    Args:
        is_known: Whether a word is a common one.
    """
    words = normalise(scrubbed).split()
    unknown = sum(not is_known(word) for word in words)
    # Normalising changes nothing of a ticket that was cleaned before.
    style: Style = "cleaned" if words == without_placeholders(scrubbed).split() else "natural"
    return Reading(detected, len(words), unknown / len(words) if words else 0.0, style)


def signals(reading: Reading, svm: Sequence[float]) -> Signals:
    """The signals of a ticket that the SVM gave the probabilities `svm`."""
    first, second = sorted(svm, reverse=True)[:2]
    entropy = -sum(p * math.log(max(p, _TINY)) for p in svm) / math.log(len(svm))
    return Signals(
        reading.detected.language,
        reading.detected.confidence,
        reading.words,
        reading.unknown_words,
        reading.style,
        first,
        first - second,
        min(max(entropy, 0.0), 1.0),
    )
