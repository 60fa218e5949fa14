"""The table of the server's own metrics, from their definitions."""

from typing import Any, Final

from prometheus_client import Counter, Gauge, Histogram

from bentos import metrics

_LOADS: Final = {
    "mixed": "held-out tickets in three languages, as the policy routes them",
    "cheapest": "the cheapest there are: English, the SVM alone",
}
_TYPES: Final[dict[type[Any], str]] = {Counter: "counter", Gauge: "gauge", Histogram: "histogram"}


def metrics_table() -> str:
    """A row for each: its name, its type, its labels, what it is."""
    lines = ["| Metric | Type | Labels | |", "|---|---|---|---|"]
    for metric in vars(metrics).values():
        kind = _TYPES.get(type(metric))
        if kind is not None:
            name = f"{metric._name}_total" if kind == "counter" else metric._name
            labels = ", ".join(f"`{label}`" for label in metric._labelnames)
            lines.append(f"| `{name}` | {kind} | {labels} | {metric._documentation} |")
    return "\n".join(lines) + "\n"


def cost(bench: dict[str, Any]) -> str:
    """A table: what metrics and logs take of a request, by load."""
    lines = [
        "| Requests | CPU a request, ms | without metrics and logs | their share | 95 % interval |",
        "|---|---:|---:|---:|---:|",
    ]
    for load, name in _LOADS.items():
        found = bench[load]
        times = found["cpu_ms_per_request"]
        share, low, high = (f"{100 * found[key]:.1f}" for key in ("share", "low", "high"))
        lines.append(
            f"| {name} | {times['observed']:.2f} | {times['unobserved']:.2f} | {share} % "
            f"| {low} to {high} % |"
        )
    return "\n".join(lines) + "\n"
