"""A training cut off leaves its checkpoints to the next one like it, and to no other."""

from pathlib import Path

import pytest

from train.training_folder import last_checkpoint, steps_done, training_folder


def test_a_training_done_leaves_nothing(tmp_path: Path) -> None:
    root = tmp_path / "unfinished"
    with training_folder(root, [b"tickets"]) as folder:
        (folder / "checkpoint-10").mkdir()
    assert not root.exists()


def test_a_training_cut_off_is_found_by_the_next_one_like_it(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), training_folder(tmp_path, [b"tickets"]) as folder:
        for steps in (990, 1020):
            (folder / f"checkpoint-{steps}").mkdir()
        raise KeyboardInterrupt
    with training_folder(tmp_path, [b"tickets"]) as again:
        checkpoint = last_checkpoint(again)
        assert (again, checkpoint) == (folder, folder / "checkpoint-1020")
        assert steps_done(checkpoint) == 1020


@pytest.mark.parametrize("inputs", [[b"other tickets"], [b"tick", b"ets"], [b"tickets", b""]])
def test_a_training_of_other_inputs_begins_anew(tmp_path: Path, inputs: list[bytes]) -> None:
    with pytest.raises(KeyboardInterrupt), training_folder(tmp_path, [b"tickets"]) as folder:
        (folder / "checkpoint-10").mkdir()
        raise KeyboardInterrupt
    with training_folder(tmp_path, inputs) as other:
        assert last_checkpoint(other) is None
        assert steps_done(None) == 0
