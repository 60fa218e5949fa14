"""Writes the tables of README.md and docs/ from what commands recorded. `make docs`."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bentos.release import Release
from bentos.settings import Settings
from train import (
    agent_tables,
    container_tables,
    metrics_table,
    model_tables,
    observability_tables,
    reliability_tables,
)


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
    released = Release.read(root / "release").models
    svm, transformer = released["svm"].metrics, released["transformer"].metrics
    metrics, export = _read(root / "reports/metrics.json"), _read(root / "reports/export.json")
    bench = root / "reports/bench"
    seen = _read(root / "reports/observability.json")
    attacked = _read(root / "reports/reliability.json")
    results = model_tables.results(svm, transformer, released["router"].metrics)
    pii, routing = _read(root / "reports/pii.json"), _read(root / "reports/routing.json")
    speed = model_tables.transformer_speed(_read(bench / "transformer_inference.json"))
    tables = {
        "README.md": {
            "results": results,
            "svm-speed": model_tables.svm_speed(_read(bench / "svm_inference.json")),
            "transformer-speed": speed,
        },
        "docs/api.md": {"settings": settings_table()},
        "docs/observability.md": {
            "metrics": metrics_table.metrics_table(),
            "observability-sent": observability_tables.sent(seen),
            "observability-panels": observability_tables.panels(seen),
            "observability-alerts": observability_tables.alerts(seen),
            "observability-cost": metrics_table.cost(_read(bench / "observability.json")),
        },
        "docs/agent.md": {
            "pii": agent_tables.scrubbing(pii),
            "pii-summary": agent_tables.scrubbing_summary(pii),
            "pii-blind": agent_tables.scrubbing_blind(pii),
            "cascade": agent_tables.cascade(routing),
            "gain-signals": agent_tables.gain_signals(routing),
            "pools": agent_tables.pools(routing),
            "escalation": agent_tables.escalation(routing),
            "agent-speed": agent_tables.speed(_read(bench / "agent.json")),
        },
        "docs/deployment.md": {
            "images": container_tables.images(_read(root / "reports/containers.json")),
        },
        "docs/reliability.md": {
            "reliability-run": reliability_tables.run(attacked),
            "reliability-attacks": reliability_tables.attacks(attacked),
        },
        "docs/training.md": {
            "training-step": model_tables.training_step(_read(bench / "training_step.json")),
            "training-batches": model_tables.training_batches(_read(bench / "training_step.json")),
        },
        "docs/transformer.md": {
            "results": results,
            "slices": model_tables.slices(transformer),
            "classes": model_tables.classes(metrics["transformer"]),
            "calibration": model_tables.calibration(export),
            "readings": model_tables.readings(export),
            "training-sources": model_tables.training_sources(
                _read(bench / "training_sources.json")
            ),
            "formats": model_tables.formats(_read(bench / "transformer_formats.json")),
            "speed": speed,
        },
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


def _read(path: Path) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return result


def _escaped(table: str) -> str:
    return table.replace("\\", r"\\")


def main() -> None:
    """Rewrites the documents."""
    for path, text in documents(Path(".")).items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
