"""What the prepared data are like, in pictures: the same bytes for the same data.

Colours are those of Okabe and Ito (2008), told apart by colour-blind eyes.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from bentos.triage.categories import CATEGORIES
from train.data_report import cluster_sizes, conflicting, group_names, word_counts
from train.duplicates import Integers, NearDuplicates

_BLUE, _ORANGE, _GREEN = "#0072B2", "#E69F00", "#009E73"
_SOURCES: Final = {
    "kaggle": (_BLUE, "real tickets"),
    "sample": (_ORANGE, "built-in corpus"),
    "written": (_GREEN, "written to train on"),
}
_LANGUAGES: Final = {"en": "English", "fr": "French", "ar": "Arabic"}
_DASHES: Final = {"en": "-", "fr": "--", "ar": ":"}
_SIZE_BOUNDS: Final = (2, 3, 5, 9, 17, 33, 65, 129)  # first size of each group of clusters
_DOTS_PER_INCH: Final = 120


def draw(folder: Path, tickets: pd.DataFrame, pairs: NearDuplicates) -> None:
    """Writes the plots of `tickets`, of which `pairs` are near-duplicates, to `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    sizes = cluster_sizes(pairs, len(tickets))
    matrix = _conflict_matrix(tickets, pairs)
    _save(folder / "classes.png", lambda axes: _draw_classes(axes, tickets))
    _save(folder / "languages.png", lambda axes: _draw_languages(axes, tickets))
    _save(folder / "lengths.png", lambda axes: _draw_lengths(axes, tickets))
    _save(folder / "duplicates.png", lambda axes: _draw_duplicates(axes, sizes, len(tickets)))
    _save(folder / "conflicts.png", lambda axes: _draw_conflicts(axes, matrix))


def _save(path: Path, paint: Callable[[Axes], None]) -> None:
    figure = Figure(figsize=(8, 5), dpi=_DOTS_PER_INCH, layout="constrained")
    axes = figure.subplots()
    paint(axes)
    # By default a PNG names the version of matplotlib that wrote it.
    figure.savefig(path, format="png", metadata={"Software": None})


def _draw_classes(axes: Axes, tickets: pd.DataFrame) -> None:
    counts = pd.crosstab(tickets["label"], tickets["source"])
    counts = counts.loc[counts.sum(axis=1).sort_values(kind="stable").index]
    reached = np.zeros(len(counts))
    for source in counts.columns:
        colour, name = _SOURCES[source]
        axes.barh(counts.index, counts[source], left=reached, color=colour, label=name)
        reached = reached + counts[source].to_numpy()
    _write_totals(axes, reached)
    _finish_bars(axes, "Tickets by category", "category")


def _draw_languages(axes: Axes, tickets: pd.DataFrame) -> None:
    counts = pd.crosstab(tickets["language"], tickets["source"])
    counts = counts.loc[[language for language in reversed(_LANGUAGES) if language in counts.index]]
    height = 0.8 / len(counts.columns)
    for rank, source in enumerate(counts.columns):
        colour, name = _SOURCES[source]
        # Sources side by side, not stacked: lengths on a logarithmic axis don't add up.
        places = np.arange(len(counts)) + (len(counts.columns) - 1 - 2 * rank) * height / 2
        bars = axes.barh(places, counts[source], height, color=colour, label=name)
        axes.bar_label(bars, [f"{count:,}" if count else "" for count in counts[source]], padding=3)
    axes.set_yticks(np.arange(len(counts)), [_LANGUAGES[language] for language in counts.index])
    axes.set_xscale("log")
    axes.set_xlim(10, counts.to_numpy().max() * 3)
    _finish_bars(axes, "Tickets by language", "language", "tickets (logarithmic scale)")


def _draw_lengths(axes: Axes, tickets: pd.DataFrame) -> None:
    lengths = word_counts(tickets)
    bounds = np.geomspace(1, max(int(lengths.max()), 2) + 1, 32)
    groups = lengths.groupby(group_names(tickets))
    for group, found in groups:
        source, language = str(group).split("-")
        colour, name = _SOURCES[source]
        shares = np.histogram(found, bounds)[0] / len(found)
        label = f"{name}, {_LANGUAGES[language]} (median {found.median():.0f})"
        centres = np.sqrt(bounds[:-1] * bounds[1:])
        axes.plot(
            centres, shares, color=colour, linestyle=_DASHES[language], linewidth=2, label=label
        )
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(FuncFormatter(_thousands))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda share, _: f"{share:.0%}"))
    axes.set(title="Length of tickets", xlabel="normalised words (logarithmic scale)")
    axes.set_ylabel("share of the source's tickets")
    _finish(axes, "both")


def _draw_duplicates(axes: Axes, sizes: Integers, count: int) -> None:
    bounds = np.array(_SIZE_BOUNDS)
    group = np.searchsorted(bounds, sizes, side="right") - 1
    clusters = np.bincount(group, minlength=len(bounds))
    tickets = np.bincount(group, weights=sizes, minlength=len(bounds)).astype(np.int64)
    places = np.arange(len(bounds))
    for shift, heights, colour, name in (
        (-0.2, clusters, _BLUE, "clusters"),
        (0.2, tickets, _ORANGE, "tickets in them"),
    ):
        bars = axes.bar(places + shift, heights, 0.4, color=colour, label=name)
        axes.bar_label(bars, [f"{height:,}" if height else "" for height in heights], fontsize=8)
    axes.set_xticks(places, _size_names())
    axes.yaxis.set_major_formatter(FuncFormatter(_thousands))
    axes.margins(y=0.1)
    share = sizes.sum() / count if count else 0.0
    axes.set_title(f"Near-duplicates: {sizes.sum():,} tickets ({share:.1%}) have at least one")
    axes.set(xlabel="size of the cluster (tickets)", ylabel="number")
    _finish(axes, "y")


def _size_names() -> list[str]:
    ends = [following - 1 for following in _SIZE_BOUNDS[1:]]
    names = [
        f"{first}–{last}" if first < last else f"{first}"
        for first, last in zip(_SIZE_BOUNDS, ends, strict=False)
    ]
    return [*names, f"{_SIZE_BOUNDS[-1]}+"]


def _conflict_matrix(tickets: pd.DataFrame, pairs: NearDuplicates) -> Integers:
    """Near-duplicates with different labels, by their two labels: counts below the diagonal."""
    found = conflicting(tickets, pairs)
    ranks = tickets["label"].map({name: rank for rank, name in enumerate(CATEGORIES)}).to_numpy()
    one, other = ranks[found.left], ranks[found.right]
    matrix = np.zeros((len(CATEGORIES), len(CATEGORIES)), dtype=np.int64)
    np.add.at(matrix, (np.maximum(one, other), np.minimum(one, other)), 1)
    return matrix


def _draw_conflicts(axes: Axes, matrix: Integers) -> None:
    highest = max(int(matrix.max()), 2)
    visible = np.ma.masked_equal(matrix, 0)
    axes.imshow(visible, cmap="cividis_r", norm=LogNorm(1, highest), aspect="auto")
    for row, column in zip(*np.nonzero(matrix), strict=True):
        count = int(matrix[row, column])
        # Half of the logarithmic scale is where the map turns dark.
        colour = "white" if count**2 > highest else "black"
        axes.text(column, row, f"{count:,}", ha="center", va="center", color=colour)
    places = range(len(CATEGORIES))
    axes.set_xticks(places, CATEGORIES, rotation=35, ha="right", rotation_mode="anchor")
    axes.set_yticks(places, CATEGORIES)
    axes.set_title(f"Near-duplicates with different labels: {matrix.sum():,} pairs")
    axes.set(xlabel="label of one", ylabel="label of the other")
    axes.spines[["top", "right"]].set_visible(False)


def _write_totals(axes: Axes, totals: npt.NDArray[np.float64]) -> None:
    for place, total in enumerate(totals.tolist()):
        text = f"{total:,.0f}"
        axes.annotate(text, (total, place), (3, 0), textcoords="offset points", va="center")
    axes.margins(x=0.1)


def _finish_bars(axes: Axes, title: str, category: str, count: str = "tickets") -> None:
    axes.xaxis.set_major_formatter(FuncFormatter(_thousands))
    axes.set(title=title, xlabel=count, ylabel=category)
    _finish(axes, "x")


def _finish(axes: Axes, grid: Literal["both", "x", "y"]) -> None:
    axes.legend(frameon=False)
    axes.grid(axis=grid, color="#DDDDDD", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)


def _thousands(value: float, _: int | None) -> str:
    return f"{value:,.0f}"
