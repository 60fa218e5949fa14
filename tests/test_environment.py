"""`scripts/environment.sh` says in one line what is missing."""

import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A folder with what the script reads, and a `bin` of stand-ins that comes first in the
    path."""
    for name in ("scripts/environment.sh", "deploy/lock.py", "deploy/pip.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
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


def _project(clone: Path, locked: str) -> None:
    """A project whose one extra is a wheel beside it, locked as `locked`; pip is the real one."""
    (clone / "pyproject.toml").write_text('[project.optional-dependencies]\nserve = ["tiny>=1"]\n')
    (clone / "requirements.lock").write_text(locked)
    python = clone / ".venv" / "bin" / "python"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", clone / ".venv"], check=True)
    # Real, but of this project's own environment: no index is asked for pip itself.
    pip = f"""#!/bin/sh
case "$*" in *deploy/pip.txt*|*--editable*) exit 0 ;; esac
exec {sys.executable} -m pip --python {python} "$@" --no-index --find-links {clone} --isolated
"""
    python.with_name("pip").write_text(pip)
    python.with_name("pip").chmod(0o755)


def _wheel(clone: Path) -> str:
    """Makes the wheel of the package `tiny`; gives its hash."""
    path = clone / "tiny-1.0-py3-none-any.whl"
    folder = "tiny-1.0.dist-info"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr(f"{folder}/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n")
        wheel.writestr(f"{folder}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        wheel.writestr(f"{folder}/RECORD", "")
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_package_whose_hash_is_locked_is_installed(clone: Path) -> None:
    _project(clone, f"tiny==1.0 \\\n    --hash=sha256:{_wheel(clone)}\n")
    result = _run(clone)
    assert result.returncode == 0, result.stderr
    assert list((clone / ".venv").glob("lib/*/site-packages/tiny-1.0.dist-info"))


def test_a_package_that_was_changed_is_refused(clone: Path) -> None:
    _wheel(clone)
    _project(clone, f"tiny==1.0 \\\n    --hash=sha256:{'0' * 64}\n")
    assert _fails_saying(_run(clone), "tiny==1.0", "not the file that requirements.lock has")
    assert not list((clone / ".venv").glob("lib/*/site-packages/tiny-1.0.dist-info"))


@pytest.mark.parametrize("locked", [f"other==1.0 --hash=sha256:{'0' * 64}\n", "tiny==1.0\n"])
def test_a_package_that_is_not_locked_is_refused(clone: Path, locked: str) -> None:
    _wheel(clone)
    _project(clone, locked)
    assert _fails_saying(_run(clone), "requirements.lock lacks tiny", "make lock")


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
