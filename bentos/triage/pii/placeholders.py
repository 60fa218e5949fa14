"""Typed placeholders: what stands in a scrubbed text where personal data stood."""

from collections.abc import Sequence
from typing import Any, Final

from presidio_anonymizer import AnonymizerEngine, OperatorConfig
from presidio_anonymizer.entities import RecognizerResult
from presidio_anonymizer.operators import Operator, OperatorType

from bentos.triage.pii.spans import Span

_OPERATOR: Final = "numbered_placeholder"


class NumberedPlaceholder(Operator):
    """Presidio's operator that replaces a value by the placeholder chosen for it."""

    def operate(self, text: str, params: dict[str, Any] | None = None) -> str:
        """The placeholder of the value `text`."""
        given = params or {}
        placeholder: str = given["placeholders"][given["entity_type"], text]
        return placeholder

    def validate(self, params: dict[str, Any] | None = None) -> None:
        """Nothing that a caller could get wrong."""

    def operator_name(self) -> str:
        return _OPERATOR

    def operator_type(self) -> OperatorType:
        return OperatorType.Anonymize


def anonymizer() -> AnonymizerEngine:
    """Presidio's anonymizer, which knows NumberedPlaceholder."""
    engine = AnonymizerEngine()  # type: ignore[no-untyped-call]  # Presidio types it in part
    engine.add_anonymizer(NumberedPlaceholder)
    return engine


def placeholders(text: str, spans: Sequence[Span]) -> dict[tuple[str, str], str]:
    """For each type and value among `spans` of `text` its placeholder, e.g. <PERSON_2>.

    Equal values, however grouped and cased, get the same number.
    """
    numbers: dict[tuple[str, str], int] = {}
    counts: dict[str, int] = {}
    result: dict[tuple[str, str], str] = {}
    for span in spans:
        value = text[span.start : span.end]
        key = (span.type, _compared(value))
        if key not in numbers:
            numbers[key] = counts[span.type] = counts.get(span.type, 0) + 1
        result[span.type, value] = f"<{span.type}_{numbers[key]}>"
    return result


def replaced(engine: AnonymizerEngine, text: str, spans: Sequence[Span]) -> str:
    """`text` with each of `spans`, which are disjoint, replaced by its placeholder."""
    if not spans:
        return text
    config = OperatorConfig(_OPERATOR, {"placeholders": placeholders(text, spans)})
    result = engine.anonymize(
        text,
        [RecognizerResult(span.type, span.start, span.end, span.score) for span in spans],
        {"DEFAULT": config},
        merge_entities_with_spaces=False,
    )
    scrubbed: str = result.text
    return scrubbed


def _compared(value: str) -> str:
    kept = "".join(character for character in value.casefold() if character.isalnum())
    return kept or value
