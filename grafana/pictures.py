"""Pictures of the dashboards, from their committed JSON and what Prometheus answered in a run.

`python -m grafana.pictures build/observability/series.json docs`; `make observability` does it all.
Grafana draws them better; this is for readers who have none at hand.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from grafana.__main__ import FOLDER
from grafana.drawing import CARD, EDGE, MUTED, PAPER, TEXT, Json, Lines, draw

# Inches of a column and of a unit of height on Grafana's grid.
_COLUMN: Final = 0.68
_UNIT: Final = 0.4
_HEAD: Final = 1.6
_SERVICES: Final = ("AgentService", "SvmService", "TransformerService")
# Without the library's version and the date the same run gives the same bytes.
_METADATA: Final[dict[str, str | None]] = {"Software": None}


def picture(dashboard: Json, series: dict[str, Lines]) -> Figure:
    """The dashboard with all of its panels where Grafana has them."""
    panels = list(_placed(dashboard))
    seconds = max(line["points"][-1][0] for lines in series.values() for line in lines)
    height = _HEAD + max(at["y"] + at["h"] for _, at in panels)
    figure = Figure(figsize=(24 * _COLUMN, height * _UNIT), facecolor=PAPER)
    FigureCanvasAgg(figure)
    top = 1 - 0.55 / height
    figure.text(0.008, top, dashboard["title"], color=TEXT, fontsize=17, weight="bold", va="top")
    said = f"{dashboard['description']}  Window 10 s; time since the run began."
    figure.text(0.992, top, said, color=MUTED, fontsize=10, va="top", ha="right")
    for panel, at in panels:
        box = (
            at["x"] / 24,
            1 - (_HEAD + at["y"] + at["h"]) / height,
            at["w"] / 24,
            at["h"] / height,
        )
        if panel["type"] == "row":
            figure.text(
                0.008, box[1] + box[3] / 2, panel["title"], color=TEXT, fontsize=12, va="center"
            )
        else:
            lines = series.get(f"{dashboard['title']}: {panel['title']}", ())
            _card(figure, panel, box, lines, seconds)
    return figure


def _placed(dashboard: Json) -> Iterator[tuple[Json, Json]]:
    """Each panel and its place; one that is repeated for each service stands beside itself."""
    for panel in dashboard["panels"]:
        at = panel["gridPos"]
        if panel.get("repeat") != "service":
            yield panel, at
            continue
        width = at["w"] // len(_SERVICES)
        for number, service in enumerate(_SERVICES):
            title = panel["title"].replace("$service", service)
            yield {**panel, "title": title}, {**at, "w": width, "x": number * width}


def _card(
    figure: Figure,
    panel: Json,
    box: tuple[float, float, float, float],
    lines: Lines,
    seconds: float,
) -> None:
    left, bottom, width, height = box
    inches = figure.get_size_inches()
    gap_x, gap_y = 0.05 / inches[0], 0.05 / inches[1]
    figure.add_artist(
        FancyBboxPatch(
            (left + gap_x, bottom + gap_y),
            width - 2 * gap_x,
            height - 2 * gap_y,
            boxstyle="square,pad=0",
            facecolor=CARD,
            edgecolor=EDGE,
            transform=figure.transFigure,
            zorder=-1,
        )
    )
    figure.text(
        left + 0.15 / inches[0],
        bottom + height - 0.16 / inches[1],
        panel["title"],
        color=TEXT,
        fontsize=9.5,
        weight="bold",
        va="top",
    )
    is_plot = panel["type"] in ("timeseries", "heatmap", "bargauge")
    # Inches to the left, below, to the right, above.
    margins = (0.8, 0.95, 0.15, 0.5) if is_plot else (0.15, 0.15, 0.15, 0.5)
    if panel["type"] == "heatmap":
        margins = (0.6, 0.35, 0.15, 0.5)
    elif panel["type"] == "bargauge":
        margins = (1.6, 0.2, 0.15, 0.5)
    axes = figure.add_axes(
        (
            left + margins[0] / inches[0],
            bottom + margins[1] / inches[1],
            width - (margins[0] + margins[2]) / inches[0],
            height - (margins[1] + margins[3]) / inches[1],
        )
    )
    if lines:
        draw(axes, panel, lines)
        if panel["type"] in ("timeseries", "heatmap"):
            axes.set_xlim(0, seconds)
    else:
        axes.axis("off")


def main() -> None:
    """Writes `observability-<dashboard>.png` for each dashboard with data."""
    source, folder = map(Path, sys.argv[1:])
    series = json.loads(source.read_text(encoding="utf-8"))
    for path in sorted(FOLDER.glob("*.json")):
        dashboard = json.loads(path.read_text(encoding="utf-8"))
        if any(panel.get("targets") for panel in dashboard["panels"]):
            name = dashboard["uid"].removeprefix("callcenter-")
            target = folder / f"observability-{name}.png"
            picture(dashboard, series).savefig(target, dpi=100, metadata=_METADATA)


if __name__ == "__main__":
    main()
