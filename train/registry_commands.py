"""`callcenter promote`, `pull`, `register`, `release`: models between registry, store and git."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import pandas as pd

from bentos.models.artifact import ArtifactError
from bentos.models.registered import CLASSIFIERS, FOLDERS, ROUTER
from bentos.release import ReleaseError
from train.paths import SCRUBBED
from train.promotion import Comparison, compare, compare_records
from train.registry import (
    RegisteredModel,
    RegistryError,
    at_alias,
    downloaded,
    evidence,
    find_alias,
)
from train.registry import pull as pull_models
from train.registry import set_alias, sources, write_release
from train.registry_import import register_release
from train.tracking import PRODUCTION, STAGING, use_tracking_server

_model_option: Callable[[Any], Any] = click.option(
    "--model",
    "names",
    multiple=True,
    type=click.Choice(sorted(FOLDERS)),
    default=sorted(FOLDERS),
    show_default=True,
    help="A registered model; may be given again.",
)


@click.command()
@_model_option
@click.option("--alias", default=PRODUCTION, show_default=True, help="Which version of each.")
def pull(names: tuple[str, ...], alias: str) -> None:
    """Bring models from MLflow's registry into the BentoML model store."""
    with _registry():
        for model, tag in pull_models(names, alias):
            click.echo(f"{tag} is in the BentoML model store ({_described(model)})")


@click.command()
@_model_option
@click.option("--tolerance", default=0.0, show_default=True, help="How much worse still passes.")
def promote(names: tuple[str, ...], tolerance: float) -> None:
    """Give `production` to the staging versions, if none is worse than the present one.

    The policy was learned with the models beside it: they go together or not at all.
    """
    with _registry():
        candidates = [at_alias(name, STAGING) for name in names]
        refused = [model.name for model in candidates if not _may_be_promoted(model, tolerance)]
        for model in () if refused else candidates:
            set_alias(model, PRODUCTION)
    if refused:
        raise click.ClickException(f"nothing was promoted; refused: {', '.join(refused)}")


@click.command()
@click.option(
    "--to", "destination", default="release", show_default=True, type=click.Path(path_type=Path)
)
def release(destination: Path) -> None:
    """Write the production models as a release folder, with what was measured of them."""
    with _registry():
        written = write_release([at_alias(name, PRODUCTION) for name in FOLDERS], destination)
    for directory, model in written.models.items():
        click.echo(f"{destination / directory}: {model.name} {model.version}")


@click.command()
@click.argument(
    "source",
    metavar="[RELEASE]",
    default="release",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
)
def register(source: Path) -> None:
    """Give the models of the RELEASE folder to a registry that has none in production."""
    with _registry():
        for model, is_new in register_release(source):
            state = "is in production now" if is_new else "was in production already"
            click.echo(f"{_described(model)} {state}")


@contextmanager
def _registry() -> Iterator[None]:
    use_tracking_server()
    try:
        yield
    except (ArtifactError, RegistryError, ReleaseError) as error:
        raise click.ClickException(str(error)) from None


def _may_be_promoted(candidate: RegisteredModel, tolerance: float) -> bool:
    present = find_alias(candidate.name, PRODUCTION)
    if present is None:
        click.echo(f"{_described(candidate)} is the first in production")
    elif present == candidate:
        click.echo(f"{_described(candidate)} is in production already")
    else:
        click.echo(f"{_described(candidate)} against {_described(present)}, same test tickets:")
        return _passes(candidate, present, tolerance)
    return True


def _passes(candidate: RegisteredModel, present: RegisteredModel, tolerance: float) -> bool:
    if candidate.name not in CLASSIFIERS:
        if candidate.name == ROUTER:
            # The cascade's figures are of the tickets of its run.
            _require(sources(present), sources(candidate), f"the run of {_described(candidate)}")
        comparisons = compare_records(evidence(candidate), evidence(present))
        return _said(comparisons, tolerance)
    with downloaded(candidate) as ours, downloaded(present) as theirs:
        comparisons = compare(ours, theirs, _tickets(sources(present)))
    return _said(comparisons, tolerance)


def _said(comparisons: Sequence[Comparison], tolerance: float) -> bool:
    """Prints `comparisons`; whether none of them is worse."""
    for comparison in comparisons:
        click.echo(f"  {_verdict(comparison, tolerance)} {comparison}")
    return not any(comparison.is_worse(tolerance) for comparison in comparisons)


def _verdict(comparison: Comparison, tolerance: float) -> str:
    return "worse" if comparison.is_worse(tolerance) else "ok   "


def _tickets(needed: set[str]) -> pd.DataFrame:
    """The scrubbed tickets; of all the sources that the present model knows, or it is no test."""
    if not SCRUBBED.is_file():
        raise RegistryError(f"{SCRUBBED} is missing: `make train` prepares the test tickets")
    tickets = pd.read_parquet(SCRUBBED)
    _require(needed, set(tickets["source"]), str(SCRUBBED))
    return tickets


def _require(needed: set[str], given: set[str], what: str) -> None:
    absent = needed - given
    if absent:
        raise RegistryError(
            f"{what} has no {' or '.join(sorted(absent))} tickets, on which the present model "
            "was trained: run `make train` with the data set that has them, then promote"
        )


def _described(model: RegisteredModel) -> str:
    return f"{model.name} version {model.registry_version} (run {model.run_id[:8]})"
