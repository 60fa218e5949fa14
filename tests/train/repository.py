"""A copy of this repository in which the pipeline is run from the outside, as a user runs it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
# Where the real tickets are, for the tests that need them.
KAGGLE = os.environ.get("CALLCENTER_KAGGLE_CSV")
_SECONDS = 900  # for one command


@dataclass(frozen=True)
class Repository:
    """A copy with stores of its own."""

    folder: Path
    environment: Mapping[str, str]

    @classmethod
    def copied_to(cls, folder: Path) -> "Repository":
        """What git would commit here, committed in `folder`."""
        listed = subprocess.run(
            ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        for name in filter(None, listed.stdout.split("\0")):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
        kept = {key: value for key, value in os.environ.items() if not key.startswith("MLFLOW_")}
        environment = {
            **kept,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "BENTOML_HOME": str(folder / "bentoml"),
            "BENTOML_DO_NOT_TRACK": "True",
            "MLFLOW_DISABLE_TELEMETRY": "true",
        }
        copy = cls(folder, environment)
        copy.run("git", "init", "--quiet")
        copy.commit()
        return copy

    def run(self, *arguments: str, code: int = 0, **variables: str) -> str:
        """What the command prints, which must end with the exit status `code`."""
        result = subprocess.run(
            arguments,
            cwd=self.folder,
            env={**self.environment, **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=_SECONDS,
        )
        assert result.returncode == code, result.stdout
        return result.stdout

    def commit(self) -> None:
        """Commits all there is."""
        self.run("git", "add", "--all")
        self.run(
            *("git", "-c", "user.name=test", "-c", "user.email=test@localhost"),
            *("commit", "--quiet", "--message", "copy"),
        )
