"""The three pictures of a routing policy."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from train.plots import save
from train.routing_data import Floats

Curves = Mapping[str, Sequence[Mapping[str, Any]]]


def escalation_plot(curves: Curves, headline: str, path: Path) -> None:
    """Draws accuracy against the share escalated, with 95 % intervals for the policy's ranking."""
    figure, axes = _figure(f"Whom to escalate ({headline} tickets)")
    for name, points in curves.items():
        shares = [point["escalated"] for point in points]
        [line] = axes.plot(shares, [point["accuracy"] for point in points], label=name)
        if name == "learned":
            low, high = zip(*(point["accuracy_95"] for point in points), strict=True)
            axes.fill_between(shares, low, high, color=line.get_color(), alpha=0.15)
    axes.set(xlabel="share of tickets that the transformer answers too", ylabel="accuracy")
    _finish(figure, axes, path)


def risk_coverage_plot(
    risks: Mapping[str, tuple[Floats, Floats]], headline: str, path: Path
) -> None:
    """Draws the error among the surest tickets against how many are answered."""
    figure, axes = _figure(f"Risk and coverage ({headline} tickets)")
    for name, (coverage, risk) in risks.items():
        axes.plot(coverage, risk, label=f"{name} (AURC {risk.mean():.4f})")
    axes.set(xlabel="share answered, the surest first", ylabel="error among those")
    _finish(figure, axes, path)


def cost_accuracy_plot(
    curves: Curves, costs: Mapping[str, float], headline: str, path: Path
) -> None:
    """Draws accuracy against the CPU time a ticket."""
    figure, axes = _figure(f"Cost and accuracy ({headline} tickets)")
    for name in ("learned", "max_probability", "random"):
        points = curves[name]
        spent = [costs["svm"] + point["escalated"] * costs["transformer"] for point in points]
        axes.plot(spent, [point["accuracy"] for point in points], marker="o", label=name)
    axes.set(xlabel="CPU milliseconds a ticket", ylabel="accuracy")
    _finish(figure, axes, path)


def _figure(title: str) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(7.5, 5), layout="constrained")
    axes = figure.subplots()
    axes.set_title(title)
    return figure, axes


def _finish(figure: Figure, axes: Axes, path: Path) -> None:
    axes.grid(alpha=0.3)
    axes.legend()
    save(figure, path)
