"""Names put into tickets that have none, at the places where people put them."""

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from bentos.triage.pii.names.lexicon import GIVEN, SURNAME
from train.name_noise import NamePool
from train.name_tickets import NameTicket
from train.noise import without_accents

_SLOT: Final = "{}"
_GREETED: Final = 0.4
_SIGNED: Final = 0.45
_JOINED: Final = 0.3
_IN_CHAT_STYLE: Final = 0.3
_LATIN_IN_ARABIC: Final = 0.1
_MOST_AFTER: Final = 2
_Piece = tuple[str, bool]


@dataclass(frozen=True, slots=True)
class Contexts:
    """Where names stand in tickets of one language; "{}" is the name."""

    greeting: Sequence[str]
    opening: Sequence[str]
    signature: Sequence[str]
    after: re.Pattern[str]
    joined: str

    @classmethod
    def read(cls, path: Path) -> dict[str, "Contexts"]:
        """The contexts of each language in a YAML file."""
        content: Mapping[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
        return {language: cls._of(**given) for language, given in content.items()}

    @classmethod
    def _of(cls, after: Sequence[str], **given: Any) -> "Contexts":
        listed = "|".join(re.escape(word) for word in sorted(after, key=len, reverse=True))
        return cls(after=re.compile(rf"(?<!\w)(?:{listed})(?= )"), **given)


class NameInserter:
    """Puts names into tickets.

    Args:
        pool: Names to choose from.
        contexts: By language.
    """

    def __init__(self, pool: NamePool, contexts: Mapping[str, Contexts], seed: int) -> None:
        self._pool = pool
        self._contexts = contexts
        self._random = random.Random(seed)  # names of nobody, not secrets # nosec B311

    def apply(self, text: str, language: str) -> NameTicket:
        """`text`, which has no names, with some; at times as typed in a chat."""
        contexts = self._contexts[language]
        pieces = self._after(text, contexts, language)
        if self._random.random() < _GREETED:
            gap = self._random.choice(("\n", " ", "\n\n"))
            pieces = [*self._filled(contexts.greeting, language), (gap, False), *pieces]
        elif self._random.random() < _GREETED:
            pieces = [*self._filled(contexts.opening, language), (" ", False), *pieces]
        if self._random.random() < _SIGNED:
            pieces += self._filled(contexts.signature, language)
        is_chat = text == text.lower() or self._random.random() < _IN_CHAT_STYLE
        return _joined(pieces, in_chat_style=is_chat and language != "ar")

    def _after(self, text: str, contexts: Contexts, language: str) -> list[_Piece]:
        found = list(contexts.after.finditer(text))
        count = min(self._random.randint(0, _MOST_AFTER), len(found))
        pieces: list[_Piece] = []
        at = 0
        for match in sorted(self._random.sample(found, count), key=lambda match: match.start()):
            pieces += [(text[at : match.end()] + " ", False), (self._name(language), True)]
            if self._random.random() < _JOINED:
                pieces += [(contexts.joined, False), (self._name(language), True)]
            at = match.end()
        return [*pieces, (text[at:], False)]

    def _filled(self, templates: Sequence[str], language: str) -> list[_Piece]:
        first, *others = self._random.choice(templates).split(_SLOT)
        pieces = [(first, False)]
        for other in others:
            pieces += [(self._name(language), True), (other, False)]
        return pieces

    def _name(self, language: str) -> str:
        is_arabic = language == "ar" and self._random.random() >= _LATIN_IN_ARABIC
        script = "arabic" if is_arabic else "latin"
        given, surname = (self._chosen(script, kind) for kind in (GIVEN, SURNAME))
        forms = [given, f"{given} {surname}", surname]
        if not is_arabic:
            forms += [f"{given[0]}. {surname}", surname.upper(), f"{surname.upper()} {given}"]
        weights = [10, 8, 2, 0.7, 0.3, 0.4][: len(forms)]
        return self._random.choices(forms, weights)[0]

    def _chosen(self, script: str, kind: int) -> str:
        name = self._pool.choose(self._random, script, kind)
        return name.title() if name.islower() and script == "latin" else name


def _joined(pieces: Sequence[_Piece], in_chat_style: bool) -> NameTicket:
    text = ""
    names = []
    for piece, is_name in pieces:
        written = without_accents(piece).lower() if in_chat_style else piece
        if is_name:
            names.append((len(text), len(text) + len(written)))
        text += written
    return NameTicket(text, tuple(names))
