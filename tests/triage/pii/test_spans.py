"""Which of overlapping findings stand."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bentos.triage.pii.spans import Span, disjoint
from tests.triage.cpu_time import is_linear

_SPANS = st.builds(
    lambda kind, start, length, score: Span(kind, start, start + length, score),
    st.sampled_from(["A", "B", "C"]),
    st.integers(0, 30),
    st.integers(1, 12),
    st.sampled_from([0.6, 0.8, 1.0]),
)


def test_the_surer_stands_and_the_rest_of_the_other_stays_covered() -> None:
    found = [Span("PHONE_NUMBER", 0, 10, 0.6), Span("IBAN_CODE", 4, 20, 1.0)]
    assert disjoint(found) == [Span("PHONE_NUMBER", 0, 4, 0.6), Span("IBAN_CODE", 4, 20, 1.0)]


def test_the_longer_of_equals_stands() -> None:
    assert disjoint([Span("A", 2, 4, 1.0), Span("B", 0, 9, 1.0)]) == [Span("B", 0, 9, 1.0)]


@given(st.lists(_SPANS, max_size=12))
def test_all_that_was_found_stays_covered_once(found: list[Span]) -> None:
    standing = disjoint(found)
    covered = [place for span in standing for place in range(span.start, span.end)]
    assert len(covered) == len(set(covered))
    assert covered == sorted(covered)
    assert set(covered) == {place for span in found for place in range(span.start, span.end)}


def test_of_equals_in_one_place_the_first_type_stands() -> None:
    found = [Span("B", 2, 4, 1.0), Span("A", 2, 4, 1.0)]
    assert disjoint(found) == disjoint(found[::-1]) == [Span("A", 2, 4, 1.0)]


@given(st.lists(_SPANS, max_size=12))
def test_each_place_has_the_type_of_the_surest_that_covers_it(found: list[Span]) -> None:
    surest = sorted(found, key=lambda span: (-span.score, span.start - span.end, span.start))
    for span in disjoint(found):
        for place in range(span.start, span.end):
            scores = [other.score for other in surest if other.start <= place < other.end]
            assert span.score == scores[0]


@given(st.lists(_SPANS, max_size=12))
def test_what_is_disjoint_stays_as_it_is(found: list[Span]) -> None:
    standing = disjoint(found)
    assert disjoint(standing) == standing


@pytest.mark.parametrize(
    "made",
    [
        lambda number: Span("A", 7 * number, 7 * number + 6, 1.0),
        lambda number: Span("A", 7 * number, 7 * number + 700, 0.6 + number % 5 / 10),
        lambda number: Span("A", number, 3 * number + 9, number % 7 / 10),
        lambda number: Span("A", -number, 0, number / 100_000),
    ],
    ids=["apart", "overlapping", "crossing", "nested"],
)
def test_many_findings_take_as_much_longer_as_they_are_more(made: Callable[[int], Span]) -> None:
    def work(size: int) -> Callable[[], object]:
        found = [made(number) for number in range(size)]
        return lambda: disjoint(found)

    assert is_linear(work, 2_000)
