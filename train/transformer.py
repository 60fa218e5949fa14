"""Stage `transformer`: fine-tunes the encoder on tickets. `python -m train.transformer`.

Cleaned and natural tickets are learned together, the natural ones drawn more often. The result is a
Hugging Face checkpoint, `models/transformer_checkpoint`, which `train.transformer_export` releases.
A run cut off goes on from its last whole pass when it is started again.
"""

import json
import shutil
import time
from pathlib import Path
from typing import Final

import mlflow
import pandas as pd

from bentos.models.registered import TRANSFORMER
from train.fine_tuning import fine_tune
from train.memory import keep_freed_memory
from train.parameters import PARAMETERS, TransformerParameters, load_section
from train.paths import CHECKPOINT, ENCODER, OUT_OF_FOLD, SCRUBBED
from train.precision import device_name
from train.tracking import EXPERIMENT, use_tracking_server
from train.training_folder import FOLDER as UNFINISHED
from train.training_folder import last_checkpoint, steps_done, training_folder
from train.transformer_data import examples

REPORT: Final = Path("reports/transformer.json")


def main() -> None:
    """Writes `models/transformer_checkpoint` and `reports/transformer.json`."""
    parameters = load_section(PARAMETERS, "transformer", TransformerParameters)
    tickets = pd.read_parquet(SCRUBBED)
    untaught = pd.read_parquet(OUT_OF_FOLD)
    keep_freed_memory()
    use_tracking_server()
    mlflow.set_experiment(EXPERIMENT)
    started = time.monotonic()
    inputs = [file.read_bytes() for file in (SCRUBBED, OUT_OF_FOLD, *sorted(ENCODER.iterdir()))]
    inputs.append(parameters.model_dump_json().encode())
    with (
        training_folder(UNFINISHED, inputs) as folder,
        mlflow.start_run(run_name=f"{TRANSFORMER}-fine-tuning"),
    ):
        steps_before = steps_done(last_checkpoint(folder))
        train = examples(tickets[tickets["random"] == "train"], untaught, parameters)
        held_out = examples(tickets[tickets["random"] == "validation"], None, parameters)
        model, tokenizer, log = fine_tune(train, held_out, ENCODER, parameters, folder)
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
        "device": device_name(),
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
