"""What is known about single words: whether people are called so, and how common the word is."""

import gzip
import unicodedata
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

GIVEN: Final = 1
SURNAME: Final = 2
PLACE: Final = 4
# Of a given name or surname: people of several countries are called so.
WELL_KNOWN: Final = 8
# What companies, devices and programs are called.
PRODUCT: Final = 16
# A name of the Latin alphabet as it may be written in Arabic letters.
TRANSLITERATED: Final = 32
_ARABIC_FORMS: Final = str.maketrans("أإآٱىةؤئ", "ااااي" + "هوي")
# Conjunction, preposition, article and vocative, as Arabic writes them: one with the word.
_ARABIC_PREFIXES: Final = tuple("وال بال فال كال عال هال لل ال ول وب يا و ب ل ف ك ع".split())
_ARABIC_SUFFIXES: Final = tuple("ها هم كم نا ني تي ته تها تهم وا ون ين ات ان ه ك ي ت".split())
_SHORTEST_STEM: Final = 3
_COMMON_ZIPF: Final = 3


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known of a word.

    Args:
        kinds: The kinds of name that it is: GIVEN, SURNAME, PLACE and the others above, added.
        zipf: How common it is, 0 to 8.
        cue: What names stand beside it ("title", "speech"), if any do.
    """

    kinds: int = 0
    zipf: int = 0
    cue: str = ""


_UNKNOWN: Final = Entry()


class Lexicon:
    """Words by their folded form: without case, accents and Arabic spelling variants."""

    def __init__(self, entries: Mapping[str, Entry]) -> None:
        self._entries = dict(entries)

    def entry(self, word: str) -> Entry:
        """What is known of `word`, as it stands or behind an Arabic article or conjunction."""
        return self.read(word)[1]

    def read(self, word: str) -> tuple[str, Entry]:
        """The Arabic prefix of `word` behind which it is known, if it needs one, and its entry."""
        form = folded(word)
        entry = self._entries.get(form)
        if entry is not None or not form or not is_arabic(form):
            return "", entry or _UNKNOWN
        for prefix, stem in _stems(form):
            entry = self._entries.get(stem)
            if entry is not None:
                return prefix, entry
        return "", _UNKNOWN

    def inflected_zipf(self, word: str) -> int:
        """How common the word is that `word`, unknown and Arabic, may be a form of; or 0."""
        form = folded(word)
        stems = [form, *(stem for _, stem in _stems(form))]
        bare = (
            stem.removesuffix(suffix)
            for stem in stems
            for suffix in _ARABIC_SUFFIXES
            if stem.endswith(suffix)
        )
        found = (self._entries.get(stem) for stem in bare if len(stem) >= _SHORTEST_STEM)
        return max((entry.zipf for entry in found if entry is not None), default=0)

    def is_common(self, word: str) -> bool:
        """Whether `word` is a common word of one of the three languages."""
        return self.entry(word).zipf >= _COMMON_ZIPF

    def mapped(self, change: Callable[[Entry], Entry]) -> Self:
        """The lexicon with every entry changed, in the order of the words."""
        return type(self)({word: change(entry) for word, entry in sorted(self._entries.items())})

    def lines(self) -> Iterable[str]:
        """One line a word, sorted: the word, its kinds, how common it is and its cue, by tabs."""
        return (
            f"{word}\t{entry.kinds}\t{entry.zipf}" + (f"\t{entry.cue}" if entry.cue else "")
            for word, entry in sorted(self._entries.items())
        )

    def write(self, path: Path) -> None:
        """Writes `lines` to `path`, compressed by gzip; equal lexicons give equal bytes."""
        text = "\n".join(self.lines()) + "\n"
        path.write_bytes(gzip.compress(text.encode("utf-8"), mtime=0))

    @classmethod
    def load(cls, path: Path) -> Self:
        """The lexicon that `write` wrote to `path`.

        Raises:
            OSError: the file is missing.
            ValueError: it is not what it should be.
        """
        try:
            text = gzip.decompress(path.read_bytes()).decode("utf-8")
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise ValueError(f"{path.name} can't be decompressed: {error}") from None
        rows = (line.partition("\t") for line in text.splitlines())
        # Of the many words few differ in what is known of them: one entry for all that are alike.
        alike: dict[str, Entry] = {}
        return cls(
            {
                word: alike.get(known) or alike.setdefault(known, _entry(known))
                for word, _, known in rows
            }
        )


def _entry(columns: str) -> Entry:
    kinds, zipf, *cue = columns.split("\t")
    return Entry(int(kinds), int(zipf), *cue)


def folded(word: str) -> str:
    """`word` without case, accents and Arabic spelling variants."""
    lowered = word.lower()
    if lowered.isascii():
        return lowered
    if is_arabic(lowered):
        return lowered.translate(_ARABIC_FORMS)
    parts = unicodedata.normalize("NFD", lowered)
    return "".join(part for part in parts if not unicodedata.combining(part))


def _stems(form: str) -> Iterator[tuple[str, str]]:
    """What may be a prefix of `form`, an Arabic word, and what it leaves; the longest first."""
    for prefix in _ARABIC_PREFIXES:
        stem = form.removeprefix(prefix)
        if stem is not form and _SHORTEST_STEM <= len(stem) < len(form):
            yield prefix, stem


def is_arabic(word: str) -> bool:
    """Whether `word` begins with an Arabic letter; it isn't empty."""
    return "\u0600" <= word[0] <= "\u06ff"
