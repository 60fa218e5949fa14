"""The `callcenter` command: serves the agent, and whatever commands the installed extras add."""

import os
import socket
import sys
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Final

import click

_EXTRAS: Final = "callcenter.commands"
_AGENT: Final = "bentos.services.agent:AgentService"


class _Extensible(click.Group):
    """A group with entry points as further commands: what serves imports nothing that trains."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *(point.name for point in _extras())})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        own = super().get_command(ctx, cmd_name)
        if own is not None:
            return own
        return next((_load(point) for point in _extras() if point.name == cmd_name), None)


@click.group(cls=_Extensible, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="callcenter")
def main() -> None:
    """CallCenterAI sorts tickets into eight business categories and says how sure it is."""


@main.command()
@click.argument(
    "release", default="release", type=click.Path(exists=True, file_okay=False, path_type=Path)
)
def install(release: Path) -> None:
    """Put the models of the RELEASE folder into the BentoML model store, checksums verified."""
    from bentos.release import ReleaseError, install_release

    try:
        for tag in install_release(release):
            click.echo(f"{tag} is in the BentoML model store")
    except ReleaseError as error:
        raise click.ClickException(str(error)) from None


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=3000, show_default=True, type=click.IntRange(1, 65535))
def serve(host: str, port: int) -> None:
    """Serve the agent, and the models it needs beside it, until interrupted."""
    _require_free(host, port)
    program = str(Path(sys.executable).with_name("bentoml"))
    arguments = [program, "serve", _AGENT, "--host", host, "--port", str(port)]
    # A fixed program, and no shell.
    os.execv(program, arguments)  # nosec B606


def _require_free(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise click.ClickException(
                f"{host}:{port} cannot be listened on ({error.strerror}): stop what uses it, "
                f"or choose another port, e.g. `make serve PORT={port % 65535 + 1}`"
            ) from None


def _extras() -> tuple[EntryPoint, ...]:
    return tuple(entry_points(group=_EXTRAS))


def _load(point: EntryPoint) -> click.Command:
    try:
        command: click.Command = point.load()
    except ModuleNotFoundError as error:
        return _unavailable(point.name, str(error.name))
    return command


def _unavailable(name: str, missing: str) -> click.Command:
    def explain() -> None:
        raise click.ClickException(
            f"`callcenter {name}` needs {missing}, which is not installed: "
            "run `make environment-train`, or pip install 'callcenter[train]'"
        )

    settings = {"ignore_unknown_options": True, "allow_extra_args": True}
    summary = "Needs the `train` extra, which is not installed."
    return click.Command(name, context_settings=settings, callback=explain, short_help=summary)
