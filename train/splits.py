"""Which tickets a model learns from, is tuned on and is measured on.

A side depends on nothing but a ticket's words and the seed, so adding tickets never moves another.
"""

import hashlib
from collections.abc import Sequence
from typing import Final, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from train.duplicates import NearDuplicates
from train.parameters import PrepareParameters

Side = Literal["train", "validation", "test", "excluded"]

SIDES: Final[tuple[Side, ...]] = get_args(Side)
# What is excluded can neither leak nor be leaked to.
_RANK: Final[dict[Side, int]] = {"train": 0, "validation": 1, "test": 2, "excluded": 3}


def random_sides(normalised: Sequence[str], parameters: PrepareParameters) -> list[Side]:
    """The side of each text, drawn by the hash of its words: equal texts share a side."""
    return [_draw(text, parameters) for text in normalised]


def for_training(
    sides: Sequence[Side], written: NDArray[np.bool_], normalised: Sequence[str]
) -> list[Side]:
    """`sides` with every `written` ticket on the training side.

    One whose words are those of a held-out ticket is on none.
    """
    held_out = {
        text
        for text, side, own in zip(normalised, sides, written, strict=True)
        if side != "train" and not own
    }
    return [
        side if not own else "excluded" if text in held_out else "train"
        for text, side, own in zip(normalised, sides, written, strict=True)
    ]


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
