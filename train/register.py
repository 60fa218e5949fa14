"""Stage `register`: gives the trained models to MLflow's registry, under the alias `staging`."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import pandas as pd
import yaml

from bentos.models.registered import EVIDENCE, FOLDERS, NAMES, ROUTER, SVM, TRANSFORMER
from train.paths import DATASET, MODELS, REPORTS
from train.tracking import Flavour, RunRecord, commit, register, use_tracking_server

_TEXTS: Final = pd.DataFrame(
    {"text": ["I forgot my password", "Mon écran reste noir", "نسيت كلمة السر"]}
)
_CLASSIFIER: Final = Flavour(
    Path(__file__).with_name("pyfunc.py"),
    _TEXTS,
    pd.DataFrame({"label": ["Access"], "confidence": [1.0], "probabilities": [[1.0]]}),
)
_ROW: Final = [0.93, *[0.01] * 7]
FLAVOURS: Final = {
    SVM: _CLASSIFIER,
    TRANSFORMER: _CLASSIFIER,
    NAMES: Flavour(
        Path(__file__).with_name("pyfunc_names.py"), _TEXTS, pd.DataFrame({"names": [[[0, 4]]]})
    ),
    ROUTER: Flavour(
        Path(__file__).with_name("pyfunc_router.py"),
        pd.DataFrame(
            {"language": ["en"], "style": ["natural"], "svm": [_ROW], "transformer": [_ROW]}
        ),
        pd.DataFrame({"probabilities": [_ROW]}),
    ),
}
# What trained each model: sections of params.yaml, and the reports of its own stages.
_SECTIONS: Final = {
    SVM: ("prepare", "svm"),
    TRANSFORMER: ("prepare", "encoder", "transformer", "export"),
    NAMES: ("prepare", "names"),
    ROUTER: ("prepare", "router"),
}
_REPORTS: Final = {
    SVM: ("metrics", "data", "svm"),
    TRANSFORMER: ("metrics", "data", "transformer", "export"),
    NAMES: ("pii", "data"),
    ROUTER: ("metrics", "data", "routing"),
}


def record(name: str) -> RunRecord:
    """What the run of the model `name` logs: parameters, scores, reports and pictures."""
    parameters = yaml.safe_load(Path("params.yaml").read_text(encoding="utf-8"))
    report, key = EVIDENCE[name]
    metrics = _read(REPORTS / f"{report}.json")
    dataset = _read(DATASET)
    tags = {"dataset": dataset["name"], "dataset_version": dataset["version"], "commit": commit()}
    reports = (
        *(REPORTS / f"{report}.json" for report in _REPORTS[name]),
        *sorted((REPORTS / "models").glob(f"{key}_*.png")),
    )
    given = {section: parameters[section] for section in _SECTIONS[name]}
    if name == SVM:
        given["chosen"] = _read(REPORTS / "svm.json")["chosen"]
    return RunRecord(given, metrics[key], tags, reports)


def main() -> None:
    """Registers the models and writes where they went to `models/registered.json`."""
    use_tracking_server()
    registered = {
        folder: asdict(register(name, MODELS / folder, FLAVOURS[name], record(name)))
        for name, folder in FOLDERS.items()
    }
    text = json.dumps(registered, indent=2) + "\n"
    (MODELS / "registered.json").write_text(text, encoding="utf-8")


def _read(path: Path) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return result


if __name__ == "__main__":
    main()
