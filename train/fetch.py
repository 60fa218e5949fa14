"""Puts the data set of this run in place: `python -m train.fetch`.

DVC follows files, not environment variables, so the choice is made visible as a file:
`data/raw/tickets.csv` holds the real tickets when `CALLCENTER_DATASET` is `kaggle` and doesn't
exist when it is `sample`.
"""

import hashlib
import os
import sys
import zipfile
from pathlib import Path
from typing import Final, Literal

from pydantic import ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from train.parameters import explain
from train.sources import KAGGLE

HANDLE: Final = "adisongoh/it-service-ticket-classification-dataset"
PUBLISHED: Final = "044fdace33fa564e1e60453f2941dafc95539c99878b0d32746950394b9dd4d4"
_INSTEAD: Final = "set CALLCENTER_KAGGLE_CSV to a copy of its CSV or zip"


class FetchError(Exception):
    """A data set that can't be had, in one line."""


class FetchSettings(BaseSettings):
    """`CALLCENTER_DATASET` and, for `kaggle`, `CALLCENTER_KAGGLE_CSV`.

    The latter is a CSV, or a zip or folder with one CSV, that takes the place of the download.
    """

    model_config = SettingsConfigDict(env_prefix="CALLCENTER_", env_ignore_empty=True, frozen=True)

    dataset: Literal["sample", "kaggle"] = "sample"
    kaggle_csv: Path | None = None


def main() -> None:
    """Fetches what the environment asks for, or says in one line why it can't."""
    try:
        print(fetch(FetchSettings(), KAGGLE), file=sys.stderr)
    except ValidationError as error:
        sys.exit(explain(error, lambda key: f"CALLCENTER_{key.upper()}"))
    except FetchError as error:
        sys.exit(str(error))


def fetch(settings: FetchSettings, target: Path) -> str:
    """Makes `target` hold the real tickets, or not exist, as `settings` ask; says what was done.

    Raises:
        FetchError: the real tickets can't be downloaded, found or read.
    """
    if settings.dataset == "sample":
        target.unlink(missing_ok=True)
        return f"sample: {target} is absent, the built-in corpus is all there is"
    content = _extract(settings.kaggle_csv or _download())
    written = _write_if_changed(target, content)
    note = "" if hashlib.sha256(content).hexdigest() == PUBLISHED else ", not the published version"
    return f"kaggle: {target} {'written' if written else 'unchanged'}, {len(content):,} bytes{note}"


def _download() -> Path:
    import kagglehub  # Takes seconds to import and is of no use to those who bring the file.

    try:
        return Path(kagglehub.dataset_download(HANDLE))
    except Exception as error:  # Its own errors have no common base, and others' pass through it.
        reason = f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
        raise FetchError(f"{HANDLE} can't be downloaded ({reason}): {_INSTEAD}") from error


def _extract(source: Path) -> bytes:
    """The one CSV that `source` is, or that the zip or folder `source` holds."""
    try:
        if source.is_dir():
            return (source / _only_csv(source, _names_in_folder(source))).read_bytes()
        if zipfile.is_zipfile(source):
            with zipfile.ZipFile(source) as archive:
                return archive.read(_only_csv(source, archive.namelist()))
        return source.read_bytes()
    except FileNotFoundError:
        raise FetchError(f"CALLCENTER_KAGGLE_CSV: {source} does not exist: {_INSTEAD}") from None
    except (OSError, RuntimeError, zipfile.BadZipFile) as error:
        raise FetchError(f"{source} can't be read ({error}): {_INSTEAD}") from None


def _names_in_folder(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def _only_csv(source: Path, names: list[str]) -> str:
    # A zip made on a Mac has a shadow of every file under __MACOSX.
    found = [name for name in names if name.lower().endswith(".csv") and "__MACOSX" not in name]
    if len(found) != 1:
        listed = ", ".join(found) or "no CSV file"
        raise FetchError(f"{source} must hold one CSV file, it has {listed}: {_INSTEAD}")
    return found[0]


def _write_if_changed(target: Path, content: bytes) -> bool:
    if target.is_file() and target.read_bytes() == content:
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_suffix(".partial")
    partial.write_bytes(content)
    os.replace(partial, target)
    return True


if __name__ == "__main__":
    main()
