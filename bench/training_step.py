"""How long a step of fine-tuning takes with each of transformers' implementations of attention.

Same network, same batches of training tickets, the implementations in turns; a step is forward,
backward, clipping and AdamW. In float32, and in bfloat16 where `train.fine_tuning` would compute in
it here. Needs what `dvc repro encoder` leaves. `python -m bench.training_step`
"""

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
import torch
from transformers import AutoTokenizer

from train.encoder import FOLDER as ENCODER
from train.fine_tuning import load_classifier, optimizer
from train.memory import keep_freed_memory
from train.parameters import PARAMETERS, TransformerParameters, load_section
from train.precision import best_device, device_name, multiplies_bfloat16
from train.prepare import DATASET
from train.scrub import SCRUBBED
from train.transformer_data import Collator, examples

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
        model, _ = load_classifier(ENCODER)
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


def batches(parameters: TransformerParameters) -> list[Batch]:
    """Batches of training tickets, those of like length together, as in a training."""
    tickets = pd.read_parquet(SCRUBBED)
    tickets = tickets[tickets["random"] == "train"]
    drawn = tickets.sample(parameters.batch_size * _BATCHES, random_state=parameters.seed)
    drawn = drawn.sort_values("normalised", key=lambda texts: texts.str.len())
    data = examples(drawn, None, parameters)
    collator = Collator(AutoTokenizer.from_pretrained(ENCODER), parameters.max_length, None)
    size = parameters.batch_size
    return [collator(data[start : start + size]) for start in range(0, len(data), size)]


def measure(steppers: Sequence[Stepper], given: Sequence[Batch]) -> list[float]:
    """The mean seconds a step of each of `steppers`, a first round of each not counted."""
    rounds = [
        [[stepper.seconds(batch) for batch in given] for stepper in steppers]
        for _ in range(_ROUNDS + 1)
    ]
    means: list[float] = np.mean(rounds[1:], axis=(0, 2)).tolist()
    return means


def main() -> None:
    """Writes `reports/bench/training_step.json`."""
    keep_freed_memory()
    parameters = load_section(PARAMETERS, "transformer", TransformerParameters)
    given = batches(parameters)
    seconds: dict[str, dict[str, float]] = {}
    bfloat16 = ("bfloat16",) if multiplies_bfloat16(best_device()) else ()
    for precision in (*bfloat16, "float32"):
        steppers = [Stepper(name, precision == "bfloat16", parameters) for name in _IMPLEMENTATIONS]
        means = [round(mean, 4) for mean in measure(steppers, given)]
        seconds[precision] = dict(zip(_IMPLEMENTATIONS, means, strict=True))
    dataset = json.loads(DATASET.read_text(encoding="utf-8"))
    report = {"device": device_name(), "dataset": dataset["name"], "seconds": seconds}
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(report))


if __name__ == "__main__":
    main()
