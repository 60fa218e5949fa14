"""Where traces go, and what is said where they can't."""

import sys

import pytest

from bentos.services.tracing import require_exporter, tracer
from bentos.settings import SettingsError
from tests.services.collector import collecting


def test_without_a_collector_nothing_makes_spans() -> None:
    assert tracer("Test", None, 1.0) is None


@pytest.mark.parametrize(("rate", "expected"), [(1.0, 20), (0.0, 0)])
def test_spans_arrive_at_the_rate(rate: float, expected: int) -> None:
    with collecting() as collector:
        spans = tracer("Test", collector.url, rate)
        assert spans
        for number in range(20):
            with spans.start_as_current_span(f"room {number}"):
                pass
        spans.span_processor.shutdown()  # type: ignore[attr-defined]
        assert len(collector.spans()) == expected


def test_a_missing_exporter_is_named_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    name = "opentelemetry.exporter.otlp.proto.http.trace_exporter"
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(SettingsError, match=r"pip install 'callcenter\[tracing\]'"):
        require_exporter()
