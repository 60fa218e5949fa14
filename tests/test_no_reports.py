"""Whoever imports ours first has turned off the reports of all libraries."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import bentos
from bentos import NO_REPORTS

_ROOT = Path(bentos.__file__).parents[1]
# Those that report, or read when they are imported whether they may.
_REPORTERS = (
    "bentoml",
    "dvc",
    "huggingface_hub",
    "mlflow",
    "onnxruntime",
    "openvino",
    "transformers",
)
_SAY = f"""
import json, os, sys
import {{package}}
set_now = {{{{name: os.environ.get(name) for name in {list(NO_REPORTS)}}}}}
print(json.dumps([set_now, [name for name in {_REPORTERS} if name in sys.modules]]))
"""


@pytest.mark.parametrize("package", ["bentos", "train", "bench", "deploy", "tests.conftest"])
def test_a_package_turns_reports_off_before_any_library_is_imported(package: str) -> None:
    """Python runs a package's own file before each of its modules: none imports a library first."""
    contrary = {name: "False" for name in NO_REPORTS}
    result = subprocess.run(
        [sys.executable, "-c", _SAY.format(package=package)],
        cwd=_ROOT,
        env={**os.environ, **contrary},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert json.loads(result.stdout) == [dict(NO_REPORTS), []]


def test_the_values_are_what_the_libraries_take_as_off() -> None:
    code = """
import bentos
import bentoml._internal.utils.analytics.usage_stats as bentoml
import huggingface_hub.constants as hub
import dvc.analytics
import mlflow.telemetry.client as mlflow
print(bentoml.do_not_track(), hub.HF_HUB_DISABLE_TELEMETRY, dvc.analytics.is_enabled())
print(mlflow.get_telemetry_client())
"""
    kept = {name: value for name, value in os.environ.items() if name not in {"CI", *NO_REPORTS}}
    result = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        cwd=_ROOT,
        env=kept,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert result.stdout.split() == ["True", "True", "False", "None"]


def test_onnx_runtime_leaves_nothing_in_the_user_s_cache(tmp_path: Path) -> None:
    graph = _ROOT / "release" / "transformer" / "model.onnx"
    code = (
        "import pathlib, bentos.models.onnx_session as it; "
        f"it.onnx_session(pathlib.Path({str(graph)!r}))"
    )
    kept = {name: value for name, value in os.environ.items() if name not in {"CI", *NO_REPORTS}}
    folders = {"HOME": str(tmp_path / "home"), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    subprocess.run(
        [sys.executable, "-c", code], cwd=_ROOT, env={**kept, **folders}, timeout=60, check=True
    )
    assert list(tmp_path.iterdir()) == []


def test_openvino_takes_its_stand_in_for_a_reporter() -> None:
    code = "import bench, openvino.tools.ovc.telemetry_utils as it; print(it.tm.__name__)"
    result = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        cwd=_ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert result.stdout.strip() == "openvino.tools.ovc.telemetry_stub"


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("Makefile", set(NO_REPORTS) - {"HF_HUB_DISABLE_TELEMETRY"}),
        ("deploy/Dockerfile.j2", {"BENTOML_DO_NOT_TRACK", "DO_NOT_TRACK", "ORT_DISABLE_TELEMETRY"}),
        ("deploy/mlflow/Dockerfile", {"DO_NOT_TRACK", "MLFLOW_DISABLE_TELEMETRY"}),
        ("deploy/train/Dockerfile", set(NO_REPORTS) - {"HF_HUB_DISABLE_TELEMETRY"}),
    ],
)
def test_what_starts_other_programs_sets_the_variables(path: str, names: set[str]) -> None:
    """Where a library's own command may run, which doesn't import ours."""
    words = (_ROOT / path).read_text(encoding="utf-8").replace(" := ", "=").split()
    assert {f"{name}={NO_REPORTS[name]}" for name in names} <= set(words)
