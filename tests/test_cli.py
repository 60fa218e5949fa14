"""The `callcenter` command."""

import socket
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from click.testing import CliRunner

from bentos import cli


@pytest.fixture
def taken_port() -> int:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        yield holder.getsockname()[1]


def test_help_lists_what_serves_and_what_the_extras_add() -> None:
    result = CliRunner().invoke(cli.main, ["--help"])
    assert result.exit_code == 0
    for command in ("serve", "install", "pull", "promote", "release"):
        assert command in result.output


def test_a_taken_port_is_named_with_another_to_use(taken_port: int) -> None:
    result = CliRunner().invoke(cli.main, ["serve", "--port", str(taken_port)])
    assert result.exit_code == 1
    assert f"127.0.0.1:{taken_port} cannot be listened on" in result.output
    assert "make serve PORT=" in result.output


def test_a_folder_that_is_no_release_is_named(tmp_path: Path) -> None:
    result = CliRunner().invoke(cli.main, ["install", str(tmp_path)])
    assert result.exit_code == 1
    assert "release.json is missing" in result.output


def test_a_command_whose_extra_is_absent_is_listed_and_says_what_it_needs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    absent = EntryPoint("fly", "absent_package.commands:fly", "callcenter.commands")
    monkeypatch.setattr(cli, "entry_points", lambda group: [absent])
    assert CliRunner().invoke(cli.main, ["--help"]).exit_code == 0
    result = CliRunner().invoke(cli.main, ["fly", "--high"])
    assert result.exit_code == 1
    assert "`callcenter fly` needs absent_package" in result.output
