"""The release in git, and what is refused of one."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bentos.models.artifact import MANIFEST, Manifest
from bentos.models.registered import EVIDENCE, FOLDERS, load_model
from bentos.models.router import load_policy
from bentos.release import RECORD, Release, ReleaseError, install_release

ROOT = Path(__file__).parents[1]
RELEASE = ROOT / "release"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(RELEASE, tmp_path / "release")
    return tmp_path / "release"


# The most bytes that each model may have in git.
SIZES = {"svm": 8_000_000, "transformer": 26_000_000, "names": 4_000_000, "router": 20_000}
CLASSIFIERS = ("svm", "transformer")


@pytest.mark.parametrize("folder", SIZES)
def test_the_release_is_small_and_trained_on_every_source(folder: str) -> None:
    released = Release.read(RELEASE).models[folder]
    assert sum(file.stat().st_size for file in (RELEASE / folder).iterdir()) < SIZES[folder]
    assert released.dataset["name"] == "kaggle+sample+written"
    assert not released.commit.endswith("-dirty")
    assert Manifest.verify(RELEASE / folder).version == released.version


@pytest.mark.parametrize("name", FOLDERS)
def test_the_release_is_the_model_that_the_report_measured(name: str) -> None:
    report, key = EVIDENCE[name]
    measured = json.loads((ROOT / "reports" / f"{report}.json").read_text(encoding="utf-8"))
    dataset = json.loads((ROOT / "reports" / "metrics.json").read_text(encoding="utf-8"))["dataset"]
    released = Release.read(RELEASE).models[FOLDERS[name]]
    assert measured[key]["version"] == released.version
    assert dataset == released.dataset


def test_the_released_cascade_is_no_worse_than_either_of_its_models() -> None:
    models = Release.read(RELEASE).models
    cascade, *others = (models[name].metrics["accuracy"] for name in ("router", *CLASSIFIERS))
    assert cascade >= max(others)


def test_the_released_policy_keeps_its_budget() -> None:
    report = json.loads((ROOT / "reports" / "routing.json").read_text(encoding="utf-8"))
    real = report["cascade"]["real"]
    assert real["escalated"] <= 0.40
    assert real["ece"] <= 0.015
    assert load_policy(RELEASE / "router").policy.model_dump() == report["policy"]


def test_the_released_scrubber_removes_what_the_report_says() -> None:
    report = json.loads((ROOT / "reports" / "pii.json").read_text(encoding="utf-8"))
    assert report["overall"]["recall"]["patterns"]["recall"] >= 0.99
    assert report["overall"]["clean"]["share_masked"] <= 0.01
    names = report["names"]["languages"]
    assert all(names[name] >= least for name, least in (("en", 0.95), ("fr", 0.95), ("ar", 0.90)))


@pytest.mark.parametrize("folder", CLASSIFIERS)
def test_the_released_models_answer_in_three_languages(folder: str) -> None:
    texts = [
        "Please reset my password, my account is locked",
        "Ma boîte mail est pleine",
        "أحتاج لوحة مفاتيح جديدة، المفاتيح لا تعمل",
    ]
    probabilities = load_model(RELEASE / folder).predict_proba(texts)
    assert probabilities.argmax(axis=1).tolist() == [0, 7, 3]
    assert probabilities.sum(axis=1) == pytest.approx(1.0)


def test_an_altered_model_is_refused(copy: Path) -> None:
    with (copy / "svm" / "svm.npz").open("ab") as file:
        file.write(b"x")
    with pytest.raises(ReleaseError, match=r"svm\.npz has SHA-256"):
        list(install_release(copy))


def test_a_model_that_the_record_does_not_describe_is_refused(copy: Path) -> None:
    record = json.loads((copy / RECORD).read_text(encoding="utf-8"))
    record["models"]["svm"]["files"]["svm.npz"] = "0" * 64
    (copy / RECORD).write_text(json.dumps(record), encoding="utf-8")
    with pytest.raises(ReleaseError, match="not the model that release.json describes"):
        list(install_release(copy))


def test_a_missing_manifest_is_refused(copy: Path) -> None:
    (copy / "svm" / MANIFEST).unlink()
    with pytest.raises(ReleaseError, match="manifest.json is missing"):
        list(install_release(copy))


@pytest.mark.parametrize("content", ["{}", "no"])
def test_what_is_no_record_is_refused(copy: Path, content: str) -> None:
    (copy / RECORD).write_text(content, encoding="utf-8")
    with pytest.raises(ReleaseError, match="is not a release record"):
        list(install_release(copy))


def test_installing_twice_changes_nothing(tmp_path: Path) -> None:
    callcenter = Path(sys.executable).with_name("callcenter")
    environment = {
        "BENTOML_HOME": str(tmp_path),
        "BENTOML_DO_NOT_TRACK": "True",
        "HOME": str(tmp_path),
    }
    outputs = [
        subprocess.run(
            [callcenter, "install", RELEASE],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for _ in range(2)
    ]
    assert outputs[0] == outputs[1]
    assert len(list((tmp_path / "models" / "callcenter-svm").glob("*/svm.npz"))) == 1
