"""Which tickets a model learns from, is tuned on and is measured on.

A side depends on nothing but a ticket's words and the seed, so adding tickets never moves another.
"""

import hashlib
from collections.abc import Sequence
from typing import Final, Literal, get_args

import numpy as np

from train.duplicates import NearDuplicates
from train.parameters import PrepareParameters

Side = Literal["train", "validation", "test", "excluded"]

SIDES: Final[tuple[Side, ...]] = get_args(Side)
_RANK: Final[dict[Side, int]] = {"train": 0, "validation": 1, "test": 2}


def random_sides(normalised: Sequence[str], parameters: PrepareParameters) -> list[Side]:
    """The side of each text, drawn by the hash of its words: equal texts share a side."""
    return [_draw(text, parameters) for text in normalised]


def grouped_sides(sides: Sequence[Side], pairs: NearDuplicates) -> list[Side]:
    """`sides` less the held-out tickets that have a near-duplicate on a side nearer to training.

    Compares with the sides as drawn, not as already thinned: further tickets can only exclude.
    """
    ranks = np.array([_RANK[side] for side in sides], dtype=np.int64)
    left, right = ranks[pairs.left], ranks[pairs.right]
    leaking = np.concatenate([pairs.left[left > right], pairs.right[right > left]])
    grouped = list(sides)
    for place in leaking.tolist():
        grouped[place] = "excluded"
    return grouped


def _draw(text: str, parameters: PrepareParameters) -> Side:
    digest = hashlib.blake2b(f"{parameters.seed}:{text}".encode(), digest_size=8).digest()
    uniform = int.from_bytes(digest, "big") / 2**64
    if uniform < parameters.test_share:
        return "test"
    if uniform < parameters.test_share + parameters.validation_share:
        return "validation"
    return "train"
