"""The data report counts right, names conflicts by identifier alone and draws the same again."""

import json
from pathlib import Path

import pandas as pd
import pytest

from bentos.triage.categories import CATEGORIES
from train.data_plots import draw
from train.data_report import class_share_deviation, cluster_sizes, conflicting, summarise
from train.duplicates import NearDuplicates, find_near_duplicates

PLOTS = ["classes.png", "conflicts.png", "duplicates.png", "languages.png", "lengths.png"]


def row(identifier: str, label: str, text: str, random: str, grouped: str) -> dict[str, object]:
    source, language = identifier.split("-")[:2]
    return {
        "id": identifier,
        "source": source,
        "language": language,
        "channel": None if source == "kaggle" else "chat",
        "label": label,
        "text": text,
        "normalised": text,
        "random": random,
        "grouped": grouped,
    }


@pytest.fixture
def tickets() -> pd.DataFrame:
    return pd.DataFrame(
        [
            row("kaggle-en-1", "Hardware", "a b c d e", "train", "train"),
            row("kaggle-en-2", "Hardware", "a b c d e f", "test", "excluded"),
            row("kaggle-en-3", "Storage", "e d c b a", "test", "excluded"),
            row("kaggle-en-4", "Access", "x y", "test", "test"),
            row("sample-fr-1", "Access", "mot de passe", "validation", "validation"),
        ]
    )


@pytest.fixture
def pairs(tickets: pd.DataFrame) -> NearDuplicates:
    return find_near_duplicates(list(tickets["normalised"]), 0.8)


def test_counts_every_ticket_by_what_it_is(tickets: pd.DataFrame, pairs: NearDuplicates) -> None:
    report = summarise(tickets, pairs, {"kaggle": 2})
    assert report["rows"] == 5
    assert report["wordless_dropped"] == {"kaggle": 2}
    assert report["counts"] == {
        "source": {"kaggle": 4, "sample": 1},
        "language": {"en": 4, "fr": 1},
        "label": {"Access": 2, "Hardware": 2, "Storage": 1},
        "channel": {"chat": 1, "unknown": 4},
    }


def test_counts_sides_by_source_and_language(tickets: pd.DataFrame, pairs: NearDuplicates) -> None:
    sides = summarise(tickets, pairs, {})["sides"]
    assert sides == {
        "random": {
            "train": {"all": 1, "kaggle-en": 1},
            "validation": {"all": 1, "sample-fr": 1},
            "test": {"all": 3, "kaggle-en": 3},
            "excluded": {"all": 0},
        },
        "grouped": {
            "train": {"all": 1, "kaggle-en": 1},
            "validation": {"all": 1, "sample-fr": 1},
            "test": {"all": 1, "kaggle-en": 1},
            "excluded": {"all": 2, "kaggle-en": 2},
        },
    }


def test_measures_lengths_in_words(tickets: pd.DataFrame, pairs: NearDuplicates) -> None:
    lengths = summarise(tickets, pairs, {})["length_in_words"]
    assert isinstance(lengths, dict)
    assert (lengths["kaggle-en"]["median"], lengths["kaggle-en"]["longest"]) == (5.0, 6)
    assert lengths["sample-fr"]["mean"] == 3.0


def test_measures_near_duplicates(tickets: pd.DataFrame, pairs: NearDuplicates) -> None:
    report = summarise(tickets, pairs, {})
    assert report["near_duplicates"] == {
        "pairs": 3,
        "pairs_of_equal_text": 0,
        "pairs_of_equal_words": 1,
        "clusters": 1,
        "largest_cluster": 3,
        "tickets": 3,
        "share_of_tickets": 0.6,
        "held_out_excluded": {
            "validation": {"tickets": 0, "share": 0.0},
            "test": {"tickets": 2, "share": 0.6667},
        },
    }
    # One pair of three agrees; each Hardware ticket with half of its own, the other with none.
    assert report["label_agreement"] == {"over_pairs": 0.3333, "over_tickets": 0.3333}


def test_names_conflicts_by_identifier(tickets: pd.DataFrame, pairs: NearDuplicates) -> None:
    assert summarise(tickets, pairs, {})["label_conflicts"] == {
        "pairs": 2,
        "tickets": 3,
        "first_pairs": ["kaggle-en-1 kaggle-en-3", "kaggle-en-2 kaggle-en-3"],
    }
    assert len(conflicting(tickets, pairs)) == 2


def test_holds_no_text(tickets: pd.DataFrame, pairs: NearDuplicates) -> None:
    assert "mot de passe" not in json.dumps(summarise(tickets, pairs, {}))


def test_no_pairs_are_no_agreement(tickets: pd.DataFrame) -> None:
    alone = tickets.tail(2).reset_index(drop=True)
    report = summarise(alone, find_near_duplicates(list(alone["normalised"]), 0.8), {})
    assert report["label_agreement"] == {"over_pairs": None, "over_tickets": None}


def test_stratified_sides_do_not_deviate() -> None:
    labels = pd.Series(["Access", "Storage"] * 3)
    sides = pd.Series(["train"] * 4 + ["test"] * 2)
    assert class_share_deviation(labels, sides)["largest"] == 0.0


def test_the_largest_deviation_is_named() -> None:
    labels = pd.Series(["Access", "Access", "Access", "Storage", "Access", "Storage", "Storage"])
    sides = pd.Series(["train"] * 4 + ["test"] * 2 + ["excluded"])
    assert class_share_deviation(labels, sides)["largest"] == 0.25


def test_one_side_alone_does_not_deviate() -> None:
    assert class_share_deviation(pd.Series(["Access"]), pd.Series(["train"])) == {"largest": 0.0}


def test_cluster_sizes_leave_loners_out(pairs: NearDuplicates) -> None:
    assert cluster_sizes(pairs, 5).tolist() == [3]
    assert cluster_sizes(find_near_duplicates([], 0.8), 0).tolist() == []


def test_plots_are_the_same_bytes_again(
    tickets: pd.DataFrame, pairs: NearDuplicates, tmp_path: Path
) -> None:
    for folder in ("one", "two"):
        draw(tmp_path / folder, tickets, pairs)
    assert sorted(path.name for path in (tmp_path / "one").iterdir()) == PLOTS
    for name in PLOTS:
        content = (tmp_path / "one" / name).read_bytes()
        assert content.startswith(b"\x89PNG")
        assert content == (tmp_path / "two" / name).read_bytes()


def test_plots_need_no_near_duplicates(tmp_path: Path) -> None:
    rows = [
        row(f"sample-ar-{n}", name, f"w{n}", "train", "train") for n, name in enumerate(CATEGORIES)
    ]
    tickets = pd.DataFrame(rows)
    draw(tmp_path, tickets, find_near_duplicates(list(tickets["normalised"]), 0.8))
    assert sorted(path.name for path in tmp_path.iterdir()) == PLOTS


def test_tickets_written_to_train_on_are_counted_and_drawn_beside_the_others(
    tickets: pd.DataFrame, tmp_path: Path
) -> None:
    written = pd.DataFrame([row("written-ar-1", "Access", "نسيت كلمة السر", "train", "train")])
    more = pd.concat([tickets, written], ignore_index=True)
    pairs = find_near_duplicates(list(more["normalised"]), 0.8)
    report = summarise(more, pairs, {})
    assert report["counts"]["source"] == {"kaggle": 4, "sample": 1, "written": 1}
    assert report["sides"]["random"]["train"] == {"all": 2, "kaggle-en": 1, "written-ar": 1}
    draw(tmp_path, more, pairs)
    assert sorted(path.name for path in tmp_path.iterdir()) == PLOTS
