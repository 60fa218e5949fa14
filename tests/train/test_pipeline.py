"""The whole pipeline, from a fresh copy of the repository: DVC, MLflow, promotion and release."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
KAGGLE = os.environ.get("CALLCENTER_KAGGLE_CSV")
STAGES = ["prepare", "svm", "evaluate", "register"]

pytestmark = pytest.mark.slow

Run = Callable[..., str]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Runs a command in a copy of the repository, with stores of its own; returns its output."""
    copy = tmp_path_factory.mktemp("clone")
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, copy / name)
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith("MLFLOW_")},
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "BENTOML_HOME": str(copy / "bentoml"),
        "BENTOML_DO_NOT_TRACK": "True",
        "MLFLOW_DISABLE_TELEMETRY": "true",
    }

    def command(*arguments: str, code: int = 0, **variables: str) -> str:
        result = subprocess.run(
            arguments,
            cwd=copy,
            env={**environment, **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=900,
        )
        assert result.returncode == code, result.stdout
        return result.stdout

    command("git", "init", "--quiet")
    command("git", "add", "--all")
    command(
        *("git", "-c", "user.name=test", "-c", "user.email=test@localhost"),
        *("commit", "--quiet", "--message", "copy"),
    )
    return command


def _ran(output: str) -> list[str]:
    return [stage for stage in STAGES if f"Running stage '{stage}'" in output]


@pytest.fixture(scope="module")
def sample(run: Run) -> dict:
    run("python", "-m", "train.fetch", CALLCENTER_DATASET="sample")
    assert _ran(run("dvc", "repro")) == STAGES
    return json.loads(run("cat", "reports/metrics.json"))


def test_the_sample_alone_trains_a_model_for_three_languages(sample: dict) -> None:
    assert sample["dataset"]["name"] == "sample"
    assert sample["svm"]["headline"] == "sample"
    assert min(sample["svm"]["languages"].values()) > 0.8


def test_with_nothing_changed_no_stage_runs(run: Run, sample: dict) -> None:
    assert _ran(run("dvc", "repro")) == []


def test_a_changed_parameter_runs_what_depends_on_it(run: Run, sample: dict) -> None:
    run("sed", "-i", "s/meta_C: 3.0/meta_C: 2.0/", "params.yaml")
    assert _ran(run("dvc", "repro")) == ["svm", "evaluate", "register"]


def test_a_version_goes_from_staging_to_production_to_the_store_and_a_release(
    run: Run, sample: dict
) -> None:
    assert "no version" in run("callcenter", "pull", code=1)
    assert "first in production" in run("callcenter", "promote")
    assert "is in production already" in run("callcenter", "promote")
    run("rm", "-r", "release")
    run("callcenter", "release")
    record = json.loads(run("cat", "release/release.json"))["models"]["svm"]
    assert record["dataset"]["name"] == "sample"
    assert record["parameters"]["svm.natural.meta_C"] in {"2.0", "3.0"}
    tag = f"{record['name']}:{record['version']}"
    assert f"{tag} is in the BentoML model store" in run("callcenter", "pull")
    assert f"{tag} is in the BentoML model store" in run("callcenter", "install", "release")


def test_a_worse_version_is_refused_with_the_numbers(run: Run, sample: dict) -> None:
    run("callcenter", "promote")
    run("sed", "-i", r"s/^    C: \[0.25.*/    C: [0.0001]/", "params.yaml")
    run("dvc", "repro")
    output = run("callcenter", "promote", code=1)
    assert "worse accuracy on sample tickets: 0." in output
    assert "refused: callcenter-svm" in output
    run("callcenter", "promote", "--tolerance", "1")


@pytest.mark.skipif(KAGGLE is None, reason="CALLCENTER_KAGGLE_CSV does not name the real tickets")
def test_the_real_tickets_give_what_the_readme_promises(run: Run) -> None:
    run("git", "checkout", "--", "params.yaml", "release")
    path = str((ROOT / str(KAGGLE)).resolve())
    run("python", "-m", "train.fetch", CALLCENTER_DATASET="kaggle", CALLCENTER_KAGGLE_CSV=path)
    run("dvc", "repro")
    metrics = json.loads(run("cat", "reports/metrics.json"))
    svm = metrics["svm"]
    assert (svm["headline"], svm["ece"] <= 0.015) == ("kaggle", True)
    assert svm["accuracy"] >= 0.872 and svm["macro_f1"] >= 0.872
    assert svm["languages"]["en"] >= 0.89
    assert svm["languages"]["fr"] >= 0.89
    assert svm["languages"]["ar"] >= 0.86
    assert (
        svm["splits"]["grouped"]["kaggle"]["tickets"] < svm["splits"]["random"]["kaggle"]["tickets"]
    )
    released = json.loads(run("cat", "release/release.json"))["models"]["svm"]
    assert released["dataset"]["version"] == metrics["dataset"]["version"]


@pytest.mark.skipif(KAGGLE is None, reason="CALLCENTER_KAGGLE_CSV does not name the real tickets")
def test_without_the_real_tickets_a_model_of_them_is_not_replaced(run: Run) -> None:
    run("callcenter", "promote", "--tolerance", "1")
    run("python", "-m", "train.fetch", CALLCENTER_DATASET="sample")
    run("dvc", "repro")
    assert "has no kaggle tickets" in run("callcenter", "promote", "--tolerance", "1", code=1)
