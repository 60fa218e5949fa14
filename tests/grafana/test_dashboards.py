"""The committed dashboards are what the code makes, fit the SDK's schema, explain themselves."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models.dashboard import Dashboard

from bentos import metrics
from grafana.__main__ import FOLDER, files
from grafana.runbook import panel_link, sections

FILES = sorted(FOLDER.glob("*.json"))
PROVISIONING = FOLDER.parent / "provisioning"
_METRIC = re.compile(r"\bcallcenter_\w+")
_RECORDED = re.compile(r"\bcallcenter:\w+:\w+")


def _panels(path: Path) -> list[dict[str, Any]]:
    panels = json.loads(path.read_text(encoding="utf-8"))["panels"]
    return [panel for panel in panels if panel["type"] != "row"]


DATA_PANELS = [
    pytest.param(panel, id=f"{path.stem}: {panel['title']}")
    for path in FILES
    for panel in _panels(path)
    if panel["type"] != "text"
]


def test_the_committed_dashboards_are_current() -> None:
    made = files()
    assert set(made) == set(FILES), "run `make dashboards`"
    for path, text in made.items():
        assert path.read_text(encoding="utf-8") == text, "run `make dashboards`"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_dashboard_fits_the_schema(path: Path) -> None:
    register_default_plugins()
    given = json.loads(path.read_text(encoding="utf-8"))
    read = Dashboard.from_json(given)
    # Whatever the schema doesn't know is lost on the way.
    assert json.loads(JSONEncoder().encode(read)) == given


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_panels_have_their_own_numbers_and_places(path: Path) -> None:
    panels = json.loads(path.read_text(encoding="utf-8"))["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        at = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(at["x"], at["x"] + at["w"])
            for y in range(at["y"], at["y"] + at["h"])
        }
        assert at["x"] + at["w"] <= 24, panel["title"]
        assert not cells & taken, panel["title"]
        taken |= cells


@pytest.mark.parametrize("panel", DATA_PANELS)
def test_a_panel_explains_itself(panel: dict[str, Any]) -> None:
    assert panel["description"].endswith(".")
    assert panel["fieldConfig"]["defaults"]["unit"]
    [link] = panel["links"]
    assert link["url"] == panel_link(link["title"].removeprefix("Runbook: "))
    assert panel["datasource"]["uid"] == "${datasource}"


@pytest.mark.parametrize("panel", DATA_PANELS)
def test_a_panel_asks_for_metrics_that_exist(panel: dict[str, Any]) -> None:
    known = {
        metric._name + suffix
        for metric in vars(metrics).values()
        if hasattr(metric, "_labelnames")
        for suffix in ("", "_total", "_bucket", "_sum", "_count")
    }
    recorded = (FOLDER.parents[1] / "prometheus/rules/recording.yml").read_text(encoding="utf-8")
    for target in panel["targets"]:
        assert set(_METRIC.findall(target["expr"])) <= known
        for name in _RECORDED.findall(target["expr"]):
            assert f"record: {name}\n" in recorded


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_nothing_is_drawn_in_a_colour_of_its_own(path: Path) -> None:
    # Grafana's names have one shade for light and one for dark.
    assert not re.search(r"#[0-9a-fA-F]{3,8}\b|rgba?\(", path.read_text(encoding="utf-8"))


def test_variables_choose_service_and_window() -> None:
    for path in FILES:
        given = json.loads(path.read_text(encoding="utf-8"))
        if given["uid"] != "callcenter-runbook":
            names = [variable["name"] for variable in given["templating"]["list"]]
            assert names == ["datasource", "service", "window"]


def test_the_runbook_is_there_in_full() -> None:
    panels = _panels(FOLDER / "callcenter-runbook.json")
    assert {panel["title"]: panel["options"]["content"] for panel in panels} == sections()


def test_an_unknown_section_of_the_runbook_is_refused() -> None:
    with pytest.raises(ValueError, match="'Quackenbush'"):
        panel_link("Quackenbush")


def test_provisioning_finds_prometheus_and_the_dashboards() -> None:
    [source] = yaml.safe_load((PROVISIONING / "datasources/prometheus.yml").read_text())[
        "datasources"
    ]
    assert (source["type"], source["isDefault"]) == ("prometheus", True)
    [provider] = yaml.safe_load((PROVISIONING / "dashboards/callcenter.yml").read_text())[
        "providers"
    ]
    assert provider["options"]["path"] == "/var/lib/grafana/dashboards"
