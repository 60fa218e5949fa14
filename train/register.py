"""Stage `register`: gives the trained models to MLflow's registry, under the alias `staging`."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import yaml

from bentos.models.registered import FOLDERS, SVM, TRANSFORMER
from train.evaluate import MODELS, REPORTS
from train.prepare import DATASET
from train.tracking import RunRecord, commit, register, use_tracking_server

_PYFUNC: Final = Path(__file__).with_name("pyfunc.py")
# What trained each model: sections of params.yaml, and the reports of its own stages.
_SECTIONS: Final = {
    SVM: ("prepare", "svm"),
    TRANSFORMER: ("prepare", "encoder", "transformer", "export"),
}
_REPORTS: Final = {SVM: ("svm",), TRANSFORMER: ("transformer", "export")}


def record(name: str) -> RunRecord:
    """What the run of the model `name` logs: parameters, scores, reports and pictures."""
    parameters = yaml.safe_load(Path("params.yaml").read_text(encoding="utf-8"))
    metrics = _read(REPORTS / "metrics.json")
    dataset = _read(DATASET)
    tags = {"dataset": dataset["name"], "dataset_version": dataset["version"], "commit": commit()}
    reports = (
        *(REPORTS / f"{report}.json" for report in ("metrics", "data", *_REPORTS[name])),
        *sorted((REPORTS / "models").glob(f"{FOLDERS[name]}_*.png")),
    )
    given = {section: parameters[section] for section in _SECTIONS[name]}
    if name == SVM:
        given["chosen"] = _read(REPORTS / "svm.json")["chosen"]
    return RunRecord(given, metrics[FOLDERS[name]], tags, reports)


def main() -> None:
    """Registers the models and writes where they went to `models/registered.json`."""
    use_tracking_server()
    registered = {
        folder: asdict(register(name, MODELS / folder, _PYFUNC, record(name)))
        for name, folder in FOLDERS.items()
    }
    text = json.dumps(registered, indent=2) + "\n"
    (MODELS / "registered.json").write_text(text, encoding="utf-8")


def _read(path: Path) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return result


if __name__ == "__main__":
    main()
