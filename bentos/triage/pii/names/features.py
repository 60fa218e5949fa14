"""What the name tagger sees of each token: itself, its neighbours, its line and its ticket.

The features are the usual ones of CRF name taggers (Finkel et al. 2005; Ratinov and Roth 2009):
forms, shapes, affixes, gazetteers and a window of neighbours.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from bentos.triage.pii.names.lexicon import (
    GIVEN,
    PLACE,
    PRODUCT,
    SURNAME,
    TRANSLITERATED,
    WELL_KNOWN,
    Entry,
    Lexicon,
)
from bentos.triage.pii.names.tokens import Token

_LETTERS: Final = (
    (GIVEN, "G"),
    (SURNAME, "S"),
    (PLACE, "P"),
    (WELL_KNOWN, "W"),
    (PRODUCT, "T"),
    (TRANSLITERATED, "L"),
)
_LONGEST_LINE: Final = 8
_WINDOW: Final = (-3, -2, -1, 1, 2)
_SENTENCE_ENDS: Final = frozenset(".!?:;\n…؟")


@dataclass(frozen=True, slots=True)
class _Seen:
    """A token's own properties, read once and used by its neighbours too."""

    form: str
    shape: str
    name: str
    zipf: str
    cue: str = ""
    prefix: str = ""


def features(tokens: Sequence[Token], lexicon: Lexicon, logins: frozenset[str]) -> list[list[str]]:
    """The features of each token, in order: `each_features` at once."""
    return list(each_features(tokens, lexicon, logins))


def each_features(
    tokens: Sequence[Token], lexicon: Lexicon, logins: frozenset[str]
) -> Iterator[list[str]]:
    """The features of each token, in order, made when they are asked for.

    Args:
        tokens: A ticket's.
        lexicon: What is known of words.
        logins: The parts of the e-mail addresses in the ticket, in lower case: often its names.
    """
    seen = [_see(token, lexicon) for token in tokens]
    style = _style(tokens)
    places = _line_places(tokens)
    for place, token in enumerate(tokens):
        yield _own(place, seen, style, token, logins) + _around(place, seen) + places[place]


def _see(token: Token, lexicon: Lexicon) -> _Seen:
    if not token.is_word:
        return _Seen(token.text, "sign", "-", "9")
    prefix, entry = lexicon.read(token.text)
    shape = _shape(token.text)
    zipf = str(entry.zipf)
    if shape == "ar" and not (entry.kinds or entry.zipf):
        # Most Arabic words are forms of another; one that is of none is a stranger's name at times.
        zipf = f"of {lexicon.inflected_zipf(token.text)}"
    # Behind a prefix a word is less surely what it looks like.
    name = ("+" if prefix else "") + _kinds(_parts(token.text, entry, lexicon))
    return _Seen(token.text.lower(), shape, name, zipf, entry.cue, prefix)


def _parts(word: str, entry: Entry, lexicon: Lexicon) -> int:
    """The kinds of name that `word` is; of one that nobody lists, what its parts are."""
    if entry.kinds or "-" not in word:
        return entry.kinds
    return min(lexicon.entry(part).kinds if part else 0 for part in word.split("-"))


def _kinds(kinds: int) -> str:
    return "".join(letter for kind, letter in _LETTERS if kinds & kind) or "-"


def _shape(word: str) -> str:
    if len(word) == 1:
        return "X" if word.isupper() else "x"
    if "\u0600" <= word[0] <= "\u06ff":
        return "ar"
    if word.isupper():
        return "XX"
    if word[0].isupper():
        return "Xx" if word[1:].islower() else "XxX"
    return "xx" if word.islower() else "xX"


def _style(tokens: Sequence[Token]) -> str:
    """How the ticket is written: all in small letters, all in capitals, or properly."""
    words = [token.text for token in tokens if token.is_word]
    if any(word.isupper() and len(word) > 1 for word in words):
        upper = sum(word.isupper() for word in words)
        return "UPPER" if 2 * upper > len(words) else "proper"
    return "proper" if any(word[0].isupper() for word in words) else "lower"


def _line_places(tokens: Sequence[Token]) -> list[list[str]]:
    """Where in its line, and where in the ticket its line, each token stands."""
    lines: list[list[int]] = [[]]
    for place, token in enumerate(tokens):
        lines[-1].append(place)
        if token.text == "\n":
            lines.append([])
    filled = [line for line in lines if any(tokens[place].is_word for place in line)]
    from_end = {id(line): index for index, line in enumerate(reversed(filled))}
    result: list[list[str]] = [[] for _ in tokens]
    for line in lines:
        length = min(sum(tokens[place].is_word for place in line), _LONGEST_LINE)
        last = min(from_end.get(id(line), 9), 4)
        for index, place in enumerate(line):
            result[place] = [f"line={length}", f"last={last}", f"line,last={length},{last}"]
            if index < 2:
                result[place].append(f"start={index},{length},{last}")
    return result


def _own(
    place: int, seen: Sequence[_Seen], style: str, token: Token, logins: frozenset[str]
) -> list[str]:
    own = seen[place]
    if own.shape == "sign":
        return ["bias", f"w={own.form}"]
    starts = place == 0 or seen[place - 1].form in _SENTENCE_ENDS
    found = [
        "bias",
        f"w={own.form}",
        f"shape={own.shape}",
        f"name={own.name}",
        f"zipf={own.zipf}",
        f"name,zipf={own.name},{own.zipf}",
        f"shape,name={own.shape},{own.name},{starts}",
        f"shape,zipf={own.shape},{own.zipf},{starts}",
        f"style,shape,name,zipf={style},{own.shape},{own.name},{own.zipf}",
        f"ends={own.form[-2:]}",
        f"ends={own.form[-3:]}",
        f"begins={own.form[:2]}",
        f"begins={own.form[:3]}",
        f"cue={own.cue},{own.shape}",
    ]
    if own.prefix:
        found += [f"prefix={own.prefix}", f"prefix,name={own.prefix},{own.name}"]
    if own.form in logins:
        found.append("login")
    return found


def _around(place: int, seen: Sequence[_Seen]) -> list[str]:
    own = seen[place]
    kind = f"{own.shape},{own.name}"
    rarity = f"{kind},{own.zipf}"
    found = []
    for offset in _WINDOW:
        other = _at(place + offset, seen)
        found.append(f"w[{offset}]={other.form}")
        if other.cue:
            found += [f"cue[{offset}]={other.cue}", f"cue,kind[{offset}]={other.cue},{rarity}"]
        if abs(offset) == 1:
            found += [
                f"shape[{offset}]={other.shape}",
                f"name[{offset}]={other.name}",
                f"kind,name[{offset}]={kind},{other.shape},{other.name}",
                f"kind,w[{offset}]={kind},{other.form}",
                f"zipf[{offset}]={other.zipf}",
            ]
    before, after = _at(place - 1, seen), _at(place + 1, seen)
    found.append(f"w[-1,+1]={before.form},{after.form}")
    found.append(f"w[-2,-1]={_at(place - 2, seen).form},{before.form}")
    if before.cue or after.cue:
        found.append(f"cue[-1,+1]={_read_as(before)},{_read_as(after)},{own.name}")
    return found


def _read_as(seen: _Seen) -> str:
    """A neighbour by its class, if it has one; a sign as it is."""
    return seen.cue or (seen.form if seen.shape == "sign" else seen.shape)


def _at(place: int, seen: Sequence[_Seen]) -> _Seen:
    return seen[place] if 0 <= place < len(seen) else _OUTSIDE


_OUTSIDE: Final = _Seen("|", "|", "|", "9")
