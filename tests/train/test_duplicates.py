"""The near-duplicate finder finds every pair over the threshold, and no other."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from train import duplicates
from train.duplicates import NearDuplicates, clusters, find_near_duplicates

texts = st.lists(
    st.lists(st.sampled_from("abcdefghij"), max_size=12).map(" ".join), min_size=0, max_size=40
)


def by_hand(normalised: Sequence[str], threshold: float) -> dict[tuple[int, int], float]:
    sets = [set(text.split()) for text in normalised]
    similarities = {
        (left, right): len(sets[left] & sets[right]) / len(sets[left] | sets[right])
        for right in range(len(sets))
        for left in range(right)
        if sets[left] and sets[right]
    }
    return {pair: value for pair, value in similarities.items() if value >= threshold}


def as_dictionary(pairs: NearDuplicates) -> dict[tuple[int, int], float]:
    places = zip(pairs.left.tolist(), pairs.right.tolist(), strict=True)
    return dict(zip(places, pairs.similarity.tolist(), strict=True))


@settings(deadline=None)
@given(texts, st.sampled_from([0.2, 0.5, 2 / 3, 0.75, 0.8, 0.9, 1.0]))
def test_finds_what_comparing_all_with_all_finds(normalised: list[str], threshold: float) -> None:
    found = find_near_duplicates(normalised, threshold)
    assert as_dictionary(found) == by_hand(normalised, threshold)


@pytest.mark.parametrize("block", [1, 7, 50])
def test_blocks_hide_no_pair(monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    monkeypatch.setattr(duplicates, "_BLOCK", block)
    monkeypatch.setattr(duplicates, "_VERIFIED", 3)
    random = np.random.default_rng(42)
    words = np.array([f"word{number}" for number in range(60)])
    base = [random.choice(words, random.integers(1, 25), replace=False) for _ in range(40)]
    normalised = [" ".join(random.permutation(text)[: max(len(text) - 1, 1)]) for text in base * 5]
    expected = by_hand(normalised, 0.8)
    assert len(expected) > 100
    assert as_dictionary(find_near_duplicates(normalised, 0.8)) == expected


def test_the_threshold_itself_counts() -> None:
    assert as_dictionary(find_near_duplicates(["a b c d", "e d c b a"], 0.8)) == {(0, 1): 0.8}


def test_order_and_repetition_of_words_do_not_matter() -> None:
    assert as_dictionary(find_near_duplicates(["a b b", "b a a a"], 1.0)) == {(0, 1): 1.0}


def test_texts_without_words_resemble_nothing() -> None:
    assert len(find_near_duplicates(["", "", "a"], 0.8)) == 0
    assert len(find_near_duplicates([], 0.8)) == 0


def test_pairs_come_in_order() -> None:
    found = find_near_duplicates(["a", "b c", "a", "b c", "a"], 0.8)
    assert list(as_dictionary(found)) == [(0, 2), (0, 4), (1, 3), (2, 4)]


def test_clusters_are_chains_of_pairs() -> None:
    found = find_near_duplicates(["a b c d e", "a b c d e f", "a b c d e f g", "x", "x"], 0.8)
    assert (0, 2) not in as_dictionary(found)
    numbers = clusters(found, 5).tolist()
    assert numbers == [0, 0, 0, 1, 1]


def test_without_pairs_every_text_is_its_own_cluster() -> None:
    assert len(set(clusters(find_near_duplicates(["a", "b"], 0.8), 2).tolist())) == 2
