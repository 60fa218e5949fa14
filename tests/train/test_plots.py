"""The pictures of a classifier."""

from pathlib import Path

import numpy as np

from train.plots import confusion_matrix_plot, reliability_plot

_TRUTH = np.array([0, 1, 2, 3, 4, 5, 6, 7, 0, 1])
_PROBABILITIES = np.full((10, 8), 0.05)
_PROBABILITIES[np.arange(10), np.array([0, 1, 2, 3, 4, 5, 6, 7, 7, 1])] = 0.65


def _draw(folder: Path) -> list[bytes]:
    confusion_matrix_plot(
        _TRUTH, _PROBABILITIES.argmax(axis=1), "svm", folder / "new" / "confusion.png"
    )
    reliability_plot(_TRUTH, {"after": _PROBABILITIES}, "svm", folder / "new" / "reliability.png")
    return [path.read_bytes() for path in sorted((folder / "new").iterdir())]


def test_pictures_are_written_and_the_same_on_a_rerun(tmp_path: Path) -> None:
    first, second = _draw(tmp_path / "a"), _draw(tmp_path / "b")
    assert all(content.startswith(b"\x89PNG") for content in first)
    assert first == second
