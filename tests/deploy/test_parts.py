"""The parts together are what serves, and each imports no more than it installs."""

import subprocess
import sys
import tomllib
from importlib import metadata

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from bentos.models.registered import FOLDERS
from deploy.parts import LOCK, PARTS, ROOT, Part
from deploy.requirements import pinned
from deploy.version import build_version, project_version

# The `callcenter` command's, which no image runs.
_COMMAND_LINE = {"click"}


def test_the_parts_install_the_serve_extra() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    serve = {Requirement(line).name for line in project["optional-dependencies"]["serve"]}
    assert {package for part in PARTS for package in part.packages} | _COMMAND_LINE == serve


def test_each_model_is_in_one_part() -> None:
    assert sorted(model for part in PARTS for model in part.models) == sorted(FOLDERS)


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_a_part_imports_no_more_than_it_installs(part: Part) -> None:
    installed = {pin.name for pin in pinned(part.packages, LOCK)} | {"callcenter"}
    absent = [
        module
        for module, packages in metadata.packages_distributions().items()
        if installed.isdisjoint(map(canonicalize_name, packages))
    ]
    module, _, name = part.service.partition(":")
    code = (
        f"import sys; sys.modules.update(dict.fromkeys({absent!r})); import {module} as m; m.{name}"
    )
    subprocess.run([sys.executable, "-W", "ignore", "-c", code], cwd=ROOT, check=True, timeout=120)


def test_compose_runs_the_images_that_are_built() -> None:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    images = {given.get("image", "") for given in compose["services"].values()}
    expected = {
        f"${{CALLCENTER_REGISTRY:-}}{part.name}:${{CALLCENTER_TAG:-local}}" for part in PARTS
    }
    assert expected <= images


def test_public_images_are_pinned_by_digest() -> None:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    public = [
        given["image"]
        for given in compose["services"].values()
        if "callcenter-" not in given["image"]
    ]
    assert len(public) == 2
    assert all("@sha256:" in image and ":latest" not in image for image in public)


@pytest.mark.parametrize(
    ("commit", "suffix"),
    [
        ("c503f5470b0e", "-c503f54"),
        ("c503f5470b0e-dirty", "-c503f54-dirty"),
        ("unknown", "-unknown"),
    ],
)
def test_a_build_is_called_by_version_and_commit(commit: str, suffix: str) -> None:
    assert build_version(commit) == project_version() + suffix
