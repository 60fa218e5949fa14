"""The whole pipeline, from a fresh copy of the repository: DVC, MLflow, promotion and release."""

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from tests.train.repository import KAGGLE, ROOT, Repository

Run = Callable[..., str]
STAGES = [
    "prepare",
    "names",
    "scrub",
    "svm",
    "encoder",
    "transformer",
    "export",
    "evaluate_pii",
    "router",
    "evaluate",
    "register",
]
# Models that learn next to nothing take every step that good ones take.
HASTE = {
    "folds: 5": "folds: 2",
    "C: [0.3, 0.5, 0.8]": "C: [0.5]",
    "C: [0.1, 0.25, 0.5]": "C: [0.5]",
    "most_texts: 24000": "most_texts: 200",
    "{epochs: 3,": "{epochs: 0.05,",
    "{epochs: 6,": "{epochs: 0.02,",
    "    - {head: 64, tail: 64}\n": "",
    "    - {head: 192, tail: 64}\n": "",
    "    - {head: 256, tail: 0}\n": "",
    "    - {head: 512, tail: 0}\n": "",
    "least_agreement: 0.99": "least_agreement: 0.2",
    "most_accuracy_lost: 0.003": "most_accuracy_lost: 0.5",
    "copies: 6": "copies: 1",
    "inserted: 2": "inserted: 1",
    "max_iterations: 60": "max_iterations: 15",
}

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Runs a command in a copy of the repository whose models learn next to nothing."""
    copy = Repository.copied_to(tmp_path_factory.mktemp("clone"))
    hasten(copy.folder / "params.yaml")
    copy.commit()
    return copy.run


def hasten(parameters: Path) -> None:
    """Makes models learn next to nothing."""
    text = parameters.read_text(encoding="utf-8")
    for patient, hasty in HASTE.items():
        assert text.count(patient) == 1
        text = text.replace(patient, hasty)
    parameters.write_text(text, encoding="utf-8")


def _ran(output: str) -> list[str]:
    return [stage for stage in STAGES if f"Running stage '{stage}'" in output]


@pytest.fixture(scope="module")
def sample(run: Run) -> dict:
    run("python", "-m", "train.fetch", CALLCENTER_DATASET="sample")
    assert _ran(run("dvc", "repro")) == STAGES
    return json.loads(run("cat", "reports/metrics.json"))


def test_the_sample_alone_trains_models_for_three_languages(sample: dict) -> None:
    assert sample["dataset"]["name"] == "sample+written"
    assert sample["svm"]["headline"] == "sample"
    assert min(sample["svm"]["languages"].values()) > 0.8
    assert set(sample["transformer"]["languages"]) == {"en", "fr", "ar"}


def test_with_nothing_changed_no_stage_runs(run: Run, sample: dict) -> None:
    assert _ran(run("dvc", "repro")) == []


def test_a_version_goes_from_staging_to_production_to_the_store_and_a_release(
    run: Run, sample: dict
) -> None:
    assert "no version" in run("callcenter", "pull", code=1)
    assert "first in production" in run("callcenter", "promote")
    assert "is in production already" in run("callcenter", "promote")
    run("rm", "-r", "release")
    run("callcenter", "release")
    records = json.loads(run("cat", "release/release.json"))["models"]
    assert set(records) == {"svm", "transformer", "names", "router"}
    assert records["router"]["metrics"]["accuracy"] > 0.5
    assert records["names"]["metrics"]["recall"] > 0.3
    assert records["svm"]["parameters"]["svm.natural.meta_C"] == "3.0"
    assert records["transformer"]["parameters"]["transformer.archive.epochs"] == "0.02"
    pulled, installed = run("callcenter", "pull"), run("callcenter", "install", "release")
    for record in records.values():
        assert record["dataset"]["name"] == "sample+written"
        said = f"{record['name']}:{record['version']} is in the BentoML model store"
        assert said in pulled and said in installed


def test_what_mlflow_has_answers_texts_without_torch(run: Run, sample: dict) -> None:
    program = """
import sys
import mlflow
from train.tracking import use_tracking_server
use_tracking_server()
model = mlflow.pyfunc.load_model("models:/callcenter-transformer@staging")
answers = model.predict([{"text": "I forgot my password"}, {"text": "مساحة التخزين ممتلئة"}])
assert list(answers.columns) == ["label", "confidence", "probabilities"], answers
assert len(answers) == 2 and "torch" not in sys.modules
"""
    run("python", "-c", program)


def test_what_mlflow_has_finds_names_and_pools_answers(run: Run, sample: dict) -> None:
    program = """
import mlflow
import pandas as pd
from bentos.models.registered import ROUTER
from train.register import FLAVOURS
from train.tracking import use_tracking_server
use_tracking_server()
names = mlflow.pyfunc.load_model("models:/callcenter-names@staging")
assert len(names.predict(pd.DataFrame({"text": ["my name is Sarah Mejri", "x"]}))) == 2
router = mlflow.pyfunc.load_model("models:/callcenter-router@staging")
[answer] = router.predict(FLAVOURS[ROUTER].example)["probabilities"]
assert abs(sum(answer) - 1) < 1e-6 and answer.index(max(answer)) == 0
"""
    run("python", "-c", program)


def test_a_changed_parameter_runs_what_depends_on_it_and_nothing_else(
    run: Run, sample: dict
) -> None:
    run("sed", "-i", r"s/^  coverage: .*/  coverage: 0.9/", "params.yaml")
    assert _ran(run("dvc", "repro")) == ["router", "evaluate", "register"]


def test_a_worse_version_is_refused(run: Run, sample: dict) -> None:
    run("sed", "-i", r"s/^    C: \[0.5\]/    C: [0.0001]/", "params.yaml")
    assert _ran(run("dvc", "repro", "svm")) == ["svm"]
    run("python", "-m", "train.register")
    output = run("callcenter", "promote", code=1)
    assert "worse accuracy on sample tickets: 0." in output
    refused = output.rpartition("refused: ")[2]
    assert "callcenter-svm" in refused and "callcenter-names" not in refused
    run("callcenter", "promote", "--tolerance", "1")


@pytest.mark.skipif(KAGGLE is None, reason="CALLCENTER_KAGGLE_CSV does not name the real tickets")
def test_without_the_real_tickets_a_model_of_them_is_not_replaced(
    run: Run, sample: dict, tmp_path: Path
) -> None:
    """What a run says of its data decides, so the models themselves needn't be trained anew."""
    part = tmp_path / "part.csv"
    pd.read_csv(ROOT / str(KAGGLE)).iloc[::24].to_csv(part, index=False)
    run("python", "-m", "train.fetch", CALLCENTER_DATASET="kaggle", CALLCENTER_KAGGLE_CSV=str(part))
    run("dvc", "repro", "prepare")
    run("python", "-m", "train.register")
    run("callcenter", "promote", "--tolerance", "1")
    run("python", "-m", "train.fetch", CALLCENTER_DATASET="sample")
    run("dvc", "repro", "prepare")
    run("python", "-m", "train.register")
    assert "has no kaggle tickets" in run("callcenter", "promote", "--tolerance", "1", code=1)
