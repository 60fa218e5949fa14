"""MLflow's registry, seen from this project: the versions behind aliases, promotion and release."""

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bentoml
import mlflow
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException

from bentos.models.artifact import ArtifactError, Manifest
from bentos.models.registered import EVIDENCE, FOLDERS
from bentos.release import RECORD, Release, ReleasedModel
from bentos.store import import_folder


class RegistryError(Exception):
    """What was asked of the registry cannot be had; says why and what to do."""


@dataclass(frozen=True, slots=True)
class RegisteredModel:
    """One version in the registry."""

    name: str
    registry_version: str
    run_id: str

    def provenance(self) -> dict[str, str]:
        """What the BentoML model store keeps beside the model."""
        return {"run_id": self.run_id, "registry_version": self.registry_version}


def at_alias(name: str, alias: str) -> RegisteredModel:
    """The version of `name` that has `alias`.

    Raises:
        RegistryError: there is none.
    """
    found = find_alias(name, alias)
    if found is None:
        remedy = (
            "`make train` registers one"
            if alias == "staging"
            else "`callcenter promote` or `register` gives it"
        )
        raise RegistryError(
            f"no version of {name} has the alias {alias!r} in {mlflow.get_registry_uri()}: {remedy}"
        )
    return found


def find_alias(name: str, alias: str) -> RegisteredModel | None:
    """The version of `name` that has `alias`, or None."""
    try:
        version: ModelVersion = mlflow.MlflowClient().get_model_version_by_alias(name, alias)
    except MlflowException as error:
        if error.error_code in {"RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"}:
            return None
        raise
    return RegisteredModel(name, str(version.version), str(version.run_id))


def pull(names: Iterable[str], alias: str) -> Iterator[tuple[RegisteredModel, bentoml.Tag]]:
    """Brings the versions of `names` that have `alias` into the BentoML model store.

    Raises:
        RegistryError: one has none, or it can't be downloaded whole.
    """
    for name in names:
        model = at_alias(name, alias)
        with downloaded(model) as folder:
            tag = import_folder(folder, model.provenance())
        yield model, tag


def set_alias(model: RegisteredModel, alias: str) -> None:
    """Gives `alias` to this version, taking it from any other."""
    mlflow.MlflowClient().set_registered_model_alias(model.name, alias, model.registry_version)


def sources(model: RegisteredModel) -> set[str]:
    """The sources of the tickets that `model` was trained on."""
    tags = mlflow.MlflowClient().get_run(model.run_id).data.tags
    return set(tags["dataset"].split("+"))


@contextmanager
def downloaded(model: RegisteredModel) -> Iterator[Path]:
    """The verified model folder of `model`, for the time of the context."""
    uri = f"models:/{model.name}/{model.registry_version}/artifacts/{FOLDERS[model.name]}"
    with tempfile.TemporaryDirectory() as temporary:
        try:
            folder = Path(mlflow.artifacts.download_artifacts(uri, dst_path=temporary))
            Manifest.verify(folder)
        except (ArtifactError, MlflowException, OSError) as error:
            raise RegistryError(f"{uri} cannot be had: {error}") from None
        yield folder


def write_release(models: list[RegisteredModel], destination: Path) -> Release:
    """Writes the folders of `models` and their record into `destination`, replacing what was."""
    destination.mkdir(parents=True, exist_ok=True)
    entries: dict[str, ReleasedModel] = {}
    for model in models:
        directory = FOLDERS[model.name]
        with downloaded(model) as folder:
            shutil.rmtree(destination / directory, ignore_errors=True)
            shutil.copytree(folder, destination / directory)
        entries[directory] = _released(model, Manifest.verify(destination / directory))
    release = Release(models=entries)
    (destination / RECORD).write_text(release.model_dump_json(indent=2) + "\n", encoding="utf-8")
    return release


def _released(model: RegisteredModel, manifest: Manifest) -> ReleasedModel:
    run = mlflow.MlflowClient().get_run(model.run_id)
    tags: dict[str, str] = run.data.tags
    return ReleasedModel(
        name=model.name,
        version=manifest.version,
        registry_version=model.registry_version,
        run_id=model.run_id,
        commit=tags["commit"],
        dataset={"name": tags["dataset"], "version": tags["dataset_version"]},
        parameters=dict(run.data.params),
        metrics=evidence(model),
        files=manifest.files,
    )


def evidence(model: RegisteredModel) -> dict[str, Any]:
    """How good `model` is, as its run recorded it."""
    report, key = EVIDENCE[model.name]
    recorded = mlflow.artifacts.load_dict(f"runs:/{model.run_id}/reports/{report}.json")
    return _summary(recorded[key])


def _summary(scores: dict[str, Any]) -> dict[str, Any]:
    """`scores` without the per-class tables: those stay in the run and in
    `reports/metrics.json`."""
    return {
        key: _summary(value) if isinstance(value, dict) else value
        for key, value in scores.items()
        if key != "per_class"
    }
