"""Fine-tuning learns tickets, and export hands on what was learned, or nothing."""

import json
from pathlib import Path
from typing import Any, NamedTuple

import mlflow
import numpy as np
import onnx
import pandas as pd
import pytest
import yaml

from bentos.models.registered import load_model
from bentos.triage.categories import CATEGORIES
from tests.train.tiny import PARAMETERS, tickets, write_encoder
from train import transformer as stage
from train.fidelity import ExportError, Fidelity, checkpoint_logits, compare
from train.parameters import ExportParameters
from train.paths import CHECKPOINT, ENCODER, OUT_OF_FOLD, SCRUBBED
from train.tracking import EXPERIMENT
from train.transformer import REPORT
from train.transformer_export import export

# SQLAlchemy warns MLflow, which asks for it when a run is logged.
pytestmark = pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy is deprecated")

EXPORT = ExportParameters.model_validate(
    {
        "readings": [{"head": 4, "tail": 0}, {"head": 16, "tail": 16}],
        "least_agreement": 0.9,
        "most_accuracy_lost": 0.05,
    }
)


@pytest.fixture(scope="module")
def validation() -> pd.DataFrame:
    return tickets("validation", 60)


@pytest.fixture(scope="module")
def repository(
    tmp_path_factory: pytest.TempPathFactory, validation: pd.DataFrame, one_thread: None
) -> Path:
    """A folder in which the stage ran, on tickets of its own."""
    root = tmp_path_factory.mktemp("repository")
    everything = pd.concat([tickets("train", 120), validation], ignore_index=True)
    undecided = pd.DataFrame(1 / len(CATEGORIES), everything.index, list(CATEGORIES))
    for file in (SCRUBBED, OUT_OF_FOLD):
        (root / file).parent.mkdir(parents=True)
    everything.to_parquet(root / SCRUBBED)
    undecided.assign(id=everything["id"]).to_parquet(root / OUT_OF_FOLD)
    write_encoder(root / ENCODER)
    section = yaml.safe_dump({"transformer": PARAMETERS.model_dump(mode="json")})
    (root / "params.yaml").write_text(section, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        patch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{root}/mlflow.db")
        # Made for a process that only trains.
        patch.setattr(stage, "keep_freed_memory", lambda: None)
        stage.main()
        mlflow.set_tracking_uri(None)
        mlflow.set_registry_uri("")
    return root


@pytest.fixture(scope="module")
def checkpoint(repository: Path) -> Path:
    return repository / CHECKPOINT


class Exported(NamedTuple):
    """What `train.transformer_export` left of a checkpoint, and its report."""

    folder: Path
    report: dict[str, Any]


@pytest.fixture(scope="module")
def exported(
    checkpoint: Path, validation: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory
) -> Exported:
    folder = tmp_path_factory.mktemp("exported") / "served"
    return Exported(folder, export(checkpoint, validation, EXPORT, folder))


def test_the_stage_reports_every_pass(repository: Path) -> None:
    report = json.loads((repository / REPORT).read_text(encoding="utf-8"))
    assert (report["device"], report["seconds"] < 600) == ("cpu", True)
    assert report["parameters"] > 1_000
    passes = report["validation"]
    assert 1 <= len(passes) <= PARAMETERS.archive.epochs
    for found in passes:
        kinds = (found["eval_accuracy_cleaned"], found["eval_accuracy_natural"])
        assert found["eval_accuracy"] == pytest.approx(sum(kinds) / 2, abs=1e-4)
    assert max(found["eval_accuracy"] for found in passes) > 0.95


def test_the_run_is_recorded(repository: Path) -> None:
    client = mlflow.MlflowClient(f"sqlite:///{repository}/mlflow.db")
    experiment = client.get_experiment_by_name(EXPERIMENT)
    assert experiment is not None
    [run] = client.search_runs([experiment.experiment_id])
    assert run.info.run_name == "callcenter-transformer-fine-tuning"
    assert run.info.status == "FINISHED"
    assert run.data.metrics["eval_accuracy_natural"] > 0.95


def test_fine_tuning_learns_and_export_keeps_it(exported: Exported) -> None:
    report = exported.report
    assert report["fidelity"]["checkpoint_accuracy"] > 0.95
    assert report["fidelity"]["agreement"] > 0.95
    assert len(report["readings"]) == 2
    assert set(report["calibration"]) == {"kaggle-en", "written-en"}
    model = load_model(exported.folder)
    probabilities = model.predict_proba(["please reset my password", "my disk is full again"])
    assert [CATEGORIES[place] for place in probabilities.argmax(axis=1)] == ["Access", "Storage"]
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)


def test_an_answer_does_not_depend_on_its_company(
    exported: Exported, validation: pd.DataFrame
) -> None:
    model = load_model(exported.folder)
    texts = validation["text"].tolist()
    alone = np.concatenate([model.decision_function([text]) for text in texts])
    np.testing.assert_allclose(model.decision_function(texts), alone, atol=1e-5)


def test_matrices_are_released_in_eight_bits(exported: Exported) -> None:
    graph = onnx.load(exported.folder / "model.onnx").graph
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
