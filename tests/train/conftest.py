"""A small SVM, trained once for all tests that need a real one; one thread for tiny networks."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
import torch

from bentos.models.artifact import Manifest
from bentos.models.registered import SVM
from bentos.models.svm_files import SvmFiles
from train.parameters import SvmParameters
from train.svm import Choice, examples, fit
from train.svm_estimators import Experts
from train.svm_export import svm_files

ROOT = Path(__file__).parents[2]

PARAMETERS = SvmParameters.model_validate(
    {
        "seed": 42,
        "folds": 2,
        "archive": {
            "min_df": 2,
            "opening_words": 12,
            "opening_scale": 0.3,
            "tf_power": 0.75,
            "idf_power": 0.5,
            "C": [0.5],
        },
        "natural": {
            "word_min_df": 1,
            "piece_min_df": 2,
            "opening_words": 15,
            "opening_scale": 0.3,
            "shortest_piece": 3,
            "longest_piece": 5,
            "tf_power": 0.5,
            "word_scale": 0.7,
            "archive_scale": 0.1,
            "C": [0.5],
            "idf_power": [2.0],
            "meta_C": 1.0,
        },
        "gate": {"min_df": 1, "C": 10.0},
    }
)
CHOICE = Choice(archive_C=0.5, natural_C=0.5, idf_power=2.0)


def read_tickets(every: int = 4) -> pd.DataFrame:
    """Every n-th ticket of the built-in corpus; the English ones of file b stand in for the cleaned
    archive."""
    files = sorted((ROOT / "data" / "sample").glob("*.csv"))
    frames = [pd.read_csv(file).iloc[::every] for file in files]
    tickets = pd.concat(frames, ignore_index=True)
    archive = tickets["id"].str.startswith("en-b")
    sources = archive.map({True: "kaggle", False: "sample"})
    return tickets.assign(source=sources, random="train")


@pytest.fixture(scope="session")
def tickets() -> pd.DataFrame:
    return read_tickets()


@pytest.fixture(scope="session")
def experts(tickets: pd.DataFrame) -> Experts:
    return fit(examples(tickets), CHOICE, PARAMETERS)


@pytest.fixture(scope="session")
def files(experts: Experts) -> SvmFiles:
    return svm_files(experts)


@pytest.fixture(scope="session")
def folder(files: SvmFiles, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("svm")
    files.write(path)
    Manifest.write(path, SVM)
    return path


@pytest.fixture(scope="module")
def one_thread() -> Iterator[None]:
    """Threads wait for each other longer than a tiny network takes, most of all on busy cores."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
