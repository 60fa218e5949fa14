"""The stage as a whole: from files to table, version and report, the same every time."""

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from bentos.triage.normalise import normalise
from train.duplicates import find_near_duplicates
from train.parameters import PrepareParameters
from train.paths import DATASET, TICKETS
from train.prepare import (
    COLUMNS,
    PLOTS,
    REPORT,
    add_normalised,
    add_sides,
    describe,
    main,
    prepare,
)
from train.sources import KAGGLE, SAMPLE, WRITTEN, read_tickets

ROOT = Path(__file__).parents[2]
PARAMETERS = PrepareParameters(
    seed=42, test_share=0.2, validation_share=0.1, near_duplicate_threshold=0.8
)
REAL = (
    "Document,Topic_group\r\n"
    "laptop does not start please help with the old dock today,Hardware\r\n"
    "please help laptop does not start with the old dock,Hardware\r\n"
    "22 417,Storage\r\n"
)


def small(root: Path, *, real: str | None = None, rows: int = 40) -> Path:
    """A repository of its own, with the first `rows` tickets of each built-in file."""
    (root / SAMPLE).mkdir(parents=True)
    for file in (ROOT / SAMPLE).glob("*.csv"):
        tickets = pd.read_csv(file, dtype=str).head(rows)
        tickets.to_csv(root / SAMPLE / file.name, index=False)
    if real is not None:
        (root / KAGGLE).parent.mkdir(parents=True)
        (root / KAGGLE).write_text(real, encoding="utf-8", newline="")
    return root


def write_again(root: Path, tickets: pd.DataFrame) -> None:
    """Adds the words of `tickets` to those written to train on."""
    again = tickets.assign(id="again-" + tickets["id"], text=tickets["text"] + " !", channel="chat")
    (root / WRITTEN).mkdir()
    again[["id", "language", "channel", "label", "text"]].to_csv(
        root / WRITTEN / "again.csv", index=False
    )


def split(root: Path, parameters: PrepareParameters = PARAMETERS) -> pd.DataFrame:
    """The tickets of `root`, indexed by id, without writing or drawing anything."""
    tickets, _ = add_normalised(read_tickets(root))
    threshold = parameters.near_duplicate_threshold
    pairs = find_near_duplicates(list(tickets["normalised"]), threshold)
    return add_sides(tickets, pairs, parameters).set_index("id", drop=False)


def version(root: Path, parameters: PrepareParameters = PARAMETERS) -> object:
    return describe(split(root, parameters).reset_index(drop=True))["version"]


def outputs(root: Path) -> dict[str, bytes]:
    files = [
        TICKETS,
        DATASET,
        REPORT,
        *(path.relative_to(root) for path in (root / PLOTS).iterdir()),
    ]
    return {str(file): (root / file).read_bytes() for file in files}


def test_every_ticket_is_normalised_and_given_its_sides(tmp_path: Path) -> None:
    prepare(small(tmp_path), PARAMETERS)
    tickets = pd.read_parquet(tmp_path / TICKETS)
    assert tuple(tickets.columns) == COLUMNS
    assert len(tickets) == 240
    assert tickets["normalised"].tolist() == [normalise(text) for text in tickets["text"]]
    assert set(tickets["random"]) == {"train", "validation", "test"}
    assert set(tickets["grouped"]) <= {"train", "validation", "test", "excluded"}


def test_a_rerun_gives_the_same_bytes(tmp_path: Path) -> None:
    root = small(tmp_path, real=REAL)
    prepare(root, PARAMETERS)
    first = outputs(root)
    shutil.rmtree(root / TICKETS.parent)
    shutil.rmtree(root / REPORT.parent)
    prepare(root, PARAMETERS)
    assert len(first) == 8
    assert outputs(root) == first


def test_real_tickets_join_the_built_in_ones(tmp_path: Path) -> None:
    prepare(small(tmp_path, real=REAL), PARAMETERS)
    tickets = pd.read_parquet(tmp_path / TICKETS).set_index("id")
    description = json.loads((tmp_path / DATASET).read_text())
    assert description["name"] == "kaggle+sample"
    assert description["rows"] == {"kaggle": 2, "sample": 240}
    assert tickets.loc[["kaggle-00001", "kaggle-00002"], "channel"].isna().all()
    report = json.loads((tmp_path / REPORT).read_text())
    assert report["wordless_dropped"] == {"kaggle": 1}
    assert report["near_duplicates"]["pairs"] == 1


def test_written_tickets_are_trained_on_unless_they_say_what_a_held_out_one_says(
    tmp_path: Path,
) -> None:
    root = small(tmp_path)
    before = split(root)
    write_again(root, before)
    after = split(root)
    written = after[after["source"].eq("written")]
    assert len(written) == len(before)
    expected = before["random"].where(before["random"].eq("train"), "excluded")
    assert written["random"].tolist() == expected.tolist()
    assert set(written["grouped"]) == {"train", "excluded"}
    assert after.loc[before.index, "random"].equals(before["random"])


def test_held_out_tickets_like_a_written_one_leave_the_grouped_split(tmp_path: Path) -> None:
    root = small(tmp_path)
    before = split(root)
    held_out = before[before["grouped"].eq("test") & before["normalised"].str.count(" ").gt(20)]
    write_again(root, held_out.assign(text=held_out["text"] + " thanks"))
    after = split(root)
    assert set(after.loc["again-" + held_out["id"], "grouped"]) == {"train"}
    assert set(after.loc[held_out.index, "random"]) == {"test"}
    assert set(after.loc[held_out.index, "grouped"]) == {"excluded"}


def test_the_version_and_the_name_follow_written_tickets(tmp_path: Path) -> None:
    root = small(tmp_path)
    before = split(root)
    alone = describe(before.reset_index(drop=True))
    write_again(root, before.head(3))
    together = describe(split(root).reset_index(drop=True))
    assert (alone["name"], together["name"]) == ("sample", "sample+written")
    assert together["version"] != alone["version"]


def test_more_tickets_move_no_ticket_to_another_side(tmp_path: Path) -> None:
    fewer = split(small(tmp_path / "fewer"))
    more = split(small(tmp_path / "more", real=REAL, rows=80)).loc[fewer.index]
    assert more["random"].equals(fewer["random"])
    assert (more["grouped"].eq(fewer["grouped"]) | more["grouped"].eq("excluded")).all()


@pytest.mark.parametrize("changed", [{"seed": 43}, {"test_share": 0.3}])
def test_the_version_follows_the_splits(tmp_path: Path, changed: dict[str, float]) -> None:
    root = small(tmp_path)
    assert version(root) != version(root, PARAMETERS.model_copy(update=changed))


def test_the_version_follows_the_labels_and_not_the_files(tmp_path: Path) -> None:
    root = small(tmp_path)
    before = version(root)
    file = (root / SAMPLE / "tickets_en_a.csv").rename(root / SAMPLE / "zebra.csv")
    assert version(root) == before
    tickets = pd.read_csv(file)
    tickets.loc[0, "label"] = "Storage"
    tickets.to_csv(file, index=False)
    assert version(root) != before


def test_tickets_without_words_are_dropped_and_counted() -> None:
    tickets = pd.DataFrame({"source": ["kaggle"] * 3, "text": ["Laptop!", "417", "?"]})
    kept, dropped = add_normalised(tickets)
    assert kept["normalised"].tolist() == ["laptop"]
    assert dropped == {"kaggle": 2}


def test_the_command_says_what_to_mend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = small(tmp_path, real="Document,Topic_group\nJane Doe's laptop,Printers\n")
    shutil.copy(ROOT / "params.yaml", root)
    monkeypatch.chdir(root)
    with pytest.raises(SystemExit) as caught:
        main()
    said = str(caught.value.code)
    assert said.startswith("data/raw/tickets.csv, row 1 (line 2), column Topic_group: 'Printers';")
    assert "Jane" not in said


def test_the_command_needs_its_parameters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit, match="params.yaml is missing"):
        main()
