"""A text as its reader sees it: no disguised digits, invisible marks or odd spaces to hide behind.

Recognisers read the plain view; what they find is mapped back to the text as it was sent.
"""

import re
import unicodedata
from array import array
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

_TATWEEL: Final = "\u0640"
# Words that Arabic writes one with the next, also if that is a number or in Latin letters, and
# labels that hurried people write so.
_CLITICS: Final = frozenset(
    "و ف ب ل ك ع ال لل بال وال فال كال عال ول وب على عدد رقم رقمي هاتف هاتفي جوال جوالي".split()
)
_LONGEST_CLITIC: Final = max(map(len, _CLITICS))
_ARABIC_WORD: Final = re.compile(r"[^\u0621-\u064a]")
# Where an Arabic word may end and another begin; `_is_seam` says whether it does.
_SEAM: Final = re.compile(r"[\u0621-\u064a][0-9A-Za-z]")
# In characters: of U+FDFA, a phrase.
LONGEST_FORM: Final = 18
# In characters; a text at the limit of a ticket's length may double.
_MOST_GROWTH: Final = 20_000
# Distinct characters: more than the tickets of three languages have.
_MOST_KNOWN: Final = 4_096
_KEPT_CONTROLS: Final = frozenset("\n\t")
_SIGNS: Final = {
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
    **dict.fromkeys("\u2018\u2019\u201b\u02bc\u00b4\u0060", "'"),
    "\u066b": ".",
    "\u066c": ",",
    "\u2028": "\n",
    "\u2029": "\n",
    "\r": "\n",
    "\v": "\n",
    "\f": "\n",
}


@dataclass(frozen=True, slots=True)
class PlainView:
    """The plain form of a text, and where each of its characters came from.

    Args:
        text: What recognisers read.
        starts: For each character of `text`, where in the original it starts.
        size: How many characters the original has.
    """

    text: str
    starts: Sequence[int]
    size: int

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The place in the original of `text[start:end]`, which isn't empty.

        A character of which only a part is in `text[start:end]` is in it whole, and so are the
        invisible marks that follow the last one.
        """
        following = bisect_right(self.starts, self.starts[end - 1], end)
        after = self.starts[following] if following < len(self.starts) else self.size
        return self.starts[start], after


def plain_view(text: str) -> PlainView:
    """`text` with every digit as 0-9, compatibility forms unfolded and invisible marks dropped.

    Accents that make a letter stay ("e" and a combining acute are "é"); any other mark goes. The
    words that Arabic writes one with the next stand apart from a Latin letter or a digit.

    The view is at most as much longer than `text` as `text` is, or by `_MOST_GROWTH` characters,
    and by its seams: compatibility forms past that stand as they are.
    """
    if text.isascii() and text.isprintable():
        return PlainView(text, range(len(text)), len(text))
    unfolded = [_unfold(character) for character in text]
    plain = "".join(unfolded)
    if max(map(len, unfolded)) == 1 == min(map(len, unfolded)) and not _SEAM.search(plain):
        return PlainView(plain, range(len(text)), len(text))
    return _view(text, unfolded)


def unfolded_length(text: str) -> int:
    """How many characters recognisers read of `text`, apart from the seams of Arabic words."""
    if text.isascii():
        return len(text)
    return sum(len(_unfold(character)) * number for character, number in Counter(text).items())


def _view(text: str, unfolded: Sequence[str]) -> PlainView:
    plain: list[str] = []
    starts = array("l")
    growth = max(len(text), _MOST_GROWTH)
    for place, form in enumerate(unfolded):
        if len(form) > 1:
            growth -= len(form) - 1
            form = form if growth >= 0 else text[place]
        if not form:
            if plain:
                plain[-1] = _composed(plain[-1], text[place])
            continue
        if plain and _is_arabic(plain[-1]) and _is_seam(plain, form[0]):
            plain.append(" ")
            starts.append(place)
        plain.extend(form)
        starts.extend([place] * len(form))
    return PlainView("".join(plain), starts, len(text))


def _is_seam(before: Sequence[str], after: str) -> bool:
    """Whether an Arabic preposition, article or conjunction ends where Latin or a digit begins."""
    if not (after.isascii() and after.isalnum()):
        return False
    recent = "".join(before[-_LONGEST_CLITIC - 1 :])
    return _ARABIC_WORD.split(recent)[-1] in _CLITICS


def _is_arabic(character: str) -> bool:
    return "\u0621" <= character <= "\u064a"


@lru_cache(_MOST_KNOWN)
def _unfold(character: str) -> str:
    """What is to be read for `character`: nothing for a mark that can't be seen by itself."""
    if character in _SIGNS:
        return _SIGNS[character]
    if character.isascii():
        hidden = not character.isprintable() and character not in _KEPT_CONTROLS
        return " " if hidden else character
    category = unicodedata.category(character)
    if category in {"Mn", "Me", "Cf"} or character == _TATWEEL:
        return ""
    if category == "Nd":
        return str(unicodedata.decimal(character))
    if category == "Zs":
        return " "
    return _unfolded_form(character)


def _unfolded_form(character: str) -> str:
    form = unicodedata.normalize("NFKC", character)
    return "".join(_SIGNS.get(part, part) for part in form if not unicodedata.combining(part))


def _composed(letter: str, mark: str) -> str:
    form = unicodedata.normalize("NFC", letter + mark)
    is_accented = len(form) == 1 and letter.isalpha() and unicodedata.category(mark) == "Mn"
    return form if is_accented else letter
