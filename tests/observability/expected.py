"""What each panel and each alert must show, by what was sent and how it was answered."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pytest

from tests.observability.panels import SERVICES
from tests.observability.prometheus import Vector
from tests.observability.run import LIMIT, Phase
from tests.observability.traffic import Tally

Vectors = Sequence[Vector]
MODELS = ("svm", "transformer")
ROOMS = {"understand", "scrub", "language", "svm", "route", "transformer", "decide", "explain"}
# Samples are a second apart, so that a second's counts may lie outside of a window.
TOLERANCE = 0.12
# From one bound of a bucket to the next.
BUCKET = 3.0


@dataclass(frozen=True)
class Expected:
    """A check.

    Args:
        holds: Asserts it of what each query of a panel gave.
        when: The phase that it is of.
    """

    holds: Callable[[Vectors, Phase], None]
    when: str = "healthy"


def _by(vector: Vector, *labels: str) -> dict[str, float]:
    return {" ".join(found.get(label, "") for label in labels): value for found, value in vector}


def one(expected: Callable[[Tally, float], float], when: str = "healthy") -> Expected:
    """One number, near the expected."""

    def holds(vectors: Vectors, phase: Phase) -> None:
        [[(_, value)]] = vectors
        wanted = expected(phase.sent, phase.seconds)
        assert value == pytest.approx(wanted, rel=TOLERANCE, abs=0.01)

    return Expected(holds, when)


def each(
    label: str, expected: Callable[[Tally, float], Mapping[str, float]], when: str = "healthy"
) -> Expected:
    """One number a value of `label`, each near the expected; 0 where nothing was expected."""

    def holds(vectors: Vectors, phase: Phase) -> None:
        [vector] = vectors
        values, wanted = _by(vector, label), expected(phase.sent, phase.seconds)
        assert set(wanted) <= set(values)
        for name, value in values.items():
            near = pytest.approx(wanted.get(name, 0), rel=TOLERANCE, abs=0.03)
            assert value == near, name

    return Expected(holds, when)


def of_each(label: str, names: Sequence[str], low: float, high: float) -> Expected:
    """One number for each of `names`, between the bounds."""

    def holds(vectors: Vectors, _: Phase) -> None:
        for vector in vectors:
            values = _by(vector, label)
            assert set(values) == set(names)
            assert all(low <= value <= high for value in values.values()), values

    return Expected(holds)


def times(label: str, names: Sequence[str]) -> Expected:
    """Percentiles for each of `names`, in order, no longer than the sender waited."""

    def holds(vectors: Vectors, phase: Phase) -> None:
        longest = max(phase.sent.seconds) * BUCKET
        found = [_by(vector, label) for vector in vectors]
        for name in names:
            values = [values[name] for values in found]
            assert values == sorted(values)
            assert 0 < values[0] and values[-1] < longest, name

    return Expected(holds)


def as_sent(vectors: Vectors, phase: Phase) -> None:
    """Percentiles as logged, as far as buckets can tell."""
    for vector, share in zip(vectors, (0.5, 0.95, 0.99), strict=True):
        [(_, value)] = vector
        _near(value, share, phase)


def slowest(vectors: Vectors, phase: Phase) -> None:
    """The 99th percentile as logged."""
    [[(_, value)]] = vectors
    _near(value, 0.99, phase)


def _near(value: float, share: float, phase: Phase) -> None:
    """Near the log's, and no more than the sender saw, who may have been slow himself."""
    logged, seen = phase.quantile(share), phase.sent.quantile(share)
    assert logged / BUCKET < value < min(logged, seen) * BUCKET, (share, value, logged, seen)


def requests(vectors: Vectors, phase: Phase) -> None:
    """Requests to the agent as they were sent, and the models' that came of them."""
    [vector] = vectors
    rates = _by(vector, "runner_name", "endpoint")
    sent: dict[str, int] = {}
    for (endpoint, _), count in phase.sent.codes.items():
        sent[endpoint] = sent.get(endpoint, 0) + count
    for endpoint, count in sent.items():
        rate = rates[f"AgentService {endpoint}"]
        assert rate == pytest.approx(count / phase.seconds, rel=TOLERANCE, abs=0.03), endpoint
    assert 0 < rates["TransformerService /predict"] < rates["SvmService /predict"]
    assert not {"/metrics", "/livez"} & {found.get("endpoint", "") for found, _ in vector}


def errors(vectors: Vectors, phase: Phase) -> None:
    """The codes that the sender was answered with."""
    [vector] = vectors
    rates = _by(vector, "runner_name", "endpoint", "http_response_code")
    sent = {
        f"AgentService {endpoint} {code}": count / phase.seconds
        for (endpoint, code), count in phase.sent.codes.items()
        if code >= 400
    }
    assert rates == pytest.approx(sent, rel=TOLERANCE, abs=0.03)


def cpu_of_a_ticket(vectors: Vectors, phase: Phase) -> None:
    """What the system says that the workers computed, by what was sent."""
    [[(_, value)]] = vectors
    assert value == pytest.approx(phase.cpu_seconds / phase.sent.tickets, rel=2 * TOLERANCE)


def refused(vectors: Vectors, phase: Phase) -> None:
    """One too many: counted at the agent and nowhere else."""
    [vector] = vectors
    rates = _by(vector, "runner_name")
    count = phase.sent.codes["/predict", 429]
    assert count > 0
    assert rates.pop("AgentService") == pytest.approx(count / phase.seconds, rel=TOLERANCE)
    assert rates == {"SvmService": 0, "TransformerService": 0}


def bursts(vectors: Vectors, phase: Phase) -> None:
    """The budget burns at the same rate in all windows: all of them hold the whole run."""
    rates = [value for [(_, value)] in vectors]
    share = phase.sent.outcomes["unavailable"] / phase.sent.tickets
    assert len(rates) == 4 and max(rates) == pytest.approx(min(rates), rel=0.05)
    # They hold the warm-up too.
    assert 0.3 * share / 0.005 < rates[0] < 1.2 * share / 0.005


def budget_left(vectors: Vectors, phase: Phase) -> None:
    """More than all of it is gone."""
    [[(_, value)]] = vectors
    share = phase.sent.outcomes["unavailable"] / phase.sent.tickets
    assert 1 - 1.2 * share / 0.005 < value < 1 - 0.3 * share / 0.005


def listed(vectors: Vectors, phase: Phase) -> None:
    """The alerts that Prometheus itself has."""
    [vector] = vectors
    said = {found["alertname"] for found, _ in vector}
    assert said == {alert["labels"]["alertname"] for alert in phase.alerts}


def firing(vectors: Vectors, phase: Phase) -> None:
    """Their number."""
    [[(_, value)]] = vectors
    assert value == sum(alert["state"] == "firing" for alert in phase.alerts)


def versions(vectors: Vectors, phase: Phase) -> None:
    """Those that the answers named."""
    [vector] = vectors
    found = _by(vector, "model")
    assert set(found) == {"svm", "transformer", "router", "names", "server"}
    said = {labels["version"] for labels, _ in vector}
    for answer in phase.sent.answers:
        assert {version for version in answer["versions"].values() if version} <= said


def confidences(vectors: Vectors, phase: Phase) -> None:
    """Within the bucket that the answers' own lie in."""
    middle, low = (_by(vector, "model") for vector in vectors)
    for model in phase.sent.count("model"):
        own = sorted(a["confidence"] for a in phase.sent.answers if a["model"] == model)
        assert middle[model] == pytest.approx(own[len(own) // 2], abs=0.06)
        assert low[model] == pytest.approx(own[len(own) // 10], abs=0.11)


def histogram(vectors: Vectors, _: Phase) -> None:
    """Cumulative counts, up to all."""
    [vector] = vectors
    counts = [count for _, count in sorted((float(found["le"]), n) for found, n in vector)]
    assert counts == sorted(counts) and len(counts) > 5


def batch_sizes(vectors: Vectors, phase: Phase) -> None:
    """Batching works: texts of several tickets went together."""
    histogram(vectors, phase)
    counts = {float(found["le"]): count for found, count in vectors[0]}
    assert counts[1] < 0.95 * counts[float("inf")], counts


def merged(vectors: Vectors, _: Phase) -> None:
    """Batching works: more than one a batch."""
    [vector] = vectors
    assert len(vector) == 2 and all(1.05 < value < LIMIT for _, value in vector), vector


def cache_share(vectors: Vectors, phase: Phase) -> None:
    """What was sent again, and little else."""
    [[(_, value)]] = vectors
    assert 0 < value < 0.25


def looked_up(vectors: Vectors, phase: Phase) -> None:
    """Every answered ticket was looked up once."""
    [vector] = vectors
    rates = _by(vector, "outcome")
    assert set(rates) == {"hit", "miss"}
    wanted = len(phase.sent.answers) / phase.seconds
    assert sum(rates.values()) == pytest.approx(wanted, rel=TOLERANCE)


def leak(vectors: Vectors, _: Phase) -> None:
    """The one address that was logged."""
    [[(labels, value)]] = vectors
    assert value == pytest.approx(1, rel=0.1)
    assert labels in ({}, {"place": "log", "type": "EMAIL_ADDRESS"})


def guarded(vectors: Vectors, phase: Phase) -> None:
    """A line a request at least, the rate being 1."""
    [vector] = vectors
    rates = _by(vector, "place")
    assert rates["row"] == 0
    assert rates["log"] >= 0.85 * sum(phase.sent.codes.values()) / phase.seconds


def degraded_reasons(vectors: Vectors, phase: Phase) -> None:
    """Which model, and that nobody asks it any more; together all that were degraded."""
    [vector] = vectors
    found = _by(vector, "reason")
    assert "transformer_open" in found
    assert all(reason.startswith("transformer_") for reason in found)
    share = phase.sent.outcomes["degraded"] / len(phase.sent.answers)
    # Their series began with these.
    assert share / 2 < sum(found.values()) < share * 1.1


def distances(vectors: Vectors, _: Phase) -> None:
    """The hour is all there is of the day."""
    assert [value for [(_, value)] in vectors] == pytest.approx([0, 0], abs=1e-6)


def rates(counts: Callable[[Tally], Mapping[str, float]]) -> Callable[..., dict[str, float]]:
    """Those counts, a second."""
    return lambda sent, seconds: {name: count / seconds for name, count in counts(sent).items()}


def _reviewed(sent: Tally) -> float:
    return sum(answer["needs_review"] for answer in sent.answers) / len(sent.answers)


def _escalated(sent: Tally) -> float:
    return 1 - sent.shares("model")["svm"]


def _unanswered(sent: Tally) -> float:
    able = sent.tickets - sent.outcomes["rejected"]
    return sent.outcomes["unavailable"] / able


def _degraded(sent: Tally) -> float:
    return sent.outcomes["degraded"] / len(sent.answers)


def _reasons(sent: Tally, _: float) -> dict[str, float]:
    return {name: n / len(sent.answers) for name, n in sent.count("review_reason").items()}


_P = "Runner latency and batching: "
_Q = "Routing and quality: "
PANELS: Mapping[str, Expected] = {
    "Overview: Targets that answer": one(lambda *_: 1 / 3, "whole"),
    "Overview: Tickets": one(lambda sent, seconds: sent.tickets / seconds),
    "Overview: Availability": one(lambda sent, _: 1 - _unanswered(sent), "whole"),
    "Overview: Error budget left": Expected(budget_left, "whole"),
    "Overview: Slowest 1 % of tickets": Expected(slowest),
    "Overview: Degraded answers": one(lambda sent, _: _degraded(sent), "whole"),
    "Overview: Answers for a human": one(lambda sent, _: _reviewed(sent)),
    "Overview: Alerts that fire": Expected(firing, "whole"),
    "Overview: Alerts": Expected(listed, "whole"),
    "Overview: Workers": of_each("service", SERVICES, 1, 1),
    "Overview: Breakers": each("model", lambda *_: dict.fromkeys(MODELS, 1), "whole"),
    "Overview: Requests": Expected(requests),
    "Overview: Errors": Expected(errors, "whole"),
    "Overview: Tickets by what became of them": each(
        "outcome", rates(lambda sent: sent.outcomes), "whole"
    ),
    "Overview: Time of a ticket": Expected(as_sent),
    "Overview: Time of a request, p99": times(
        "endpoint", ("/predict", "/predict_batch", "/explain", "/unknown")
    ),
    "Overview: How fast the error budget burns": Expected(bursts, "whole"),
    "Overview: Versions": Expected(versions),
    "Overview: Time since the last start": of_each("service", SERVICES, 1, 600),
    "Privacy: Leaks in the last hour": Expected(leak, "whole"),
    "Privacy: What the leak guard found": Expected(leak, "whole"),
    "Privacy: What the leak guard read": Expected(guarded),
    "Privacy: Replaced in a ticket": one(
        lambda sent, _: sum(sent.personal_data().values()) / len(sent.answers)
    ),
    "Privacy: Personal data by type": each("type", rates(Tally.personal_data)),
    "Privacy: Replaced in the window": each("type", lambda sent, _: sent.personal_data()),
    f"{_Q}Transformer took part": one(lambda sent, _: _escalated(sent)),
    f"{_Q}Answers from the cache": Expected(cache_share),
    f"{_Q}Answers for a human": one(lambda sent, _: _reviewed(sent)),
    f"{_Q}Degraded answers": one(lambda sent, _: _degraded(sent), "whole"),
    f"{_Q}Who answered": each("model", lambda sent, _: sent.shares("model")),
    f"{_Q}Rules that routed": each("rule", lambda sent, _: sent.shares("rule")),
    f"{_Q}Cache": Expected(looked_up),
    f"{_Q}Confidence": Expected(confidences),
    f"{_Q}Confidences": Expected(histogram),
    f"{_Q}Answers for a human by reason": each("reason", _reasons),
    f"{_Q}Degraded answers by reason": Expected(degraded_reasons, "whole"),
    f"{_Q}Languages": each("language", lambda sent, _: sent.shares("language")),
    f"{_Q}Categories": each("category", lambda sent, _: sent.shares("category")),
    f"{_Q}How far the hour's mix is from the day's": Expected(distances),
    f"{_P}Requests to AgentService": Expected(as_sent),
    f"{_P}Requests to SvmService": times("", ("",)),
    f"{_P}Requests to TransformerService": times("", ("",)),
    f"{_P}Time of a call of the model": times("service", SERVICES[1:]),
    f"{_P}Time in each room": of_each("stage", sorted(ROOMS), 0, 10),
    f"{_P}Texts in a call of the model": Expected(merged),
    f"{_P}Calls merged into a batch": Expected(merged),
    f"{_P}Sizes of batches": Expected(batch_sizes),
    f"{_P}How full batches are": of_each("service", SERVICES[1:], 0.001, 1),
    f"{_P}Time that texts wait for a batch": times("service", SERVICES[1:]),
    f"{_P}Texts that wait, in batches": of_each("service", SERVICES[1:], 0, 1),
    f"{_P}Requests in progress, of those let in": of_each("service", SERVICES, 0, 1),
    f"{_P}Refused": Expected(refused),
    f"{_P}CPU": of_each("service", SERVICES, 0.005, 2),
    f"{_P}Memory": of_each("service", SERVICES, 50e6, 1e9),
    f"{_P}CPU of a ticket": Expected(cpu_of_a_ticket),
}
