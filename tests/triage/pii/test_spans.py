"""Which of overlapping findings stand."""

from hypothesis import given
from hypothesis import strategies as st

from bentos.triage.pii.spans import Span, disjoint

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
