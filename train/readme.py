"""Writes the tables of README.md from what the release and the benchmarks recorded. `python -m
train.readme`."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from bentos.release import Release, ReleasedModel

README: Final = Path("README.md")
_LANGUAGES: Final = {"en": "English", "fr": "French", "ar": "Arabic"}


def render(text: str, tables: Mapping[str, str]) -> str:
    """`text` with what stands between `<!-- name -->` and `<!-- /name -->` replaced by the table of
    that name.

    Raises:
        ValueError: a table has no place in `text`.
    """
    for name, table in tables.items():
        pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
        text, count = pattern.subn(rf"\g<1>{_escaped(table)}\g<2>", text)
        if count != 1:
            raise ValueError(f"<!-- {name} --> stands {count} times in the text, 1 was expected")
    return text


def tables() -> dict[str, str]:
    """The tables of README.md by name."""
    release = Release.read(Path("release"))
    bench = json.loads(Path("reports/bench/svm_inference.json").read_text(encoding="utf-8"))
    return {"results": results(release.models["svm"]), "speed": speed(bench)}


def results(model: ReleasedModel) -> str:
    """A row for each set of held-out tickets: how many, accuracy, macro-F1 and calibration
    error."""
    lines = [
        "| Held-out tickets | Tickets | Accuracy | Macro-F1 | ECE |",
        "|---|---:|---:|---:|---:|",
    ]
    splits = model.metrics["splits"]
    lines += [_row("Real, `random` split", splits["random"]["kaggle"])]
    lines += [_row("Real, `grouped` split", splits["grouped"]["kaggle"])]
    natural = splits["random"]["sample"]["languages"]
    lines += [_row(f"Natural, {name}", natural[code]) for code, name in _LANGUAGES.items()]
    return "\n".join(lines) + "\n"


def speed(bench: Mapping[str, Any]) -> str:
    """A row for each batch size: tickets a second with scikit-learn and with released arrays."""
    lines = [
        "| Batch | scikit-learn, tickets/s | CallCenterAI, tickets/s | Ratio |",
        "|---:|---:|---:|---:|",
    ]
    lines += [_speed_row(row) for row in bench["batches"]]
    return "\n".join(lines) + "\n"


def _escaped(table: str) -> str:
    return table.replace("\\", r"\\")


def _speed_row(row: Mapping[str, Any]) -> str:
    rates = f"{row['sklearn_per_second']:,.0f} | {row['callcenter_per_second']:,.0f}"
    return f"| {row['batch']} | {rates} | {row['ratio']:.1f} × |"


def _row(name: str, scores: Mapping[str, Any]) -> str:
    numbers = " | ".join(f"{scores[key]:.3f}" for key in ("accuracy", "macro_f1", "ece"))
    return f"| {name} | {scores['tickets']:,} | {numbers} |"


def main() -> None:
    """Rewrites README.md."""
    README.write_text(render(README.read_text(encoding="utf-8"), tables()), encoding="utf-8")


if __name__ == "__main__":
    main()
