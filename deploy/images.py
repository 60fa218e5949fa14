"""Makes an image of each bento that was built last. `make images`."""

import os
import subprocess  # nosec B404
import sys
import tempfile
from pathlib import Path
from typing import Final

import bentoml
import click
from bentoml.exceptions import NotFound

from deploy.bentos import COMMIT
from deploy.parts import PARTS, Part
from deploy.version import project_version

# The tag that docker-compose.yml and the local overlay of Kubernetes use.
LOCAL: Final = "local"


def labels(bento: bentoml.Bento) -> dict[str, str]:
    """What a registry or `docker inspect` says of the image: the OCI's names, and the models'."""
    standard = {
        "title": bento.tag.name,
        "description": "Sorts customers' tickets into eight business categories",
        "version": project_version(),
        "revision": bento.info.labels[COMMIT],
        "created": bento.info.creation_time.isoformat(timespec="seconds"),
        "licenses": "MIT",
    }
    return {
        **{f"org.opencontainers.image.{name}": value for name, value in standard.items()},
        **{
            f"callcenter.model.{model.tag.name}": model.tag.version
            for model in bento.info.all_models
        },
    }


def containerize(part: Part) -> str:
    """Builds the image of `part`; gives the tag that names version and commit.

    Raises:
        ClickException: there is no bento, or the build failed.
    """
    try:
        bento = bentoml.bentos.get(f"{part.name}:latest")
    except NotFound:
        raise click.ClickException(f"there is no bento {part.name}: run `make bentos`") from None
    tag = f"{part.name}:{bento.tag.version}"
    given = [f"label={name}={value}" for name, value in labels(bento).items()]
    command = [
        str(Path(sys.executable).with_name("bentoml")),
        "containerize",
        str(bento.tag),
        *(argument for name in (tag, f"{part.name}:{LOCAL}") for argument in ("--image-tag", name)),
        *(argument for option in given for argument in ("--opt", option)),
    ]
    # BentoML lays the bento out in the temporary folder, and reads no template outside its own.
    environment = {**_buildkit(), **os.environ}
    # A fixed program, and no shell.
    result = subprocess.run(command, env=environment, cwd=tempfile.gettempdir())  # nosec B603
    if result.returncode != 0 or not _exists(tag):
        raise click.ClickException(f"{tag} could not be built: Docker's messages are above")
    return tag


def _buildkit() -> dict[str, str]:
    """Without the buildx plugin, docker refuses BuildKit, which BentoML would ask for."""
    return {} if _succeeds("buildx", "version") else {"DOCKER_BUILDKIT": "0"}


def _exists(tag: str) -> bool:
    """Whether the image is there: `bentoml containerize` exits with 0 after a failure too."""
    return _succeeds("image", "inspect", tag)


def _succeeds(*arguments: str) -> bool:
    command = ["docker", *arguments]
    try:
        return subprocess.run(command, capture_output=True).returncode == 0  # nosec B603 B607
    except FileNotFoundError:
        raise click.ClickException("`docker` was not found: install Docker's client") from None


@click.command()
def main() -> None:
    """Make an image of each bento, tagged `local` and with its version and commit."""
    if not _succeeds("info"):
        raise click.ClickException("no Docker engine answers: start one, or set DOCKER_HOST")
    for part in PARTS:
        click.echo(containerize(part))


if __name__ == "__main__":
    main()
