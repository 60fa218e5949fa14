"""BentoML's metrics of requests, with their series remembered: BentoML looks each up anew, which
takes longer than counting does."""

from typing import Any

from bentoml._internal.server.http.instruments import RunnerTrafficMetricsMiddleware
from prometheus_client.metrics import MetricWrapperBase


class RememberedSeries:
    """Stands for a metric whose labels come from closed sets.

    Args:
        metric: A metric of prometheus_client with labels.
    """

    def __init__(self, metric: Any) -> None:
        self._metric = metric
        self._series: dict[tuple[tuple[str, object], ...], Any] = {}

    def labels(self, **labels: object) -> Any:
        """The series with these labels."""
        key = tuple(labels.items())
        series = self._series.get(key)
        if series is None:
            series = self._series[key] = self._metric.labels(**labels)
        return series


class TrafficMetrics(RunnerTrafficMetricsMiddleware):
    """Put it where only known paths come: each path and status has a series."""

    def _setup(self) -> None:  # type: ignore[override]  # BentoML injects the arguments
        super()._setup()
        for name, metric in tuple(vars(self).items()):
            if isinstance(metric, MetricWrapperBase):
                setattr(self, name, RememberedSeries(metric))
