"""The gate to production: a model passes when it is no worse than the present one on the same
tickets."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd

from train.evaluate import evaluate, report
from train.remembering import load_remembering

# Compared on every source's `random` test side; a language's part is too small to decide alone.
_COMPARED: Final = ("accuracy", "macro_f1")
# Of the cascade, and of the name tagger.
_RECORDED: Final = (*_COMPARED, "recall")


@dataclass(frozen=True, slots=True)
class Comparison:
    """One score of the candidate and of the present model, on the same tickets."""

    score: str
    candidate: float
    present: float

    def is_worse(self, tolerance: float) -> bool:
        """Whether the candidate falls short by more than `tolerance`."""
        return self.candidate < self.present - tolerance

    def __str__(self) -> str:
        change = self.candidate - self.present
        return f"{self.score}: {self.candidate:.4f} against {self.present:.4f} ({change:+.4f})"


def compare(candidate: Path, present: Path, tickets: pd.DataFrame) -> list[Comparison]:
    """Scores both model folders on the test side of `tickets`, through the serving code."""
    held_out = tickets[tickets["random"] == "test"]
    ours, theirs = (_scores(folder, held_out) for folder in (candidate, present))
    return [
        Comparison(f"{score} on {source} tickets", ours[source][score], theirs[source][score])
        for source in ours
        for score in _COMPARED
    ]


def compare_records(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> list[Comparison]:
    """Compares what the runs of two versions recorded: for what isn't a classifier by itself."""
    return [
        Comparison(f"recorded {score}", float(ours[score]), float(theirs[score]))
        for score in _RECORDED
        if score in ours and score in theirs
    ]


def _scores(folder: Path, held_out: pd.DataFrame) -> dict[str, Any]:
    result: dict[str, Any] = report(evaluate(load_remembering(folder), held_out))
    splits: dict[str, Any] = result["splits"]["random"]
    return splits
