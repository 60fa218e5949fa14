"""BentoML's metrics of requests, remembered."""

from prometheus_client import CollectorRegistry, Counter

from bentos.services.traffic_metrics import RememberedSeries


def test_a_series_is_the_metrics_own_and_looked_up_once() -> None:
    registry = CollectorRegistry()
    requests = Counter("requests", "Requests.", ["path", "status"], registry=registry)
    remembered = RememberedSeries(requests)
    first = remembered.labels(path="/predict", status=200)
    assert remembered.labels(path="/predict", status=200) is first
    assert remembered.labels(path="/predict", status=500) is not first
    remembered.labels(path="/predict", status=200).inc()
    labels = {"path": "/predict", "status": "200"}
    assert registry.get_sample_value("requests_total", labels) == 1
