"""A released model on disk: a folder of plain files and the manifest that vouches for them.

The same folder is what a training stage exports, what MLflow's registry stores, what `release/`
holds and what the BentoML model store serves from.
"""

import hashlib
import json
from pathlib import Path
from typing import Final, Self

from pydantic import BaseModel, ConfigDict, ValidationError

MANIFEST: Final = "manifest.json"
# Of the reason why a file can't be read: libraries quote what they met.
_MOST_CHARACTERS: Final = 200


class ArtifactError(Exception):
    """A model folder that must not be served: incomplete, altered or unreadable."""


class Manifest(BaseModel):
    """A model's name, its version, and the SHA-256 of every file beside the manifest.

    The version is the folder's content address, the first twelve hexadecimal digits of the SHA-256
    of `files`: equal versions are equal models, wherever they came from.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    version: str
    files: dict[str, str]

    @classmethod
    def write(cls, folder: Path, name: str) -> Self:
        """Vouches for the files that `folder` holds now."""
        names = sorted(path.name for path in folder.iterdir() if path.name != MANIFEST)
        files = {file: _sha256(folder / file) for file in names}
        manifest = cls(name=name, version=_content_address(files), files=files)
        (folder / MANIFEST).write_text(manifest.model_dump_json(indent=2) + "\n", encoding="utf-8")
        return manifest

    @classmethod
    def verify(cls, folder: Path) -> Self:
        """The manifest of `folder`, after checking every file against it.

        Raises:
            ArtifactError: no manifest, or a file that is missing or not the one the manifest
            vouches for.
        """
        path = folder / MANIFEST
        try:
            manifest = cls.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            raise ArtifactError(f"{path} is missing: pull or release the model again") from None
        except (OSError, ValidationError) as error:
            raise wrong_format(path, "a manifest", error) from None
        if manifest.version != _content_address(manifest.files):
            raise ArtifactError(f"{path} was altered: pull or release the model again")
        for name, expected in manifest.files.items():
            _check(folder / name, expected)
        return manifest


def wrong_format(path: Path, what: str, reason: object) -> ArtifactError:
    """The error, in one line, of a file `path` that should be `what` and can't be read as that."""
    if isinstance(reason, ValidationError):
        first = reason.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        reason = f"{place}: {first['msg']}" if place else first["msg"]
    lines = str(reason).strip().splitlines() or [type(reason).__name__]
    return ArtifactError(
        f"{path} is not {what} ({lines[0][:_MOST_CHARACTERS]}): pull or release the model again"
    )


def _check(path: Path, expected: str) -> None:
    if not path.is_file():
        raise ArtifactError(f"{path} is missing: pull or release the model again")
    try:
        actual = _sha256(path)
    except OSError as error:
        raise ArtifactError(f"{path} can't be read: {error.strerror}") from None
    if actual != expected:
        raise ArtifactError(
            f"{path} has SHA-256 {actual[:12]}…, its manifest says {expected[:12]}…: "
            "the file was altered; pull or release the model again"
        )


def _content_address(files: dict[str, str]) -> str:
    return hashlib.sha256(json.dumps(files, sort_keys=True).encode()).hexdigest()[:12]


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
