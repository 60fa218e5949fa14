"""Every alert is tested both ways and leads to a section of the runbook."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from bentos import metrics
from grafana.runbook import panel_link, sections

ROOT = Path(__file__).parents[2]
PROMETHEUS = ROOT / "prometheus"
_ALERT = re.compile(r'^ALERTS{alertname="(\w+)", alertstate="firing"}$')
_METRIC = re.compile(r"\bcallcenter_\w+")


def _read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def _rules() -> Iterator[dict[str, Any]]:
    for path in sorted(PROMETHEUS.glob("rules/*.yml")):
        for group in _read(path)["groups"]:
            yield from group["rules"]


ALERTS = {rule["alert"]: rule for rule in _rules() if "alert" in rule}


def _tested() -> dict[str, set[bool]]:
    """By alert, whether tests expect it to fire, or not to."""
    found: dict[str, set[bool]] = {name: set() for name in ALERTS}
    for path in PROMETHEUS.glob("tests/*.yml"):
        for group in _read(path)["tests"]:
            for test in group["promql_expr_test"]:
                if match := _ALERT.match(test["expr"]):
                    found[match[1]].add(bool(test["exp_samples"]))
    return found


@pytest.mark.parametrize("name", ALERTS)
def test_an_alert_is_tested_on_its_fault_and_without(name: str) -> None:
    assert _tested()[name] == {True, False}


@pytest.mark.parametrize("name", ALERTS)
def test_an_alert_says_what_is_wrong_and_what_to_do(name: str) -> None:
    rule = ALERTS[name]
    assert rule["labels"]["severity"] in ("critical", "warning")
    assert set(rule["annotations"]) == {"summary", "description", "runbook_url"}
    assert rule["annotations"]["runbook_url"] == f"http://localhost:3001{panel_link(name)}"
    text = sections()[name]
    assert all(f"**{part}.**" in text for part in ("Means", "Look", "Do"))


def test_rules_ask_for_metrics_that_exist() -> None:
    known = {
        metric._name + suffix
        for metric in vars(metrics).values()
        if hasattr(metric, "_labelnames")
        for suffix in ("", "_total", "_bucket", "_sum", "_count")
    }
    for rule in _rules():
        assert set(_METRIC.findall(rule["expr"])) <= known, rule


@pytest.mark.parametrize("name", ["prometheus.yml", "compose.yml"])
def test_a_configuration_has_the_rules_and_scrapes_the_server(name: str) -> None:
    given = _read(PROMETHEUS / name)
    assert given["rule_files"] == ["rules/*.yml"]
    assert [job["job_name"] for job in given["scrape_configs"]] == ["callcenter", "prometheus"]
    # The server's own metrics have that label.
    assert "target_label: service" not in (PROMETHEUS / name).read_text(encoding="utf-8")
