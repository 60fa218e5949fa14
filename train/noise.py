"""What chats do to words, done to training tickets: slips of the finger, lost accents, lost words.

Works on normalised text. Case, digits, punctuation and placeholders of scrubbed data need no
noise: `bentos.triage.normalise` removes them before any model sees a text.
"""

import random
import unicodedata
from typing import Final

# How people write Arabic letters when in a hurry: hamza, final ya, ta marbuta.
_HURRIED_ARABIC: Final = str.maketrans("أإآىة", "اااي\u0647")
_SHORTEST_MISSPELT: Final = 4


class Noise:
    """Disturbs a word with probability `share`, and with the same a text in all its accents."""

    def __init__(self, share: float, seed: int) -> None:
        self._share = share
        self._random = random.Random(seed)  # slips, not secrets # nosec B311

    def apply(self, text: str) -> str:
        """`text` with some of its words disturbed; it keeps at least one."""
        words = text.split(" ")
        disturbed = [self._disturb(word) for word in words]
        kept = " ".join(word for word in disturbed if word) or text
        return without_accents(kept) if self._random.random() < self._share else kept

    def _disturb(self, word: str) -> str:
        if self._random.random() >= self._share:
            return word
        kind = self._random.random()
        if kind < 0.3:
            return ""
        if len(word) < _SHORTEST_MISSPELT:
            return word
        place = self._random.randrange(1, len(word) - 1)
        before, here, after = word[:place], word[place], word[place + 1 :]
        if kind < 0.5:  # two letters swapped
            return before + after[:1] + here + after[1:]
        if kind < 0.75:  # a letter missed
            return before + after
        return before + here + here + after  # a letter doubled


def without_accents(text: str) -> str:
    """`text` as typed in a hurry: no accents on Latin letters, Arabic's look-alikes merged."""
    bare = "".join(
        letter for letter in unicodedata.normalize("NFD", text) if not unicodedata.combining(letter)
    )
    return unicodedata.normalize("NFC", bare).translate(_HURRIED_ARABIC)
