"""The gate to production."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bentos.models.artifact import Manifest
from bentos.models.registered import SVM
from bentos.models.svm_files import SvmFiles
from bentos.triage.normalise import normalise
from train.promotion import Comparison, compare


@pytest.fixture
def held_out(tickets: pd.DataFrame) -> pd.DataFrame:
    sides = np.where(np.arange(len(tickets)) % 2, "test", "train")
    return tickets.assign(random=sides, grouped=sides, normalised=tickets["text"].map(normalise))


@pytest.fixture
def broken(files: SvmFiles, tmp_path: Path) -> Path:
    """The same model with its intercepts turned against one category."""
    dense = {**files.dense, "natural_meta_intercept": np.eye(8)[0] * 100}
    SvmFiles(files.blocks, dense).write(tmp_path)
    Manifest.write(tmp_path, SVM)
    return tmp_path


def test_a_model_is_no_worse_than_itself(folder: Path, held_out: pd.DataFrame) -> None:
    comparisons = compare(folder, folder, held_out)
    assert {comparison.score for comparison in comparisons} == {
        "accuracy on kaggle tickets",
        "macro_f1 on kaggle tickets",
        "accuracy on sample tickets",
        "macro_f1 on sample tickets",
    }
    assert not any(comparison.is_worse(0.0) for comparison in comparisons)


def test_a_worse_model_is_worse_on_the_tickets_it_fails_at(
    folder: Path, broken: Path, held_out: pd.DataFrame
) -> None:
    worse = [part.score for part in compare(broken, folder, held_out) if part.is_worse(0.0)]
    assert "accuracy on sample tickets" in worse
    assert not any(part.is_worse(0.0) for part in compare(folder, broken, held_out))


def test_a_tolerance_forgives_that_much() -> None:
    comparison = Comparison("accuracy on real tickets", candidate=0.870, present=0.875)
    assert comparison.is_worse(0.0)
    assert not comparison.is_worse(0.01)
    assert str(comparison) == "accuracy on real tickets: 0.8700 against 0.8750 (-0.0050)"
