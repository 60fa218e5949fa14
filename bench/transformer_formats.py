"""The ways to run the transformer on a processor: how large, how fast, how true to PyTorch.

One thread, validation tickets of real lengths, after `make train`. Writes what the table of
`docs/transformer.md` shows. `python -m bench.transformer_formats`
"""

import argparse
import json
import logging
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
import openvino
import pandas as pd
import torch
from numpy.typing import NDArray
from onnxruntime.quantization import (
    CalibrationDataReader,
    QuantFormat,
    QuantType,
    quantize_dynamic,
    quantize_static,
)
from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer
from transformers import AutoTokenizer, PreTrainedTokenizerBase

from bentos.models.onnx_session import onnx_session
from train.fidelity import checkpoint_logits
from train.labels import places
from train.onnx_graph import export_float32
from train.paths import CHECKPOINT, SCRUBBED
from train.quantization import quantize

REPORT: Final = Path("reports/bench/transformer_formats.json")
_LONGEST: Final = 128  # word pieces; longer tickets are left out
_SAMPLE: Final = 1_000
_CALIBRATION: Final = 128
_WEIGHTS_ONLY: Final = {"MatMulConstBOnly": True}

Feed = dict[str, NDArray[np.int64]]
Run = Callable[[Feed], NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Format:
    """What one way costs and keeps."""

    name: str
    megabytes: float
    single_ms: float
    batch_ms: float
    agreement: float
    alone_as_in_a_batch: float
    accuracy: float


class Calibration(CalibrationDataReader):  # type: ignore[misc]  # it publishes no types
    """Training tickets, one by one, for ranges that are fixed beforehand."""

    def __init__(self, feeds: Iterator[Feed]) -> None:
        self._feeds = feeds

    def get_next(self) -> Mapping[str, NDArray[np.int64]] | None:
        """The next ticket, or None at the end."""
        return next(self._feeds, None)


def onnxruntime_run(graph: Path) -> Run:
    """A session with one thread, as the serving code makes it."""
    session = onnx_session(graph)

    def run(feed: Feed) -> NDArray[np.float32]:
        logits: NDArray[np.float32] = session.run(["logits"], feed)[0]
        return logits

    return run


def openvino_run(graph: Path) -> Run:
    """A compiled model with one thread and one stream, in float32 where it isn't in eight bits."""
    options = {"INFERENCE_NUM_THREADS": 1, "NUM_STREAMS": 1, "INFERENCE_PRECISION_HINT": "f32"}
    compiled = openvino.Core().compile_model(str(graph), "CPU", options)

    def run(feed: Feed) -> NDArray[np.float32]:
        logits: NDArray[np.float32] = compiled(feed)["logits"]
        return logits

    return run


def write_formats(folder: Path, checkpoint: Path, calibration: Sequence[Feed]) -> dict[str, Path]:
    """The graphs of `checkpoint` in `folder`, by the name of their format."""
    graphs = {name: folder / f"{name}.onnx" for name in ("float32", "tensor", "static", "blocks")}
    graphs["token"] = folder / "token.onnx"
    float32 = graphs["float32"]
    export_float32(checkpoint, float32)
    quantize(float32, graphs["token"])
    quantize_dynamic(
        float32,
        graphs["tensor"],
        op_types_to_quantize=["MatMul"],
        per_channel=True,
        weight_type=QuantType.QInt8,
        extra_options=_WEIGHTS_ONLY,
    )
    quantize_static(
        float32,
        graphs["static"],
        Calibration(iter(calibration)),
        quant_format=QuantFormat.QDQ,
        op_types_to_quantize=["MatMul"],
        per_channel=True,
        weight_type=QuantType.QInt8,
        extra_options=_WEIGHTS_ONLY,
    )
    blocks = MatMulNBitsQuantizer(
        onnx.load(float32), bits=8, block_size=128, is_symmetric=True, accuracy_level=4
    )
    blocks.process()
    blocks.model.save_model_to_file(str(graphs["blocks"]), False)
    return graphs


def runs(graphs: Mapping[str, Path]) -> Iterator[tuple[str, Path, Run]]:
    """Every way: its name in words, its file, how to run it."""
    yield "ONNX Runtime, float32", graphs["float32"], onnxruntime_run(graphs["float32"])
    yield "ONNX Runtime, int8, a scale a batch", graphs["tensor"], onnxruntime_run(graphs["tensor"])
    yield "ONNX Runtime, int8, fixed scales", graphs["static"], onnxruntime_run(graphs["static"])
    yield "ONNX Runtime, 8-bit blocks", graphs["blocks"], onnxruntime_run(graphs["blocks"])
    yield "ONNX Runtime, int8, a scale a token", graphs["token"], onnxruntime_run(graphs["token"])
    yield "OpenVINO, float32", graphs["float32"], openvino_run(graphs["float32"])
    yield "OpenVINO, int8, fixed scales", graphs["static"], openvino_run(graphs["static"])


def measure(
    name: str,
    graph: Path,
    run: Run,
    rows: Sequence[Sequence[int]],
    truth: NDArray[np.int64],
    expected: NDArray[np.float64],
) -> Format:
    """Runs `rows` of word pieces one by one, then 32 at once, like lengths together."""
    order = sorted(range(len(rows)), key=lambda place: len(rows[place]))
    single, alone = _timed(run, rows, [[place] for place in order])
    batches = [order[start : start + 32] for start in range(0, len(order), 32)]
    batch, together = _timed(run, rows, batches)
    answers = together.argmax(axis=1)
    return Format(
        name=name,
        megabytes=round(graph.stat().st_size / 1e6, 1),
        single_ms=round(single, 2),
        batch_ms=round(batch, 2),
        agreement=round(float(np.mean(answers == expected.argmax(axis=1))), 4),
        alone_as_in_a_batch=round(float(np.mean(answers == alone.argmax(axis=1))), 4),
        accuracy=round(float(np.mean(answers == truth)), 4),
    )


def _timed(
    run: Run, rows: Sequence[Sequence[int]], batches: Sequence[Sequence[int]]
) -> tuple[float, NDArray[np.float32]]:
    logits = np.empty((len(rows), 8), dtype=np.float32)
    feeds = [feed([rows[place] for place in batch]) for batch in batches]
    for warm in feeds[:: max(1, len(feeds) // 20)]:
        run(warm)
    begin = time.perf_counter()
    for batch, given in zip(batches, feeds, strict=True):
        logits[batch] = run(given)
    return (time.perf_counter() - begin) / len(rows) * 1e3, logits


def feed(rows: Sequence[Sequence[int]]) -> Feed:
    """A batch padded to its longest."""
    mask = np.zeros((len(rows), max(map(len, rows))), dtype=np.int64)
    ids = np.ones_like(mask)
    for place, row in enumerate(rows):
        ids[place, : len(row)] = row
        mask[place, : len(row)] = 1
    return {"input_ids": ids, "attention_mask": mask}


def _pieces(tokenizer: PreTrainedTokenizerBase, texts: Sequence[str]) -> list[list[int]]:
    ids: list[list[int]] = tokenizer(list(texts), verbose=False)["input_ids"]
    return ids


def main() -> None:
    """Measures, prints, and writes `reports/bench/transformer_formats.json`."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    logging.disable(logging.WARNING)  # the quantizers advise to preprocess
    torch.set_num_threads(1)
    tokenizer = AutoTokenizer.from_pretrained(CHECKPOINT)
    tickets = pd.read_parquet(SCRUBBED)
    train = tickets[tickets["random"] == "train"].sample(_CALIBRATION, random_state=42)
    validation = tickets[tickets["random"] == "validation"].sample(frac=1, random_state=42)
    pieces = _pieces(tokenizer, validation["normalised"].tolist())
    short = np.array([len(ids) <= _LONGEST for ids in pieces])
    validation = validation[short].iloc[:_SAMPLE]
    texts = validation["normalised"].tolist()
    rows, truth = _pieces(tokenizer, texts), places(validation["label"])
    calibration = [
        feed([ids[:_LONGEST]]) for ids in _pieces(tokenizer, train["normalised"].tolist())
    ]
    expected = checkpoint_logits(CHECKPOINT, rows)
    with tempfile.TemporaryDirectory() as temporary:
        graphs = write_formats(Path(temporary), CHECKPOINT, calibration)
        found = [
            asdict(measure(name, graph, run, rows, truth, expected))
            for name, graph, run in runs(graphs)
        ]
    report: dict[str, Any] = {
        "tickets": len(rows),
        "checkpoint_accuracy": round(float(np.mean(expected.argmax(axis=1) == truth)), 4),
        "formats": found,
    }
    text = json.dumps(report, indent=2) + "\n"
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text(text, encoding="utf-8")
    print(text, end="")


if __name__ == "__main__":
    main()
