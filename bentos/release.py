"""The release: the production models, in git, with what was measured and where they came from."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import bentoml
from pydantic import BaseModel, ConfigDict, ValidationError

from bentos.models.artifact import ArtifactError, Manifest
from bentos.store import import_folder

RECORD: Final = "release.json"


class ReleaseError(Exception):
    """A release folder that must not be installed."""


class ReleasedModel(BaseModel):
    """Where one released model came from, what it was trained with and what it scored.

    `files` are the SHA-256 of the folder's files, as in its manifest; `metrics` is the model's part
    of `reports/metrics.json` at the time.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    version: str
    registry_version: str
    run_id: str
    commit: str
    dataset: dict[str, str]
    parameters: dict[str, str]
    metrics: dict[str, Any]
    files: dict[str, str]

    def provenance(self) -> dict[str, str]:
        """What the BentoML model store keeps beside the model."""
        return {"run_id": self.run_id, "registry_version": self.registry_version}


class Release(BaseModel):
    """The record `release.json`: a model a folder."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    models: Mapping[str, ReleasedModel]

    @classmethod
    def read(cls, folder: Path) -> "Release":
        """The record of the release in `folder`.

        Raises:
            ReleaseError: there is none, or it is not one.
        """
        path = folder / RECORD
        try:
            return cls.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            raise ReleaseError(f"{path} is missing: is {folder} a release?") from None
        except ValidationError as error:
            raise ReleaseError(f"{path} is not a release record: {error}") from None


def install_release(folder: Path) -> Iterator[bentoml.Tag]:
    """Puts every model of the release into the BentoML model store; installing again changes
    nothing.

    Raises:
        ReleaseError: a record or a model that is incomplete or altered.
    """
    for directory, model in Release.read(folder).models.items():
        try:
            _check(folder / directory, model)
            yield import_folder(folder / directory, model.provenance())
        except ArtifactError as error:
            raise ReleaseError(str(error)) from None


def _check(folder: Path, model: ReleasedModel) -> None:
    manifest = Manifest.verify(folder)
    if manifest.files != model.files:
        raise ReleaseError(
            f"{folder} is not the model that {RECORD} describes: check out both again"
        )
