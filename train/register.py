"""Stage `register`: gives the trained models to MLflow's registry, under the alias `staging`."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import yaml

from train.evaluate import MODELS, REPORTS
from train.prepare import DATASET
from train.svm import NAME
from train.tracking import RunRecord, commit, register, use_tracking_server

_PYFUNC: Final = Path(__file__).with_name("svm_pyfunc.py")


def svm_record() -> RunRecord:
    """What the SVM's run logs: parameters, search, scores and pictures."""
    parameters = yaml.safe_load(Path("params.yaml").read_text(encoding="utf-8"))
    metrics = _read(REPORTS / "metrics.json")
    dataset = _read(DATASET)
    tags = {"dataset": dataset["name"], "dataset_version": dataset["version"], "commit": commit()}
    reports = (
        REPORTS / "metrics.json",
        REPORTS / "data.json",
        REPORTS / "svm.json",
        *sorted((REPORTS / "models").glob("svm_*.png")),
    )
    chosen = _read(REPORTS / "svm.json")["chosen"]
    given = {name: parameters[name] for name in ("prepare", "svm")}
    return RunRecord({**given, "chosen": chosen}, metrics["svm"], tags, reports)


def main() -> None:
    """Registers the SVM and writes where it went to `models/registered.json`."""
    use_tracking_server()
    registered = register(NAME, MODELS / "svm", _PYFUNC, svm_record())
    text = json.dumps({"svm": asdict(registered)}, indent=2) + "\n"
    (MODELS / "registered.json").write_text(text, encoding="utf-8")


def _read(path: Path) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return result


if __name__ == "__main__":
    main()
