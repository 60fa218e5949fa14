"""Builds the three bentos from the one bentofile.yaml. `make bentos`.

`bentoml build` can't: a bentofile describes one bento.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import bentoml
import click
import yaml
from bentoml._internal.bento.build_config import BentoEnvSchema
from bentoml.exceptions import NotFound

from bentos.models.artifact import ArtifactError
from bentos.models.registered import NAMES, ROUTER, SVM, TRANSFORMER
from bentos.release import ReleaseError
from deploy.models import UnknownAlias, bring
from deploy.parts import BENTOFILE, LOCK, PARTS, ROOT, Part
from deploy.requirements import pinned, versions
from deploy.version import build_version, revision

_VARIABLES: Final = {
    SVM: "CALLCENTER_SVM_MODEL",
    TRANSFORMER: "CALLCENTER_TRANSFORMER_MODEL",
    ROUTER: "CALLCENTER_ROUTER_MODEL",
    NAMES: "CALLCENTER_NAMES_MODEL",
}
# The bento's label that says what it was built from.
COMMIT: Final = "commit"
# What the image of a bento installs, with hashes: deploy/Dockerfile.j2 looks here.
HASHED: Final = "env/python/requirements.hashed.txt"


def options(part: Part, models: Mapping[str, bentoml.Tag], commit: str) -> dict[str, Any]:
    """What `bentoml.build` is given: the bentofile's options, with what is the part's own."""
    shared = yaml.safe_load(BENTOFILE.read_text(encoding="utf-8"))
    # Complete and exact, so BentoML need not ask an index what the packages need.
    packages = versions(pinned(part.packages, LOCK))
    python = {"packages": packages, "lock_packages": False}
    return {
        **shared,
        "envs": [BentoEnvSchema(**variable) for variable in shared["envs"]],
        "service": part.service,
        "name": part.name,
        "version": build_version(commit),
        "python": python,
        "models": [str(models[name]) for name in part.models],
        "labels": {COMMIT: commit},
    }


def build(part: Part, models: Mapping[str, bentoml.Tag], commit: str) -> bentoml.Bento:
    """Builds the bento of `part`, in place of an earlier one of the same version."""
    given = options(part, models, commit)
    try:
        bentoml.bentos.delete(f"{part.name}:{given['version']}")
    except NotFound:
        pass
    bento = bentoml.build(build_ctx=str(ROOT), **given)
    _leave_out_dependencies(bento)
    # In a file of its own: BentoML lists itself once more, without a hash; and it would keep the
    # hashes in bento.yaml too, which each worker reads.
    hashed = "".join(pin.hashed() for pin in pinned(part.packages, LOCK))
    Path(bento.path, HASHED).write_text(hashed, encoding="utf-8")
    return bento


def _leave_out_dependencies(bento: bentoml.Bento) -> None:
    """A bento takes along the models of the services that its own asks, remote ones too."""
    for service in bento.info.services:
        if service.name != bento.info.entry_service:
            service.models.clear()
    bento.flush_info()  # type: ignore[no-untyped-call]  # BentoML publishes no types for it


@click.command()
@click.option(
    "--alias",
    help="Take the registry's models with this alias, instead of those of release/.",
)
def main(alias: str | None) -> None:
    """Build the bentos of the SVM, the transformer and the agent into the BentoML store."""
    try:
        models = bring(alias)
    except (ArtifactError, ReleaseError, UnknownAlias) as error:
        raise click.ClickException(str(error)) from None
    # The services name their models by these; read when they are first imported.
    os.environ.update({_VARIABLES[name]: str(tag) for name, tag in models.items()})
    commit = revision()
    for part in PARTS:
        bento = build(part, models, commit)
        taken = ", ".join(str(model.tag) for model in bento.info.all_models)
        click.echo(f"{bento.tag} with {taken}")


if __name__ == "__main__":
    main()
