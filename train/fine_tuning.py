"""How an encoder is fine-tuned on tickets: Trainer with batches, noise and rates of our own."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.data import DataLoader
from transformers import (
    AutoTokenizer,
    EarlyStoppingCallback,
    EvalPrediction,
    PreTrainedTokenizerBase,
    Trainer,
    TrainingArguments,
    set_seed,
)

from bentos.triage.categories import CATEGORIES
from train.classifier import TicketClassifier
from train.noise import Noise
from train.parameters import PassParameters, TransformerParameters
from train.precision import attention, best_device, multiplies_bfloat16
from train.training_folder import last_checkpoint, steps_done
from train.transformer_data import BalancedBatches, Collator, Example, Tickets, piece_counts

_GPU_BATCHES: Final = 4  # as many batches at once where a GPU is


class BalancedTrainer(Trainer):
    """A Trainer whose training batches are drawn by BalancedBatches and disturbed by noise.

    Args:
        batches: which examples stand together in a batch.
        noisy: the collator of training batches; `data_collator` is for evaluation.
        arguments: Trainer's own.
    """

    def __init__(self, batches: BalancedBatches, noisy: Collator, **arguments: Any) -> None:
        super().__init__(**arguments)
        self._batches = batches
        self._noisy = noisy

    def get_train_dataloader(self) -> DataLoader[Example]:
        """The batches of one pass."""
        data = cast(Tickets, self.train_dataset)
        return DataLoader(data, batch_sampler=self._batches, collate_fn=self._noisy)


def optimizer(model: TicketClassifier, parameters: TransformerParameters) -> torch.optim.AdamW:
    """AdamW: the head, which begins at random, learns faster; biases and norms don't decay."""
    groups: dict[tuple[bool, bool], list[torch.nn.Parameter]] = defaultdict(list)
    for name, weights in model.named_parameters():
        groups[name.startswith("classifier"), weights.ndim > 1].append(weights)
    return torch.optim.AdamW(
        [
            {
                "params": weights,
                "lr": parameters.head_learning_rate if head else parameters.learning_rate,
                "weight_decay": parameters.weight_decay if decays else 0.0,
            }
            for (head, decays), weights in groups.items()
        ],
        fused=True,
    )


def accuracies(natural: NDArray[np.bool_]) -> Callable[[EvalPrediction], dict[str, float]]:
    """Scores validation logits: accuracy on cleaned and natural tickets, and the mean of those."""

    def compute(prediction: EvalPrediction) -> dict[str, float]:
        logits, targets = np.asarray(prediction.predictions), np.asarray(prediction.label_ids)
        right = logits.argmax(axis=1) == targets.argmax(axis=1)
        kinds = {"cleaned": right[~natural], "natural": right[natural]}
        found = {
            f"accuracy_{kind}": float(np.mean(part)) for kind, part in kinds.items() if part.size
        }
        return {**found, "accuracy": float(np.mean(list(found.values())))}

    return compute


def training_arguments(
    parameters: TransformerParameters, passes: PassParameters, steps: int, folder: Path
) -> TrainingArguments:
    """How Trainer runs `passes`, of so many `steps`.

    In bfloat16 where a GPU or the processor multiplies it.
    """
    device = best_device()
    gpu = device.type == "cuda"
    return TrainingArguments(
        output_dir=str(folder),
        use_cpu=not gpu,
        bf16=multiplies_bfloat16(device),
        num_train_epochs=passes.epochs,
        per_device_train_batch_size=passes.batch_size,
        per_device_eval_batch_size=64,
        lr_scheduler_type="linear",
        warmup_steps=int(parameters.warmup_share * steps),
        eval_strategy="epoch",
        save_strategy="epoch",
        save_total_limit=1,
        load_best_model_at_end=True,
        # Not an accuracy: natural validation tickets are so few that by chance it falls twice.
        metric_for_best_model="loss",
        logging_steps=50,
        seed=parameters.seed,
        dataloader_pin_memory=gpu,
        remove_unused_columns=False,
        report_to=["mlflow"],
    )


def load_classifier(
    encoder: Path, dropout: float
) -> tuple[TicketClassifier, PreTrainedTokenizerBase]:
    """A classifier with the weights of the checkpoint `encoder` and a new head; its tokenizer.

    `dropout` is that of the layers; the head keeps its own.
    """
    model = TicketClassifier.from_pretrained(
        encoder,
        id2label=dict(enumerate(CATEGORIES)),
        label2id={name: place for place, name in enumerate(CATEGORIES)},
        dropout=dropout,
        attention_dropout=0.0,
        attn_implementation=attention(),
    )
    return model, AutoTokenizer.from_pretrained(encoder)


def fine_tune(
    train: Sequence[Example],
    held_out: Sequence[Example],
    encoder: Path,
    parameters: TransformerParameters,
    folder: Path,
) -> tuple[TicketClassifier, PreTrainedTokenizerBase, list[dict[str, Any]]]:
    """The fine-tuned classifier, its tokenizer, and Trainer's log.

    Args:
        train: what it learns from.
        held_out: what says which pass was the best.
        encoder: a Hugging Face checkpoint of a DistilBERT.
        parameters: how.
        folder: of the checkpoints; the training goes on from the last pass that it holds.
    """
    set_seed(parameters.seed)
    passes = parameters.natural if all(item["natural"] for item in train) else parameters.archive
    model, tokenizer = load_classifier(encoder, passes.dropout)
    # Before the optimizer, which keeps hold of the weights. (The model's own `to` has no types.)
    torch.nn.Module.to(model, best_device())
    checkpoint = last_checkpoint(folder)
    seed = parameters.seed + steps_done(checkpoint)  # passes that follow are unlike those before
    batch_size = passes.batch_size * (_GPU_BATCHES if best_device().type == "cuda" else 1)
    lengths = piece_counts(train, tokenizer, parameters.max_length)
    batches = BalancedBatches(train, lengths, parameters.natural_weight, batch_size, seed)
    by_length = sorted(held_out, key=lambda item: len(item["text"]))
    trainer = BalancedTrainer(
        batches,
        Collator(tokenizer, parameters.max_length, Noise(parameters.noise, seed)),
        model=model,
        args=training_arguments(parameters, passes, int(len(batches) * passes.epochs), folder),
        train_dataset=Tickets(train),
        eval_dataset=Tickets(by_length),
        data_collator=Collator(tokenizer, parameters.max_length, None),
        compute_metrics=accuracies(np.array([item["natural"] for item in by_length])),
        optimizers=(optimizer(model, parameters), None),
        callbacks=[EarlyStoppingCallback(parameters.patience)],
    )
    trainer.train(None if checkpoint is None else str(checkpoint))
    return model, tokenizer, trainer.state.log_history
