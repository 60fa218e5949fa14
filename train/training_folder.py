"""Where a long training keeps its checkpoints, so that one cut off goes on from the last pass."""

import hashlib
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from transformers.trainer_utils import get_last_checkpoint

FOLDER: Final = Path("models/unfinished")


@contextmanager
def training_folder(root: Path, inputs: Iterable[bytes]) -> Iterator[Path]:
    """A folder under `root` of just this training, removed with all of `root` once it is done.

    Args:
        root: that of every unfinished training.
        inputs: all that the training depends on; one that differs gets another folder.
    """
    digest = hashlib.sha256()
    for part in inputs:
        digest.update(hashlib.sha256(part).digest())
    folder = root / digest.hexdigest()[:12]
    folder.mkdir(parents=True, exist_ok=True)
    yield folder
    shutil.rmtree(root)


def last_checkpoint(folder: Path) -> Path | None:
    """Trainer's newest checkpoint in `folder`, if it has one."""
    found = get_last_checkpoint(str(folder))
    return None if found is None else Path(found)


def steps_done(checkpoint: Path | None) -> int:
    """The optimizer steps before `checkpoint`, which Trainer names `checkpoint-<steps>`."""
    return 0 if checkpoint is None else int(checkpoint.name.rpartition("-")[2])
