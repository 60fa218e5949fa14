"""A real Prometheus with the committed configuration and rules, for targets on this machine."""

import json
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from tests.services.conftest import REPOSITORY, free_port

FOLDER = REPOSITORY / "prometheus"
SCRAPE_SECONDS = 1
Vector = list[tuple[Mapping[str, str], float]]


def tool(name: str) -> str:
    """Where `prometheus` or `promtool` is."""
    found = shutil.which(name)
    if found is None:
        pytest.fail(
            f"{name} is not installed: run `make test-observability`, or apt-get install prometheus"
        )
    return found


@dataclass(frozen=True)
class Prometheus:
    """A running one."""

    url: str

    def query(self, expression: str, at: float) -> Vector:
        """What a query gives at a time."""
        found = self._get("query", query=expression, time=at)
        if found["resultType"] == "scalar":
            return [({}, float(found["result"][1]))]
        return [(each["metric"], float(each["value"][1])) for each in found["result"]]

    def query_range(
        self, expression: str, start: float, end: float, step: float = SCRAPE_SECONDS
    ) -> list[dict[str, Any]]:
        """What it gives from one time to another: `metric` and `values` of each series."""
        found = self._get("query_range", query=expression, start=start, end=end, step=step)
        result: list[dict[str, Any]] = found["result"]
        return result

    def alerts(self) -> list[dict[str, Any]]:
        """Those that fire or are about to, with their annotations filled in."""
        result: list[dict[str, Any]] = self._get("alerts")["alerts"]
        return result

    def targets(self) -> dict[str, str]:
        """The health of each target of the job `callcenter`, by its host."""
        active = self._get("targets")["activeTargets"]
        return {
            target["labels"]["host"]: target["health"]
            for target in active
            if target["labels"]["job"] == "callcenter"
        }

    def _get(self, path: str, **parameters: Any) -> Any:
        answer = httpx.get(f"{self.url}/api/v1/{path}", params=parameters, timeout=30)
        body = answer.json()
        assert body["status"] == "success", body
        return body["data"]


def configuration(folder: Path, targets: Mapping[str, str], own: str) -> Path:
    """compose.yml for targets here: their addresses instead of the names, and no waiting."""
    given = yaml.safe_load((FOLDER / "compose.yml").read_text(encoding="utf-8"))
    given["global"] = dict.fromkeys(given["global"], f"{SCRAPE_SECONDS}s")
    services, itself = given["scrape_configs"]
    del services["dns_sd_configs"], services["relabel_configs"]
    services["static_configs"] = [
        {"targets": [address], "labels": {"host": host}} for host, address in targets.items()
    ]
    itself["static_configs"] = [{"targets": [own]}]
    (folder / "rules").mkdir()
    for path in (FOLDER / "rules").glob("*.yml"):
        rules = yaml.safe_load(path.read_text(encoding="utf-8"))
        for group in rules["groups"]:
            group.pop("interval", None)
        (folder / "rules" / path.name).write_text(yaml.safe_dump(rules), encoding="utf-8")
    file = folder / "prometheus.yml"
    file.write_text(yaml.safe_dump(given), encoding="utf-8")
    return file


@contextmanager
def running(folder: Path, targets: Mapping[str, str]) -> Iterator[Prometheus]:
    """One that has scraped every target once."""
    own = f"127.0.0.1:{free_port()}"
    with (folder / "prometheus.log").open("wb") as log:
        process = subprocess.Popen(
            [
                tool("prometheus"),
                f"--config.file={configuration(folder, targets, own)}",
                f"--storage.tsdb.path={folder / 'data'}",
                f"--web.listen-address={own}",
            ],
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    prometheus = Prometheus(f"http://{own}")
    try:
        _wait(prometheus, set(targets), folder / "prometheus.log")
        yield prometheus
    finally:
        process.terminate()
        process.wait(20)


def _wait(prometheus: Prometheus, hosts: set[str], log: Path) -> None:
    limit = time.monotonic() + 30
    while time.monotonic() < limit:
        try:
            up = {host for host, health in prometheus.targets().items() if health == "up"}
            if up == hosts:
                return
        except (httpx.TransportError, json.JSONDecodeError):
            pass
        time.sleep(0.2)
    pytest.fail(f"Prometheus doesn't scrape {sorted(hosts)}:\n{log.read_text()}")
