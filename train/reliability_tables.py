"""The table of docs/reliability.md: what the attacks tried, and what was lost."""

from collections.abc import Mapping
from typing import Any, Final

from train.observability_tables import plain, text_table

Report = Mapping[str, Any]

_NONE: Final = "–"
_HEADS: Final = (
    "Kind",
    "What was tried",
    "What must hold",
    "How often",
    "Lost before",
    "Lost now",
    "Figures, before → now",
)


def attacks(report: Report) -> str:
    """A row for each attack: how often, what was lost before and now, and what was measured."""
    rows = [
        [
            str(attack["row"]) if attack["row"] else "all",
            plain(attack["name"]),
            plain(attack["promise"]),
            f"{attack['after']['tried']:,}",
            _lost(attack["before"], attack["after"]["tried"]),
            _lost(attack["after"], attack["after"]["tried"]),
            _figures(attack),
        ]
        for attack in report["attacks"]
    ]
    return text_table(_HEADS, rows)


def run(report: Report) -> str:
    """Sentences: which commits were attacked, on what, and how much was lost in all."""
    commits, given = report["commits"], report["machine"]
    tried = sum(attack["after"]["tried"] for attack in report["attacks"])
    lost = sum(attack["after"]["lost"] for attack in report["attacks"])
    flags = f" ({', '.join(given['flags'])})" if given["flags"] else ""
    processor = given["processor"] or "an unnamed processor"
    return (
        f"Before: commit `{commits['before']}`; now: `{commits['after']}`. "
        f"On {given['cores']} cores of {processor}{flags}. "
        f"Tried {tried:,} times in {len(report['attacks'])} attacks, lost {lost:,}.\n"
    )


def _lost(outcome: Report | None, tried: int) -> str:
    if outcome is None:
        return _NONE
    of = "" if outcome["tried"] == tried else f" of {outcome['tried']:,}"
    return f"{outcome['lost']:,}{of}"


def _figures(attack: Report) -> str:
    before = {} if attack["before"] is None else attack["before"]["figures"]
    after = attack["after"]["figures"]
    return "<br>".join(
        f"{plain(name.replace('_', ' '))}: {_change(before.get(name), after.get(name))}"
        for name in dict.fromkeys([*before, *after])
    )


def _change(before: float | str | None, after: float | str | None) -> str:
    given = [_NONE if value is None else _said(value) for value in (before, after)]
    return given[1] if given[0] == given[1] else " → ".join(given)


def _said(value: float | str) -> str:
    if isinstance(value, str):
        return plain(value)
    return f"{value:,.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else f"{value:,}"
