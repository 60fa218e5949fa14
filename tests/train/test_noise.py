"""Noise disturbs words as hurried people do, and leaves a text behind."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from train.noise import Noise, without_accents

texts = st.lists(st.text("abcdéèçأإآىة", min_size=1, max_size=9), min_size=1, max_size=20).map(
    " ".join
)


@given(texts, st.integers())
def test_something_is_always_left(text: str, seed: int) -> None:
    assert Noise(0.9, seed).apply(text).strip()


@given(texts)
def test_no_noise_changes_nothing(text: str) -> None:
    assert Noise(0.0, 42).apply(text) == text


@given(texts, st.integers())
def test_the_same_seed_makes_the_same_slips(text: str, seed: int) -> None:
    assert Noise(0.5, seed).apply(text) == Noise(0.5, seed).apply(text)


def test_most_words_stay_as_they_are() -> None:
    text = " ".join(["imprimante"] * 1_000)
    changed = [word for word in Noise(0.05, 42).apply(text).split() if word != "imprimante"]
    assert 10 < len(changed) < 70


@pytest.mark.parametrize(
    ("written", "hurried"),
    [("écran été ça", "ecran ete ca"), ("إلى الشركة أحتاج", "الي الشركه احتاج")],
)
def test_accents_and_arabic_letters_as_typed_in_a_hurry(written: str, hurried: str) -> None:
    assert without_accents(written) == hurried
