"""Writes the tables of README.md and docs/ from what commands recorded. `make docs`."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from bentos.release import Release, ReleasedModel
from bentos.settings import Settings

_LANGUAGES: Final = {"en": "English", "fr": "French", "ar": "Arabic"}


def render(text: str, tables: Mapping[str, str]) -> str:
    """`text` with each table between its marks, `<!-- name -->` and `<!-- /name -->`.

    Raises:
        ValueError: a table has no place in `text`.
    """
    for name, table in tables.items():
        pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
        text, count = pattern.subn(rf"\g<1>{_escaped(table)}\g<2>", text)
        if count != 1:
            raise ValueError(f"<!-- {name} --> stands {count} times in the text, 1 was expected")
    return text


def documents(root: Path) -> dict[Path, str]:
    """The documents with tables, as they should read now."""
    release = Release.read(root / "release")
    bench = json.loads((root / "reports/bench/svm_inference.json").read_text(encoding="utf-8"))
    tables = {
        "README.md": {"results": results(release.models["svm"]), "speed": speed(bench)},
        "docs/api.md": {"settings": settings_table()},
    }
    return {
        root / name: render((root / name).read_text(encoding="utf-8"), parts)
        for name, parts in tables.items()
    }


def settings_table() -> str:
    """A row for each setting: its variable, its default, what it is."""
    lines = ["| Variable | Default | |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        variable = field.validation_alias or f"CALLCENTER_{name.upper()}"
        default = "unset" if field.default is None else f"`{field.default}`"
        lines.append(f"| `{variable}` | {default} | {field.description} |")
    return "\n".join(lines) + "\n"


def results(model: ReleasedModel) -> str:
    """A row for each set of held-out tickets."""
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
    """Rewrites the documents."""
    for path, text in documents(Path(".")).items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
