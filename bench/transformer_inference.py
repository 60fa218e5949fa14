"""How fast the released transformer answers, against the same network in PyTorch and in ONNX
float32.

One thread; all get the same normalised tickets of real lengths, alternately; a rate is of the mean
time. PyTorch pads to 128 word pieces, as a plain fine-tuning script does; the float32 graph runs in
the serving code. `python -m bench.transformer_inference`
"""

import argparse
import json
import platform
import shutil
import subprocess  # nosec B404
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import torch
from transformers import AutoTokenizer, DistilBertConfig, PreTrainedTokenizerFast

from bentos.models.artifact import Manifest
from bentos.models.transformer import CONFIG, GRAPH, TOKENIZER, TransformerModel
from bentos.triage.normalise import normalise
from train.classifier import TicketClassifier
from train.onnx_graph import export_float32

REPORT: Final = Path("reports/bench/transformer_inference.json")
_EXPORTED: Final = Path("reports/export.json")
_PADDED: Final = 128
_SPECIAL: Final = dict(zip(("pad_token", "unk_token"), ("<pad>", "<unk>"), strict=True))
# Batch size, and how many batches of it are timed.
_BATCHES: Final = ((1, 200), (32, 12))
_Predict = Callable[[Sequence[str]], Any]


@dataclass(frozen=True, slots=True)
class Rates:
    """Tickets a second at one batch size, and how many times the baselines' that is."""

    batch: int
    pytorch_per_second: float
    float32_per_second: float
    callcenter_per_second: float
    ratio_to_pytorch: float
    ratio_to_float32: float


def measure(
    pytorch: _Predict, float32: _Predict, callcenter: _Predict, texts: Sequence[str]
) -> list[Rates]:
    """The rates of all three at every batch size, on batches drawn from `texts`."""
    return [_rates((pytorch, float32, callcenter), texts, size, count) for size, count in _BATCHES]


def _rates(predictors: Sequence[_Predict], texts: Sequence[str], size: int, count: int) -> Rates:
    random = np.random.default_rng(42)
    for predict in predictors:
        predict(texts[:size])
    seconds: list[list[float]] = []
    for _ in range(count):
        batch = [texts[place] for place in random.integers(0, len(texts), size)]
        seconds.append([_seconds(predict, batch) for predict in predictors])
    # The mean: a batch's time depends on its tickets' lengths, which all three share.
    pytorch, float32, ours = np.mean(seconds, axis=0)
    return Rates(
        batch=size,
        pytorch_per_second=round(size / pytorch, 1),
        float32_per_second=round(size / float32, 1),
        callcenter_per_second=round(size / ours, 1),
        ratio_to_pytorch=round(pytorch / ours, 2),
        ratio_to_float32=round(float32 / ours, 2),
    )


def _seconds(predict: _Predict, batch: Sequence[str]) -> float:
    begin = time.perf_counter()
    predict(batch)
    return time.perf_counter() - begin


def pytorch_predictor(checkpoint: Path) -> _Predict:
    """`checkpoint` as a plain script runs it: eager, float32, every text padded to 128 pieces."""
    model = TicketClassifier.from_pretrained(checkpoint, attn_implementation="eager").eval()
    tokenizer = AutoTokenizer.from_pretrained(checkpoint)

    @torch.inference_mode()
    def predict(texts: Sequence[str]) -> torch.Tensor:
        encoded = tokenizer(
            [normalise(text) for text in texts],
            truncation=True,
            max_length=_PADDED,
            padding="max_length",
            return_tensors="pt",
            return_token_type_ids=False,
        )
        logits: torch.Tensor = model(**encoded).logits.softmax(dim=1)
        return logits

    return predict


def untrained_checkpoint(folder: Path, released: Path) -> None:
    """Writes a checkpoint of the released architecture with random weights: as fast as trained."""
    architecture = json.loads(_EXPORTED.read_text(encoding="utf-8"))["architecture"]
    torch.manual_seed(42)
    TicketClassifier(DistilBertConfig(**architecture)).save_pretrained(folder)
    PreTrainedTokenizerFast(tokenizer_file=str(released / TOKENIZER), **_SPECIAL).save_pretrained(
        folder
    )


def float32_model(checkpoint: Path, released: Path, folder: Path) -> TransformerModel:
    """The graph of `checkpoint` in float32, served as the released one is."""
    folder.mkdir()
    export_float32(checkpoint, folder / GRAPH)
    for name in (TOKENIZER, CONFIG):
        shutil.copyfile(released / name, folder / name)
    Manifest.write(folder, "float32")
    return TransformerModel.load(folder)


def peak_megabytes(folder: Path, texts: Sequence[str]) -> float:
    """The most memory, in millions of bytes, that a process held while it answered `texts`.

    A process that imports what serving does, and not this module.
    """
    # This interpreter, a program that stands below, and no shell.
    result = subprocess.run(  # nosec B603
        [sys.executable, "-c", _PEAK, str(folder)],
        input=json.dumps(list(texts)),
        capture_output=True,
        text=True,
        check=True,
    )
    return round(int(result.stdout) / 1e6, 1)


_PEAK: Final = """
import json, pathlib, sys
import psutil
from bentos.models.transformer import TransformerModel
texts, model = json.load(sys.stdin), TransformerModel.load(pathlib.Path(sys.argv[1]))
peak = 0
for start in range(0, len(texts), 256):
    model.predict_proba(texts[start : start + 256])
    peak = max(peak, psutil.Process().memory_info().rss)
print(peak)
"""


def main() -> None:
    """Measures, prints, and writes `reports/bench/transformer_inference.json`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=Path("release/transformer"))
    parser.add_argument("--checkpoint", type=Path, default=Path("models/transformer_checkpoint"))
    parser.add_argument("--tickets", type=Path, default=Path("data/sample"), help="folder of CSVs")
    options = parser.parse_args()
    torch.set_num_threads(1)
    files = sorted(options.tickets.glob("*.csv"))
    texts = pd.concat([pd.read_csv(file) for file in files])["text"].tolist()
    ours = TransformerModel.load(options.model)
    with tempfile.TemporaryDirectory() as temporary:
        checkpoint, trained = options.checkpoint, options.checkpoint.is_dir()
        if not trained:
            checkpoint = Path(temporary) / "untrained"
            untrained_checkpoint(checkpoint, options.model)
        float32 = float32_model(checkpoint, options.model, Path(temporary) / "float32")
        pytorch = pytorch_predictor(checkpoint)
        rates = measure(pytorch, float32.predict_proba, ours.predict_proba, texts)
    report = {
        "model": ours.version,
        "baselines": {
            "pytorch": "the same network in eager PyTorch, float32, padded to 128 word pieces",
            "float32": "the same network in ONNX Runtime, float32, batched by length",
            "weights": "trained" if trained else "random, which makes no difference to the time",
        },
        "machine": f"{platform.machine()}, one thread, Python {platform.python_version()}",
        "tickets": len(texts),
        "batches": [asdict(row) for row in rates],
        "peak_megabytes": peak_megabytes(options.model, texts),
    }
    text = json.dumps(report, indent=2, ensure_ascii=False) + "\n"
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text(text, encoding="utf-8")
    print(text, end="")


if __name__ == "__main__":
    main()
