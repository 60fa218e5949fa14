"""The server's own metrics, prefix `callcenter_`. No label ever holds what a customer wrote."""

from typing import Final

from prometheus_client import Histogram

# BentoML's adaptive_batch_size counts the requests that were merged, not the items in them.
BATCH_ITEMS: Final = Histogram(
    "callcenter_batch_items",
    "Texts that one call of a model was given.",
    labelnames=["service"],
    buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256, 1024, 4096, 10_000),
)
