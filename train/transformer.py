"""Stage `transformer`: fine-tunes the encoder on tickets. `python -m train.transformer`.

Cleaned and natural tickets are learned together, the natural ones drawn more often. The result is a
Hugging Face checkpoint, `models/transformer_checkpoint`, which `train.transformer_export` releases.
A run cut off goes on from its last whole pass when it is started again.
"""

import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, cast

import mlflow
import numpy as np
import pandas as pd
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

from bentos.models.registered import TRANSFORMER
from bentos.triage.categories import CATEGORIES
from train.classifier import TicketClassifier
from train.encoder import FOLDER as ENCODER
from train.memory import keep_freed_memory
from train.noise import Noise
from train.parameters import PARAMETERS, TransformerParameters, load_section
from train.precision import processor_has_bfloat16
from train.prepare import TICKETS
from train.svm import OUT_OF_FOLD
from train.tracking import EXPERIMENT, use_tracking_server
from train.training_folder import FOLDER as UNFINISHED
from train.training_folder import last_checkpoint, steps_done, training_folder
from train.transformer_data import BalancedBatches, Collator, Example, Tickets, examples

CHECKPOINT: Final = Path("models/transformer_checkpoint")
REPORT: Final = Path("reports/transformer.json")
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
        loader = DataLoader(data, batch_sampler=self._batches, collate_fn=self._noisy)
        return loader if self.args.use_cpu else self.accelerator.prepare(loader)


def optimizer(model: TicketClassifier, parameters: TransformerParameters) -> torch.optim.AdamW:
    """AdamW: the head, which begins at random, learns faster; biases and norms don't decay."""
    groups = []
    for name, weights in model.named_parameters():
        head = name.startswith("classifier")
        rate = parameters.head_learning_rate if head else parameters.learning_rate
        decay = parameters.weight_decay if weights.ndim > 1 else 0.0
        groups.append({"params": [weights], "lr": rate, "weight_decay": decay})
    return torch.optim.AdamW(groups, fused=True)


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
    parameters: TransformerParameters, steps: int, epochs: float, folder: str
) -> TrainingArguments:
    """How Trainer runs: in bfloat16 where a GPU or the processor multiplies it."""
    gpu = torch.cuda.is_available()
    return TrainingArguments(
        output_dir=folder,
        use_cpu=not gpu,
        bf16=gpu or processor_has_bfloat16(),
        num_train_epochs=epochs,
        per_device_train_batch_size=parameters.batch_size,
        per_device_eval_batch_size=64,
        lr_scheduler_type="linear",
        warmup_steps=int(parameters.warmup_share * steps),
        eval_strategy="epoch",
        save_strategy="epoch",
        save_total_limit=1,
        load_best_model_at_end=True,
        metric_for_best_model="accuracy",
        logging_steps=50,
        seed=parameters.seed,
        dataloader_pin_memory=gpu,
        remove_unused_columns=False,
        report_to=["mlflow"],
    )


def fine_tune(
    tickets: pd.DataFrame,
    untaught: pd.DataFrame | None,
    encoder: Path,
    parameters: TransformerParameters,
    folder: Path,
) -> tuple[TicketClassifier, PreTrainedTokenizerBase, list[dict[str, Any]]]:
    """The fine-tuned classifier, its tokenizer, and Trainer's log.

    Args:
        tickets: with the columns id, source, label, normalised and random.
        untaught: the SVM's out-of-fold probabilities of them.
        encoder: a Hugging Face checkpoint of a DistilBERT.
        parameters: how.
        folder: of the checkpoints; the training goes on from the last pass that it holds.
    """
    set_seed(parameters.seed)
    model = TicketClassifier.from_pretrained(
        encoder,
        id2label=dict(enumerate(CATEGORIES)),
        label2id={name: place for place, name in enumerate(CATEGORIES)},
        attention_dropout=0.0,
    )
    tokenizer = AutoTokenizer.from_pretrained(encoder)
    train = examples(tickets[tickets["random"] == "train"], untaught, parameters)
    validation = tickets[tickets["random"] == "validation"]
    validation = validation.sort_values("normalised", key=lambda texts: texts.str.len())
    held_out = examples(validation, None, parameters)
    checkpoint = last_checkpoint(folder)
    trainer = _trainer(
        model, tokenizer, train, held_out, parameters, folder, steps_done(checkpoint)
    )
    trainer.train(None if checkpoint is None else str(checkpoint))
    return model, tokenizer, trainer.state.log_history


def _trainer(
    model: TicketClassifier,
    tokenizer: PreTrainedTokenizerBase,
    train: list[Example],
    held_out: list[Example],
    parameters: TransformerParameters,
    folder: Path,
    steps_before: int,
) -> BalancedTrainer:
    seed = parameters.seed + steps_before  # passes that follow are unlike those before
    batch_size = parameters.batch_size * (_GPU_BATCHES if torch.cuda.is_available() else 1)
    batches = BalancedBatches(train, parameters.natural_weight, batch_size, seed)
    only_natural = all(item["natural"] for item in train)
    epochs = parameters.natural_epochs if only_natural else parameters.epochs
    return BalancedTrainer(
        batches,
        Collator(tokenizer, parameters.max_length, Noise(parameters.noise, seed)),
        model=model,
        args=training_arguments(parameters, int(len(batches) * epochs), epochs, str(folder)),
        train_dataset=Tickets(train),
        eval_dataset=Tickets(held_out),
        data_collator=Collator(tokenizer, parameters.max_length, None),
        compute_metrics=accuracies(np.array([item["natural"] for item in held_out])),
        optimizers=(optimizer(model, parameters), None),
        callbacks=[EarlyStoppingCallback(parameters.patience)],
    )


def main() -> None:
    """Writes `models/transformer_checkpoint` and `reports/transformer.json`."""
    parameters = load_section(PARAMETERS, "transformer", TransformerParameters)
    tickets = pd.read_parquet(TICKETS)
    untaught = pd.read_parquet(OUT_OF_FOLD)
    keep_freed_memory()
    use_tracking_server()
    mlflow.set_experiment(EXPERIMENT)
    started = time.monotonic()
    inputs = [file.read_bytes() for file in (TICKETS, OUT_OF_FOLD, *sorted(ENCODER.iterdir()))]
    inputs.append(parameters.model_dump_json().encode())
    with (
        training_folder(UNFINISHED, inputs) as folder,
        mlflow.start_run(run_name=f"{TRANSFORMER}-fine-tuning"),
    ):
        steps_before = steps_done(last_checkpoint(folder))
        model, tokenizer, log = fine_tune(tickets, untaught, ENCODER, parameters, folder)
    shutil.rmtree(CHECKPOINT, ignore_errors=True)
    model.save_pretrained(CHECKPOINT)
    tokenizer.save_pretrained(CHECKPOINT)
    evaluations = [
        {key: round(value, 5) for key, value in entry.items() if key in _REPORTED}
        for entry in log
        if "eval_accuracy" in entry
    ]
    report = {
        "seconds": round(time.monotonic() - started),
        "steps_of_a_run_cut_off": steps_before,
        "device": torch.cuda.get_device_name() if torch.cuda.is_available() else "cpu",
        "parameters": sum(weights.numel() for weights in model.parameters()),
        "validation": evaluations,
    }
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


_REPORTED: Final = (
    "epoch",
    "eval_loss",
    "eval_accuracy",
    "eval_accuracy_cleaned",
    "eval_accuracy_natural",
)

if __name__ == "__main__":
    main()
