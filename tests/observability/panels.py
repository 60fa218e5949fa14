"""The panels of the committed dashboards, with their queries as Grafana would send them."""

import json
from dataclasses import dataclass
from typing import Any

from tests.services.conftest import REPOSITORY

DASHBOARDS = REPOSITORY / "grafana" / "dashboards"
SERVICES = ("AgentService", "SvmService", "TransformerService")
RATE_INTERVAL = "10s"


@dataclass(frozen=True)
class Panel:
    """A panel that shows data."""

    dashboard: str
    title: str
    unit: str
    kind: str
    targets: tuple[tuple[str, str], ...]

    @property
    def key(self) -> str:
        return f"{self.dashboard}: {self.title}"

    def queries(self, window: str) -> list[str]:
        """Its queries with the variables filled in."""
        return [filled_in(expression, self.title, window) for expression, _ in self.targets]


def filled_in(expression: str, title: str, window: str) -> str:
    """As Grafana fills in its variables: every service is chosen."""
    chosen = next((name for name in SERVICES if name in title), f"({'|'.join(SERVICES)})")
    return (
        expression.replace("$__rate_interval", RATE_INTERVAL)
        .replace("$window", window)
        .replace("$service", chosen)
    )


def panels() -> list[Panel]:
    """All of them; one that is repeated for each service is one for each."""
    found = []
    for path in sorted(DASHBOARDS.glob("*.json")):
        dashboard = json.loads(path.read_text(encoding="utf-8"))
        for panel in dashboard["panels"]:
            if panel.get("targets"):
                names = SERVICES if panel.get("repeat") == "service" else ("",)
                found += [_panel(dashboard["title"], panel, name) for name in names]
    return found


def _panel(dashboard: str, panel: dict[str, Any], service: str) -> Panel:
    return Panel(
        dashboard,
        panel["title"].replace("$service", service),
        panel["fieldConfig"]["defaults"]["unit"],
        panel["type"],
        tuple((target["expr"], target["legendFormat"]) for target in panel["targets"]),
    )
