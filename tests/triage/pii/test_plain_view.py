"""What a reader sees, and where it came from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bentos.triage.pii.plain_view import plain_view


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


@given(st.text(max_size=80))
def test_every_character_comes_from_its_place_in_the_text(text: str) -> None:
    view = plain_view(text)
    assert len(view.text) == len(view.starts) == len(view.ends)
    for place in range(len(view.text)):
        start, end = view.original(place, place + 1)
        assert 0 <= start < end <= len(text)
    assert list(view.starts) == sorted(view.starts)
