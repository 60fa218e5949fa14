"""What a run records."""

import subprocess
from pathlib import Path

import pytest

from train.tracking import commit, flatten


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository of one commit that has `params.yaml` and a report."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "params.yaml").write_text("a: 1\n", encoding="utf-8")
    (tmp_path / "report.json").write_text("{}\n", encoding="utf-8")
    identity = ["-c", "user.name=test", "-c", "user.email=test@localhost"]
    for arguments in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "-m", "one"]):
        subprocess.run(["git", *identity, *arguments], check=True)
    return tmp_path


def test_the_commit_is_named_whole(repository: Path) -> None:
    assert len(commit()) == 40


def test_a_changed_parameter_makes_it_dirty_a_rewritten_report_does_not(repository: Path) -> None:
    (repository / "report.json").write_text("[]\n", encoding="utf-8")
    assert not commit().endswith("-dirty")
    (repository / "params.yaml").write_text("a: 2\n", encoding="utf-8")
    assert commit().endswith("-dirty")


def test_outside_a_repository_the_commit_is_unknown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert commit() == "unknown"


def test_nested_values_are_flattened_to_names_that_mlflow_takes() -> None:
    values = {"svm": {"archive": {"C": [1]}}, "per class": {"A, B": 2}}
    assert dict(flatten(values)) == {"svm.archive.C": [1], "per class.A  B": 2}
