"""Targets, batches and padding are what fine-tuning was told."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest

from bentos.triage.categories import CATEGORIES
from tests.train.tiny import PARAMETERS, tokenizer
from train.noise import Noise
from train.transformer_data import BalancedBatches, Collator, Example, examples, piece_counts


@pytest.fixture
def tickets() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "id": ["a", "b"],
            "source": ["kaggle", "written"],
            "label": ["Access", "Storage"],
            "normalised": ["password reset", "disk full"],
        }
    )


def opinions(tickets: pd.DataFrame, favourite: str) -> pd.DataFrame:
    frame = pd.DataFrame(0.0, index=range(len(tickets)), columns=list(CATEGORIES))
    return frame.assign(**{favourite: 1.0}, id=tickets["id"].to_numpy()[::-1])


def test_labels_are_smoothed(tickets: pd.DataFrame) -> None:
    [first, _] = examples(tickets, None, PARAMETERS)
    assert sum(first["target"]) == pytest.approx(1)
    assert first["target"][CATEGORIES.index("Access")] == pytest.approx(1 - 0.08 + 0.08 / 8)


def test_the_svm_has_its_share_of_a_target_found_by_id(tickets: pd.DataFrame) -> None:
    [first, second] = examples(tickets, opinions(tickets, "Hardware"), PARAMETERS)
    place = CATEGORIES.index("Hardware")
    assert sum(first["target"]) == pytest.approx(1)
    assert first["target"][place] == pytest.approx(0.25 + 0.75 * 0.01)
    assert second["target"][place] == first["target"][place]


def test_all_but_the_real_tickets_are_natural(tickets: pd.DataFrame) -> None:
    assert [item["natural"] for item in examples(tickets, None, PARAMETERS)] == [False, True]


def many(cleaned: int, natural: int) -> list[Example]:
    kinds = [False] * cleaned + [True] * natural
    return [
        Example(text="x" * (place % 37 + 1), target=[1.0], natural=kind)
        for place, kind in enumerate(kinds)
    ]


def batches_of(data: list[Example], natural_weight: float) -> BalancedBatches:
    lengths = [len(item["text"]) for item in data]
    return BalancedBatches(data, lengths, natural_weight, batch_size=16, seed=1)


def test_a_pass_draws_cleaned_tickets_once_and_natural_ones_by_their_weight() -> None:
    batches = batches_of(many(100, 40), natural_weight=2.5)
    drawn = Counter(place for batch in batches for place in batch)
    assert all(drawn[place] == 1 for place in range(100))
    assert Counter(drawn[place] for place in range(100, 140)) == {2: 20, 3: 20}
    assert len(list(batches)) == len(batches)


def test_tickets_of_one_kind_are_drawn_once() -> None:
    batches = batches_of(many(0, 40), natural_weight=3)
    assert sorted(place for batch in batches for place in batch) == list(range(40))


def test_lengths_in_a_batch_are_alike_and_every_pass_is_another() -> None:
    data = many(800, 0)
    batches = batches_of(data, natural_weight=1)
    first, second = list(batches), list(batches)
    spreads = [np.ptp([len(data[place]["text"]) for place in batch]) for batch in first]
    assert np.mean(spreads) < 3
    assert first != second


def test_lengths_are_those_in_word_pieces_cut_as_batches_are() -> None:
    texts = ("password", "disk full again", "disk full again and again and again")
    data = [Example(text=text, target=[1.0], natural=True) for text in texts]
    counted = piece_counts(data, tokenizer(), 6)
    longest = [Collator(tokenizer(), 6, None)([item])["input_ids"].shape[1] for item in data]
    assert counted == longest == [3, 5, 6]


def test_a_batch_is_cut_and_padded_to_its_longest() -> None:
    texts = ("password", "disk full again and again and again")
    batch = [Example(text=text, target=[0.5, 0.5], natural=True) for text in texts]
    made = Collator(tokenizer(), 6, None)(batch)
    assert made["input_ids"].shape == made["attention_mask"].shape == (2, 6)
    assert made["attention_mask"][0].tolist() == [1, 1, 1, 0, 0, 0]
    assert made["labels"].shape == (2, 2)


def test_only_natural_texts_are_disturbed() -> None:
    collator = Collator(tokenizer(), 32, Noise(0.9, 1))
    words = "password disk full again and again and again"
    cleaned, natural = (
        collator([Example(text=words, target=[1.0], natural=kind)])["input_ids"].tolist()
        for kind in (False, True)
    )
    assert cleaned == tokenizer()([words])["input_ids"]
    assert natural != cleaned
