"""`callcenter promote`, `pull` and `release`: what moves models between registry, store and git."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import pandas as pd

from bentos.models.registered import FOLDERS
from bentos.store import import_folder
from train.prepare import TICKETS
from train.promotion import Comparison, compare
from train.registry import (
    RegisteredModel,
    RegistryError,
    at_alias,
    downloaded,
    find_alias,
    set_alias,
    sources,
    write_release,
)
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
        for name in names:
            model = at_alias(name, alias)
            with downloaded(model) as folder:
                tag = import_folder(folder, model.provenance())
            click.echo(f"{tag} is in the BentoML model store ({_described(model)})")


@click.command()
@_model_option
@click.option("--tolerance", default=0.0, show_default=True, help="How much worse still passes.")
def promote(names: tuple[str, ...], tolerance: float) -> None:
    """Give `production` to the staging versions that are no worse than the present ones."""
    with _registry():
        refused = [name for name in names if not _promote(name, tolerance)]
    if refused:
        raise click.ClickException(f"refused: {', '.join(refused)}")


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


@contextmanager
def _registry() -> Iterator[None]:
    use_tracking_server()
    try:
        yield
    except RegistryError as error:
        raise click.ClickException(str(error)) from None


def _promote(name: str, tolerance: float) -> bool:
    candidate = at_alias(name, STAGING)
    present = find_alias(name, PRODUCTION)
    if present is None:
        click.echo(f"{_described(candidate)} is the first in production")
    elif present == candidate:
        click.echo(f"{_described(candidate)} is in production already")
    else:
        click.echo(f"{_described(candidate)} against {_described(present)}, same test tickets:")
        if not _passes(candidate, present, tolerance):
            return False
    set_alias(candidate, PRODUCTION)
    return True


def _passes(candidate: RegisteredModel, present: RegisteredModel, tolerance: float) -> bool:
    with downloaded(candidate) as ours, downloaded(present) as theirs:
        comparisons = compare(ours, theirs, _tickets(sources(present)))
    for comparison in comparisons:
        click.echo(f"  {_verdict(comparison, tolerance)} {comparison}")
    return not any(comparison.is_worse(tolerance) for comparison in comparisons)


def _verdict(comparison: Comparison, tolerance: float) -> str:
    return "worse" if comparison.is_worse(tolerance) else "ok   "


def _tickets(needed: set[str]) -> pd.DataFrame:
    """The prepared tickets; of all the sources that the present model knows, or it is no test."""
    if not TICKETS.is_file():
        raise RegistryError(f"{TICKETS} is missing: `make train` prepares the test tickets")
    tickets = pd.read_parquet(TICKETS)
    absent = needed - set(tickets["source"])
    if absent:
        raise RegistryError(
            f"{TICKETS} has no {' or '.join(sorted(absent))} tickets, on which the present model "
            "was trained: run `make train` with the data set that has them, then promote"
        )
    return tickets


def _described(model: RegisteredModel) -> str:
    return f"{model.name} version {model.registry_version} (run {model.run_id[:8]})"
