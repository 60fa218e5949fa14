"""A ticket as the name tagger reads it: words, codes, signs and line ends, each with its place."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

# French elisions and the English possessive are words of their own; O'Neill is one word. What has
# a digit in it is a code, whatever else it has.
_TOKEN: Final = re.compile(
    r"(?P<elision>\b(?:[cdjlmnst]|qu|jusqu|lorsqu)'(?=[aeiouyhàâæéèêëîïôœùû]))"
    r"|(?P<code>(?:[^\W\d_]{1,20}+[-_./]?+){0,4}\d(?:[-_./]?[^\W_])*)"
    r"|(?P<word>[^\W\d_]++(?:(?:-|'(?!s\b))[^\W\d_]++)*)"
    r"|(?P<possessive>'s\b)|(?P<line>\n)|(?P<sign>[^\w\s]|_)",
    re.IGNORECASE,
)
CODE: Final = "9"


@dataclass(frozen=True, slots=True)
class Token:
    """A word, code or sign: where it stands in the plain view, and how it is read.

    A code is read as CODE, a line's end as "\\n", other personal data as its type.
    """

    text: str
    start: int
    end: int
    is_word: bool


def tokens(text: str, found: Iterable[tuple[str, int, int]] = ()) -> list[Token]:
    """The tokens of `text`, a plain view, in order.

    Args:
        text: What to read.
        found: The personal data that are known already, in order: type, start and end. Each is
            one token.
    """
    result: list[Token] = []
    at = 0
    for kind, start, end in found:
        result.extend(_read(text, at, start))
        result.append(Token(f"<{kind}>", start, end, False))
        at = end
    result.extend(_read(text, at, len(text)))
    return result


def _read(text: str, start: int, end: int) -> Iterable[Token]:
    for match in _TOKEN.finditer(text, start, end):
        kind = match.lastgroup
        form = CODE if kind == "code" else match.group()
        yield Token(form, match.start(), match.end(), kind in ("word", "elision"))
