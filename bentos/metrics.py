"""The server's own metrics, prefix `callcenter_`. No label ever holds what a customer wrote.

Each worker is a process with files of its own, which /metrics adds up. A gauge says how: a sum over
the workers that live, or the highest among them.
"""

from functools import cache
from typing import Final, TypeVar

from prometheus_client import Counter, Gauge, Histogram

_Metric = TypeVar("_Metric", Counter, Gauge, Histogram)

# Of requests and tickets, in seconds: the objectives' limits are among them.
REQUEST_BUCKETS: Final = (
    *(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5),
    *(1.0, 2.0, 5.0, 10.0, 30.0),
)
_WORK_BUCKETS: Final = (
    *(0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5),
    *(1.0, 2.0, 5.0, 10.0),
)

# What becomes of tickets.
ANSWERS: Final = Counter(
    "callcenter_answers",
    "Tickets by what became of them: answered, degraded (answered without a model that should have "
    "taken part), unavailable (no answer), rejected (not a ticket, or one too many).",
    ["outcome"],
)
PREDICTIONS: Final = Counter(
    "callcenter_predictions", "Tickets answered.", ["category", "model", "language", "rule"]
)
TICKET_SECONDS: Final = Histogram(
    "callcenter_ticket_seconds",
    "Time from a request to /predict to its answer, by the model that answered.",
    ["model"],
    buckets=REQUEST_BUCKETS,
)
CONFIDENCE: Final = Histogram(
    "callcenter_confidence",
    "Final confidence of the answers.",
    ["model"],
    buckets=(0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.99, 1.0),
)
ROUTES: Final = Counter("callcenter_route", "Tickets by the rule that routed them.", ["rule"])
DEGRADED: Final = Counter(
    "callcenter_degraded", "Answers that had to do without a model, by what failed.", ["reason"]
)
REVIEWS: Final = Counter("callcenter_review", "Answers that a human should look at.", ["reason"])
CACHE: Final = Counter("callcenter_cache", "Look-ups in the cache of results.", ["outcome"])
STAGE_SECONDS: Final = Histogram(
    "callcenter_stage_seconds",
    "Time spent in each room, by visit. Scrub and language are parts of understand.",
    ["stage"],
    buckets=_WORK_BUCKETS,
)

# Personal data.
PII_ENTITIES: Final = Counter(
    "callcenter_pii_entities", "Personal data replaced by placeholders.", ["type"]
)
LEAK_GUARD_SCANNED: Final = Counter(
    "callcenter_leak_guard_scanned",
    "Log lines, label values and rows that were read again for personal data.",
    ["place"],
)
LEAK_GUARD_HITS: Final = Counter(
    "callcenter_leak_guard_hits",
    "Personal data found in what leaves the server. Any is a fault.",
    ["place", "type"],
)

# The models' batches. BentoML's adaptive_batch_size counts the calls merged, not their texts.
BATCH_ITEMS: Final = Histogram(
    "callcenter_batch_items",
    "Texts that one call of a model was given.",
    ["service"],
    buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256, 1024, 4096, 10_000),
)
BATCH_SECONDS: Final = Histogram(
    "callcenter_batch_seconds",
    "Computing time of one call of a model.",
    ["service"],
    buckets=_WORK_BUCKETS,
)
BATCH_WAIT_SECONDS: Final = Histogram(
    "callcenter_batch_wait_seconds",
    "Time that a caller's texts waited for their batch.",
    ["service"],
    buckets=_WORK_BUCKETS,
)
BATCH_QUEUE_LENGTH: Final = Gauge(
    "callcenter_batch_queue_length",
    "Texts that wait for a batch, looked at once a second.",
    ["service"],
    multiprocess_mode="livesum",
)
BATCH_LIMIT: Final = Gauge(
    "callcenter_batch_limit",
    "The most texts that are merged into a batch.",
    ["service"],
    multiprocess_mode="livemax",
)

# Processes.
REQUESTS_LIMIT: Final = Gauge(
    "callcenter_requests_limit",
    "The most requests in progress, all workers together. Past it: 429.",
    ["service"],
    multiprocess_mode="livesum",
)
BREAKER_OPEN: Final = Gauge(
    "callcenter_breaker_open",
    "1 while a model that kept failing isn't asked, in any worker.",
    ["model"],
    multiprocess_mode="livemax",
)
PROCESS_CPU_SECONDS: Final = Counter(
    "callcenter_process_cpu_seconds", "CPU time, all workers together.", ["service"]
)
PROCESS_RESIDENT_MEMORY: Final = Gauge(
    "callcenter_process_resident_memory_bytes",
    "Resident memory, all workers together; pages that they share count for each.",
    ["service"],
    multiprocess_mode="livesum",
)
START_TIME: Final = Gauge(
    "callcenter_start_time_seconds",
    "When the youngest worker started, in seconds since 1970.",
    ["service"],
    multiprocess_mode="livemax",
)
WORKERS: Final = Gauge(
    "callcenter_workers", "Workers that live.", ["service"], multiprocess_mode="livesum"
)
MODEL_INFO: Final = Gauge(
    "callcenter_model_info",
    "1 for each model in use, by its version.",
    ["model", "version"],
    multiprocess_mode="livemax",
)
BUILD_INFO: Final = Gauge(
    "callcenter_build_info",
    "1 for the server's version.",
    ["version"],
    multiprocess_mode="livemax",
)


@cache
def series(metric: _Metric, *labels: str) -> _Metric:
    """One series of `metric`, remembered: finding it takes as long as counting does."""
    return metric.labels(*labels)
