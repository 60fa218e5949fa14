"""`make bentos`, where it must refuse."""

import os
import subprocess
import sys
from pathlib import Path


def test_an_alias_that_no_model_has_is_named_in_one_line(tmp_path: Path) -> None:
    registry = f"sqlite:///{tmp_path}/registry.db"
    result = subprocess.run(
        [sys.executable, "-m", "deploy.bentos", "--alias", "production"],
        cwd=Path(__file__).parents[2],
        env={
            **os.environ,
            "MLFLOW_TRACKING_URI": registry,
            "BENTOML_HOME": str(tmp_path / "bentoml"),
        },
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert result.stderr.splitlines()[-1] == (
        "Error: no version of callcenter-svm has the alias 'production' in "
        f"{registry}: `callcenter promote` or `register` gives it"
    )
