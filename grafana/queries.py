"""PromQL that several panels share."""

from typing import Final

from grafana.panels import Query

# Asked by machines every few seconds.
_PROBES: Final = "/metrics|/livez|/readyz|/healthz"
REQUESTS: Final = f'runner_name=~"$service", endpoint!~"{_PROBES}"'
_BROKEN: Final = (
    'sum(rate(bentoml_service_request_total{runner_name="AgentService", '
    'endpoint=~"/predict|/predict_batch", http_response_code=~"500|504"}[$window])) or vector(0)'
)
# The recording rule callcenter:errors:ratio_rate5m, over the window.
FAILED: Final = (
    '(sum(rate(callcenter_answers_total{outcome="unavailable"}[$window])) '
    f"+ ({_BROKEN})) / "
    '(sum(rate(callcenter_answers_total{outcome!="rejected"}[$window])) '
    f"+ ({_BROKEN}))"
)
ANSWERS: Final = 'sum(rate(callcenter_answers_total{outcome=~"answered|degraded"}[$window]))'
DEGRADED: Final = f'sum(rate(callcenter_answers_total{{outcome="degraded"}}[$window])) / {ANSWERS}'
REVIEWED: Final = f"(sum(rate(callcenter_review_total[$window])) or vector(0)) / {ANSWERS}"


def quantile(share: float, histogram: str, selector: str = "", by: str = "") -> str:
    """The `share` quantile of a histogram over the window, for each value of the label `by`."""
    labels = f"le, {by}" if by else "le"
    buckets = f"{histogram}_bucket" + (f"{{{selector}}}" if selector else "")
    return f"histogram_quantile({share}, sum by ({labels}) (rate({buckets}[$window])))"


def quantiles(histogram: str, selector: str = "", by: str = "") -> list[Query]:
    """The median, the 95th and the 99th percentile."""
    name = f"{{{{{by}}}}} " if by else ""
    return [
        Query(quantile(share, histogram, selector, by), f"{name}p{share * 100:.0f}")
        for share in (0.5, 0.95, 0.99)
    ]


def mean(histogram: str, selector: str, by: str) -> str:
    """The mean of what a histogram observed over the window."""
    total, count = (
        f"sum by ({by}) (rate({histogram}_{part}{{{selector}}}[$window]))"
        for part in ("sum", "count")
    )
    return f"{total} / {count}"


def shares(counter: str, by: str) -> str:
    """What part of a counter's increase over the window each value of `by` has."""
    return (
        f"sum by ({by}) (rate({counter}[$window])) / ignoring ({by}) group_left () "
        f"sum(rate({counter}[$window]))"
    )
