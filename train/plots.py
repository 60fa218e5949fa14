"""The two pictures of a classifier: what it confuses, and whether its confidence can be
believed."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import matplotlib
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from bentos.triage.categories import CATEGORIES
from train.metrics import expected_calibration_error, reliability

# Without the creation date and library version a rerun writes the same bytes.
_METADATA: Final[dict[str, str | None]] = {"Software": None}


def confusion_matrix_plot(
    truth: NDArray[np.int64], predicted: NDArray[np.int64], title: str, path: Path
) -> None:
    """Draws the share of each true category (rows) that went to each predicted one (columns)."""
    size = len(CATEGORIES)
    counts = np.zeros((size, size))
    np.add.at(counts, (truth, predicted), 1)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    figure = Figure(figsize=(8, 7), layout="constrained")
    axes = figure.subplots()
    image = axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for (row, column), share in np.ndenumerate(shares):
        colour = "white" if share > 0.5 else "black"
        axes.text(column, row, f"{share:.0%}", ha="center", va="center", color=colour, fontsize=9)
    axes.set_xticks(range(size), CATEGORIES, rotation=35, ha="right")
    axes.set_yticks(range(size), CATEGORIES)
    axes.set(xlabel="predicted category", ylabel="true category", title=title)
    figure.colorbar(image, ax=axes, label="share of the true category", shrink=0.8)
    save(figure, path)


def reliability_plot(
    truth: NDArray[np.int64],
    probabilities: Mapping[str, NDArray[np.float64]],
    title: str,
    path: Path,
) -> None:
    """Draws accuracy against confidence for each named set of probabilities of the tickets."""
    figure = Figure(figsize=(6.5, 6), layout="constrained")
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], color="grey", linestyle="--", label="perfectly calibrated")
    for name, values in probabilities.items():
        confidence, accuracy, counts = zip(*reliability(truth, values), strict=True)
        sizes = 20 + 300 * np.asarray(counts) / truth.size
        error = expected_calibration_error(truth, values)
        [line] = axes.plot(confidence, accuracy, label=f"{name} (ECE {error:.3f})")
        axes.scatter(confidence, accuracy, s=sizes, color=line.get_color(), alpha=0.6)
    axes.set(xlabel="confidence", ylabel="accuracy", title=title, xlim=(0, 1), ylim=(0, 1))
    axes.legend(loc="lower right")
    axes.grid(alpha=0.3)
    save(figure, path)


def save(figure: Figure, path: Path) -> None:
    """Writes `figure` as a PNG whose bytes depend on its content alone."""
    matplotlib.use("Agg")
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=120, metadata=_METADATA)
