"""The layers of an ONNX graph in int8: a scale for each output of a matrix, and one for each token.

ONNX Runtime's own dynamic quantization gives all tokens of a batch one scale: a ticket's answer
then depends on the tickets beside it. With a scale a token (ZeroQuant; Yao et al. 2022, section
4.1) it does not, and more answers stay PyTorch's: `docs/transformer.md` has the numbers.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

# The domain of ONNX Runtime's own operators.
_MICROSOFT: Final = "com.microsoft"
_CONSTANTS: Final[dict[str, NDArray[np.generic]]] = {
    "q_one": np.array(1, np.float32),
    "q_inverse": np.array(1 / 127, np.float32),
    "q_tiny": np.array(1e-12, np.float32),
    # Activations are unsigned, as processors multiply them fastest: zero is in the middle.
    "q_middle": np.array(128, np.uint8),
    "q_last": np.array([-1], np.int64),
}


def quantize(graph: Path, quantized: Path) -> None:
    """Writes the ONNX file `graph` as `quantized`, its constant matrices in int8.

    The graph must have the input `input_ids`, (texts, longest), and matrices behind activations of
    the shape (texts, longest, width).
    """
    model = onnx.load(graph)
    rewritten = _Rewriter(model.graph).nodes()
    del model.graph.node[:]
    model.graph.node.extend(rewritten)
    model.opset_import.append(helper.make_opsetid(_MICROSOFT, 1))
    onnx.save(model, quantized)


class _Rewriter:
    """Replaces products with constant matrices, node by node, in the order of the graph."""

    def __init__(self, graph: onnx.GraphProto) -> None:
        self._graph = graph
        self._constants = {constant.name: constant for constant in graph.initializer}
        self._quantized: set[str] = set()
        self._widths: set[int] = set()

    def nodes(self) -> list[onnx.NodeProto]:
        """The nodes of the quantized graph; its constants are in the graph already."""
        return list(self._rewrite(list(self._graph.node)))

    def _rewrite(self, nodes: list[onnx.NodeProto]) -> Iterator[onnx.NodeProto]:
        for name, value in _CONSTANTS.items():
            self._add(name, value)
        # Per token of the batch: the zero of its scale.
        yield helper.make_node("Shape", ["input_ids"], ["q_shape"])
        yield helper.make_node("ReduceProd", ["q_shape"], ["q_tokens"], keepdims=1)
        yield helper.make_node("Expand", ["q_middle", "q_tokens"], ["q_zeros"])
        for node in nodes:
            if node.op_type == "MatMul" and node.input[1] in self._constants:
                yield from self._product(node)
            else:
                yield node

    def _product(self, node: onnx.NodeProto) -> Iterator[onnx.NodeProto]:
        activation, matrix, output = node.input[0], node.input[1], node.output[0]
        weight = numpy_helper.to_array(self._constants[matrix])
        scale = (np.abs(weight).max(axis=0) / 127).astype(np.float32)
        yield from self._activation(activation, weight.shape[0])
        self._add(f"{matrix}_int8", np.round(weight / scale).astype(np.int8))
        self._add(f"{matrix}_scale", scale)
        self._graph.initializer.remove(self._constants[matrix])
        integers = [f"{activation}_uint8", f"{matrix}_int8"]
        scales = ["q_one", f"{matrix}_scale", "q_middle"]
        scaled = f"{output}_scaled"
        yield helper.make_node(
            "MatMulIntegerToFloat", integers + scales, [scaled], domain=_MICROSOFT
        )
        yield helper.make_node("Mul", [scaled, f"{activation}_scale"], [output])

    def _activation(self, name: str, width: int) -> Iterator[onnx.NodeProto]:
        """Quantizes the activation `name` once, however many matrices it meets."""
        if name in self._quantized:
            return
        self._quantized.add(name)
        yield from self._shape(width)
        steps: list[tuple[str, list[str], str, dict[str, Any]]] = [
            ("Abs", [name], "magnitudes", {}),
            ("ReduceMax", [f"{name}_magnitudes", "q_last"], "largest", {"keepdims": 1}),
            ("Max", [f"{name}_largest", "q_tiny"], "positive", {}),
            ("Mul", [f"{name}_positive", "q_inverse"], "scale", {}),
            ("Reshape", [f"{name}_scale", "q_last"], "scales", {}),
            # A scale a row is what QuantizeLinear knows of two axes only.
            ("Reshape", [name, f"q_flat_{width}"], "tokens", {}),
            (
                "QuantizeLinear",
                [f"{name}_tokens", f"{name}_scales", "q_zeros"],
                "integers",
                {"axis": 0},
            ),
            ("Reshape", [f"{name}_integers", f"q_shape_{width}"], "uint8", {}),
        ]
        for operator, inputs, output, attributes in steps:
            yield helper.make_node(operator, inputs, [f"{name}_{output}"], **attributes)

    def _shape(self, width: int) -> Iterator[onnx.NodeProto]:
        """(texts, longest, width), for each width that occurs."""
        if width in self._widths:
            return
        self._widths.add(width)
        self._add(f"q_flat_{width}", np.array([-1, width], np.int64))
        self._add(f"q_width_{width}", np.array([width], np.int64))
        inputs = ["q_shape", f"q_width_{width}"]
        yield helper.make_node("Concat", inputs, [f"q_shape_{width}"], axis=0)

    def _add(self, name: str, value: NDArray[np.generic]) -> None:
        self._graph.initializer.append(numpy_helper.from_array(value, name))
