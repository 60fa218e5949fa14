"""Texts on which a regular expression works hardest, made from its own parse tree."""

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from re import _compiler as compiler  # type: ignore[attr-defined]  # no public parse tree
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

Node = tuple[Any, Any]
Nodes = Sequence[Node]
# What stands for a class: of these the ones that it matches, and what the class itself names.
_CHARACTERS = "aAbzZ019 -_.,/:;'\"()@#+=<>«|\n\téßش"
_TAILS = ("", " 1", "!", "\n", " x", "A", "1", "ش")
_SIGNS = 3
REPEATS = (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT)
_SINGLE = (codes.IN, codes.NOT_LITERAL, codes.ANY, codes.CATEGORY)
SINGLE = (*_SINGLE, codes.LITERAL)


@dataclass(frozen=True)
class Worst:
    """A text that repeats `unit` after `head`, and ends in `tail`."""

    head: str
    unit: str
    tail: str

    def of(self, size: int) -> str:
        """The text, about `size` characters long; it ends in a whole unit, whatever the size."""
        return self.head + self.unit * max(size // len(self.unit), 1) + self.tail


def parsed(pattern: re.Pattern[str]) -> Any:
    """The parse tree of `pattern`."""
    return parser.parse(pattern.pattern, pattern.flags)


def parts(nodes: Nodes) -> Iterator[Nodes]:
    """`nodes` and every sequence of nodes within them."""
    yield nodes
    for node in nodes:
        for inner in below(node):
            yield from parts(inner)


def below(node: Node) -> Sequence[Nodes]:
    """The sequences of nodes right below `node`."""
    code, given = node
    if code is codes.BRANCH:
        return [list(branch) for branch in given[1]]
    if code is codes.SUBPATTERN:
        return [list(given[3])]
    if code is codes.ATOMIC_GROUP:
        return [list(given)]
    if code in REPEATS:
        return [list(given[2])]
    if code in (codes.ASSERT, codes.ASSERT_NOT):
        return [list(given[1])]
    return []


def runs(nodes: Nodes, before: Nodes = ()) -> Iterator[tuple[Nodes, Nodes]]:
    """Each repetition within `nodes`: what a match reads before it, and what it repeats."""
    for place, node in enumerate(nodes):
        ahead = [*before, *nodes[:place]]
        if node[0] in REPEATS:
            yield ahead, list(node[1][2])
        for inner in below(node):
            yield from runs(inner, ahead)


class Classes:
    """Which characters a pattern's classes match."""

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self._tree = parsed(pattern)
        self._flags = pattern.flags
        self._known: dict[str, list[str]] = {}

    def characters(self, node: Node) -> list[str]:
        """Some of the characters that `node`, a class or a literal, matches."""
        key = repr(node)
        if key not in self._known:
            one = parser.SubPattern(self._tree.state, [node])
            matches = compiler.compile(one, self._flags).fullmatch
            candidates = dict.fromkeys([*_CHARACTERS, *_named(node)])
            self._known[key] = [character for character in candidates if matches(character)]
        return self._known[key]

    def kinds(self, node: Node) -> list[str]:
        """One character of each kind that the class `node` matches, and a few of its signs."""
        found = self.characters(node)
        letters = [next(filter(kind, found), "") for kind in (str.islower, str.isupper)]
        digit = next(filter(str.isdigit, found), "")
        signs = [character for character in found if not character.isalnum()]
        return [kind for kind in (*letters, digit, *signs[:_SIGNS]) if kind]


def _named(node: Node) -> Iterator[str]:
    """The characters that a class names, and the first of its ranges."""
    code, given = node
    if code is codes.IN:
        for member in given:
            yield from _named(member)
    elif code in (codes.LITERAL, codes.NOT_LITERAL):
        yield chr(given)
    elif code is codes.RANGE:
        yield chr(given[0])


class WorstInputs:
    """Makes texts that repeat what a pattern reads: literals, classes, separators, beginnings.

    Args:
        pattern: What is to be attacked.
        seed: Equal seeds make equal texts.
    """

    def __init__(self, pattern: re.Pattern[str], seed: int = 0) -> None:
        self._random = random.Random(f"{seed} {pattern.pattern}")
        self._classes = Classes(pattern)
        self._whole: Nodes = list(parsed(pattern))
        self._parts = list(parts(self._whole))
        self._runs = list(runs(self._whole))
        self._groups: dict[int, str] = {}

    def made(self, count: int) -> Iterator[Worst]:
        """So many texts."""
        for _ in range(count):
            if self._runs and self._random.random() < 0.5:
                yield self._run()
                continue
            unit = "".join(self._piece() for _ in range(self._random.choice((1, 1, 1, 2, 3))))
            yield Worst(self._head(), unit or "a", self._random.choice(_TAILS))

    def pairs(self) -> Iterator[Worst]:
        """For each run of a class: what leads to it, and any one or two kinds of its characters."""
        seen = set()
        for before, body in self._runs:
            if len(body) == 1 and body[0][0] in _SINGLE:
                kinds = self._classes.kinds(body[0])
                for unit in (*kinds, *map("".join, combinations(kinds, 2))):
                    worst = Worst(self._text(before), unit, "!")
                    if worst not in seen:
                        seen.add(worst)
                        yield worst

    def changed(self, worst: Worst) -> Worst:
        """A text that differs a little from `worst`."""
        head, unit, tail = worst.head, worst.unit, worst.tail
        kind = self._random.randrange(6)
        at = self._random.randrange(len(unit) + 1)
        if kind == 0:
            unit = unit[:at] + self._random.choice(_CHARACTERS) + unit[at:]
        elif kind == 1:
            unit = unit[:at] + unit[at + 1 :]
        elif kind == 2:
            unit = unit[:at] + self._piece() + unit[at:]
        elif kind == 3:
            unit *= 2
        elif kind == 4:
            head = self._head()
        else:
            tail = self._random.choice(_TAILS)
        return Worst(head, unit or "a", tail)

    def _run(self) -> Worst:
        """What leads to a repetition, and then that repetition without an end."""
        before, body = self._random.choice(self._runs)
        unit = self._text(body)
        if self._random.random() < 0.5:
            unit += self._text(self._random.choice(self._runs)[1])
        if self._random.random() < 0.3:
            unit += self._random.choice(_CHARACTERS)
        return Worst(self._text(before), unit or "a", self._random.choice(_TAILS))

    def _head(self) -> str:
        """Nothing, or what a match may begin with."""
        if self._random.random() < 0.5:
            return ""
        text = self._text(self._whole)
        return text[: self._random.randrange(len(text) + 1)]

    def _piece(self) -> str:
        """What some part of the pattern matches, or its beginning, at times with a sign after."""
        part = self._random.choice(self._parts)
        first = 0 if self._random.random() < 0.6 else self._random.randrange(len(part) + 1)
        last = len(part) if self._random.random() < 0.6 else self._random.randrange(len(part) + 1)
        text = self._text(part[first:last])
        return text + (self._random.choice(_CHARACTERS) if self._random.random() < 0.4 else "")

    def _text(self, nodes: Nodes) -> str:
        return "".join(map(self._read, nodes))

    def _read(self, node: Node) -> str:
        """What `node` matches, what stands around it aside."""
        code, given = node
        if code is codes.LITERAL:
            return chr(given)
        if code in _SINGLE:
            return self._random.choice(self._classes.characters(node) or [""])
        if code in REPEATS:
            return self._repeated(*given)
        if code is codes.GROUPREF:
            return self._groups.get(given, "")
        if code in (codes.AT, codes.ASSERT, codes.ASSERT_NOT):
            return ""
        text = self._text(self._random.choice(below(node)))
        if code is codes.SUBPATTERN and given[0] is not None:
            self._groups[given[0]] = text
        return text

    def _repeated(self, least: int, most: int, body: Nodes) -> str:
        times = self._random.choice((least, least, least + 1, least + 2, least + 9, least + 40))
        times = min(times, int(most))
        if self._random.random() < 0.3:
            return self._text(body) * times
        return "".join(self._text(body) for _ in range(times))
