"""Numbers that are written in groups: 15 to 34 letters or digits, a separator between some."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from bentos.triage.pii.presidio import EntityRecognizer, NlpArtifacts, RecognizerResult
from bentos.triage.pii.recognizers.rules import CERTAIN, LANGUAGE

# What stands between the groups of a number: at most three of these, a line's end among them.
_SEPARATORS: Final = " .-/_|·\t\n"
_GAP: Final = rf"[{re.escape(_SEPARATORS)}]{{0,3}}+"
_WITHOUT_SEPARATORS: Final = str.maketrans("", "", _SEPARATORS)
# Arabic letters may stand right before a number, and its label.
_BEGINS: Final = r"(?:(?<![^\W_\u0621-\u064a])|(?<=\b(?:rib|nir))|(?<=\biban))"


class SequenceRecognizer(EntityRecognizer):
    """Finds numbers of known lengths that pass a checksum, however they are grouped.

    Args:
        entity: The type that it finds.
        start: What a number starts with.
        lengths: How many letters and digits one may have, the preferred first.
        is_valid: The checksum, of the letters and digits alone, in upper case.
    """

    def __init__(
        self, entity: str, start: str, lengths: Sequence[int], is_valid: Callable[[str], bool]
    ) -> None:
        self._start = re.compile(rf"{_BEGINS}{start}", re.IGNORECASE)
        # All that a number which starts here may hold, read at once.
        self._longest = re.compile(rf"[^\W_](?:{_GAP}[a-zA-Z0-9]){{0,{max(lengths) - 1}}}")
        self._lengths = tuple(lengths)
        self._is_valid = is_valid
        super().__init__(supported_entities=[entity], supported_language=LANGUAGE)

    def load(self) -> None:
        """Nothing to load."""

    def analyze(
        self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts | None = None
    ) -> list[RecognizerResult]:
        """The numbers in `text`, a plain view."""
        return [
            RecognizerResult(self.supported_entities[0], start, end, CERTAIN)
            for start, end in self._spans(text)
        ]

    def _spans(self, text: str) -> Iterator[tuple[int, int]]:
        at = 0
        while (found := self._start.search(text, at)) is not None:
            end = self._end(text, found.start())
            if end is not None:
                yield found.start(), end
            at = found.start() + 1 if end is None else end

    def _end(self, text: str, start: int) -> int | None:
        read = self._longest.match(text, start)
        if read is None:
            return None
        places = [at for at, character in enumerate(read[0], start) if character not in _SEPARATORS]
        characters = read[0].translate(_WITHOUT_SEPARATORS).upper()
        for length in self._lengths:
            if length <= len(places) and _ends_at(text, places[length - 1]):
                if self._is_valid(characters[:length]):
                    return places[length - 1] + 1
        return None


def _ends_at(text: str, place: int) -> bool:
    return place + 1 == len(text) or not text[place + 1].isalnum()
