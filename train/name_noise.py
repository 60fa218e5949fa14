"""Other names in the places of a ticket's own: the tagger learns the places, not the people."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bentos.triage.pii.names.lexicon import GIVEN, SURNAME, TRANSLITERATED
from train.name_tickets import NameTicket

_FOREIGN: Final = 0.15
_SCRIPTS: Final = ("latin", "arabic")
_PARTICLES: Final = frozenset(
    "de du des la le van von der den ben bin ibn el al da dos di d' o' st mc بن ابن ولد".split()
)


@dataclass(frozen=True, slots=True)
class NamePool:
    """Names to choose from, by script and by kind, as they are written."""

    names: Mapping[tuple[str, int], Sequence[str]]

    @classmethod
    def of(cls, lists: Mapping[int, set[str]]) -> "NamePool":
        """The names of `lists`, sorted so that a seed always chooses the same."""
        return cls(
            {
                (script, kind): sorted(name for name in names if script_of(name) == script)
                for kind, names in lists.items()
                for script in _SCRIPTS
            }
        )

    def choose(self, chance: random.Random, script: str, kind: int) -> str:
        """A name of `kind` in `script`; in Arabic letters at times one of another alphabet."""
        is_foreign = script == "arabic" and chance.random() < _FOREIGN
        found = self.names.get((script, TRANSLITERATED)) if is_foreign else None
        return chance.choice(found or self.names[script, kind])


class NameNoise:
    """Renames the persons of tickets, each the same throughout its ticket."""

    def __init__(self, pool: NamePool, seed: int) -> None:
        self._pool = pool
        self._random = random.Random(seed)  # names of nobody, not secrets # nosec B311

    def apply(self, ticket: NameTicket) -> NameTicket:
        """`ticket` with other names in the places of its own, cased as they were."""
        renamed: dict[str, str] = {}
        parts: list[str] = []
        spans: list[tuple[int, int]] = []
        length = at = 0
        for start, end in ticket.names:
            between = ticket.text[at:start]
            name = self._renamed(ticket.text[start:end], renamed)
            spans.append((length + len(between), length + len(between) + len(name)))
            parts += [between, name]
            length += len(between) + len(name)
            at = end
        return NameTicket("".join(parts) + ticket.text[at:], tuple(spans))

    def _renamed(self, name: str, renamed: dict[str, str]) -> str:
        words = name.split(" ")
        for place, word in enumerate(words):
            key = word.casefold()
            if key not in renamed and key not in _PARTICLES and len(word.rstrip(".")) > 1:
                # A first word is a given name more often than not; one alone may be either.
                is_given = place == 0 and (len(words) > 1 or self._random.random() < 0.7)
                renamed[key] = self._chosen(script_of(word), GIVEN if is_given else SURNAME)
        return " ".join(_cased(renamed.get(word.casefold(), word), word) for word in words)

    def _chosen(self, script: str, kind: int) -> str:
        return self._pool.choose(self._random, script, kind)


def script_of(word: str) -> str:
    """`arabic` or `latin`."""
    return "arabic" if any("\u0600" <= letter <= "\u06ff" for letter in word) else "latin"


def _cased(name: str, like: str) -> str:
    if like.isupper():
        return name.upper()
    return name.lower() if like.islower() else name.title() if name.islower() else name
