"""Names of the Latin alphabet as they are written in Arabic letters.

Arabic tickets name colleagues from everywhere, and no list has those names in Arabic. The rules are
those that newspapers follow: every consonant has its letter, vowels are written long or not at all.
"""

import re
from collections.abc import Iterator
from typing import Final

from bentos.triage.pii.names.lexicon import folded

# The first that fits is taken; "#" is a word's start and end.
_COMMON: Final = (
    ("#eu", "يو"),
    ("#a", "ا"),
    ("#e", "ا"),
    ("#i", "اي"),
    ("#o", "او"),
    ("#u", "او"),
    ("#y", "ي"),
    ("sch", "ش"),
    ("tch", "تش"),
    ("eau", "و"),
    ("sh", "ش"),
    ("ch", "ش"),
    ("ph", "ف"),
    ("kh", "خ"),
    ("gh", "غ"),
    ("dh", "ذ"),
    ("ck", "ك"),
    ("qu", "ك"),
    ("ou", "و"),
    ("oo", "و"),
    ("au", "و"),
    ("ee", "ي"),
    ("ie", "ي"),
    ("ei", "ي"),
    ("ai", "اي"),
    ("ay", "اي"),
    ("ce", "س"),
    ("ci", "سي"),
    ("ge", "ج"),
    ("gi", "جي"),
    ("gn", "ني"),
    ("h#", ""),
    ("e#", ""),
)
_LETTERS: Final = dict(
    zip("abcdfghijklmnopqrstuvwxyz", "ا ب ك د ف غ ه ي ج ك ل م ن و ب ك ر س ت و ف و كس ي ز".split())
)
_DOUBLE: Final = re.compile(r"([^\W\d_])\1+")
_SHORTEST: Final = 3


def in_arabic_letters(name: str) -> set[str]:
    """Some spellings of `name`, a word in Latin letters; none for what is too short or not one."""
    word = folded(name.lower().replace("é", "ei"))
    if not word.isascii() or not word.isalpha():
        return set()
    found = {"".join(_letters(f"#{word}#", th, e)) for th in ("ث", "ت") for e in ("ي", "")}
    return {spelled for spelled in found if len(spelled) >= _SHORTEST}


def _letters(word: str, th: str, e: str) -> Iterator[str]:
    """The letters of `word`, with `th` for "th" and `e` for an "e" inside it."""
    rules = (*_COMMON, ("th", th), ("e", e))
    word = _DOUBLE.sub(lambda match: match[0] if match[1] in "eo" else match[1], word)
    place = 0
    while place < len(word):
        rule = next((rule for rule in rules if word.startswith(rule[0], place)), None)
        latin, arabic = rule or (word[place], _LETTERS.get(word[place], ""))
        yield arabic
        # What ends a word may end a rule too: it stays, so that nothing else is read twice.
        place += len(latin)
