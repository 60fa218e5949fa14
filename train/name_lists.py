"""The names that the tagger knows, and how common words are: the lexicon's sources.

Names come from Faker's and mimesis's lists (both MIT; many countries) and from
`data/names/maghreb.txt`, which was written for this project. How common a word is comes from
wordfreq, in the three languages.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module, resources
from itertools import chain
from pathlib import Path
from pkgutil import iter_modules
from typing import Any, Final

import wordfreq
import yaml
from faker.providers import person

from bentos.triage.pii.names.lexicon import (
    GIVEN,
    PLACE,
    PRODUCT,
    SURNAME,
    TRANSLITERATED,
    WELL_KNOWN,
    Entry,
    Lexicon,
    folded,
)
from train.transliteration import in_arabic_letters

_FAKER_LISTS: Final = {"first_name": GIVEN, "last_name": SURNAME}
_MIMESIS_LISTS: Final = {
    "person.json": {"names": GIVEN, "surnames": SURNAME},
    "address.json": {"city": PLACE, "country": PLACE},
}
_MOST_COMMON_ZIPF: Final = 8
_SCRIPTS: Final = (("A", "\u024f"), ("\u0620", "\u06d3"))
_SHORTEST: Final = 2
_ZIPF_FROM: Final = 3.0
_LISTS_OF_WELL_KNOWN: Final = 3


def name_lists(folder: Path) -> dict[int, set[str]]:
    """Names as they are written, by kind: GIVEN, SURNAME, PLACE, PRODUCT. `folder` holds our own.

    Well-known names are also under WELL_KNOWN, and in Arabic letters under TRANSLITERATED.
    """
    names: dict[int, set[str]] = {GIVEN: set(), SURNAME: set(), PLACE: set(), PRODUCT: set()}
    listed: dict[str, set[int]] = defaultdict(set)
    sources = chain(_from_faker(), _from_mimesis(), _from_files(folder))
    for source, (kind, written) in enumerate(sources):
        for name in {part for entry in written for part in entry.split() if _is_read(part)}:
            names[kind].add(name)
            if kind in (GIVEN, SURNAME):
                listed[name].add(source)
    known = {name for name, sources in listed.items() if len(sources) >= _LISTS_OF_WELL_KNOWN}
    spelled = {name for latin in known for name in in_arabic_letters(latin)}
    return {**names, WELL_KNOWN: known, TRANSLITERATED: spelled}


def lexicon(names: dict[int, set[str]], cues: Mapping[str, str] | None = None) -> Lexicon:
    """What the tagger knows of `names`, of the words of the three languages and of `cues`."""
    kinds: dict[str, int] = {}
    for kind, written in names.items():
        for form in {folded(name) for name in written}:
            kinds[form] = kinds.get(form, 0) | kind
    of_word = cues or {}
    zipfs = _zipfs({**kinds, **of_word})
    return Lexicon(
        {
            word: Entry(kinds.get(word, 0), zipfs.get(word, 0), of_word.get(word, ""))
            for word in {**kinds, **zipfs, **of_word}
        }
    )


def read_cues(path: Path) -> dict[str, str]:
    """The class of each word beside which names stand, from a YAML file of words by class."""
    content: dict[str, str] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {folded(word): cue for cue, words in content.items() for word in words.split()}


def _zipfs(names: Iterable[str]) -> dict[str, int]:
    """How common words are in the language that uses them most: 3 and up, names' all."""
    found: dict[str, float] = {}
    wanted = set(names)
    for language in ("en", "fr", "ar"):
        for word, frequency in wordfreq.get_frequency_dict(language, wordlist="best").items():
            zipf = wordfreq.freq_to_zipf(frequency)
            form = folded(word)
            if zipf >= _ZIPF_FROM or form in wanted:
                found[form] = max(found.get(form, 0.0), zipf)
    return {word: min(round(zipf), _MOST_COMMON_ZIPF) for word, zipf in found.items()}


def _from_faker() -> Iterator[tuple[int, list[str]]]:
    for module in iter_modules(person.__path__):
        provider = import_module(f"{person.__name__}.{module.name}").Provider
        for head, kind in _FAKER_LISTS.items():
            lists = (getattr(provider, name) for name in dir(provider) if name.startswith(head))
            kept = (names for names in lists if isinstance(names, dict | list | tuple | set))
            yield kind, [name for names in kept for name in names if isinstance(name, str)]


def _from_mimesis() -> Iterator[tuple[int, list[str]]]:
    for country in sorted((resources.files("mimesis") / "datasets").iterdir(), key=str):
        for file, keys in _MIMESIS_LISTS.items():
            listed = country / file
            content = json.loads(listed.read_text(encoding="utf-8")) if listed.is_file() else {}
            for key, kind in keys.items():
                yield kind, list(_strings(content.get(key, [])))


def _from_files(folder: Path) -> Iterator[tuple[int, list[str]]]:
    kinds = {"given": GIVEN, "surname": SURNAME, "place": PLACE, "product": PRODUCT}
    for path in sorted(folder.glob("*.txt")):
        for line in path.read_text(encoding="utf-8").splitlines():
            kind, _, listed = line.partition(":")
            yield kinds[kind], listed.split()


def _strings(value: Any) -> Iterator[str]:
    """The strings of a list, or of the lists of a mapping (female, male)."""
    if isinstance(value, dict):
        for listed in value.values():
            yield from _strings(listed)
    elif isinstance(value, list):
        yield from (item for item in value if isinstance(item, str))


def _is_read(name: str) -> bool:
    """Whether `name` is in a script that the tagger reads, and more than an initial."""
    letters = [letter for letter in name if letter.isalpha()]
    return len(letters) >= _SHORTEST and all(
        any(first <= letter <= last for first, last in _SCRIPTS) for letter in letters
    )
