"""Requests generated from a server's own description, with real tickets and any Unicode text."""

import csv
import unicodedata
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any, Final

from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.schemas import APIOperation

# The transformer takes a third of a second to explain one.
_MOST_ITEMS: Final = 5
_TEXT_NAMES: Final = ("text", "texts")
# Below this are the alphabets; above it, most of Unicode is ideographs and nothing.
_ALPHABETS: Final = 0x3100
_FORMS: Final = range(0xF900, 0x10000)
_ALL: Final = range(0x110000)
_SURROGATES: Final = range(0xD800, 0xE000)
_NEAR: Final = 48


class Texts:
    """Texts without end, the same ones in every run: real tickets, and those with more in them.

    Hypothesis's own are few: it repeats most of an example that it found.

    Args:
        folder: Where the real tickets are.
    """

    def __init__(self, folder: Path) -> None:
        self._random = Random(24)
        self._tickets: list[str] = []
        for path in sorted(folder.glob("*.csv")):
            with path.open(encoding="utf-8", newline="") as file:
                self._tickets += [row["text"] for row in csv.DictReader(file)]
        self._unfolding = [
            letter for letter in map(chr, _ALL) if len(unicodedata.normalize("NFKC", letter)) > 1
        ]

    def next(self) -> str:
        """One more."""
        ticket = self._random.choice(self._tickets)
        makers = (self._as_it_is, self._with_runs, self._with_marks, self._unfolded, self._alone)
        return self._random.choice(makers)(ticket)

    def _as_it_is(self, ticket: str) -> str:
        return ticket

    def _with_runs(self, ticket: str) -> str:
        """Runs of neighbouring characters between its words."""
        words = ticket.split(" ")
        for _ in range(self._random.randint(1, 4)):
            words.insert(self._random.randrange(len(words) + 1), self._run())
        return " ".join(words)

    def _with_marks(self, ticket: str) -> str:
        """Any character after some of its own, a combining mark more often than not."""
        share = self._random.choice((0.02, 0.2))
        return "".join(
            letter + (self._mark() if self._random.random() < share else "") for letter in ticket
        )

    def _unfolded(self, ticket: str) -> str:
        """Some characters replaced by such as normalisation makes several of."""
        share = self._random.choice((0.02, 0.2))
        return "".join(
            self._random.choice(self._unfolding) if self._random.random() < share else letter
            for letter in ticket
        )

    def _alone(self, ticket: str) -> str:
        """A few words and a run, in a script that the server need not know."""
        return " ".join(
            (*ticket.split(" ")[: self._random.randint(1, 5)], self._run(), self._run())
        )

    def _mark(self) -> str:
        return (
            chr(self._random.randrange(0x300, 0x370))
            if self._random.random() < 0.6
            else self._run()[:1]
        )

    def _run(self) -> str:
        """Characters of one place in Unicode."""
        start = self._random.choice(
            self._random.choice((range(_ALPHABETS), range(_ALPHABETS), _FORMS, _ALL))
        )
        places = (start + self._random.randrange(_NEAR) for _ in range(self._random.randint(1, 25)))
        return "".join(chr(place) for place in places if place in _ALL and place not in _SURROGATES)


def with_texts(body: Any, text: Callable[[], str], name: str = "") -> Any:
    """`body` with another text in the place of each, and no more than a few items in a list."""
    if isinstance(body, dict):
        return {key: with_texts(part, text, key) for key, part in body.items()}
    if isinstance(body, list):
        return [with_texts(part, text, name) for part in body[:_MOST_ITEMS]]
    return text() if name in _TEXT_NAMES else body


def cases(
    operation: APIOperation[Any, Any, Any, Any], mode: GenerationMode, count: int
) -> list[Case]:
    """`count` requests at the most, the same ones in every run."""
    found: list[Case] = []

    @given(operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=count,
        phases=[Phase.generate],
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    def keep(case: Case) -> None:
        found.append(case)

    keep()
    return found
