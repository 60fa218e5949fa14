"""What the run showed, for docs/: the values of the tables, the series of the pictures."""

from typing import Any

from tests.observability.alerts import Alert, alerts
from tests.observability.expected import PANELS
from tests.observability.panels import Panel, panels
from tests.observability.prometheus import Vector
from tests.observability.run import Phase, Run

# Of the pictures: short, so that what happened in seconds can be seen.
_WINDOW = "10s"
_SHOWN = 3


def report(run: Run) -> dict[str, Any]:
    """Every panel and alert with its query and what it showed; how much was sent."""
    return {
        "sent": {
            "seconds": run.whole.seconds,
            "tickets": run.whole.sent.tickets,
            "outcomes": dict(run.whole.sent.outcomes),
        },
        "panels": [_panel(run, panel) for panel in panels()],
        "alerts": [
            {
                "alert": alert.name,
                "severity": alert.severity,
                "expression": alert.expression,
                "for": alert.lasting,
                "healthy": _state(run.healthy, alert.name),
                "value": _value(run, alert),
                "faults": _state(run.whole, alert.name),
            }
            for alert in alerts()
        ],
    }


def _panel(run: Run, panel: Panel) -> dict[str, Any]:
    when = PANELS[panel.key].when
    phase = run.phase(when)
    vectors = [run.prometheus.query(query, phase.end) for query in panel.queries(phase.window)]
    return {
        "dashboard": panel.dashboard,
        "panel": panel.title,
        "queries": [expression for expression, _ in panel.targets],
        "when": when,
        "seen": "; ".join(said(vector, panel.unit) for vector in vectors),
    }


def _value(run: Run, alert: Alert) -> str:
    """At the end; of what was gone by then, before the faults."""
    ends = (run.whole.end, run.healthy.end)
    found = (said(run.prometheus.query(alert.value, end), "short") for end in ends)
    return next(filter(None, found), "")


def _state(phase: Phase, name: str) -> str:
    states = {a["state"] for a in phase.alerts if a["labels"]["alertname"] == name}
    return "firing" if "firing" in states else "pending" if states else "silent"


def said(vector: Vector, unit: str) -> str:
    """A few of the values, with their labels."""
    parts = []
    for labels, value in vector[:_SHOWN]:
        # An address is another one in each run.
        kept = (
            text for name, text in labels.items() if name not in ("__name__", "instance", "job")
        )
        parts.append(" ".join((*kept, _number(value, unit))))
    more = len(vector) - _SHOWN
    return ", ".join(parts) + (f", {more} more" if more > 0 else "")


def _number(value: float, unit: str) -> str:
    # What is left of two equal numbers is noise.
    value = round(value, 9)
    if unit == "percentunit":
        return f"{value:.1%}"
    if unit == "s" and abs(value) < 1:
        return f"{1_000 * value:.1f} ms"
    if unit == "bytes":
        return f"{value / 2**20:.0f} MiB"
    suffix = {"s": " s", "reqps": "/s"}.get(unit, unit.removeprefix("suffix:"))
    return f"{value:.3g}{'' if unit in ('none', 'short') else suffix}"


def series(run: Run) -> dict[str, Any]:
    """By panel: the series of each of its queries, in seconds from the beginning of the run."""
    return {panel.key: _lines(run, panel) for panel in panels()}


def _lines(run: Run, panel: Panel) -> list[dict[str, Any]]:
    found = []
    queries = zip(panel.queries(_WINDOW), panel.targets, strict=True)
    for query, (_, legend) in queries:
        for line in run.prometheus.query_range(query, run.whole.begin, run.whole.end):
            points = [
                [round(at - run.whole.begin, 1), float(value)] for at, value in line["values"]
            ]
            found.append({"labels": line["metric"], "legend": legend, "points": points})
    return found
