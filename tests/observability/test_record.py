"""The run is kept, for `make observability`, which makes the tables and pictures of docs/ of it."""

import json

import pytest

from tests.observability.record import report, series
from tests.observability.run import Run
from tests.services.conftest import REPOSITORY

pytestmark = pytest.mark.observability

FOLDER = REPOSITORY / "build" / "observability"


def test_the_run_is_recorded(run: Run) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    said = report(run)
    for name, content in {"report": said, "series": series(run)}.items():
        text = json.dumps(content, ensure_ascii=False, indent=1)
        (FOLDER / f"{name}.json").write_text(f"{text}\n", encoding="utf-8")
    assert all(panel["seen"] for panel in said["panels"])
    assert said["sent"]["tickets"] > 500
