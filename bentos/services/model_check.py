"""Reads the models of a server before its workers start: those would fail and start for ever."""

import os
import subprocess  # nosec B404  # a fixed program, below
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import bentoml

import bentos
from bentos.models import check
from bentos.services.released_model import ReleasedModel

_MOST_SECONDS: Final = 120


def check_models(service: "bentoml.Service[Any]") -> None:
    """Reads the models of `service`, and of those that run beside it, unless it has done so.

    Raises:
        BentoMLException: one can't be served. BentoML's CLI prints it in one line.
    """
    unknown = [
        model
        for beside in service.all_services(exclude_urls=True).values()
        for model in beside.models
        if isinstance(model, ReleasedModel) and not model.is_checked
    ]
    # All at once: most of the time is spent on starting and importing.
    suspects = unknown if _complaint(unknown) is not None else []
    for model in suspects:
        complaint = _complaint([model])
        if complaint is not None:
            raise model.unusable(complaint)
    for model in unknown:
        model.passes()


def _complaint(models: Sequence[ReleasedModel]) -> str | None:
    """What is wrong with one of `models`; None if nothing is."""
    if not models:
        return None
    arguments = [f"{model.kind}{check.SEPARATOR}{model.resolve().path}" for model in models]
    root = str(Path(bentos.__file__).parents[1])
    try:
        # This interpreter, no shell.
        process = subprocess.run(  # nosec B603
            [sys.executable, "-m", check.__name__, *arguments],
            env={**os.environ, "PYTHONPATH": root},
            capture_output=True,
            text=True,
            timeout=_MOST_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return f"it took more than {_MOST_SECONDS} seconds to read"
    if process.returncode == 0:
        return None
    lines = process.stderr.strip().splitlines()
    return lines[-1] if process.returncode == 1 and lines else "reading it ends the process"
