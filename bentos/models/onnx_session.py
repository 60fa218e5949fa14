"""How an ONNX graph is run: alike on every processor, and as fast as that allows."""

from pathlib import Path
from typing import Final

import onnxruntime

# Without VNNI products of int8 are added up in 16 bits, which overflow: of some tickets the
# category was another. This takes a slower, exact kernel. With VNNI it would too, for nothing.
_EXACT_PRODUCTS: Final = "session.x64quantprecision"
_VNNI: Final = frozenset({"avx512_vnni", "avx_vnni"})
_PROCESSOR: Final = Path("/proc/cpuinfo")
# ONNX Runtime's fused kernel for a CPU is slower than the two that it replaces: 14 % of the time.
_SLOWER_FUSIONS: Final = ("SkipLayerNormFusion",)
_PROVIDERS: Final = ("CUDAExecutionProvider", "CPUExecutionProvider")


def onnx_session(graph: Path, threads: int = 1) -> onnxruntime.InferenceSession:
    """A session of the file `graph`, on CUDA where ONNX Runtime has it, else on `threads` threads.

    Raises:
        Exception: the file is missing or no graph (ONNX Runtime has no types of its own for that).
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.add_session_config_entry(_EXACT_PRODUCTS, "0" if has_vnni(_PROCESSOR) else "1")
    available = set(onnxruntime.get_available_providers())
    providers = [provider for provider in _PROVIDERS if provider in available]
    return onnxruntime.InferenceSession(
        str(graph), options, providers=providers, disabled_optimizers=list(_SLOWER_FUSIONS)
    )


def has_vnni(processor: Path) -> bool:
    """Whether Linux's description of the `processor` names VNNI; not, where there is none."""
    try:
        lines = processor.read_text(encoding="utf-8").splitlines()
    except OSError:
        return False
    return any(not _VNNI.isdisjoint(line.split()) for line in lines if line.startswith("flags"))
