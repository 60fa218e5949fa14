"""How long a step of fine-tuning takes with each of transformers' implementations of attention.

Same network, same batches of real lengths, the implementations in turns; a step is forward,
backward, clipping and AdamW, in the precision that `train.fine_tuning` uses here. Needs what
`dvc repro encoder` leaves. `python -m bench.training_step`
"""

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import torch

from train.encoder import FOLDER as ENCODER
from train.fine_tuning import load_classifier, optimizer
from train.memory import keep_freed_memory
from train.parameters import PARAMETERS, TransformerParameters, load_section
from train.precision import attention, best_device, device_name, multiplies_bfloat16
from train.prepare import TICKETS
from train.transformer_data import Collator, examples

REPORT: Final = Path("reports/bench/training_step.json")
_IMPLEMENTATIONS: Final = ("sdpa", "eager")
_BATCHES: Final = 12
_ROUNDS: Final = 3

Batch = dict[str, torch.Tensor]


class Stepper:
    """Takes optimizer steps with one implementation of attention."""

    def __init__(self, implementation: str, parameters: TransformerParameters) -> None:
        model, _ = load_classifier(ENCODER)
        model.set_attn_implementation(implementation)
        self._model = model.train()
        torch.nn.Module.to(model, best_device())
        self._optimizer = optimizer(model, parameters)

    def seconds(self, batch: Batch) -> float:
        """How long the step on `batch` takes."""
        device = best_device()
        started = time.perf_counter()
        with torch.autocast(device.type, torch.bfloat16, enabled=multiplies_bfloat16(device)):
            loss = self._model(**{name: part.to(device) for name, part in batch.items()}).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self._model.parameters(), 1.0)
        self._optimizer.step()
        self._optimizer.zero_grad()
        loss.item()  # waits for a GPU
        return time.perf_counter() - started


def batches(parameters: TransformerParameters) -> list[Batch]:
    """Batches of training tickets, those of like length together, as in a training."""
    tickets = pd.read_parquet(TICKETS)
    tickets = tickets[tickets["random"] == "train"]
    drawn = tickets.sample(parameters.batch_size * _BATCHES, random_state=parameters.seed)
    drawn = drawn.sort_values("normalised", key=lambda texts: texts.str.len())
    data = examples(drawn, None, parameters)
    collator = Collator(load_classifier(ENCODER)[1], parameters.max_length, None)
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
    steppers = [Stepper(name, parameters) for name in _IMPLEMENTATIONS]
    means = dict(zip(_IMPLEMENTATIONS, measure(steppers, batches(parameters)), strict=True))
    report: dict[str, Any] = {
        "device": device_name(),
        "bfloat16": multiplies_bfloat16(best_device()),
        "seconds": {name: round(mean, 4) for name, mean in means.items()},
        "used": attention(),
        "ratio": round(means["sdpa"] / means["eager"], 3),
    }
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(report))


if __name__ == "__main__":
    main()
