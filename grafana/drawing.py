"""Draws panels as Grafana's dark theme shows them, with matplotlib, from their JSON and series."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

Json = Mapping[str, Any]
Lines = Sequence[Json]

PAPER: Final = "#111217"
CARD: Final = "#181b1f"
EDGE: Final = "#2a2d33"
TEXT: Final = "#d5d6dd"
MUTED: Final = "#8f919b"
# Grafana's names and its classic palette.
_COLOURS: Final = {
    "green": "#73bf69",
    "yellow": "#f2cc0c",
    "orange": "#ff9830",
    "red": "#f2495c",
    "blue": "#5794f2",
    "purple": "#b877d9",
}
_PALETTE: Final = (
    *("#73bf69", "#f2cc0c", "#8ab8ff", "#ff780a", "#f2495c", "#5794f2", "#b877d9"),
    *("#37872d", "#c15c17", "#447ebc", "#e0b400", "#a352cc", "#56a64b", "#3274d9"),
)
_LABEL: Final = re.compile(r"{{(\w+)}}")
_STATES: Final = {"firing": "red", "critical": "red", "pending": "yellow"}
_MOST_NAMED: Final = 9


def draw(axes: Axes, panel: Json, lines: Lines) -> None:
    """Draws the panel into `axes`, which is all of its card below the title."""
    kinds: dict[str, Callable[[Axes, Json, Lines], None]] = {
        "stat": _number,
        "timeseries": _graph,
        "heatmap": _heat,
        "bargauge": _bars,
        "table": _table,
    }
    kinds[panel["type"]](axes, panel, lines)


def said(value: float, unit: str) -> str:
    """A value in its unit."""
    if math.isnan(value):
        return "–"
    if unit == "percentunit":
        return f"{100 * value:.0f} %" if abs(value) >= 1 else f"{100 * value:.3g} %"
    if unit == "s":
        return f"{1_000 * value:.3g} ms" if abs(value) < 1 else f"{value:.3g} s"
    if unit == "bytes":
        return f"{value / 2**20:.0f} MiB"
    suffix = {"reqps": "/s", "none": ""}.get(unit, unit.removeprefix("suffix:").strip())
    return f"{value:.3g}{' ' if suffix and suffix != '/s' else ''}{suffix}"


def _name(line: Json) -> str:
    if line["legend"] == "__auto":
        return ", ".join(line["labels"].values())
    return _LABEL.sub(lambda found: line["labels"].get(found[1], ""), line["legend"])


def _unit(panel: Json) -> str:
    return str(panel["fieldConfig"]["defaults"]["unit"])


def _steps(panel: Json) -> list[Json]:
    return list(panel["fieldConfig"]["defaults"].get("thresholds", {}).get("steps", []))


def _shade(panel: Json, value: float) -> str:
    """The colour of the last step that `value` reaches."""
    reached = [s for s in _steps(panel) if s.get("value") is None or value >= s["value"]]
    return _COLOURS.get(reached[-1]["color"], TEXT) if reached else TEXT


def _points(line: Json) -> tuple[list[float], list[float]]:
    times, values = zip(*line["points"], strict=True)
    return list(times), list(values)


def _number(axes: Axes, panel: Json, lines: Lines) -> None:
    axes.axis("off")
    mappings = panel["fieldConfig"]["defaults"].get("mappings") or [{"options": {}}]
    words = mappings[0]["options"]
    for place, line in enumerate(lines):
        times, values = _points(line)
        last = values[-1]
        word = words.get(f"{last:.0f}")
        text = word["text"] if word else said(last, _unit(panel))
        colour = _COLOURS[word["color"]] if word else _shade(panel, last)
        left = (place + 0.5) / len(lines)
        size = 22 if len(lines) == 1 else 19
        axes.text(
            left, 0.62, text, color=colour, fontsize=size, ha="center", va="center", weight="bold"
        )
        if len(lines) > 1:
            axes.text(left, 0.3, _name(line), color=MUTED, fontsize=9, ha="center")
        elif len(times) > 1 and panel["options"].get("graphMode") == "area":
            sketch = axes.inset_axes((0, 0, 1, 0.34))
            sketch.axis("off")
            sketch.fill_between(times, values, min(0, *values), color=colour, alpha=0.25, lw=0)
            sketch.plot(times, values, color=colour, lw=1)


def _fixed(panel: Json) -> dict[str, str]:
    """The colours that the panel gives to series by name."""
    return {
        each["matcher"]["options"]: _COLOURS[each["properties"][0]["value"]["fixedColor"]]
        for each in panel["fieldConfig"]["overrides"]
    }


def _graph(axes: Axes, panel: Json, lines: Lines) -> None:
    unit, fixed = _unit(panel), _fixed(panel)
    colours = [fixed.get(_name(line), _PALETTE[i % len(_PALETTE)]) for i, line in enumerate(lines)]
    labels = [f"{_name(line)}  {said(line['points'][-1][1], unit)}" for line in lines]
    custom = panel["fieldConfig"]["defaults"]["custom"]
    if custom.get("stacking", {}).get("mode") == "normal":
        times = sorted({at for line in lines for at, _ in line["points"]})
        rows = [[dict(map(tuple, line["points"])).get(at, 0) for at in times] for line in lines]
        axes.stackplot(times, np.nan_to_num(rows), colors=colours, labels=labels, alpha=0.55)
    else:
        for line, colour, label in zip(lines, colours, labels, strict=True):
            axes.plot(*_points(line), color=colour, lw=1.4, label=label)
    low, high = axes.get_ylim()
    high = max(high, custom.get("axisSoftMax") or 0) * 1.03
    axes.set_ylim(min(0, low), high)
    for step in _steps(panel):
        if step.get("value") is not None and step["value"] <= high:
            axes.axhline(step["value"], color=_COLOURS[step["color"]], ls="--", lw=1, alpha=0.8)
    _grid(axes, unit)
    _legend(axes)


def _grid(axes: Axes, unit: str) -> None:
    axes.set_facecolor(CARD)
    axes.grid(color=EDGE, lw=0.7)
    axes.set_axisbelow(True)
    axes.tick_params(colors=MUTED, labelsize=8, length=0)
    axes.yaxis.set_major_locator(MaxNLocator(5))
    axes.xaxis.set_major_locator(MaxNLocator(6))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: said(value, unit)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0f} s"))
    axes.margins(x=0.01)
    for side in axes.spines.values():
        side.set_visible(False)


def _legend(axes: Axes) -> None:
    handles, labels = axes.get_legend_handles_labels()
    shown = labels[:_MOST_NAMED]
    if len(labels) > len(shown):
        shown[-1] = f"… {len(labels) - len(shown) + 1} more"
    axes.legend(
        handles[:_MOST_NAMED],
        shown,
        loc="upper left",
        bbox_to_anchor=(-0.02, -0.1),
        ncols=max(1, int(_characters(axes) // (max(map(len, shown), default=1) + 5))),
        fontsize=7.5,
        labelcolor=TEXT,
        frameon=False,
        handlelength=1.2,
        columnspacing=1.2,
        labelspacing=0.25,
    )


def _characters(axes: Axes) -> float:
    """How many of a legend's characters fit its width."""
    return axes.get_window_extent().width / 5.2


def _heat(axes: Axes, panel: Json, lines: Lines) -> None:
    ranked = sorted(lines, key=lambda line: float(line["labels"]["le"]))
    times = sorted({at for line in ranked for at, _ in line["points"]})
    counts = np.array(
        [[dict(map(tuple, line["points"])).get(at, 0) for at in times] for line in ranked]
    )
    cells = np.diff(counts, axis=0, prepend=0).clip(min=0)
    shown = np.ma.masked_less(cells, 0.01)
    axes.pcolormesh(times, range(len(ranked)), shown, cmap="Blues_r", shading="nearest")
    _grid(axes, "none")
    axes.grid(visible=False)
    names = [f"{float(line['labels']['le']):g}" for line in ranked]
    axes.set_yticks(range(len(ranked)), [name.replace("inf", "∞") for name in names])


def _bars(axes: Axes, panel: Json, lines: Lines) -> None:
    values = sorted(((line["points"][-1][1], _name(line)) for line in lines))
    axes.barh([name for _, name in values], [value for value, _ in values], color=_COLOURS["blue"])
    for place, (value, _) in enumerate(values):
        axes.text(value, place, f" {value:.0f}", color=TEXT, fontsize=9, va="center")
    _grid(axes, _unit(panel))
    axes.set_xticks([])
    axes.tick_params(axis="y", labelcolor=TEXT)
    axes.yaxis.set_major_locator(MaxNLocator(len(values)))
    axes.set_yticks(range(len(values)), [name for _, name in values])
    axes.margins(x=0.12)


def _table(axes: Axes, panel: Json, lines: Lines) -> None:
    axes.axis("off")
    last = max((line["points"][-1][0] for line in lines), default=0)
    rows = [line["labels"] for line in lines if line["points"][-1][0] >= last]
    names = list(dict.fromkeys(name for row in rows for name in row))
    widths = [max(len(row.get(name, "")) for row in (*rows, {name: name})) + 2 for name in names]
    for column, name in enumerate(names):
        left = sum(widths[:column]) / max(sum(widths), 90)
        axes.text(left, 1, name, color=_COLOURS["blue"], fontsize=8.5, va="top", weight="bold")
        for place, row in enumerate(rows, 1):
            value = row.get(name, "")
            colour = _COLOURS.get(_STATES.get(value, ""), TEXT)
            below = 1 - place / max(12, len(rows) + 1)
            axes.text(left, below, value, color=colour, fontsize=8.5, va="top")
