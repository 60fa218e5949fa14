"""Words, pairs and pieces, numbered."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bentos.models.tokens import (
    Occurrences,
    PieceFeatures,
    WordFeatures,
    WordNumbers,
    pieces,
    prepare,
)
from bentos.triage.normalise import words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mot de passe oublié", "mot de passe oublie"),
        ("إلى المدرسة", "الي المدرسه"),
        ("مسؤول شؤون", "مسوول شوون"),
        ("PLAIN ascii", "plain ascii"),
    ],
)
def test_what_typists_leave_out_makes_no_difference(text: str, expected: str) -> None:
    assert prepare(text) == expected


@given(st.text())
def test_preparing_keeps_the_number_of_words(text: str) -> None:
    assert len(prepare(text).split()) == len(list(words(text)))


def test_short_words_have_each_piece_once() -> None:
    assert list(pieces("a", 3, 6)) == [" a "]
    assert list(pieces("ab", 3, 6)) == [" ab", "ab ", " ab "]


def _found(feature_sets: list[Occurrences]) -> list[tuple[int, int]]:
    return [
        (int(token), int(feature))
        for part in feature_sets
        for token, feature in zip(part.tokens, part.features, strict=True)
    ]


def test_words_and_pairs_are_found_where_they_begin() -> None:
    terms = ["disk", "disk full", "full"]
    numbers = WordNumbers([terms])
    tokens = numbers.tokens(["the disk full", "full", "", "disk"])
    found = _found(WordFeatures(terms, numbers).occurrences(tokens))
    assert found == [(1, 0), (2, 2), (3, 2), (4, 0), (1, 1)]
    assert tokens.documents.tolist() == [0, 0, 0, 1, 3]


def test_pairs_do_not_reach_from_one_text_to_the_next() -> None:
    terms = ["disk", "disk full", "full"]
    numbers = WordNumbers([terms])
    found = _found(WordFeatures(terms, numbers).occurrences(numbers.tokens(["disk", "full"])))
    assert found == [(0, 0), (1, 2)]


def test_pieces_of_unknown_words_are_found_too() -> None:
    numbers = WordNumbers([["disk"]])
    features = PieceFeatures([" di", "isk"], (3, 3), numbers)
    found = _found(features.occurrences(numbers.tokens(["disk dish whisk"])))
    assert sorted(found) == [(0, 0), (0, 1), (1, 0), (2, 1)]


def test_no_texts_have_no_tokens() -> None:
    tokens = WordNumbers([["disk"]]).tokens([])
    assert tokens.numbers.size == 0 and tokens.documents.dtype == np.int64
