"""Where tickets come from: the built-in corpus, what was written to train on, the real tickets."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pandas as pd

from train.schema import DataError, Table, kaggle_schema, sample_schema, validate

SAMPLE: Final = Path("data/sample")
WRITTEN: Final = Path("data/written")
KAGGLE: Final = Path("data/raw/tickets.csv")
COLUMNS: Final = ("id", "source", "language", "channel", "label", "text")


def read_tickets(root: Path) -> pd.DataFrame:
    """Every ticket under `root`, in a fixed order: `COLUMNS`, the channel None where unknown.

    Raises:
        DataError: a file that is missing, not UTF-8, not CSV, or breaks its schema.
    """
    tables = [read_natural(root / SAMPLE, "sample")]
    if (root / WRITTEN).exists():
        tables.append(read_natural(root / WRITTEN, "written"))
    if (root / KAGGLE).exists():
        tables.append(read_kaggle(root / KAGGLE))
    return pd.concat(tables, ignore_index=True)


def read_natural(folder: Path, source: str) -> pd.DataFrame:
    """Tickets as people type them: every CSV file of `folder`, in the order of their names."""
    files = sorted(folder.glob("*.csv"))
    if not files:
        raise DataError(f"{folder} has no CSV file: restore it with git checkout -- data/{source}")
    frames = [validate(read_table(file), sample_schema()).assign(file=file.name) for file in files]
    tickets = pd.concat(frames, ignore_index=True)
    _refuse_repeated_identifiers(folder, tickets)
    known = tickets["channel"].ne("")
    channel = tickets["channel"].astype(object).where(known, None)
    return tickets.assign(source=source, channel=channel)[list(COLUMNS)]


def read_kaggle(file: Path) -> pd.DataFrame:
    """The real tickets, English and of no known channel, numbered from 1 in the order of `file`."""
    raw = validate(read_table(file), kaggle_schema())
    return pd.DataFrame(
        {
            "id": [f"kaggle-{row:05d}" for row in raw.index],
            "source": "kaggle",
            "language": "en",
            "channel": pd.Series([None] * len(raw), dtype=object).array,
            "label": raw["Topic_group"].array,
            "text": raw["Document"].array,
        }
    )


def read_table(file: Path) -> Table:
    """The records of the CSV `file` as strings, exactly as written.

    Raises:
        DataError: the file is not UTF-8, not CSV, has no header, or a row of another width.
    """
    records = _records(file, _decoded(file))
    first = next(records, None)
    if first is None:
        raise DataError(f"{file} is empty: give it a header and tickets")
    header, body = first[1], list(records)
    for row, (line, values) in enumerate(body, 1):
        if len(values) != len(header):
            raise DataError(
                f"{file}, row {row} (line {line}): {len(values)} columns, the header has "
                f"{len(header)}; quote values that hold commas"
            )
    frame = pd.DataFrame([values for _, values in body], columns=header, dtype=object)
    frame.index = pd.RangeIndex(1, len(body) + 1)
    return Table(file, frame, [line for line, _ in body])


def _decoded(file: Path) -> str:
    try:
        content = file.read_bytes()
    except OSError as error:
        raise DataError(f"{file} can't be read: {error.strerror}") from None
    try:
        return content.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DataError(
            f"{file}, line {line}, byte {error.start} (0x{content[error.start]:02x}) is not UTF-8: "
            "save the file as UTF-8"
        ) from None


def _records(file: Path, content: str) -> Iterator[tuple[int, list[str]]]:
    """The records of `content` that are not blank lines, each with the line it begins on."""
    reader = csv.reader(io.StringIO(content, newline=""), strict=True)
    begin = 1
    try:
        for values in reader:
            if values:
                yield begin, values
            begin = reader.line_num + 1
    except csv.Error as error:
        raise DataError(f"{file}, line {begin}: not CSV ({error}); mend the quotes") from None


def _refuse_repeated_identifiers(folder: Path, tickets: pd.DataFrame) -> None:
    repeated = tickets[tickets["id"].duplicated(keep=False)].sort_values(["id", "file"])
    if not repeated.empty:
        identifier = repeated["id"].iloc[0]
        files = " and ".join(repeated.loc[repeated["id"].eq(identifier), "file"])
        raise DataError(
            f"{folder}: id {identifier!r} is in {files}; give every ticket its own identifier"
        )
