"""workflow_steps.py FOLDER: every `run:` of the workflows and actions, as a shell script each.

GitHub puts the value of an expression into the script before it runs; here each becomes a word.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

GITHUB = Path(__file__).parents[1] / ".github"
_EXPRESSION = re.compile(r"\$\{\{.*?\}\}")


def _steps(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    jobs = document.get("jobs") or {"action": document["runs"]}
    for job, body in jobs.items():
        for step in body.get("steps", []):
            yield job, step


def run_steps() -> Iterator[tuple[str, str]]:
    """A name and the script of each step that runs one, in the order of the files."""
    for path in sorted(GITHUB.glob("*/**/*.yml")):
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        for number, (job, step) in enumerate(_steps(document)):
            if "run" in step:
                where = path.parent.name if path.stem == "action" else path.stem
                yield f"{where}.{job}.{number}", _EXPRESSION.sub("expression", step["run"])


def main() -> None:
    folder = Path(sys.argv[1])
    for name, script in run_steps():
        (folder / f"{name}.sh").write_text(f"{script.rstrip()}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
