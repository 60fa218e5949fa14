"""Sessions multiply int8 exactly, also without VNNI, and are slower for that only there."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from bentos.models import onnx_session as module
from bentos.models.onnx_session import has_vnni, onnx_session

WIDTH = 64


def _product(folder: Path) -> Path:
    """A graph that multiplies a row of uint8 by a column of the largest int8."""
    node = helper.make_node(
        "MatMulIntegerToFloat", ["row", "column", "one", "one"], ["product"], domain="com.microsoft"
    )
    graph = helper.make_graph(
        [node],
        "product",
        [helper.make_tensor_value_info("row", TensorProto.UINT8, [1, WIDTH])],
        [helper.make_tensor_value_info("product", TensorProto.FLOAT, [1, 1])],
        [
            numpy_helper.from_array(np.full((WIDTH, 1), 127, np.int8), "column"),
            numpy_helper.from_array(np.array(1, np.float32), "one"),
        ],
    )
    opsets = [helper.make_opsetid("", 20), helper.make_opsetid("com.microsoft", 1)]
    onnx.save(
        helper.make_model(graph, opset_imports=opsets, ir_version=10), folder / "product.onnx"
    )
    return folder / "product.onnx"


def test_sums_too_large_for_16_bits_are_exact(tmp_path: Path) -> None:
    session = onnx_session(_product(tmp_path))
    [product] = session.run(["product"], {"row": np.full((1, WIDTH), 255, np.uint8)})
    assert product.item() == 255 * 127 * WIDTH


@pytest.mark.parametrize(
    ("described", "expected"),
    [
        ("flags\t\t: fpu avx2 avx512_vnni amx_int8", True),
        ("flags\t\t: fpu avx2 avx_vnni", True),
        ("model name\t: avx_vnni\nflags\t\t: fpu avx2 avx512f", False),
        ("Features\t: fp asimd", False),
        (None, False),
    ],
)
def test_the_slower_kernel_is_taken_only_without_vnni(
    described: str | None, expected: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    processor = tmp_path / "cpuinfo"
    if described is not None:
        processor.write_text(f"processor\t: 0\n{described}\n", encoding="utf-8")
    assert has_vnni(processor) is expected
    monkeypatch.setattr(module, "_PROCESSOR", processor)
    options = onnx_session(_product(tmp_path)).get_session_options()
    slower = options.get_session_config_entry("session.x64quantprecision")
    assert slower == ("0" if expected else "1")
