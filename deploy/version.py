"""What a build is called: the project's version and the commit that it was built from."""

import subprocess  # nosec B404
import tomllib

from deploy.parts import ROOT


def project_version() -> str:
    """The version in pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    version: str = project["version"]
    return version


def revision() -> str:
    """The commit, with `-dirty` where files differ from it; `unknown` outside a git checkout."""
    try:
        head = _git("rev-parse", "HEAD")
        changed = _git("status", "--porcelain", "--untracked-files=no")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return f"{head}-dirty" if changed else head


def build_version(commit: str) -> str:
    """The version of a bento and the tag of an image: `0.1.0-c503f54`."""
    head, _, state = commit.partition("-")
    return "-".join(filter(None, (project_version(), head[:7], state)))


def _git(*arguments: str) -> str:
    # Git as installed, fixed arguments, no shell.
    result = subprocess.run(  # nosec B603 B607
        ["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return result.stdout.strip()
