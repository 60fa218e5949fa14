"""What stands where personal data stood."""

from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bentos.triage.pii.placeholders import placeholders, replaced
from bentos.triage.pii.scrubbed import Scrubbed
from bentos.triage.pii.spans import Span, disjoint
from tests.triage.cpu_time import is_linear

_TEXT = "Ann met ANN, ann@x.tn and Bo; " * 3
_SPANS = st.builds(
    lambda kind, start, length: Span(kind, start, min(start + length, len(_TEXT)), 1.0),
    st.sampled_from(["A", "B"]),
    st.integers(0, len(_TEXT) - 1),
    st.integers(1, 12),
)


def test_equal_values_of_a_type_have_one_number() -> None:
    spans = [Span("PERSON", 0, 3, 1.0), Span("PERSON", 8, 11, 1.0), Span("NICK", 13, 16, 1.0)]
    assert placeholders(_TEXT, spans) == ["<PERSON_1>", "<PERSON_1>", "<NICK_1>"]


def test_values_without_a_letter_are_told_apart() -> None:
    spans = [Span("A", 0, 1, 1.0), Span("A", 1, 2, 1.0), Span("A", 2, 3, 1.0)]
    assert placeholders("!?!", spans) == ["<A_1>", "<A_2>", "<A_1>"]


def test_neighbours_are_replaced_one_by_one() -> None:
    spans = [Span("A", 0, 3, 1.0), Span("A", 3, 7, 1.0)]
    assert replaced(_TEXT, spans)[0].startswith("<A_1><A_2> ANN")


@given(st.lists(_SPANS, max_size=8))
def test_pieces_rebuild_both_texts(found: list[Span]) -> None:
    spans = disjoint(found)
    scrubbed, pieces = replaced(_TEXT, spans)
    assert "".join(_TEXT[start:end] for _, start, end in pieces) == _TEXT
    expected = placeholders(_TEXT, spans)
    ends = [at for at, *_ in pieces[1:]] + [len(scrubbed)]
    parts = [scrubbed[at:end] for (at, *_), end in zip(pieces, ends, strict=True)]
    assert parts[1::2] == expected
    assert parts[::2] == [_TEXT[start:end] for _, start, end in pieces[::2]]


def _many(size: int) -> tuple[str, list[Span]]:
    return "a@b.co " * size, [Span("EMAIL", 7 * at, 7 * at + 6, 1.0) for at in range(size)]


def _replacing(size: int) -> Callable[[], object]:
    return partial(replaced, *_many(size))


def _placing(size: int) -> Callable[[], object]:
    text, spans = _many(size)
    scrubbed, pieces = replaced(text, spans)
    result = Scrubbed(scrubbed, tuple(spans), True, pieces)
    return lambda: [result.original(at, at + 1) for at, *_ in pieces[:-1]]


@pytest.mark.parametrize("work", [_replacing, _placing])
def test_many_values_take_as_much_longer_as_they_are_more(
    work: Callable[[int], Callable[[], object]],
) -> None:
    assert is_linear(work, 3_000)
