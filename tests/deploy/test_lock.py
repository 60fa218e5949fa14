"""requirements.lock has a hash of every file; what an extra asks for is read without packages."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from deploy.lock import LockError, asked_for, main, read, without_local_hashes
from deploy.parts import LOCK, ROOT

_ONE, _OTHER = f"sha256:{'1' * 64}", f"sha256:{'2' * 64}"
_SMALL = f"""\
# Written by uv.
agent==1.0 \\
    --hash={_ONE} \\
    --hash={_OTHER}
    # via callcenter (pyproject.toml)
Model_Two==2.0 ; sys_platform == 'linux' \\
    --hash={_ONE}
    # via
    #   callcenter (pyproject.toml)
    #   agent
other==3.0
    # via elsewhere
torch==2.0+cpu ; sys_platform == 'linux' \\
    --hash={_ONE} \\
    --hash={_OTHER}
    # via model
"""


def test_all_but_the_local_build_of_torch_have_hashes() -> None:
    pins = read(LOCK.read_text(encoding="utf-8"))
    assert len(pins) > 300
    assert [pin.requirement.split()[0] for pin in pins if not pin.hashes] == ["torch==2.13.0+cpu"]


def test_the_lock_names_no_index() -> None:
    assert "://" not in LOCK.read_text(encoding="utf-8")


@pytest.mark.parametrize("extra", ["serve", "train", "dev", "delivery"])
def test_the_lock_pins_what_an_extra_asks_for(extra: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = list(asked_for(extra, project["optional-dependencies"]))
    pinned = {pin.name for pin in read(LOCK.read_text(encoding="utf-8"))}
    names = {line.split(">")[0].split("=")[0].split("[")[0] for line in asked}
    assert "onnxruntime" in names
    assert names <= pinned


def test_an_extra_holds_another() -> None:
    extras = {"small": ["agent>=1"], "large": ["callcenter[small]", "model[fast]>=2"]}
    assert list(asked_for("large", extras)) == ["agent>=1", "model[fast]>=2"]


def test_a_line_has_marker_and_hashes() -> None:
    agent, model, *_ = read(_SMALL)
    assert agent.hashed() == f"agent==1.0 \\\n    --hash={_ONE} \\\n    --hash={_OTHER}\n"
    assert model.name == "model-two"
    assert model.hashed() == f"Model_Two==2.0 ; sys_platform == 'linux' \\\n    --hash={_ONE}\n"


def test_a_package_without_a_hash_is_named() -> None:
    [other] = [pin for pin in read(_SMALL) if pin.name == "other"]
    with pytest.raises(LockError, match="no hash of other: run `make lock`"):
        other.hashed()


def test_a_line_that_pins_nothing_is_quoted() -> None:
    with pytest.raises(LockError, match="'agent>=1' pins no package: run `make lock`"):
        read("agent>=1\n")


def test_only_local_builds_lose_their_hashes() -> None:
    cleaned = without_local_hashes(_SMALL)
    assert cleaned.count("--hash") == 3
    assert "torch==2.0+cpu ; sys_platform == 'linux'\n    # via model" in cleaned
    assert without_local_hashes(cleaned) == cleaned


def test_the_pins_are_the_lock_without_hashes(capsys: pytest.CaptureFixture[str]) -> None:
    main("--pins", ROOT)
    lines = capsys.readouterr().out.splitlines()
    assert lines == [pin.requirement for pin in read(LOCK.read_text(encoding="utf-8"))]


def test_it_runs_before_anything_is_installed(tmp_path: Path) -> None:
    """Isolated: neither the installed packages nor this folder's are on the path."""
    (tmp_path / "deploy").mkdir()
    for name in ("deploy/lock.py", "pyproject.toml"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    command = [sys.executable, "-I", "-S", str(tmp_path / "deploy/lock.py"), "train"]
    printed = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert {"bentoml==1.4.39", "mlflow>=3.16"} <= set(printed.stdout.splitlines())
