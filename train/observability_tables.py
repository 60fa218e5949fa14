"""The tables of docs/observability.md: what dashboards and alerts showed in a run."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

Report = Mapping[str, Any]
_WHEN: Final = {"healthy": "as on any day", "whole": "with the faults"}


def panels(report: Report) -> str:
    """A row for each panel: its queries and what they gave."""
    rows = [
        [
            given["dashboard"],
            given["panel"],
            "<br>".join(map(_code, given["queries"])),
            _WHEN[given["when"]],
            plain(given["seen"]),
        ]
        for given in report["panels"]
    ]
    return text_table(["Dashboard", "Panel", "Query", "Traffic", "Seen"], rows)


def alerts(report: Report) -> str:
    """A row for each alert: its query, its value and its state, without and with the faults."""
    rows = [
        [
            f"[{given['alert']}](runbook.md#{given['alert'].lower()})",
            given["severity"],
            _code(given["expression"]),
            given["for"] or "0",
            given["healthy"],
            given["faults"],
            plain(given["value"]),
        ]
        for given in report["alerts"]
    ]
    heads = ["Alert", "Severity", "Query", "For", "Before", "With the faults", "Value then"]
    return text_table(heads, rows)


def sent(report: Report) -> str:
    """A sentence: what the run sent."""
    given = report["sent"]
    outcomes = ", ".join(f"{count} {name}" for name, count in given["outcomes"].items())
    return f"{given['tickets']} tickets in {given['seconds']} seconds: {outcomes}.\n"


def _code(query: str) -> str:
    return f"`{plain(' '.join(query.split()))}`"


def plain(text: str) -> str:
    """`text` for a cell of a table."""
    return text.replace("|", r"\|")


def text_table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table, all of it to the left."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
