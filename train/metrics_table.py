"""The table of the server's own metrics, from their definitions."""

from typing import Any, Final

from prometheus_client import Counter, Gauge, Histogram

from bentos import metrics

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
    """A sentence: what metrics and logs take of a request."""
    share, low, high = (f"{100 * bench[key]:.1f}" for key in ("share", "low", "high"))
    times = bench["cpu_ms_per_request"]
    return (
        f"Measured: {share} % of the CPU time of a request (95 % interval {low} to {high} %): "
        f"{times['observed']:.2f} ms with them, {times['unobserved']:.2f} ms without.\n"
    )
