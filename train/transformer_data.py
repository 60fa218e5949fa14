"""The tickets that the transformer learns from, as Trainer takes them."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypedDict

import numpy as np
import pandas as pd
import torch
from torch.utils.data import Dataset, Sampler
from transformers import PreTrainedTokenizerBase

from bentos.triage.categories import CATEGORIES
from train.labels import places
from train.noise import Noise
from train.parameters import TransformerParameters

# Batches sorted by length together; more would order the epoch, fewer would pad more.
_SORTED_TOGETHER: Final = 50


class Example(TypedDict):
    """A normalised text, the probabilities to learn, and whether a person typed it so."""

    text: str
    target: list[float]
    natural: bool


class Tickets(Dataset[Example]):
    """Examples by place."""

    def __init__(self, examples: Sequence[Example]) -> None:
        self.examples = examples

    def __len__(self) -> int:
        return len(self.examples)

    def __getitem__(self, place: int) -> Example:
        return self.examples[place]


def examples(
    tickets: pd.DataFrame, untaught: pd.DataFrame | None, parameters: TransformerParameters
) -> list[Example]:
    """Examples of `tickets`, which has the columns id, source, label and normalised.

    Targets are smoothed labels, mixed with what the SVM said `untaught` of each ticket (the columns
    id and CATEGORIES): a second opinion on labels that are wrong or could be two (knowledge
    distillation; Hinton et al. 2015).
    """
    one_hot = np.eye(len(CATEGORIES))[places(tickets["label"])]
    smoothing, share = parameters.label_smoothing, parameters.svm_share
    targets = (1 - smoothing) * one_hot + smoothing / len(CATEGORIES)
    if untaught is not None:
        opinions = untaught.set_index("id").loc[tickets["id"], list(CATEGORIES)].to_numpy()
        targets = (1 - share) * targets + share * opinions
    natural = (tickets["source"] != "kaggle").tolist()
    return [
        Example(text=text, target=target, natural=kind)
        for text, target, kind in zip(tickets["normalised"], targets.tolist(), natural, strict=True)
    ]


def piece_counts(
    data: Sequence[Example], tokenizer: PreTrainedTokenizerBase, max_length: int
) -> list[int]:
    """The length of each of `data` in word pieces, `max_length` at most.

    Not in characters: a piece is as long as its word is common, so that by characters much of a
    batch is padding (`bench/training_step.py`).
    """
    texts = [item["text"] for item in data]
    encoded = tokenizer(texts, truncation=True, max_length=max_length)
    return [len(pieces) for pieces in encoded["input_ids"]]


@dataclass(frozen=True, slots=True)
class Collator:
    """Makes a batch of examples: word pieces padded to the longest, and targets."""

    tokenizer: PreTrainedTokenizerBase
    max_length: int
    noise: Noise | None

    def __call__(self, batch: Sequence[Example]) -> dict[str, torch.Tensor]:
        """`input_ids`, `attention_mask` (texts, longest) and `labels` (texts, categories)."""
        texts = [
            self.noise.apply(item["text"]) if self.noise and item["natural"] else item["text"]
            for item in batch
        ]
        encoded: dict[str, Any] = self.tokenizer(
            texts,
            truncation=True,
            max_length=self.max_length,
            padding=True,
            return_tensors="pt",
            return_token_type_ids=False,
        )
        labels = torch.tensor([item["target"] for item in batch])
        return {**encoded, "labels": labels}


class BalancedBatches(Sampler[list[int]]):
    """Batches of examples of like length. A pass draws every cleaned ticket once, every natural one
    `natural_weight` times.

    Args:
        data: the examples.
        lengths: theirs, in word pieces.
        natural_weight: 2.5 means twice, and half of them once more.
        batch_size: in examples.
        seed: of this sampler's own generator.
    """

    def __init__(
        self,
        data: Sequence[Example],
        lengths: Sequence[int],
        natural_weight: float,
        batch_size: int,
        seed: int,
    ) -> None:
        self._lengths = lengths
        natural = [place for place, item in enumerate(data) if item["natural"]]
        self._cleaned = [place for place, item in enumerate(data) if not item["natural"]]
        self._natural = natural
        # Tickets all of one kind need no balance.
        self._weight = natural_weight if natural and self._cleaned else 1.0
        self._batch_size = batch_size
        self._random = random.Random(seed)  # an order, not a secret # nosec B311

    def __len__(self) -> int:
        drawn = len(self._cleaned) + int(len(self._natural) * self._weight)
        return -(-drawn // self._batch_size)

    def __iter__(self) -> Iterator[list[int]]:
        whole, part = divmod(len(self._natural) * self._weight, max(1, len(self._natural)))
        again = self._random.sample(self._natural, int(part))
        order = self._cleaned + self._natural * int(whole) + again
        self._random.shuffle(order)
        size, together = self._batch_size, self._batch_size * _SORTED_TOGETHER
        batches: list[list[int]] = []
        for start in range(0, len(order), together):
            alike = sorted(order[start : start + together], key=self._lengths.__getitem__)
            batches += [alike[place : place + size] for place in range(0, len(alike), size)]
        self._random.shuffle(batches)
        return iter(batches)
