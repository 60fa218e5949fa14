"""Fine-tuning learns tickets, and export hands on what was learned, or nothing."""

from pathlib import Path

import mlflow
import numpy as np
import onnx
import pandas as pd
import pytest
import torch

from bentos.models.registered import load_model
from bentos.triage.categories import CATEGORIES
from tests.train.tiny import PARAMETERS, write_encoder
from train.fidelity import ExportError, Fidelity, checkpoint_logits, compare
from train.parameters import ExportParameters
from train.transformer import fine_tune
from train.transformer_export import export

# SQLAlchemy warns MLflow, which asks for it when a run is logged.
pytestmark = pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy is deprecated")

_TEXTS = {
    "Access": ("password reset", "login access"),
    "Storage": ("disk full", "storage quota"),
    "Hardware": ("printer broken", "laptop screen"),
}
EXPORT = ExportParameters.model_validate(
    {
        "readings": [{"head": 4, "tail": 0}, {"head": 16, "tail": 16}],
        "least_agreement": 0.9,
        "most_accuracy_lost": 0.05,
    }
)


def tickets(side: str, count: int) -> pd.DataFrame:
    """Tickets that their words tell apart, half of them real."""
    random = np.random.default_rng(len(side))
    rows = []
    for place in range(count):
        label = list(_TEXTS)[place % 3]
        words = [*random.choice(_TEXTS[label], 2), *random.choice(["my", "please", "again"], 3)]
        rows.append(
            (f"{side}-{place}", "kaggle" if place % 2 else "written", label, *[" ".join(words)] * 2)
        )
    frame = pd.DataFrame(rows, columns=["id", "source", "label", "normalised", "text"])
    return frame.assign(random=side, language="en")


@pytest.fixture(scope="module")
def validation() -> pd.DataFrame:
    return tickets("validation", 60)


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory, validation: pd.DataFrame) -> Path:
    folder = tmp_path_factory.mktemp("transformer")
    mlflow.set_tracking_uri(f"sqlite:///{folder}/mlflow.db")
    mlflow.set_experiment("test")
    torch.manual_seed(1)
    everything = pd.concat([tickets("train", 120), validation], ignore_index=True)
    encoder = write_encoder(folder / "encoder")
    with mlflow.start_run():
        model, tokenizer, log = fine_tune(everything, None, encoder, PARAMETERS)
    assert any("eval_accuracy_natural" in entry for entry in log)
    model.save_pretrained(folder / "checkpoint")
    tokenizer.save_pretrained(folder / "checkpoint")
    return folder / "checkpoint"


def test_fine_tuning_learns_and_export_keeps_it(
    checkpoint: Path, validation: pd.DataFrame, tmp_path: Path
) -> None:
    report = export(checkpoint, validation, EXPORT, tmp_path / "served")
    assert report["fidelity"]["checkpoint_accuracy"] > 0.95
    assert report["fidelity"]["agreement"] > 0.95
    assert len(report["readings"]) == 2
    assert set(report["calibration"]) == {"kaggle-en", "written-en"}
    model = load_model(tmp_path / "served")
    probabilities = model.predict_proba(["please reset my password", "my disk is full again"])
    assert [CATEGORIES[place] for place in probabilities.argmax(axis=1)] == ["Access", "Storage"]
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)


def test_an_answer_does_not_depend_on_its_company(
    checkpoint: Path, validation: pd.DataFrame, tmp_path: Path
) -> None:
    export(checkpoint, validation, EXPORT, tmp_path / "served")
    model = load_model(tmp_path / "served")
    texts = validation["text"].tolist()
    alone = np.concatenate([model.decision_function([text]) for text in texts])
    np.testing.assert_allclose(model.decision_function(texts), alone, atol=1e-5)


def test_matrices_are_released_in_eight_bits(
    checkpoint: Path, validation: pd.DataFrame, tmp_path: Path
) -> None:
    export(checkpoint, validation, EXPORT, tmp_path / "served")
    graph = onnx.load(tmp_path / "served" / "model.onnx").graph
    floats = [
        constant
        for constant in graph.initializer
        if constant.data_type == onnx.TensorProto.FLOAT and len(constant.dims) == 2
    ]
    # What stays in floats: the positions, the scales of the word embeddings, the head.
    assert sum(np.prod(constant.dims) for constant in floats) < 64 * 16 + 100 + 8 * 16


def test_a_model_that_lost_too_much_is_not_left_behind(
    checkpoint: Path, validation: pd.DataFrame, tmp_path: Path
) -> None:
    impossible = EXPORT.model_copy(update={"most_accuracy_lost": -1.0})
    with pytest.raises(ExportError, match="most_accuracy_lost is -100.00%: quantize less"):
        export(checkpoint, validation, impossible, tmp_path / "served")
    assert not (tmp_path / "served").exists()


def test_too_little_agreement_is_refused_with_the_number() -> None:
    fidelity = Fidelity(100, 0.95, 0.9, 0.9, 0.1)
    with pytest.raises(ExportError, match="agrees with its checkpoint on 95.00%"):
        fidelity.check(0.99, 0.003)
    fidelity.check(0.95, 0.0)


def test_fidelity_counts_changed_answers() -> None:
    before = np.eye(8)[[0, 1, 2, 3]] * 9
    after = np.eye(8)[[0, 1, 2, 4]] * 9
    found = compare(before, after, np.array([0, 1, 2, 3]))
    assert (found.agreement, found.checkpoint_accuracy, found.served_accuracy) == (0.75, 1.0, 0.75)


def test_logits_come_in_the_order_of_the_texts(checkpoint: Path) -> None:
    rows = [[0, 4, 5, 6, 7, 2], [0, 8, 2], [0, 9, 10, 2]]
    together = checkpoint_logits(checkpoint, rows)
    alone = [checkpoint_logits(checkpoint, [row])[0] for row in rows]
    np.testing.assert_allclose(together, alone, atol=1e-5)
