"""The rooms before the models: a ticket is scrubbed, then its language and its words are read."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Final

from bentos.triage.language import LanguageDetector
from bentos.triage.pii.names.lexicon import Lexicon
from bentos.triage.pii.scrubbed import Scrubbed
from bentos.triage.pii.scrubber import Scrubber
from bentos.triage.signals import read
from bentos.triage.understood import Understood


class Understanding:
    """Scrubs tickets and reads what is left of them.

    Args:
        scrubber: The first room.
        detector: The second.
        lexicon: Of the name tagger, which also knows common words; None counts no word as strange.
        timed: Given a room's name, a context in which a ticket is in that room.
    """

    def __init__(
        self,
        scrubber: Scrubber,
        detector: LanguageDetector,
        lexicon: Lexicon | None,
        timed: Callable[[str], AbstractContextManager[object]] = nullcontext,
    ) -> None:
        self._scrubber: Final = scrubber
        self._detector: Final = detector
        self._lexicon: Final = lexicon
        self._timed: Final = timed

    def understand(self, text: str) -> Understood:
        """What can be known of `text`: all rooms, one after the other."""
        return self.read(self.scrub(text))

    def scrub(self, text: str) -> Scrubbed:
        """The first room: `text` without personal data."""
        with self._timed("scrub"):
            return self._scrubber.scrub(text)

    def read(self, scrubbed: Scrubbed) -> Understood:
        """The second room: the language and the words of `scrubbed`."""
        with self._timed("language"):
            detected = self._detector.detect(scrubbed.text)
            return Understood(scrubbed, read(scrubbed.text, detected, self._is_known))

    def _is_known(self, word: str) -> bool:
        return self._lexicon is None or self._lexicon.is_common(word)
