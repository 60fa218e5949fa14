"""The transformer that is fine-tuned: DistilBERT, the mean of its hidden states, eight logits.

The mean of all positions, as multilingual-e5 was pretrained to use, and not the first one's state.
"""

from typing import Any

import torch
from torch import nn
from transformers import DistilBertConfig, DistilBertModel, DistilBertPreTrainedModel
from transformers.modeling_outputs import SequenceClassifierOutput

from bentos.triage.categories import CATEGORIES


class TicketClassifier(DistilBertPreTrainedModel):
    """Logits of the eight categories, in the order of CATEGORIES.

    Weights load from any DistilBERT checkpoint; the head begins at random.
    """

    def __init__(self, config: DistilBertConfig) -> None:
        super().__init__(config)
        self.distilbert = DistilBertModel(config)
        self.dropout = nn.Dropout(config.seq_classif_dropout)
        self.classifier = nn.Linear(config.dim, len(CATEGORIES))
        self.post_init()

    def forward(
        self,
        input_ids: torch.Tensor,
        attention_mask: torch.Tensor,
        labels: torch.Tensor | None = None,
        **_: Any,
    ) -> SequenceClassifierOutput:
        """Logits, and with `labels`, a probability a category, the cross-entropy to them.

        Args:
            input_ids: word pieces, (texts, longest).
            attention_mask: 1 where there is a piece, 0 where there is padding.
            labels: (texts, categories).
        """
        states = self.distilbert(input_ids=input_ids, attention_mask=attention_mask)[0]
        weights = attention_mask[..., None].to(states.dtype)
        mean = (states * weights).sum(dim=1) / weights.sum(dim=1)
        logits = self.classifier(self.dropout(mean))
        loss = None
        if labels is not None:
            loss = nn.functional.cross_entropy(logits.float(), labels)
        return SequenceClassifierOutput(loss=loss, logits=logits)
