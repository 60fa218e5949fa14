"""Sessions multiply int8 exactly, also without VNNI: only there could they fail to."""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from bentos.models.onnx_session import onnx_session

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
