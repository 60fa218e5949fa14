"""The one run that all these tests look at."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.observability.run import Run, the_run
from tests.services.conftest import new_home

__all__ = ["new_home", "run"]


@pytest.fixture(scope="session")
def run(new_home: Callable[[], Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """Servers, Prometheus, traffic, faults."""
    with the_run(new_home, tmp_path_factory.mktemp("prometheus")) as run:
        yield run
