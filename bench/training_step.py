"""How long a step of fine-tuning takes with each of transformers' implementations of attention, and
with batches sorted by their tickets' lengths in characters or in word pieces.

Same network, same batches of training tickets, the implementations in turns; a step is forward,
backward, clipping and AdamW. In float32, and in bfloat16 where `train.fine_tuning` would compute in
it here. Needs what `dvc repro encoder` leaves. `python -m bench.training_step`
"""

import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from transformers import AutoTokenizer

from train.fine_tuning import load_classifier, optimizer
from train.memory import keep_freed_memory
from train.parameters import PARAMETERS, TransformerParameters, load_section
from train.paths import DATASET, ENCODER, SCRUBBED
from train.precision import attention, best_device, device_name, multiplies_bfloat16
from train.transformer_data import Collator, Example, examples, piece_counts

REPORT: Final = Path("reports/bench/training_step.json")
_IMPLEMENTATIONS: Final = ("sdpa", "eager")
_BATCHES: Final = 12
_ROUNDS: Final = 3

Batch = dict[str, torch.Tensor]


class Stepper:
    """Takes optimizer steps with one implementation of attention, in one precision."""

    def __init__(
        self, implementation: str, bfloat16: bool, parameters: TransformerParameters
    ) -> None:
        model, _ = load_classifier(ENCODER, parameters.archive.dropout)
        model.set_attn_implementation(implementation)
        self._model = model.train()
        torch.nn.Module.to(model, best_device())
        self._optimizer = optimizer(model, parameters)
        self._bfloat16 = bfloat16

    def seconds(self, batch: Batch) -> float:
        """How long the step on `batch` takes."""
        device = best_device()
        started = time.perf_counter()
        with torch.autocast(device.type, torch.bfloat16, enabled=self._bfloat16):
            loss = self._model(**{name: part.to(device) for name, part in batch.items()}).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self._model.parameters(), 1.0)
        self._optimizer.step()
        self._optimizer.zero_grad()
        loss.item()  # waits for a GPU
        return time.perf_counter() - started


def drawn(parameters: TransformerParameters) -> list[Example]:
    """Training tickets, as they are learned from."""
    tickets = pd.read_parquet(SCRUBBED)
    tickets = tickets[tickets["random"] == "train"]
    count = parameters.archive.batch_size * _BATCHES
    return examples(tickets.sample(count, random_state=parameters.seed), None, parameters)


def batches(
    data: Sequence[Example], lengths: Sequence[int], collator: Collator, batch_size: int
) -> list[Batch]:
    """Batches of `data`, those of like `lengths` together, as in a training."""
    alike = [data[place] for place in np.argsort(lengths, kind="stable")]
    return [
        collator(alike[start : start + batch_size]) for start in range(0, len(data), batch_size)
    ]


def measure(steppers: Sequence[Stepper], given: Sequence[Batch]) -> list[float]:
    """The mean seconds a step of each of `steppers`, a first round of each not counted."""
    rounds = [
        [[stepper.seconds(batch) for batch in given] for stepper in steppers]
        for _ in range(_ROUNDS + 1)
    ]
    return _rounded(np.mean(rounds[1:], axis=(0, 2)))


def by_implementation(
    given: Sequence[Batch], parameters: TransformerParameters
) -> dict[str, dict[str, float]]:
    """Seconds a step, by precision and implementation of attention."""
    seconds: dict[str, dict[str, float]] = {}
    bfloat16 = ("bfloat16",) if multiplies_bfloat16(best_device()) else ()
    for precision in (*bfloat16, "float32"):
        steppers = [Stepper(name, precision == "bfloat16", parameters) for name in _IMPLEMENTATIONS]
        seconds[precision] = dict(zip(_IMPLEMENTATIONS, measure(steppers, given), strict=True))
    return seconds


def by_order(
    orders: Mapping[str, Sequence[Batch]], parameters: TransformerParameters
) -> dict[str, float]:
    """Seconds a step of a training here, by what the batches are sorted by."""
    stepper = Stepper(attention(), multiplies_bfloat16(best_device()), parameters)
    # In turns, as the implementations are.
    rounds = [
        [np.mean([stepper.seconds(batch) for batch in given]) for given in orders.values()]
        for _ in range(_ROUNDS + 1)
    ]
    return dict(zip(orders, _rounded(np.mean(rounds[1:], axis=0)), strict=True))


def _rounded(seconds: NDArray[np.float64]) -> list[float]:
    return [round(mean, 4) for mean in seconds.tolist()]


def main() -> None:
    """Writes `reports/bench/training_step.json`."""
    keep_freed_memory()
    parameters = load_section(PARAMETERS, "transformer", TransformerParameters)
    tokenizer = AutoTokenizer.from_pretrained(ENCODER)
    collator = Collator(tokenizer, parameters.max_length, None)
    data = drawn(parameters)
    lengths = {
        "characters": [len(item["text"]) for item in data],
        "pieces": piece_counts(data, tokenizer, parameters.max_length),
    }
    orders = {
        name: batches(data, counted, collator, parameters.archive.batch_size)
        for name, counted in lengths.items()
    }
    report = {
        "device": device_name(),
        "dataset": json.loads(DATASET.read_text(encoding="utf-8"))["name"],
        "seconds": by_implementation(orders["pieces"], parameters),
        "seconds_sorted_by": by_order(orders, parameters),
    }
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(report))


if __name__ == "__main__":
    main()
