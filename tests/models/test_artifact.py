"""The manifest that vouches for a model folder."""

import json
from pathlib import Path

import pytest

from bentos.models.artifact import MANIFEST, ArtifactError, Manifest


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "weights.bin").write_bytes(b"weights")
    (tmp_path / "model.json").write_text("{}", encoding="utf-8")
    return tmp_path


def test_a_written_folder_verifies(folder: Path) -> None:
    written = Manifest.write(folder, "callcenter-svm")
    assert Manifest.verify(folder) == written
    assert set(written.files) == {"weights.bin", "model.json"}


def test_the_version_is_the_content(folder: Path) -> None:
    first = Manifest.write(folder, "callcenter-svm").version
    assert Manifest.write(folder, "callcenter-svm").version == first
    (folder / "model.json").write_text("[]", encoding="utf-8")
    assert Manifest.write(folder, "callcenter-svm").version != first


def test_an_altered_file_is_refused_by_name(folder: Path) -> None:
    Manifest.write(folder, "callcenter-svm")
    (folder / "weights.bin").write_bytes(b"other weights")
    with pytest.raises(ArtifactError, match=r"weights\.bin has SHA-256 .* altered"):
        Manifest.verify(folder)


def test_a_missing_file_is_refused_by_name(folder: Path) -> None:
    Manifest.write(folder, "callcenter-svm")
    (folder / "weights.bin").unlink()
    with pytest.raises(ArtifactError, match=r"weights\.bin is missing"):
        Manifest.verify(folder)


def test_a_manifest_that_vouches_for_something_else_is_refused(folder: Path) -> None:
    Manifest.write(folder, "callcenter-svm")
    record = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    del record["files"]["weights.bin"]
    (folder / MANIFEST).write_text(json.dumps(record), encoding="utf-8")
    with pytest.raises(ArtifactError, match=r"manifest\.json was altered"):
        Manifest.verify(folder)


@pytest.mark.parametrize("content", ["", "{}", "[1]", '{"name": 1}'])
def test_what_is_not_a_manifest_is_refused(folder: Path, content: str) -> None:
    (folder / MANIFEST).write_text(content, encoding="utf-8")
    with pytest.raises(ArtifactError, match="is not a manifest"):
        Manifest.verify(folder)


def test_a_folder_without_a_manifest_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match=r"manifest\.json is missing"):
        Manifest.verify(tmp_path)
