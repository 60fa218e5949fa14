"""Gives a release to an MLflow registry that has none of its models, being new."""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bentos.models.artifact import Manifest
from bentos.models.registered import EVIDENCE
from bentos.release import Release, ReleasedModel
from train.register import FLAVOURS
from train.registry import RegisteredModel, find_alias, set_alias
from train.tracking import PRODUCTION, RunRecord, register


def register_release(release: Path) -> Iterator[tuple[RegisteredModel, bool]]:
    """Registers each model of the folder `release`, with what was recorded of it, as `production`.

    Yields the version in production, and whether it was registered now: a model that has one
    already is left as it is.

    Raises:
        ReleaseError: the record is missing or is not one.
        ArtifactError: a model is not what its manifest vouches for.
    """
    for directory, released in Release.read(release).models.items():
        present = find_alias(released.name, PRODUCTION)
        if present is None:
            yield _register(release / directory, released), True
        else:
            yield present, False


def _register(folder: Path, released: ReleasedModel) -> RegisteredModel:
    Manifest.verify(folder)
    report, key = EVIDENCE[released.name]
    tags = {
        "dataset": released.dataset["name"],
        "dataset_version": released.dataset["version"],
        "commit": released.commit,
        "released_from": released.run_id,
    }
    with tempfile.TemporaryDirectory() as temporary:
        # Where promotion looks for it.
        evidence = Path(temporary, f"{report}.json")
        evidence.write_text(json.dumps({key: released.metrics}), encoding="utf-8")
        record = RunRecord(released.parameters, released.metrics, tags, (evidence,))
        given = register(released.name, folder, FLAVOURS[released.name], record)
    model = RegisteredModel(given.name, given.registry_version, given.run_id)
    set_alias(model, PRODUCTION)
    return model
