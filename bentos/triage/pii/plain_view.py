"""A text as its reader sees it: no disguised digits, invisible marks or odd spaces to hide behind.

Recognisers read the plain view; what they find is mapped back to the text as it was sent.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_TATWEEL: Final = "\u0640"
# Words that Arabic writes one with the next, also if that is a number or in Latin letters, and
# labels that hurried people write so.
_CLITICS: Final = frozenset(
    "و ف ب ل ك ع ال لل بال وال فال كال عال ول وب على عدد رقم رقمي هاتف هاتفي جوال جوالي".split()
)
_LONGEST_CLITIC: Final = max(map(len, _CLITICS))
_ARABIC_WORD: Final = re.compile(r"[^\u0621-\u064a]")
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
        ends: And where it ends, with the invisible marks that follow it.
    """

    text: str
    starts: tuple[int, ...] | range
    ends: tuple[int, ...] | range

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The place in the original of `text[start:end]`, which isn't empty."""
        return self.starts[start], self.ends[end - 1]


def plain_view(text: str) -> PlainView:
    """`text` with every digit as 0-9, compatibility forms unfolded and invisible marks dropped.

    Accents that make a letter stay ("e" and a combining acute are "é"); any other mark goes. The
    words that Arabic writes one with the next stand apart from a Latin letter or a digit.
    """
    if text.isascii() and text.isprintable():
        return PlainView(text, range(len(text)), range(1, len(text) + 1))
    plain: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for place, character in enumerate(text):
        unfolded = _unfold(character)
        if plain and unfolded and _is_seam(plain, unfolded[0]):
            plain.append(" ")
            starts.append(place)
            ends.append(place + 1)
        if unfolded:
            plain.extend(unfolded)
            starts.extend([place] * len(unfolded))
            ends.extend([place + 1] * len(unfolded))
        elif plain:
            plain[-1] = _composed(plain[-1], character)
            ends[-1] = place + 1
    return PlainView("".join(plain), tuple(starts), tuple(ends))


def _is_seam(before: Sequence[str], after: str) -> bool:
    """Whether an Arabic preposition, article or conjunction ends where Latin or a digit begins."""
    if not (after.isascii() and after.isalnum() and _is_arabic(before[-1])):
        return False
    recent = "".join(before[-_LONGEST_CLITIC - 1 :])
    return _ARABIC_WORD.split(recent)[-1] in _CLITICS


def _is_arabic(character: str) -> bool:
    return "\u0621" <= character <= "\u064a"


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
