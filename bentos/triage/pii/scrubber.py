"""The first room: a ticket goes in as it was sent and comes out without personal data."""

from bentos.triage.pii.analyzer import findings, recognizers
from bentos.triage.pii.names.tagger import NameTagger
from bentos.triage.pii.placeholders import replaced
from bentos.triage.pii.plain_view import plain_view
from bentos.triage.pii.scrubbed import Scrubbed
from bentos.triage.pii.spans import PERSON, Span, disjoint


class Scrubber:
    """Replaces personal data by typed placeholders.

    Args:
        tagger: What knows names; without one only patterns run, and every answer says so.
    """

    def __init__(self, tagger: NameTagger | None) -> None:
        self._tagger = tagger
        self._recognizers = recognizers()

    def scrub(self, text: str) -> Scrubbed:
        """`text` without personal data."""
        spans = self.find(text)
        scrubbed, pieces = replaced(text, spans)
        return Scrubbed(scrubbed, tuple(spans), self._tagger is not None, pieces)

    def find(self, text: str) -> list[Span]:
        """Where in `text` personal data stand: disjoint, in order."""
        view = plain_view(text)
        if not view.text:
            return []
        found = disjoint(findings(self._recognizers, view.text))
        # Two findings may end and start within one character that unfolds into several: in `text`
        # they overlap.
        return disjoint(
            Span(span.type, *view.original(span.start, span.end), span.score)
            for span in (*found, *self._names(view.text, found))
        )

    def _names(self, text: str, found: list[Span]) -> list[Span]:
        """The names that the tagger finds around `found`."""
        if self._tagger is None:
            return []
        known = [(span.type, span.start, span.end) for span in found]
        return [Span(PERSON, start, end, 0.0) for start, end in self._tagger.names(text, known)]
