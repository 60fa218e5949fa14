"""The first room: a ticket goes in as it was sent and comes out without personal data."""

from collections.abc import Sequence
from dataclasses import replace

from bentos.triage.pii.analyzer import analyzer
from bentos.triage.pii.names.tagger import NameTagger
from bentos.triage.pii.placeholders import anonymizer, placeholders, replaced
from bentos.triage.pii.plain_view import plain_view
from bentos.triage.pii.recognizers.rules import LANGUAGE
from bentos.triage.pii.scrubbed import Scrubbed
from bentos.triage.pii.spans import PERSON, Span, disjoint


class Scrubber:
    """Replaces personal data by typed placeholders.

    Args:
        tagger: What knows names; without one only patterns run, and every answer says so.
    """

    def __init__(self, tagger: NameTagger | None) -> None:
        self._tagger = tagger
        self._analyzer = analyzer()
        self._anonymizer = anonymizer()

    def scrub(self, text: str) -> Scrubbed:
        """`text` without personal data."""
        spans = self.find(text)
        scrubbed = replaced(self._anonymizer, text, spans)
        return Scrubbed(scrubbed, tuple(spans), self._tagger is not None, _pieces(text, spans))

    def find(self, text: str) -> list[Span]:
        """Where in `text` personal data stand: disjoint, in order."""
        view = plain_view(text)
        if not view.text:
            return []
        found = disjoint(
            Span(result.entity_type, result.start, result.end, result.score)
            for result in self._analyzer.analyze(view.text, language=LANGUAGE)
        )
        return [
            replace(span, start=start, end=end)
            for span in self._with_names(view.text, found)
            for start, end in [view.original(span.start, span.end)]
        ]

    def _with_names(self, text: str, found: list[Span]) -> list[Span]:
        """`found`, and the names that the tagger finds around it."""
        if self._tagger is None:
            return found
        known = [(span.type, span.start, span.end) for span in found]
        names = self._tagger.names(text, known)
        return disjoint([*found, *(Span(PERSON, start, end, 0.0) for start, end in names)])


def _pieces(text: str, spans: Sequence[Span]) -> tuple[tuple[int, int, int], ...]:
    """What stays and what is replaced, in turns: where in the scrubbed text it starts, and its
    start and end in `text`."""
    chosen = placeholders(text, spans)
    pieces = []
    at = before = 0
    for span in spans:
        pieces.append((at, before, span.start))
        at += span.start - before
        pieces.append((at, span.start, span.end))
        at += len(chosen[span.type, text[span.start : span.end]])
        before = span.end
    pieces.append((at, before, len(text)))
    return tuple(pieces)
