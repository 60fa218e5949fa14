"""Reads what leaves the server once more for personal data: a hit is a fault, and is counted.

The scrubber guards the models; this guards against our own mistakes after it. It never repeats what
it found. Names can't be told by a pattern and are not looked for.
"""

import logging
import random
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Final, Literal

from prometheus_client import REGISTRY

from bentos.metrics import LEAK_GUARD_HITS, LEAK_GUARD_SCANNED

if TYPE_CHECKING:
    from bentos.triage.pii.strict import StrictPatterns

Place = Literal["log", "metric", "row"]
# Told by the words around it, and a placeholder among those words looks like one.
_NOT_STRICT: Final = frozenset({"PASSWORD"})
# Our own: where the server listens, what it asks, paths of its files.
_OF_SERVERS: Final = frozenset({"IP_ADDRESS", "STREET_ADDRESS", "URL"})
# Labels come from closed sets; should one not, this is where reading stops.
_MOST_LABELS: Final = 10_000
_logger = logging.getLogger("bentoml.callcenter")


class LeakGuard:
    """Looks for personal data by strict patterns.

    Args:
        rate: The part of log lines below WARNING, and of rows, that are read. 0 turns it all off.
    """

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._patterns = _patterns() if rate else {}
        self._known_labels: set[str] = set()
        for place, strict in self._patterns.items():
            # A series that starts with its first hit shows no increase.
            LEAK_GUARD_SCANNED.labels(place)
            for kind in strict.kinds:
                LEAK_GUARD_HITS.labels(place, kind)

    def is_due(self, level: int) -> bool:
        """Whether a log line of `level` should be read: warnings are few, and quote more."""
        return self._rate > 0 and (level >= logging.WARNING or self._is_drawn())

    def scan_line(self, text: str) -> frozenset[str]:
        """The types of personal data in a line that is about to be logged."""
        return self._scan("log", text)

    def scan_row(self, *values: str) -> frozenset[str]:
        """The types of personal data in texts that are about to be stored, where they are drawn."""
        if not self._is_drawn():
            return frozenset()
        return self._scan("row", "\n".join(values))

    def scan_metrics(self) -> None:
        """Reads the labels of this process's metrics that haven't been read before."""
        if not self._rate:
            return
        for metric in REGISTRY.collect():
            for sample in metric.samples:
                for name, value in sample.labels.items():
                    self._scan_label(metric.name, name, value)

    def _scan_label(self, metric: str, name: str, value: str) -> None:
        if value in self._known_labels or len(self._known_labels) >= _MOST_LABELS:
            return
        self._known_labels.add(value)
        for kind in self._scan("metric", value):
            _logger.error("the leak guard found %s in the label %s of %s", kind, name, metric)

    def _scan(self, place: Place, text: str) -> frozenset[str]:
        LEAK_GUARD_SCANNED.labels(place).inc()
        found = self._patterns[place].found(text)
        for kind in found:
            LEAK_GUARD_HITS.labels(place, kind).inc()
        return found

    def _is_drawn(self) -> bool:
        # No secret is made of it.
        return random.random() < self._rate  # nosec B311


def _patterns() -> Mapping[Place, "StrictPatterns"]:
    # Presidio takes a hundred megabytes, which a server that reads nothing again can save.
    from bentos.triage.pii.strict import StrictPatterns

    own = StrictPatterns(without=_NOT_STRICT | _OF_SERVERS)
    return {"log": own, "metric": own, "row": StrictPatterns(without=_NOT_STRICT)}


@cache
def leak_guard(rate: float) -> LeakGuard:
    """This process's guard: its patterns take a while to compile."""
    return LeakGuard(rate)
