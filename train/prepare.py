"""The DVC stage `prepare`, `python -m train.prepare`: tickets checked, normalised and split.

Writes `data/processed/` (what the later stages read) and `reports/data.json` with its plots (what
the data are like). The same input gives the same bytes.
"""

import hashlib
import json
import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pandas as pd
from tqdm import tqdm

from bentos.triage.normalise import normalise
from train.data_plots import draw
from train.data_report import summarise
from train.duplicates import NearDuplicates, find_near_duplicates
from train.parameters import PARAMETERS, ParameterError, PrepareParameters, load_section
from train.paths import DATASET, TICKETS
from train.schema import DataError
from train.sources import read_tickets
from train.splits import for_training, grouped_sides, random_sides

REPORT: Final = Path("reports/data.json")
PLOTS: Final = Path("reports/data")
COLUMNS: Final = (
    "id",
    "source",
    "language",
    "channel",
    "label",
    "text",
    "normalised",
    "random",
    "grouped",
)

_logger = logging.getLogger(__name__)


def main() -> None:
    """Prepares the repository's data, or says what must be mended first."""
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    try:
        prepare(Path("."), load_section(PARAMETERS, "prepare", PrepareParameters))
    except (DataError, ParameterError) as error:
        sys.exit(str(error))


def prepare(root: Path, parameters: PrepareParameters) -> None:
    """Reads the sources under `root` and writes tickets, version, report and plots there.

    Raises:
        DataError: the sources break their schema.
    """
    with _timed("read and checked"):
        raw = read_tickets(root)
    with _timed("normalised"):
        tickets, wordless = add_normalised(raw)
    with _timed("compared"):
        threshold = parameters.near_duplicate_threshold
        pairs = find_near_duplicates(list(tickets["normalised"]), threshold)
    tickets = add_sides(tickets, pairs, parameters)
    with _timed("written"):
        _write_tickets(root / TICKETS, tickets)
        _write_json(root / DATASET, describe(tickets))
    with _timed("reported"):
        summary = summarise(tickets, pairs, wordless)
        _write_json(root / REPORT, summary)
        draw(root / PLOTS, tickets, pairs)


def add_normalised(tickets: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, int]]:
    """`tickets` with `normalised`, less those without words; how many those were, by source."""
    texts = tqdm(tickets["text"], "normalise", disable=None, leave=False)
    complete = tickets.assign(normalised=[normalise(text) for text in texts])
    worded = complete["normalised"].ne("")
    dropped = complete.loc[~worded, "source"].value_counts().sort_index()
    wordless = {str(source): int(count) for source, count in dropped.items()}
    return complete[worded].reset_index(drop=True), wordless


def add_sides(
    tickets: pd.DataFrame, pairs: NearDuplicates, parameters: PrepareParameters
) -> pd.DataFrame:
    """`tickets` with the columns `random` and `grouped`; `pairs` are places in `tickets`.

    Tickets written to train on are on no other side.
    """
    sides = random_sides(list(tickets["normalised"]), parameters)
    written = tickets["source"].eq("written").to_numpy()
    sides = for_training(sides, written, list(tickets["normalised"]))
    return tickets.assign(random=sides, grouped=grouped_sides(sides, pairs))


def describe(tickets: pd.DataFrame) -> dict[str, object]:
    """Which data these are: name, rows by source, and a SHA-256 of all a model can learn from."""
    rows = tickets["source"].value_counts().sort_index()
    name = "+".join(str(source) for source in rows.index)
    content = tickets.sort_values("id")[["id", "label", "normalised", "random", "grouped"]]
    rows_of_content = content.itertuples(index=False, name=None)
    lines = (json.dumps(row, ensure_ascii=False) for row in rows_of_content)
    version = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    counts = {str(source): int(count) for source, count in rows.items()}
    return {"name": name, "version": version, "rows": counts}


def _write_tickets(path: Path, tickets: pd.DataFrame) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    columns = tickets[list(COLUMNS)].astype("str")  # A missing channel stays missing.
    columns.to_parquet(path, engine="pyarrow", compression="zstd", index=False)


def _write_json(path: Path, content: dict[str, object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


@contextmanager
def _timed(done: str) -> Iterator[None]:
    begin = time.perf_counter()
    yield
    _logger.info("%s in %.1f s", done, time.perf_counter() - begin)


if __name__ == "__main__":
    main()
