"""The bentofile: what a bento installs is what this repository serves with."""

import tomllib

import yaml

from tests.services.conftest import REPOSITORY


def test_a_bento_installs_the_serve_extra() -> None:
    bentofile = yaml.safe_load((REPOSITORY / "bentofile.yaml").read_text())
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    assert bentofile["python"]["packages"] == project["optional-dependencies"]["serve"]


def test_a_bento_reports_no_usage() -> None:
    bentofile = yaml.safe_load((REPOSITORY / "bentofile.yaml").read_text())
    assert {"name": "BENTOML_DO_NOT_TRACK", "value": "True"} in bentofile["envs"]
