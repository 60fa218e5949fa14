"""Whether an exported model still is the one that was trained."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn.utils.rnn import pad_sequence

from bentos.models.calibration import softmax
from train.classifier import TicketClassifier

_BATCH: Final = 32

Logits = NDArray[np.float64]


class ExportError(Exception):
    """Too much of the trained model was lost on the way."""


@dataclass(frozen=True, slots=True)
class Fidelity:
    """What the served model kept of the checkpoint, on the same tickets."""

    tickets: int
    agreement: float
    checkpoint_accuracy: float
    served_accuracy: float
    largest_probability_difference: float

    def check(self, least_agreement: float, most_accuracy_lost: float) -> None:
        """Raises ExportError when too many answers changed or too much accuracy was lost."""
        if self.agreement < least_agreement:
            raise ExportError(
                f"the exported model agrees with its checkpoint on {self.agreement:.2%} of the "
                f"validation tickets, least_agreement is {least_agreement:.2%}: quantize less"
            )
        lost = self.checkpoint_accuracy - self.served_accuracy
        if lost > most_accuracy_lost:
            raise ExportError(
                f"the exported model lost {lost:.2%} of accuracy on the validation tickets, "
                f"most_accuracy_lost is {most_accuracy_lost:.2%}: quantize less"
            )


def compare(checkpoint: Logits, served: Logits, truth: NDArray[np.int64]) -> Fidelity:
    """How alike both models' logits (tickets × categories) are."""
    before, after = checkpoint.argmax(axis=1), served.argmax(axis=1)
    difference = np.abs(softmax(checkpoint) - softmax(served)).max()
    return Fidelity(
        tickets=len(truth),
        agreement=round(float(np.mean(before == after)), 5),
        checkpoint_accuracy=round(float(np.mean(before == truth)), 5),
        served_accuracy=round(float(np.mean(after == truth)), 5),
        largest_probability_difference=round(float(difference), 5),
    )


@torch.inference_mode()
def checkpoint_logits(checkpoint: Path, rows: Sequence[Sequence[int]]) -> Logits:
    """What the Hugging Face `checkpoint` says of `rows` of word pieces in PyTorch, in float32."""
    model = TicketClassifier.from_pretrained(checkpoint).eval()
    order = sorted(range(len(rows)), key=lambda place: len(rows[place]))
    logits = np.empty((len(rows), model.config.num_labels))
    for start in range(0, len(order), _BATCH):
        places = order[start : start + _BATCH]
        ids = pad_sequence(
            [torch.tensor(rows[place]) for place in places],
            batch_first=True,
            padding_value=model.config.pad_token_id,
        )
        lengths = torch.tensor([len(rows[place]) for place in places])
        mask = torch.arange(ids.shape[1])[None] < lengths[:, None]
        logits[places] = model(ids, mask.long()).logits.numpy()
    return logits
