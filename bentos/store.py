"""The BentoML model store: where the services find the models that a release or the registry
brought."""

from collections.abc import Mapping
from pathlib import Path
from shutil import copy2

import bentoml

from bentos.models.artifact import MANIFEST, Manifest


def import_folder(folder: Path, metadata: Mapping[str, str] | None = None) -> bentoml.Tag:
    """Puts the verified model `folder` into the store, as `name:version` of its manifest; again
    changes nothing.

    Raises:
        ArtifactError: the folder is not what its manifest vouches for.
    """
    manifest = Manifest.verify(folder)
    tag = bentoml.Tag(manifest.name, manifest.version)
    if any(model.tag == tag for model in bentoml.models.list()):
        return tag
    with bentoml.models.create(tag, metadata=dict(metadata or {})) as model:
        for name in (*manifest.files, MANIFEST):
            copy2(folder / name, model.path_of(name))
    return tag
