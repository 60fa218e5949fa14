"""Reads text again for personal data that a pattern or a checksum can tell: no names."""

from collections.abc import Set
from typing import Final

from bentos.triage.pii.analyzer import findings, recognizers
from bentos.triage.pii.plain_view import plain_view
from bentos.triage.pii.presidio import EntityRecognizer


class StrictPatterns:
    """The scrubber's recognisers by themselves: they know nothing of what it did.

    Args:
        without: Types that aren't looked for.
    """

    def __init__(self, without: Set[str] = frozenset()) -> None:
        self._recognizers: Final[tuple[EntityRecognizer, ...]] = tuple(
            recognizer
            for recognizer in recognizers()
            if without.isdisjoint(recognizer.supported_entities)
        )

    @property
    def kinds(self) -> frozenset[str]:
        """The types that are looked for."""
        return frozenset(
            kind for recognizer in self._recognizers for kind in recognizer.supported_entities
        )

    def found(self, text: str) -> frozenset[str]:
        """The types of personal data in `text`; what they are stays here."""
        plain = plain_view(text).text
        return frozenset(finding.type for finding in findings(self._recognizers, plain))
