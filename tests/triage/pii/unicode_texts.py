"""Characters of all kinds, and texts to put them in."""

import csv
import json
import random
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_ROOT: Final = Path(__file__).parents[3]
_SURROGATES: Final = range(0xD800, 0xE000)
# Alone, doubled, between digits, in and beside values, behind an Arabic word that is written one
# with the next, and between names.
CONTEXTS: Final = (
    "{0}",
    "{0}{0}",
    "1{0}2",
    "tel +216 22{0}345 678",
    "tel +216 22 345 678{0}",
    "jo@x.tn{0}",
    "{0}jo@x.tn",
    "و{0}22345678",
    "ب{0}jo@x.tn",
    "I am {0}Ali Ben Salah{0} {0}",
)


def characters() -> Iterator[str]:
    """Every character that Unicode has, or could have."""
    return (chr(code) for code in range(sys.maxunicode + 1) if code not in _SURROGATES)


def unfolding() -> list[str]:
    """Every character whose compatibility form is another."""
    return [one for one in characters() if unicodedata.normalize("NFKC", one) != one]


def samples_of_scripts(length: int = 24) -> dict[str, str]:
    """Letters and marks of each script, by the first word of their names, e.g. THAI."""
    found: dict[str, list[str]] = {}
    for one in characters():
        if unicodedata.category(one)[0] in "LM":
            script = unicodedata.name(one, "NAMELESS").split()[0].split("-")[0]
            found.setdefault(script, []).append(one)
    return {
        script: "".join(letters[:: max(len(letters) // length, 1)])
        for script, letters in found.items()
    }


def tickets() -> list[str]:
    """The tickets of the repository: marked ones, and a sample of each language."""
    marked = [
        json.loads(line)["text"]
        for path in sorted((_ROOT / "tests" / "data").glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    natural = []
    for path in sorted((_ROOT / "data" / "sample").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            natural += [row["text"] for row in csv.DictReader(file)]
    return marked + natural


def mutations(count: int, seed: int) -> Iterator[str]:
    """Tickets with one to six pieces of Unicode inserted, or put in another character's place.

    A piece is a random character, once or twice, or a few letters and marks of one script.
    """
    chance = random.Random(seed)
    known = [one for one in characters() if unicodedata.name(one, "")]
    pools = (unfolding(), known, list(samples_of_scripts().values()))
    texts = tickets()
    for number in range(count):
        text = list(texts[number % len(texts)][:400])
        for _ in range(chance.randint(1, 6)):
            at = chance.randrange(len(text) + 1)
            piece = chance.choice(chance.choice(pools))
            first = chance.randrange(len(piece))
            text[at : at + chance.randint(0, 1)] = piece[first : first + 9] * chance.randint(1, 2)
        yield "".join(text)
