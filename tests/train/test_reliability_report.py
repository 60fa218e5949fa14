"""The records of attacks become one report: a row for each attack, before and now."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.reliability import record as recording
from train.reliability_report import earlier_records, machine, merged, records, write


def _record(row: int, name: str, tried: int = 1, lost: int = 0, **figures: Any) -> dict[str, Any]:
    promise = f"{name} holds"
    return {"row": row, "name": name, "promise": promise, "tried": tried, "lost": lost} | {
        "figures": figures
    }


def test_attacks_stand_by_row_and_name_with_what_was_lost_before_and_now() -> None:
    before = [_record(2, "b", 9, 3, seconds=4.5)]
    after = [_record(10, "c"), _record(2, "b", 9, 0, seconds=0.2), _record(2, "a")]
    found = merged(before, after)
    assert [(attack["row"], attack["name"]) for attack in found] == [(2, "a"), (2, "b"), (10, "c")]
    assert found[1] == {
        "row": 2,
        "name": "b",
        "promise": "b holds",
        "before": {"tried": 9, "lost": 3, "figures": {"seconds": 4.5}},
        "after": {"tried": 9, "lost": 0, "figures": {"seconds": 0.2}},
    }
    assert found[0]["before"] is None


def test_an_attack_of_the_same_name_in_another_row_is_another() -> None:
    [found] = merged([_record(1, "a", lost=1)], [_record(2, "a")])
    assert found["before"] is None


def test_an_attack_that_is_no_more_is_left_out() -> None:
    assert merged([_record(1, "gone", lost=1)], []) == []


def test_a_report_gives_back_what_it_was_made_of() -> None:
    before = [_record(1, "a", 5, 2, seconds=1.5)]
    report = {"attacks": merged(before, [_record(1, "a"), _record(1, "b")])}
    assert merged(earlier_records(report), [_record(1, "a")]) == merged(before, [_record(1, "a")])


def test_reads_what_the_attacks_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording, "FOLDER", tmp_path)
    recording.record(3, "Six of “ﷺ”", "less than 700 MB", 6, 1, peak_megabytes=512)
    assert records(tmp_path) == [
        {
            "row": 3,
            "name": "Six of “ﷺ”",
            "promise": "less than 700 MB",
            "tried": 6,
            "lost": 1,
            "figures": {"peak_megabytes": 512},
        }
    ]


def test_says_what_machine_it_was(tmp_path: Path) -> None:
    processor = tmp_path / "cpuinfo"
    processor.write_text("model name\t: A B@2\nflags\t\t: fpu avx2 amx_int8\n\nmodel name\t: C\n")
    said = machine(processor)
    assert said["processor"] == "A B@2"
    assert said["flags"] == ["avx2", "amx_int8"]
    assert said["cores"] > 0
    assert machine(tmp_path / "none")["flags"] == []


def _keep(folder: Path, when: str, lost: int) -> Path:
    path = folder / "build" / "reliability" / when / "01-a.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(_record(1, "a", 9, lost)), encoding="utf-8")
    return path


def test_a_run_of_this_version_alone_keeps_what_was_before(tmp_path: Path) -> None:
    (tmp_path / "reports").mkdir()
    before = _keep(tmp_path, "before", lost=7)
    _keep(tmp_path, "after", lost=0)
    write(tmp_path, "new", "old")
    before.unlink()
    write(tmp_path, "newer")
    report = json.loads((tmp_path / "reports" / "reliability.json").read_text(encoding="utf-8"))
    assert report["commits"] == {"before": "old", "after": "newer"}
    [attack] = report["attacks"]
    assert (attack["before"]["lost"], attack["after"]["lost"]) == (7, 0)
