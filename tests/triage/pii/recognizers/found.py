"""What a recogniser finds, for the tables of its tests."""

from bentos.triage.pii.plain_view import plain_view
from bentos.triage.pii.presidio import EntityRecognizer


def values(recognizer: EntityRecognizer, text: str) -> set[str]:
    """The values that `recognizer` finds in `text`, as the plain view shows them."""
    view = plain_view(text)
    found = recognizer.analyze(view.text, recognizer.supported_entities, None)
    return {view.text[result.start : result.end] for result in found}
