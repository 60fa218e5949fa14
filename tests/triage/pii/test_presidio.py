"""What importing the rooms brings into a process, and what it leaves out."""

import subprocess
import sys

import pytest

_HEAVY = ("torch", "transformers", "spacy", "presidio_analyzer")


def imported(module: str) -> set[str]:
    """Which heavy packages a new process has once it has imported `module`."""
    program = f"import sys, {module}; print(*(set({_HEAVY}) & set(sys.modules)))"
    output = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True, timeout=60
    )
    return set(output.stdout.split())


@pytest.mark.parametrize(
    ("module", "packages"),
    [
        ("bentos.triage.pii.scrubber", {"spacy", "presidio_analyzer"}),
        ("bentos.triage.pii.strict", {"spacy", "presidio_analyzer"}),
        # BentoML imports it in the processes of the models, too.
        ("bentos.services.agent", set()),
    ],
)
def test_deep_learning_stays_out(module: str, packages: set[str]) -> None:
    assert imported(module) == packages


def test_what_was_kept_out_can_be_imported_afterwards() -> None:
    program = "import bentos.triage.pii.presidio, torch; torch.zeros(1)"
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
