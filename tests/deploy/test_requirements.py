"""A part installs what it needs, exactly as the lock has it."""

from collections.abc import Iterable
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

from deploy.lock import Pin
from deploy.parts import LOCK, PARTS, Part
from deploy.requirements import RequirementsError, pinned, versions

_NEVER = {"torch", "scikit-learn", "mlflow", "pandas", "transformers"}
_LOCKED = {line for line in LOCK.read_text(encoding="utf-8").split() if "==" in line}


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_a_part_installs_pins_of_the_lock(part: Part) -> None:
    pins = pinned(part.packages, LOCK)
    assert {canonicalize_name(name) for name in part.packages} <= _names(pins)
    assert set(versions(pins)) <= _LOCKED
    assert not _names(pins) & _NEVER


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_all_that_a_part_installs_has_a_hash(part: Part) -> None:
    assert all("--hash=sha256:" in pin.hashed() for pin in pinned(part.packages, LOCK))


def test_only_who_runs_a_model_installs_its_runtime() -> None:
    installed = {part.name: _names(pinned(part.packages, LOCK)) for part in PARTS}
    runtime = {name for name, packages in installed.items() if "onnxruntime" in packages}
    scrubber = {name for name, packages in installed.items() if "presidio-analyzer" in packages}
    assert runtime == {"callcenter-transformer"}
    assert scrubber == {"callcenter-agent"}


def test_what_the_lock_lacks_is_named(tmp_path: Path) -> None:
    lock = tmp_path / "requirements.lock"
    lock.write_text("click==8.0\n")
    with pytest.raises(RequirementsError, match="doesn't pin numpy: run `make lock`"):
        pinned(["numpy"], lock)


def test_what_is_not_installed_is_named() -> None:
    with pytest.raises(RequirementsError, match="no-such-package isn't installed"):
        pinned(["no-such-package"], LOCK)


def _names(pins: Iterable[Pin]) -> set[str]:
    return {pin.name for pin in pins}
