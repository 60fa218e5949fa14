"""Splits leak nothing, lose nothing of training, and stay as they are when tickets are added."""

from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from train.duplicates import NearDuplicates, find_near_duplicates
from train.parameters import PrepareParameters
from train.splits import Side, for_training, grouped_sides, random_sides

PARAMETERS = PrepareParameters(
    seed=42, test_share=0.3, validation_share=0.3, near_duplicate_threshold=0.8
)
# Few words, so that near-duplicates are common.
texts = st.lists(
    st.lists(st.sampled_from("abcdefg"), min_size=1, max_size=9).map(" ".join), max_size=40
)


def split(normalised: list[str]) -> tuple[list[Side], list[Side], NearDuplicates]:
    pairs = find_near_duplicates(normalised, PARAMETERS.near_duplicate_threshold)
    sides = random_sides(normalised, PARAMETERS)
    return sides, grouped_sides(sides, pairs), pairs


@settings(deadline=None)
@given(texts)
def test_no_near_duplicates_stand_on_two_sides_of_grouped(normalised: list[str]) -> None:
    _, grouped, pairs = split(normalised)
    for left, right in zip(pairs.left.tolist(), pairs.right.tolist(), strict=True):
        assert len({grouped[left], grouped[right]} - {"excluded"}) < 2


@settings(deadline=None)
@given(texts)
def test_grouped_differs_from_random_only_by_held_out_tickets_excluded(
    normalised: list[str],
) -> None:
    sides, grouped, _ = split(normalised)
    for side, kept in zip(sides, grouped, strict=True):
        assert kept == side or (kept == "excluded" and side != "train")


@settings(deadline=None)
@given(texts)
def test_only_tickets_with_a_near_duplicate_nearer_to_training_are_excluded(
    normalised: list[str],
) -> None:
    sides, grouped, pairs = split(normalised)
    nearer = {"train": 0, "validation": 1, "test": 2}
    neighbours: list[set[int]] = [set() for _ in normalised]
    for left, right in zip(pairs.left.tolist(), pairs.right.tolist(), strict=True):
        neighbours[left].add(nearer[sides[right]])
        neighbours[right].add(nearer[sides[left]])
    for side, kept, near in zip(sides, grouped, neighbours, strict=True):
        assert (kept == "excluded") == any(rank < nearer[side] for rank in near)


@settings(deadline=None)
@given(texts, texts)
def test_more_tickets_move_no_ticket_to_another_side(old: list[str], new: list[str]) -> None:
    sides, grouped, _ = split(old)
    later_sides, later_grouped, _ = split(old + new)
    assert later_sides[: len(old)] == sides
    for before, after in zip(grouped, later_grouped, strict=False):
        assert after in (before, "excluded")


@given(texts)
def test_the_order_of_tickets_does_not_matter(normalised: list[str]) -> None:
    sides = random_sides(normalised, PARAMETERS)
    assert random_sides(normalised[::-1], PARAMETERS) == sides[::-1]


def test_shares_are_kept_in_expectation() -> None:
    sides = random_sides([f"ticket {number}" for number in range(20_000)], PARAMETERS)
    assert sides.count("test") / len(sides) == pytest.approx(0.3, abs=0.01)
    assert sides.count("validation") / len(sides) == pytest.approx(0.3, abs=0.01)


def test_sides_are_those_of_every_run_before() -> None:
    # Frozen: a change here would move tickets that a released model was measured on.
    published = PARAMETERS.model_copy(update={"test_share": 0.2, "validation_share": 0.1})
    drawn = random_sides(["locked out", "كلمة السر", "full mailbox", "broken visitor"], published)
    assert drawn == ["train", "train", "validation", "test"]


def test_another_seed_draws_other_sides() -> None:
    normalised = [f"ticket {number}" for number in range(100)]
    reseeded = PARAMETERS.model_copy(update={"seed": 43})
    assert random_sides(normalised, PARAMETERS) != random_sides(normalised, reseeded)


@given(texts, st.randoms(use_true_random=False))
def test_what_is_written_to_train_on_is_never_held_out(
    normalised: list[str], random: Random
) -> None:
    sides = random_sides(normalised, PARAMETERS)
    written = np.array([random.random() < 0.5 for _ in normalised], dtype=bool)
    kept = for_training(sides, written, normalised)
    held_out = {
        text for text, side, own in zip(normalised, sides, written) if not own and side != "train"
    }
    for text, side, before, own in zip(normalised, kept, sides, written, strict=True):
        if own:
            assert side == ("excluded" if text in held_out else "train")
        else:
            assert side == before
