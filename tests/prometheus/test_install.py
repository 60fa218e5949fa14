"""`scripts/prometheus.sh` installs nothing that is there, and says in one line what it can't."""

import subprocess
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "scripts" / "prometheus.sh"


def _run(folder: Path, **stand_ins: str) -> subprocess.CompletedProcess[str]:
    for name, script in stand_ins.items():
        path = folder / name.replace("_", "-")
        path.write_text(f"#!/bin/bash\n{script}\n", encoding="utf-8")
        path.chmod(0o755)
    return subprocess.run(
        ["/bin/bash", SCRIPT], env={"PATH": str(folder)}, capture_output=True, text=True, timeout=20
    )


def test_what_is_there_is_left_alone(tmp_path: Path) -> None:
    done = _run(tmp_path, prometheus="exit 1", promtool="exit 1", apt_get="exit 1")
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_without_apt_it_says_where_prometheus_is_to_be_had(tmp_path: Path) -> None:
    done = _run(tmp_path)
    assert done.returncode == 1
    assert "https://prometheus.io/download/" in done.stderr


def test_who_is_not_root_is_told_the_command(tmp_path: Path) -> None:
    done = _run(tmp_path, id="echo 1000", apt_get="exit 1")
    assert done.returncode == 1
    assert "sudo apt-get install prometheus" in done.stderr
