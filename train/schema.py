"""What a table of tickets must look like before anything is computed from it.

Complaints name file, row, column and value, except a text's: tickets hold personal data.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pandas as pd
import pandera.pandas as pa

from bentos.triage.categories import CATEGORIES
from bentos.triage.normalise import normalise

LANGUAGES: Final = ("en", "fr", "ar")
CHANNELS: Final = ("email", "chat", "phone")
LONGEST_TEXT: Final = 20_000  # characters
_SHOWN: Final = 20  # complaints in one message
_LONGEST_VALUE: Final = 40  # characters; what is longer may be a ticket's text in the wrong column
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffd]")


class DataError(Exception):
    """Data that must not be trained on, with every place to mend."""


@dataclass(frozen=True, slots=True)
class Table:
    """A file of records: `frame` is indexed by row, from 1; `lines` says where each began."""

    file: Path
    frame: pd.DataFrame
    lines: Sequence[int]


def sample_schema() -> pa.DataFrameSchema:
    """The built-in corpus: every column filled by a known value, but the channel may be empty."""
    return pa.DataFrameSchema(
        {
            "id": pa.Column(checks=_one_of_pattern(r"[a-z0-9][a-z0-9-]*"), unique=True),
            "language": pa.Column(checks=pa.Check.isin(LANGUAGES)),
            "channel": pa.Column(checks=pa.Check.isin([*CHANNELS, ""])),
            "label": pa.Column(checks=pa.Check.isin(CATEGORIES)),
            "text": pa.Column(checks=[_readable(), _worded()]),
        },
        strict=True,
    )


def kaggle_schema() -> pa.DataFrameSchema:
    """The real tickets as published: a text and its topic group."""
    return pa.DataFrameSchema(
        {
            "Document": pa.Column(checks=_readable()),
            "Topic_group": pa.Column(checks=pa.Check.isin(CATEGORIES)),
        },
        strict=True,
    )


def validate(table: Table, schema: pa.DataFrameSchema) -> pd.DataFrame:
    """The frame of `table`, which keeps to `schema`.

    Raises:
        DataError: no rows, other columns, or values that `schema` refuses, each by row and column.
    """
    if table.frame.empty:
        raise DataError(f"{table.file} has no rows: add tickets or remove the file")
    _check_columns(table, list(schema.columns))
    try:
        return schema.validate(table.frame, lazy=True)
    except pa.errors.SchemaErrors as errors:
        raise DataError(_complaints(table, errors.failure_cases)) from None


def text_fault(text: object) -> str | None:
    """What makes `text` unfit to be a ticket's, without quoting it; None if it is fit."""
    if not isinstance(text, str) or _CONTROL.search(text):
        return "not text; save the file as plain UTF-8"
    if not text.strip():
        return "empty; write the ticket or remove the row"
    if len(text) > LONGEST_TEXT:
        return f"{len(text):,} characters; shorten it to {LONGEST_TEXT:,}"
    return None


def _readable() -> pa.Check:
    return pa.Check(lambda texts: texts.map(text_fault).isna(), name="readable")


def _worded() -> pa.Check:
    return pa.Check(lambda texts: texts.map(_has_words).astype(bool), name="worded")


def _has_words(text: object) -> bool:
    # A text that is unfit for another reason is complained of once, by that reason.
    return text_fault(text) is not None or bool(normalise(str(text)))


def _one_of_pattern(pattern: str) -> pa.Check:
    return pa.Check(lambda values: values.astype(str).str.fullmatch(pattern), name="pattern")


def _check_columns(table: Table, expected: list[str]) -> None:
    # A file without a header has tickets where the names should be: only expected names are quoted.
    found = list(table.frame.columns)
    if sorted(found) == sorted(expected):
        return
    missing = [name for name in expected if name not in found]
    unknown = len([name for name in found if name not in expected])
    raise DataError(
        f"{table.file} has the wrong columns (missing: {', '.join(missing) or 'none'}; "
        f"not expected: {unknown} of {len(found)}): make its first line {','.join(expected)}"
    )


def _complaints(table: Table, failures: pd.DataFrame) -> str:
    cells = zip(failures["index"].astype(int), failures["column"].astype(str), strict=True)
    places = sorted(set(cells))
    lines = [_complaint(table, row, column) for row, column in places[:_SHOWN]]
    if len(places) > _SHOWN:
        lines.append(f"and {len(places) - _SHOWN:,} more")
    return "\n".join(lines)


def _complaint(table: Table, row: int, column: str) -> str:
    value = table.frame.at[row, column]
    place = f"{table.file}, row {row} (line {table.lines[row - 1]}), column {column}"
    return f"{place}: {_fault(column, value)}"


def _fault(column: str, value: object) -> str:
    if column in ("text", "Document"):
        return text_fault(value) or "no words; write the ticket or remove the row"
    return f"{_quoted(value)}; {_REMEDIES[column]}"


def _quoted(value: object) -> str:
    if isinstance(value, str) and len(value) > _LONGEST_VALUE:
        return f"a value of {len(value):,} characters"
    return repr(value)


_REMEDIES: Final = {
    "id": "give every ticket its own identifier of a-z, 0-9 and -",
    "language": f"use one of {', '.join(LANGUAGES)}",
    "channel": f"use one of {', '.join(CHANNELS)} or leave it empty",
    "label": f"use one of {', '.join(CATEGORIES)}",
    "Topic_group": f"use one of {', '.join(CATEGORIES)}",
}
