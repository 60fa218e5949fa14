"""`scripts/environment.sh` says in one line what is missing."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A folder with what the script reads, and a `bin` of stand-ins that comes first in the
    path."""
    (tmp_path / "scripts").mkdir()
    shutil.copy(ROOT / "scripts" / "environment.sh", tmp_path / "scripts")
    (tmp_path / "bin").mkdir()
    return tmp_path


def _stand_in(clone: Path, name: str, script: str) -> None:
    path = clone / "bin" / name
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)


def _run(clone: Path, extra: str = "serve") -> subprocess.CompletedProcess[str]:
    environment = {"PATH": f"{clone / 'bin'}:/usr/bin:/bin", "HOME": os.environ.get("HOME", "/")}
    return subprocess.run(
        [clone / "scripts" / "environment.sh", extra],
        capture_output=True,
        text=True,
        env=environment,
        timeout=60,
    )


def _fails_saying(result: subprocess.CompletedProcess[str], *words: str) -> bool:
    lines = result.stderr.strip().splitlines()
    return result.returncode == 1 and len(lines) == 1 and all(word in lines[0] for word in words)


def _stand_in_venv(clone: Path, pip_says: str) -> None:
    """A Python 3.11 whose environments have a pip that fails with `pip_says`."""
    script = f"""
case "$2" in
  *version_info*) exit 0 ;;
  venv) mkdir -p .venv/bin
        printf '#!/bin/sh\\necho "{pip_says}"; exit 1\\n' > .venv/bin/pip; chmod +x .venv/bin/pip ;;
esac"""
    _stand_in(clone, "python3.11", script)


def test_a_missing_python_is_named_with_the_one_that_was_found(clone: Path) -> None:
    for name in ("python3.11", "python3", "python"):
        _stand_in(clone, name, 'case "$1" in --version) echo Python 3.9.2 ;; *) exit 1 ;; esac')
    assert _fails_saying(_run(clone), "Python 3.11 was not found", "Python 3.9.2", "PYTHON=")


def test_a_full_disk_is_named_before_anything_is_written(clone: Path) -> None:
    _stand_in(clone, "df", "printf 'h\\n/dev/x 10 10 12 99%% /\\n'")
    assert _fails_saying(_run(clone), "12 MB free", "make room")
    assert not (clone / ".venv").exists()


def test_a_disk_that_fills_up_on_the_way_is_named(clone: Path) -> None:
    _stand_in_venv(clone, "OSError: [Errno 28] No space left on device")
    assert _fails_saying(_run(clone), "the disk is full")


def test_no_network_is_named(clone: Path) -> None:
    _stand_in_venv(clone, "NewConnectionError: Temporary failure in name resolution")
    assert _fails_saying(_run(clone), "the package index cannot be reached", "PIP_INDEX_URL")


def test_any_other_failure_quotes_what_pip_said(clone: Path) -> None:
    _stand_in_venv(clone, "ERROR: Invalid requirement in pyproject.toml")
    assert _fails_saying(_run(clone), "pip failed", "Invalid requirement")


def test_an_unknown_extra_is_refused(clone: Path) -> None:
    assert _fails_saying(_run(clone, "everything"), "'everything'", "serve, train, dev")
