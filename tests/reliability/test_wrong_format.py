"""Models with a valid manifest over a file of another format: the server says so and ends."""

import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bentos.models.artifact import Manifest
from tests.reliability.record import record
from tests.services.conftest import AGENT, BENTOML, REPOSITORY, environment, free_port

pytestmark = pytest.mark.reliability

# A server that is loaded with work starts within this; one that starts for ever doesn't end in it.
_MOST_SECONDS = 60
_ANOTHER_SHAPE = b'{"blocks": [1, 2, 3]}'
_NOT_TEXT = bytes(range(256)) * 4
_FAULTS = {
    "empty SVM settings": ("callcenter-svm", "svm.json", b""),
    "SVM settings of another shape": ("callcenter-svm", "svm.json", _ANOTHER_SHAPE),
    "random bytes for the SVM's arrays": ("callcenter-svm", "svm.npz", _NOT_TEXT),
    "random bytes for the graph": ("callcenter-transformer", "model.onnx", _NOT_TEXT),
    "a tokenizer of another shape": ("callcenter-transformer", "tokenizer.json", _ANOTHER_SHAPE),
    "a transformer's settings of another shape": (
        *("callcenter-transformer", "transformer.json"),
        _ANOTHER_SHAPE,
    ),
    "a routing policy of another shape": ("callcenter-router", "router.json", _ANOTHER_SHAPE),
}


@pytest.fixture
def home(new_home: Callable[[], Path], tmp_path: Path) -> Iterator[Path]:
    shutil.copytree(new_home() / "models", tmp_path / "models")
    yield tmp_path


@pytest.mark.parametrize("fault", _FAULTS)
def test_a_model_of_a_wrong_format_is_named_in_one_line(home: Path, fault: str) -> None:
    model, file, content = _FAULTS[fault]
    [folder] = [path.parent for path in (home / "models" / model).glob("*/manifest.json")]
    (folder / file).write_bytes(content)
    Manifest.write(folder, model)
    code, printed = _start(home)
    lines = printed.strip().splitlines()
    named = len(lines) == 1 and model in lines[0] and file in lines[0]
    record(
        row=10,
        name=fault,
        promise="one line that names model, file and remedy; exit code 1; no worker starts",
        tried=1,
        lost=int(not named or code != 1),
        exit_code="none, it starts for ever" if code is None else code,
        lines=len(lines),
    )
    assert code == 1, printed
    assert named, printed
    assert "callcenter install release" in lines[0]


def _start(home: Path) -> tuple[int | None, str]:
    """The exit code of a server and what it prints; None if it doesn't end by itself."""
    with (home / "log").open("w+") as log:
        process = subprocess.Popen(
            [BENTOML, "serve", AGENT, "--port", str(free_port())],
            cwd=REPOSITORY,
            env=environment(home, {}),
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            code = process.wait(_MOST_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(_MOST_SECONDS)
            code = None
        log.seek(0)
        return code, log.read()
