"""The fine-tuned classifier as an ONNX graph in float32, but for the table of word embeddings.

That is half of the parameters, and in eight bits from the start.
"""

import logging
import warnings
from pathlib import Path
from typing import cast

import torch
from torch import nn
from torch.nn.functional import embedding

from train.classifier import TicketClassifier

_OPSET = 20  # the first with Gelu as one operator


class QuantizedEmbedding(nn.Module):
    """An embedding table in int8. Each row has a scale of its own, as rare pieces' rows are small.

    Args:
        weight: (pieces, hidden), float32.
    """

    def __init__(self, weight: torch.Tensor) -> None:
        super().__init__()
        scale = weight.abs().amax(dim=1, keepdim=True).clamp_min(1e-12) / 127
        self.register_buffer("table", torch.round(weight / scale).to(torch.int8))
        self.register_buffer("scale", scale)

    def forward(self, input_ids: torch.Tensor) -> torch.Tensor:
        """The rows of `input_ids`, in float32."""
        table, scale = cast(torch.Tensor, self.table), cast(torch.Tensor, self.scale)
        return embedding(input_ids, table).float() * embedding(input_ids, scale)


class _Logits(nn.Module):
    """The classifier with tensors alone for its inputs and output, as the exporter wants it."""

    def __init__(self, model: TicketClassifier) -> None:
        super().__init__()
        self.model = model

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        return cast(torch.Tensor, self.model(input_ids, attention_mask).logits)


def export_float32(checkpoint: Path, graph: Path) -> None:
    """Writes the classifier of the Hugging Face `checkpoint` as the ONNX file `graph`.

    Its inputs are `input_ids` and `attention_mask`, int64 (texts, longest), its output `logits`.
    """
    model = TicketClassifier.from_pretrained(checkpoint, attn_implementation="eager").eval()
    embeddings = model.distilbert.embeddings
    embeddings.word_embeddings = QuantizedEmbedding(embeddings.word_embeddings.weight.detach())
    texts = torch.export.Dim("texts")
    longest = torch.export.Dim("longest", max=model.config.max_position_embeddings)
    shape = {0: texts, 1: longest}
    # Two tensors: given one twice, the exporter takes both inputs for the same.
    input_ids, attention_mask = torch.ones((2, 2, 3), dtype=torch.int64)
    # The exporter warns of what is its own: torchvision, deprecated parts of torch.
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            _Logits(model),
            (input_ids.clone(), attention_mask.clone()),
            dynamo=True,
            verbose=False,
            opset_version=_OPSET,
            input_names=["input_ids", "attention_mask"],
            output_names=["logits"],
            dynamic_shapes={"input_ids": shape, "attention_mask": shape},
        )
    if program is None:  # so the exporter's type allows, when it writes the file itself
        raise RuntimeError("torch.onnx.export gave no program")
    program.save(graph)
