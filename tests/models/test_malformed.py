"""Files of a wrong format under a valid manifest: each is refused in one line that names it."""

import io
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from onnx import TensorProto, helper

from bentos.models import check
from bentos.models.artifact import ArtifactError, Manifest
from bentos.models.check import Kind

RELEASE = Path(__file__).parents[2] / "release"
FILES: Mapping[str, Kind] = {
    "svm.json": "svm",
    "svm.npz": "svm",
    "model.onnx": "transformer",
    "tokenizer.json": "transformer",
    "transformer.json": "transformer",
    "router.json": "router",
}
Arrays = dict[str, NDArray[Any]]
JSON_FILES = [name for name in FILES if name.endswith(".json") and name != "tokenizer.json"]


@pytest.fixture(scope="module")
def copies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copies of the released models, to be spoiled one file at a time."""
    folder = tmp_path_factory.mktemp("models")
    for kind in set(FILES.values()):
        shutil.copytree(RELEASE / kind, folder / kind)
    return folder


def _complaint(copies: Path, file: str, content: bytes) -> str | None:
    """What is said of a model with such a `file`; None if it is served."""
    kind = FILES[file]
    folder = copies / kind
    (folder / file).write_bytes(content)
    try:
        Manifest.write(folder, f"callcenter-{kind}")
        check.check(kind, folder)
    except ArtifactError as error:
        return str(error)
    finally:
        shutil.copy(RELEASE / kind / file, folder / file)
    return None


def _assert_refused(copies: Path, file: str, content: bytes) -> None:
    complaint = _complaint(copies, file, content)
    assert complaint is not None
    assert str(copies / FILES[file] / file) in complaint
    assert "\n" not in complaint
    assert "again" in complaint


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b"[]", b"null", b'{"blocks": [[]]}', b"\xff\xfe", b"[" * 100_000, b"PK\x03\x04"],
)
def test_something_else_is_refused(copies: Path, file: str, content: bytes) -> None:
    _assert_refused(copies, file, content)


@pytest.mark.parametrize("file", FILES)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(share=st.floats(0, 0.999), noise=st.binary(min_size=1, max_size=64))
def test_what_is_cut_off_or_noise_is_refused(
    copies: Path, file: str, share: float, noise: bytes
) -> None:
    whole = (RELEASE / FILES[file] / file).read_bytes()
    _assert_refused(copies, file, whole.rstrip()[: int(share * len(whole.rstrip()))])
    _assert_refused(copies, file, b"\x00" + noise)


def _places(value: object) -> list[tuple[Any, Any]]:
    """Each container in `value`, and each key in it."""
    if not isinstance(value, dict | list):
        return []
    keys = list(value) if isinstance(value, dict) else list(range(len(value)))
    return [(value, key) for key in keys] + [
        place for key in keys for place in _places(value[key])  # type: ignore[call-overload]
    ]


@pytest.mark.parametrize("file", JSON_FILES)
@pytest.mark.parametrize("wrong", ["no number", [[]], {"a": {}}, float("nan")])
def test_a_value_of_another_type_is_refused_wherever_it_stands(
    copies: Path, file: str, wrong: object
) -> None:
    text = (RELEASE / FILES[file] / file).read_text("utf-8")
    for place in range(len(_places(json.loads(text)))):
        spoilt = json.loads(text)
        container, key = _places(spoilt)[place]
        container[key] = wrong
        if file == "router.json" and wrong != wrong:
            continue  # pydantic reads it as a number.
        _assert_refused(copies, file, json.dumps(spoilt).encode())


def _svm_arrays() -> Arrays:
    with np.load(RELEASE / "svm" / "svm.npz") as arrays:
        return {name: arrays[name] for name in arrays.files}


def _without_it(arrays: Arrays, name: str) -> None:
    del arrays[name]


def _shorter(arrays: Arrays, name: str) -> None:
    arrays[name] = arrays[name][:-1]


def _deeper(arrays: Arrays, name: str) -> None:
    arrays[name] = arrays[name][None]


def _complex(arrays: Arrays, name: str) -> None:
    arrays[name] = arrays[name].astype(np.complex64)


def _huge(arrays: Arrays, name: str) -> None:
    kind = arrays[name].dtype.kind
    arrays[name] = arrays[name] + 0 if kind == "u" else np.full_like(arrays[name], -1)
    if kind == "f":
        arrays[name][...] = np.inf
    elif kind == "u":
        arrays[name][...] = 0xFF  # no UTF-8


@pytest.mark.parametrize("spoil", [_without_it, _shorter, _deeper, _complex, _huge])
def test_arrays_of_another_shape_or_type_are_refused(
    copies: Path, spoil: Callable[[Arrays, str], None]
) -> None:
    for name in ("gate.terms", "gate.document_frequency", "gate.weights", "dense.beta"):
        arrays = _svm_arrays()
        spoil(arrays, name)
        content = io.BytesIO()
        np.savez(content, **arrays)  # type: ignore[arg-type]  # numpy's stubs expect no names
        _assert_refused(copies, "svm.npz", content.getvalue())


def _graph(output: str, width: int, kind: int = TensorProto.INT64) -> bytes:
    """A graph in order, with inputs of the type `kind` and an output of another name or width."""
    inputs = [
        helper.make_tensor_value_info(name, kind, ["texts", "longest"])
        for name in ("input_ids", "attention_mask")
    ]
    nodes = [
        helper.make_node("Cast", ["input_ids"], ["numbers"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMean", ["numbers", "axis"], ["mean"], keepdims=1),
        helper.make_node("Tile", ["mean", "times"], [output]),
    ]
    constants = [
        helper.make_tensor("axis", TensorProto.INT64, [1], [1]),
        helper.make_tensor("times", TensorProto.INT64, [2], [1, width]),
    ]
    logits = helper.make_tensor_value_info(output, TensorProto.FLOAT, ["texts", width])
    graph = helper.make_graph(nodes, "other", inputs, [logits], constants)
    opset = helper.make_opsetid("", 20)
    model = helper.make_model(graph, opset_imports=[opset], ir_version=10)
    onnx.checker.check_model(model)
    content: bytes = model.SerializeToString()
    return content


def test_a_graph_of_another_signature_is_refused(copies: Path) -> None:
    _assert_refused(copies, "model.onnx", _graph("scores", 8))
    _assert_refused(copies, "model.onnx", _graph("logits", 3))
    _assert_refused(copies, "model.onnx", _graph("logits", 8, TensorProto.INT32))
    assert _complaint(copies, "model.onnx", _graph("logits", 8)) is None


def test_the_program_says_what_is_wrong_and_exits_with_1(copies: Path) -> None:
    wrong = copies / "wrong"
    shutil.copytree(RELEASE / "router", wrong)
    (wrong / "router.json").write_text("{}")
    Manifest.write(wrong, "callcenter-router")
    program = [sys.executable, "-m", check.__name__]
    right = subprocess.run([*program, f"router={RELEASE / 'router'}", f"svm={RELEASE / 'svm'}"])
    assert right.returncode == 0
    refused = subprocess.run([*program, f"router={wrong}"], capture_output=True, text=True)
    assert refused.returncode == 1
    [line] = refused.stderr.splitlines()
    assert str(wrong / "router.json") in line
