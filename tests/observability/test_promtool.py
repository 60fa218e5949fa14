"""What Prometheus's own tool says of the configuration, the rules, their tests and /metrics."""

import subprocess

import pytest

from tests.observability.prometheus import FOLDER, tool
from tests.observability.run import Run

pytestmark = pytest.mark.observability


def _clean(*arguments: object, text: str | None = None) -> str:
    """What promtool says; that it has nothing to complain about is asserted."""
    command = [tool("promtool"), *map(str, arguments)]
    done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.mark.parametrize("name", ["prometheus.yml", "compose.yml"])
def test_configurations(name: str) -> None:
    assert "SUCCESS" in _clean("check", "config", "--lint-fatal", FOLDER / name)


def test_rules() -> None:
    assert "SUCCESS" in _clean("check", "rules", "--lint-fatal", *FOLDER.glob("rules/*.yml"))


def test_tests_of_rules() -> None:
    assert "FAILED" not in _clean("test", "rules", *sorted(FOLDER.glob("tests/*.yml")))


def test_metrics(run: Run) -> None:
    assert _clean("check", "metrics", text=run.metrics) == ""


def test_a_newer_prometheus_reads_what_metrics_are_sent_as(run: Run) -> None:
    # Since 3.0 it refuses what has no content type that it knows.
    assert run.content_type.startswith("text/plain; version=")
