"""What a reader sees, and where it came from."""

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bentos.triage.pii.plain_view import LONGEST_FORM, plain_view, unfolded_length
from tests.triage.cpu_time import is_linear
from tests.triage.pii.unicode_texts import unfolding


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("٢٢٣٤", "2234"),
        ("۲۲۳۴", "2234"),
        ("２２３４", "2234"),
        ("2\u200b2\u200f3\u2066４", "2234"),
        ("22\u00a034", "22 34"),
        ("22\u201334", "22-34"),
        ("l\u2019autre", "l'autre"),
        ("He\u0301le\u0300ne", "Hélène"),
        ("1\u0301 2", "1 2"),
        ("مـحـمـد", "محمد"),
        ("\ufb01n", "fin"),
        ("a\x00b", "a b"),
        ("لـ4539", "ل 4539"),
        ("على98412669", "على 98412669"),
        ("قمر2024", "قمر2024"),
    ],
)
def test_disguises_are_taken_off(text: str, plain: str) -> None:
    assert plain_view(text).text == plain


def test_a_value_is_found_again_with_the_marks_in_it() -> None:
    text = "tel \u200f٢٢\u200b٣٤ ok"
    view = plain_view(text)
    start = view.text.index("2234")
    assert text[slice(*view.original(start, start + 4))] == "٢٢\u200b٣٤"


@pytest.mark.parametrize(
    ("text", "found", "original"),
    [
        ("a\ufdfa\u0301b", "صل", "\ufdfa\u0301"),
        ("\u0301 a\u0301\u0302", "á", "a\u0301\u0302"),
        ("½½", "2", "½"),
        ("على98", "98", "98"),
    ],
)
def test_a_character_is_found_whole_with_the_marks_that_follow_it(
    text: str, found: str, original: str
) -> None:
    view = plain_view(text)
    start = view.text.index(found)
    assert text[slice(*view.original(start, start + len(found)))] == original


@given(st.text(max_size=80))
def test_every_character_comes_from_its_place_in_the_text(text: str) -> None:
    view = plain_view(text)
    assert len(view.text) == len(view.starts)
    for place in range(len(view.text)):
        start, end = view.original(place, place + 1)
        assert 0 <= start < end <= len(text)
    assert list(view.starts) == sorted(view.starts)


@given(st.text(max_size=80))
def test_a_text_is_read_as_long_as_it_unfolds_apart_from_seams(text: str) -> None:
    assert 0 <= len(plain_view(text).text) - unfolded_length(text) <= len(text) / 2


def test_no_character_unfolds_into_more_than_it_says() -> None:
    assert max(map(unfolded_length, unfolding())) == LONGEST_FORM


@pytest.mark.parametrize("text", ["\ufdfa" * 20_000, "a\ufdfa" * 15_000, "\ufdfa\u0301" * 20_000])
def test_a_view_is_at_most_twice_as_long_as_a_long_text(text: str) -> None:
    view = plain_view(text)
    assert len(view.text) <= 2 * len(text) < unfolded_length(text)
    assert view.original(0, len(view.text)) == (0, len(text))


@pytest.mark.parametrize(
    "unit", ["a", "é", "e\u0301", "\u0301\u0316", "ﷺ", "ل5", "\uff9e\u0301", "½ ", "漢", "\u200b"]
)
def test_no_text_is_hard_to_read(unit: str) -> None:
    assert is_linear(lambda size: partial(plain_view, "é" + unit * size), 10_000)
