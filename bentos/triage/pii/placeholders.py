"""Typed placeholders: what stands in a scrubbed text where personal data stood."""

from collections.abc import Sequence

from bentos.triage.pii.spans import Span

Piece = tuple[int, int, int]


def placeholders(text: str, spans: Sequence[Span]) -> list[str]:
    """For each of `spans` of `text` its placeholder, e.g. <PERSON_2>.

    Equal values of a type, however grouped and cased, get the same number.
    """
    numbers: dict[tuple[str, str], int] = {}
    counts: dict[str, int] = {}
    result = []
    for span in spans:
        key = (span.type, _compared(text[span.start : span.end]))
        if key not in numbers:
            numbers[key] = counts[span.type] = counts.get(span.type, 0) + 1
        result.append(f"<{span.type}_{numbers[key]}>")
    return result


def replaced(text: str, spans: Sequence[Span]) -> tuple[str, tuple[Piece, ...]]:
    """`text` with each of `spans`, which are disjoint and in order, replaced by its placeholder.

    Returns:
        The scrubbed text; and what stays and what is replaced, in turns: where in the scrubbed
        text it starts, and its start and end in `text`.
    """
    parts = []
    pieces = []
    at = before = 0
    for span, placeholder in zip(spans, placeholders(text, spans), strict=True):
        pieces.append((at, before, span.start))
        at += span.start - before
        pieces.append((at, span.start, span.end))
        at += len(placeholder)
        parts += [text[before : span.start], placeholder]
        before = span.end
    pieces.append((at, before, len(text)))
    return "".join([*parts, text[before:]]), tuple(pieces)


def _compared(value: str) -> str:
    kept = "".join(character for character in value.casefold() if character.isalnum())
    return kept or value
