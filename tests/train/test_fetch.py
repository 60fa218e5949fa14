"""The data set of a run is put in place as the environment asks, or refused in one line."""

import hashlib
import os
import zipfile
from pathlib import Path

import kagglehub
import pytest

from train import fetch as stage
from train.fetch import HANDLE, FetchError, FetchSettings, fetch

CONTENT = b"Document,Topic_group\r\nlaptop does not start,Hardware\r\n"


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "raw" / "tickets.csv"


@pytest.fixture
def csv_file(tmp_path: Path) -> Path:
    path = tmp_path / "given.csv"
    path.write_bytes(CONTENT)
    return path


def zipped(folder: Path, *names: str) -> Path:
    path = folder / "given.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, CONTENT)
    return path


def kaggle(path: Path | None = None) -> FetchSettings:
    return FetchSettings(dataset="kaggle", kaggle_csv=path)


def test_the_built_in_corpus_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CALLCENTER_DATASET", raising=False)
    assert FetchSettings().dataset == "sample"
    monkeypatch.setenv("CALLCENTER_DATASET", "")
    assert FetchSettings().dataset == "sample"


def test_a_given_csv_is_put_in_place(csv_file: Path, target: Path) -> None:
    message = fetch(kaggle(csv_file), target)
    assert target.read_bytes() == CONTENT
    assert "written, 54 bytes, not the published version" in message


def test_a_zip_gives_its_one_csv(tmp_path: Path, target: Path) -> None:
    archive = zipped(tmp_path, "tickets/all.csv", "README.md", "__MACOSX/._all.csv")
    fetch(kaggle(archive), target)
    assert target.read_bytes() == CONTENT


def test_the_published_version_is_recognised(
    csv_file: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stage, "PUBLISHED", "0" * 64)
    assert "not the published version" in fetch(kaggle(csv_file), target)
    monkeypatch.setattr(stage, "PUBLISHED", hashlib.sha256(CONTENT).hexdigest())
    assert "not the published version" not in fetch(kaggle(csv_file), target)


def test_an_unchanged_file_is_not_rewritten(csv_file: Path, target: Path) -> None:
    fetch(kaggle(csv_file), target)
    os.utime(target, ns=(1, 1))
    assert "unchanged" in fetch(kaggle(csv_file), target)
    assert target.stat().st_mtime_ns == 1


def test_the_built_in_corpus_takes_the_real_tickets_away(csv_file: Path, target: Path) -> None:
    fetch(kaggle(csv_file), target)
    fetch(FetchSettings(dataset="sample"), target)
    assert not target.exists()
    fetch(FetchSettings(dataset="sample"), target)


def test_without_a_file_the_data_set_is_downloaded(
    tmp_path: Path, csv_file: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "versions" / "3"
    folder.mkdir(parents=True)
    csv_file.rename(folder / "all.csv")
    asked: list[str] = []

    def download(handle: str) -> str:
        asked.append(handle)
        return str(folder)

    monkeypatch.setattr(kagglehub, "dataset_download", download)
    fetch(kaggle(), target)
    assert (asked, target.read_bytes()) == ([HANDLE], CONTENT)


def test_an_unreachable_kaggle_says_how_to_bring_the_file(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(handle: str) -> str:
        raise ConnectionError("no route\nto host")

    monkeypatch.setattr(kagglehub, "dataset_download", refuse)
    with pytest.raises(FetchError) as caught:
        fetch(kaggle(), target)
    assert "(ConnectionError: no route to host): set CALLCENTER_KAGGLE_CSV" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("names", "message"),
    [((), "it has no CSV file"), (("a.csv", "b.csv"), "it has a.csv, b.csv")],
)
def test_a_zip_must_hold_one_csv(
    tmp_path: Path, target: Path, names: tuple[str, ...], message: str
) -> None:
    with pytest.raises(FetchError, match=message):
        fetch(kaggle(zipped(tmp_path, *names)), target)


def test_a_missing_file_is_named(tmp_path: Path, target: Path) -> None:
    with pytest.raises(FetchError, match="CALLCENTER_KAGGLE_CSV: .*nowhere.csv does not exist"):
        fetch(kaggle(tmp_path / "nowhere.csv"), target)


def test_a_failure_leaves_what_was_there(csv_file: Path, target: Path) -> None:
    fetch(kaggle(csv_file), target)
    with pytest.raises(FetchError):
        fetch(kaggle(csv_file.with_name("nowhere.csv")), target)
    assert target.read_bytes() == CONTENT


def test_another_data_set_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALLCENTER_DATASET", "kagle")
    with pytest.raises(SystemExit) as caught:
        stage.main()
    expected = "CALLCENTER_DATASET is 'kagle': Input should be 'sample' or 'kaggle'"
    assert caught.value.code == expected


def test_the_command_fetches_where_it_runs(
    csv_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CALLCENTER_DATASET", "kaggle")
    monkeypatch.setenv("CALLCENTER_KAGGLE_CSV", str(csv_file))
    stage.main()
    assert (tmp_path / "data/raw/tickets.csv").read_bytes() == CONTENT
