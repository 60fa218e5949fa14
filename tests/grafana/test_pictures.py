"""Pictures show every panel of a dashboard, with its values in its unit."""

import json
from typing import Any

import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from grafana.__main__ import FOLDER
from grafana.drawing import said
from grafana.pictures import picture


def _lines(panel: dict[str, Any], names: dict[str, str]) -> list[dict[str, Any]]:
    points = [[second, 0.5 + second / 20] for second in range(10)]
    return [
        {"labels": names, "legend": target["legendFormat"], "points": points}
        for target in panel["targets"]
    ]


def _texts(figure: Figure) -> set[str]:
    return {found.get_text() for found in figure.findobj(Text)}


@pytest.mark.parametrize("name", ["overview", "privacy"])
def test_every_panel_is_drawn(name: str) -> None:
    path = FOLDER / f"callcenter-{name}.json"
    dashboard = json.loads(path.read_text(encoding="utf-8"))
    names = {"service": "SvmService", "type": "PERSON", "alertname": "NoTraffic", "le": "1"}
    series = {
        f"{dashboard['title']}: {panel['title']}": _lines(panel, names)
        for panel in dashboard["panels"]
        if panel.get("targets")
    }
    texts = _texts(picture(dashboard, series))
    assert {panel["title"] for panel in dashboard["panels"]} <= texts
    assert "95 %" in texts or "PERSON" in texts


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.0123, "s", "12.3 ms"),
        (2.5, "s", "2.5 s"),
        (0.123, "percentunit", "12.3 %"),
        (-38.3, "percentunit", "-3830 %"),
        (3 * 2**20, "bytes", "3 MiB"),
        (4.2, "reqps", "4.2/s"),
        (0.3, "suffix: cores", "0.3 cores"),
        (float("nan"), "s", "–"),
    ],
)
def test_values_are_said_in_their_unit(value: float, unit: str, text: str) -> None:
    assert said(value, unit) == text
