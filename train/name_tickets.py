"""The tickets that the name tagger learns from: texts with the places of the names in them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bentos.triage.pii.names.tagger import BEGIN, INSIDE, OUTSIDE
from bentos.triage.pii.names.tokens import Token
from bentos.triage.pii.plain_view import PlainView, plain_view

LANGUAGES: Final = ("en", "fr", "ar")
_NAME: Final = "PERSON"


@dataclass(frozen=True, slots=True)
class NameTicket:
    """A ticket's plain view and where in it names stand, in order."""

    text: str
    names: tuple[tuple[int, int], ...]


def read_tickets(path: Path) -> Iterator[NameTicket]:
    """The tickets of a JSON Lines file of `text` and `spans` (type, start, end)."""
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        spans = ((span["start"], span["end"]) for span in row["spans"] if span["type"] == _NAME)
        view = plain_view(row["text"])
        yield NameTicket(view.text, tuple(sorted(_in_view(view, *span) for span in spans)))


def _in_view(view: PlainView, start: int, end: int) -> tuple[int, int]:
    """Where in `view` the place `start` to `end` of the original stands.

    A space that the view puts before a word is none of the word.
    """
    inside = [place for place, at in enumerate(view.starts) if start <= at < end]
    words = [place for place in inside if not view.text[place].isspace()]
    return words[0], inside[-1] + 1


def tags(tokens: list[Token], names: tuple[tuple[int, int], ...]) -> list[str]:
    """The tag of each of `tokens`; one that a name covers in part belongs to it."""
    result = []
    for token in tokens:
        name = next((span for span in names if token.start < span[1] and span[0] < token.end), None)
        if name is None:
            result.append(OUTSIDE)
        else:
            result.append(BEGIN if token.start <= name[0] else INSIDE)
    return result
