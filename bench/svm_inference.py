"""How fast the released SVM answers from plain arrays, against the same model as a scikit-learn
pipeline.

One thread; both get the same raw texts, alternately; a rate is of the median time. `python -m
bench.svm_inference`
"""

import argparse
import json
import multiprocessing
import platform
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import psutil
from threadpoolctl import threadpool_limits

from bentos.models.svm import SvmModel
from bentos.models.svm_files import SvmFiles
from train.svm_import import sklearn_pipeline

REPORT: Final = Path("reports/bench/svm_inference.json")
# Batch size, and how many batches of it are timed.
_BATCHES: Final = ((1, 300), (16, 40), (256, 7))
_Predict = Callable[[Sequence[str]], Any]


@dataclass(frozen=True, slots=True)
class Rates:
    """Tickets a second at one batch size."""

    batch: int
    sklearn_per_second: float
    callcenter_per_second: float
    ratio: float


def measure(ours: _Predict, theirs: _Predict, texts: Sequence[str]) -> list[Rates]:
    """The rates of both at every batch size, on batches drawn from `texts`."""
    return [_rates(ours, theirs, texts, size, count) for size, count in _BATCHES]


def _rates(ours: _Predict, theirs: _Predict, texts: Sequence[str], size: int, count: int) -> Rates:
    random = np.random.default_rng(42)
    seconds: list[tuple[float, float]] = []
    for _ in range(count):
        batch = [texts[place] for place in random.integers(0, len(texts), size)]
        seconds.append((_seconds(theirs, batch), _seconds(ours, batch)))
    baseline, measured = np.median(seconds, axis=0)
    return Rates(
        size, round(size / baseline, 1), round(size / measured, 1), round(baseline / measured, 2)
    )


def _seconds(predict: _Predict, batch: Sequence[str]) -> float:
    begin = time.perf_counter()
    predict(batch)
    return time.perf_counter() - begin


def largest_difference(ours: _Predict, theirs: _Predict, texts: Sequence[str]) -> float:
    """The largest absolute difference of any probability of any text."""
    return float(np.abs(ours(texts) - theirs(texts)).max())


def loaded_megabytes(folder: Path) -> float:
    """By how many millions of bytes of resident memory loading the model grows a process."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return round(pool.apply(_growth, (folder,)) / 1e6, 1)


def _growth(folder: Path) -> int:
    process = psutil.Process()
    before = process.memory_info().rss
    model = SvmModel.load(folder)
    model.predict_proba(["warm"])
    return int(process.memory_info().rss - before)


def main() -> None:
    """Measures, prints, and writes `reports/bench/svm_inference.json`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=Path("release/svm"))
    parser.add_argument("--tickets", type=Path, default=Path("data/sample"), help="folder of CSVs")
    options = parser.parse_args()
    files = sorted(options.tickets.glob("*.csv"))
    texts = pd.concat([pd.read_csv(file) for file in files])["text"].tolist()
    model = SvmModel.load(options.model)
    pipeline = sklearn_pipeline(SvmFiles.read(options.model))
    with threadpool_limits(1):
        rates = measure(model.predict_proba, pipeline.predict_proba, texts)
        difference = largest_difference(model.predict_proba, pipeline.predict_proba, texts)
    report = {
        "model": model.version,
        "baseline": "the same model as a scikit-learn Pipeline, predict_proba",
        "machine": f"{platform.machine()}, one thread, Python {platform.python_version()}",
        "tickets": len(texts),
        "batches": [asdict(row) for row in rates],
        "largest_probability_difference": difference,
        "loaded_megabytes": loaded_megabytes(options.model),
    }
    text = json.dumps(report, indent=2, ensure_ascii=False) + "\n"
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text(text, encoding="utf-8")
    print(text, end="")


if __name__ == "__main__":
    main()
