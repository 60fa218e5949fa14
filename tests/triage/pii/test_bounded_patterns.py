"""Recognisers' patterns hold no run without a bound, which every place of a text might begin."""

import re
from collections.abc import Iterator, Mapping
from re import _constants as codes  # type: ignore[attr-defined]  # no public parse tree

import pytest

from tests.triage.pii.patterns import of_modules, of_recognizers
from tests.triage.pii.worst_inputs import REPEATS, SINGLE, Node, Nodes, below, parsed

# More than any word, number or gap between a cue and a value needs.
_MOST = 128
# What a possessive repetition may repeat.
RUNS = [[kind] for kind in SINGLE]
_NEVER_FAIL = (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT)


def unbounded(nodes: Nodes, is_last: bool = True) -> Iterator[Node]:
    """The runs among `nodes` that have no bound, though what follows them may fail.

    At the end of a pattern a run may be endless: the match takes it, and the next begins after it.
    """
    last = is_last
    for node in reversed(nodes):
        code, given = node
        if code in REPEATS and given[1] > _MOST and not last:
            yield node
        for inner in below(node):
            yield from unbounded(inner, last and code not in (codes.ASSERT, codes.ASSERT_NOT))
        last = last and _may_be_empty(node)


def _may_be_empty(node: Node) -> bool:
    """Whether `node` can't fail, since it may match nothing."""
    code, given = node
    if code in _NEVER_FAIL:
        return int(given[0]) == 0
    if code is codes.SUBPATTERN:
        return all(map(_may_be_empty, given[3]))
    return False


def faults(patterns: Mapping[str, re.Pattern[str]]) -> list[str]:
    """A line for each pattern that holds such a run: whose it is, how many, and the pattern."""
    found = {name: list(unbounded(list(parsed(pattern)))) for name, pattern in patterns.items()}
    return [
        f"{name}: {len(runs)} unbounded runs, which bounds such as {{0,40}} would end, in "
        f"{patterns[name].pattern}"
        for name, runs in found.items()
        if runs
    ]


def possessive_groups(nodes: Nodes) -> Iterator[Node]:
    """What Python reads wrongly before 3.11.5, which Debian 12 does not have (gh-106052)."""
    for node in nodes:
        code, given = node
        if code is codes.ATOMIC_GROUP:
            yield node
        if code is codes.POSSESSIVE_REPEAT and [kind for kind, _ in given[2]] not in RUNS:
            yield node
        for inner in below(node):
            yield from possessive_groups(inner)


@pytest.mark.parametrize("name", of_recognizers() | of_modules())
def test_a_pattern_has_possessive_runs_of_single_characters_only(name: str) -> None:
    pattern = (of_recognizers() | of_modules())[name]
    assert list(possessive_groups(list(parsed(pattern)))) == []


@pytest.mark.parametrize(
    ("pattern", "is_one"), [("a++b", False), ("[ab]{0,9}+c", False), ("(?:ab)++", True)]
)
def test_a_possessive_group_is_told_from_a_run_of_one_character(pattern: str, is_one: bool) -> None:
    assert any(possessive_groups(list(parsed(re.compile(pattern))))) is is_one


@pytest.mark.parametrize("name", of_recognizers())
def test_a_recognizer_has_no_unbounded_run(name: str) -> None:
    assert faults({name: of_recognizers()[name]}) == []


def test_what_reads_and_checks_values_has_no_unbounded_run() -> None:
    assert (
        faults({name: held for name, held in of_modules().items() if name.startswith("pii")}) == []
    )


@pytest.mark.parametrize(
    "pattern", ["[A-Z]\\w*x", "(?:a+b?)+c", "a*?b", "a{2,}(?!b)", "\\d*+x", "(a*)b|c"]
)
def test_such_a_run_is_refused_by_name(pattern: str) -> None:
    assert "mine: 1 unbounded" in "".join(faults({"mine": re.compile(pattern)})) or (
        "mine: 2 unbounded" in "".join(faults({"mine": re.compile(pattern)}))
    )


@pytest.mark.parametrize("pattern", ["ab*", "a{0,40}b", "x(?:a+b?)*", "a|b+", "(?P<value> a+ )"])
def test_a_bounded_run_and_a_last_one_are_not(pattern: str) -> None:
    assert faults({"mine": re.compile(pattern, re.VERBOSE)}) == []
