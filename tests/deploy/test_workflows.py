"""What holds of every workflow, whatever it does."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
ACTIONS = sorted((ROOT / ".github" / "actions").glob("*/action.yml"))
PINNED = re.compile(r"^[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+(\.\d+)+$")

workflows = pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)


def _load(path: Path) -> dict[Any, Any]:
    document: dict[Any, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return document


def _jobs(path: Path) -> dict[str, dict[str, Any]]:
    jobs: dict[str, dict[str, Any]] = _load(path)["jobs"]
    return jobs


def _steps(path: Path) -> Iterator[dict[str, Any]]:
    bodies = _jobs(path).values() if path in WORKFLOWS else [_load(path)["runs"]]
    for body in bodies:
        yield from body.get("steps", [])


@pytest.mark.parametrize("path", [*WORKFLOWS, *ACTIONS], ids=lambda path: path.parent.name)
def test_actions_are_pinned_by_commit_with_their_version_beside_it(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    used = re.findall(r"^\s*(?:- )?uses: (.+)$", text, re.MULTILINE)
    assert [each for each in used if not each.startswith("./") and not PINNED.match(each)] == []


def test_one_action_has_one_version_everywhere() -> None:
    texts = (path.read_text(encoding="utf-8") for path in [*WORKFLOWS, *ACTIONS])
    pins: dict[str, set[str]] = {}
    for action, pin in re.findall(r"uses: ([\w./-]+)@(\S+ # \S+)", "".join(texts)):
        pins.setdefault(action, set()).add(pin)
    assert {action: found for action, found in pins.items() if len(found) > 1} == {}


@workflows
def test_a_workflow_has_no_rights_and_a_job_only_those_it_lists(path: Path) -> None:
    assert _load(path)["permissions"] == {}
    for job in _jobs(path).values():
        assert isinstance(job["permissions"], dict)
        assert job["permissions"].get("contents", "read") == (
            "write" if path.stem == "release" and "steps" in job and _releases(job) else "read"
        )


def _releases(job: dict[str, Any]) -> bool:
    return any("gh release create" in step.get("run", "") for step in job["steps"])


@workflows
def test_every_job_ends_and_a_newer_run_waits_or_replaces(path: Path) -> None:
    assert {"group", "cancel-in-progress"} <= _load(path)["concurrency"].keys()
    for job in _jobs(path).values():
        # A job that calls a workflow has the limits of that one.
        assert "uses" in job or job["timeout-minutes"] <= 90


@workflows
def test_a_checkout_leaves_no_token_behind(path: Path) -> None:
    for step in _steps(path):
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False


@workflows
def test_nothing_published_comes_from_a_cache(path: Path) -> None:
    writes = any("write" in set(job["permissions"].values()) for job in _jobs(path).values())
    if not writes or path.stem == "security":
        return
    for step in _steps(path):
        assert not step.get("uses", "").startswith("actions/cache@")
        if step.get("uses") == "./.github/actions/environment":
            assert step["with"]["cache"] == ""


def _make_targets() -> set[str]:
    scripts = (step["run"] for path in WORKFLOWS for step in _steps(path) if "run" in step)
    return {target for script in scripts for target in re.findall(r"\bmake ([a-z-]+)\b", script)}


def test_every_make_target_of_a_workflow_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    rules = re.findall(r"^([a-z][a-z -]*):(?!=)", makefile, re.MULTILINE)
    known = {target for rule in rules for target in rule.split()}
    assert _make_targets() - known == set()


def test_every_script_of_a_workflow_exists_and_may_be_run() -> None:
    scripts = (step["run"] for path in WORKFLOWS for step in _steps(path) if "run" in step)
    named = {name for script in scripts for name in re.findall(r"\bscripts/\w+\.sh\b", script)}
    assert named
    for name in named:
        assert subprocess.run(["test", "-x", ROOT / name]).returncode == 0, name


def test_the_scans_that_a_workflow_names_are_the_makefile_s() -> None:
    matrix = _jobs(ROOT / ".github/workflows/security.yml")["trivy"]["strategy"]["matrix"]
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert all(f"scan-{name}" in makefile for name in matrix["scan"])


def test_dependabot_watches_what_is_pinned() -> None:
    updates = _load(ROOT / ".github" / "dependabot.yml")["updates"]
    assert {"pip", "github-actions", "docker"} <= {each["package-ecosystem"] for each in updates}
    assert all(each["cooldown"]["default-days"] >= 7 for each in updates)
