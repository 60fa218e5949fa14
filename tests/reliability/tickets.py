"""Tickets of a wished length, from those that come with the repository."""

import csv
import random
from collections.abc import Iterator
from pathlib import Path

_SAMPLE = Path(__file__).parents[2] / "data" / "sample"


def texts(language: str) -> list[str]:
    """Natural tickets in `language`: en, fr or ar."""
    with (_SAMPLE / f"tickets_{language}_a.csv").open(encoding="utf-8", newline="") as file:
        return [row["text"] for row in csv.DictReader(file)]


def tickets(characters: int, language: str = "en", seed: int = 42) -> Iterator[dict[str, str]]:
    """Tickets of so many characters without end, no two alike."""
    drawn, known = random.Random(seed), texts(language)
    while True:
        text = ""
        while len(text) < characters:
            text += f"{drawn.choice(known)} "
        yield {"text": text[:characters]}
