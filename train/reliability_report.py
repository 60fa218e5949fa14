"""What was lost in the attacks of tests/reliability, by this version and by one before it.

`python -m train.reliability_report AFTER [BEFORE]` writes `reports/reliability.json`; the arguments
name the commits that were attacked. Without BEFORE, the report keeps what it says of that one.
"""

import json
import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

Report = dict[str, Any]
Record = Mapping[str, Any]

_REPORT: Final = "reports/reliability.json"
_RECORDS: Final = "build/reliability"
_PROCESSOR: Final = Path("/proc/cpuinfo")
# What the models' kernels are chosen by.
_FLAGS: Final = ("avx2", "avx512f", "avx512_vnni", "avx_vnni", "amx_int8")
_OUTCOME: Final = ("tried", "lost", "figures")


def merged(before: Iterable[Record], after: Iterable[Record]) -> list[Report]:
    """A record for each attack of `after`, by row and name, with what became of it `before`.

    Args:
        before: What `tests.reliability.record` kept of the version to compare with.
        after: The same of this one.
    """
    earlier = {_key(record): _outcome(record) for record in before}
    return [
        {
            **{name: record[name] for name in ("row", "name", "promise")},
            "before": earlier.get(_key(record)),
            "after": _outcome(record),
        }
        for record in sorted(after, key=_key)
    ]


def records(folder: Path) -> list[Record]:
    """What was kept in `folder`."""
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))]


def earlier_records(report: Record) -> list[Record]:
    """The records of the version before, as `report` has them."""
    return [
        {**attack, **attack["before"]}
        for attack in report["attacks"]
        if attack["before"] is not None
    ]


def machine(processor: Path) -> Report:
    """This machine's cores, and what Linux's description of the `processor` says of it."""
    lines = processor.read_text(encoding="utf-8").splitlines() if processor.is_file() else []
    said = dict(line.replace("\t", "").split(":", 1) for line in reversed(lines) if ":" in line)
    flags = said.get("flags", "").split()
    return {
        "cores": os.cpu_count(),
        "processor": said.get("model name", "").strip(),
        "flags": [flag for flag in _FLAGS if flag in flags],
    }


def _key(record: Record) -> tuple[int, str]:
    return record["row"], record["name"]


def _outcome(record: Record) -> Report:
    return {name: record[name] for name in _OUTCOME}


def write(root: Path, after: str, before: str | None = None) -> None:
    """Writes the report of the checkout at `root` on the commits `after` and `before`.

    Raises:
        FileNotFoundError: no `before` is given, and there is no report that has one.
    """
    path = root / _REPORT
    if before is None:
        last = json.loads(path.read_text(encoding="utf-8"))
        before, earlier = last["commits"]["before"], earlier_records(last)
    else:
        earlier = records(root / _RECORDS / "before")
    report = {
        "machine": machine(_PROCESSOR),
        "commits": {"before": before, "after": after},
        "attacks": merged(earlier, records(root / _RECORDS / "after")),
    }
    text = json.dumps(report, indent=2, ensure_ascii=False)
    path.write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    write(Path("."), *sys.argv[1:])
