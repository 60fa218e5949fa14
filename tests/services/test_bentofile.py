"""The bentofile: what a bento installs is what this repository serves with."""

import tomllib

import pytest
import yaml

from bentos import NO_REPORTS
from tests.services.conftest import REPOSITORY


def test_a_bento_installs_the_serve_extra() -> None:
    bentofile = yaml.safe_load((REPOSITORY / "bentofile.yaml").read_text())
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    assert bentofile["python"]["packages"] == project["optional-dependencies"]["serve"]


@pytest.mark.parametrize("name", ["BENTOML_DO_NOT_TRACK", "ORT_DISABLE_TELEMETRY"])
def test_a_bento_reports_no_usage(name: str) -> None:
    bentofile = yaml.safe_load((REPOSITORY / "bentofile.yaml").read_text())
    assert {"name": name, "value": NO_REPORTS[name]} in bentofile["envs"]
