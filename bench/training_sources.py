"""What the transformer would know, had it learned from the real tickets alone or the natural ones.

By the same recipe, as they would be served; beside them the model of both that is in
`models/transformer`. Needs what `dvc repro svm encoder` leaves, and takes about as long as the
stage `transformer`. `python -m bench.training_sources`
"""

import json
import tempfile
from pathlib import Path
from typing import Final

import mlflow
import numpy as np
import pandas as pd

from bentos.models.registered import FOLDERS, TRANSFORMER, load_model
from train.fine_tuning import fine_tune
from train.labels import places
from train.memory import keep_freed_memory
from train.parameters import PARAMETERS, ExportParameters, TransformerParameters, load_section
from train.paths import ENCODER, MODELS, OUT_OF_FOLD, SCRUBBED
from train.tracking import EXPERIMENT, use_tracking_server
from train.transformer_data import examples
from train.transformer_export import export

REPORT: Final = Path("reports/bench/training_sources.json")


def served_model(tickets: pd.DataFrame, name: str, folder: Path) -> Path:
    """A model in `folder`, as the pipeline would make it of `tickets` alone."""
    parameters = load_section(PARAMETERS, "transformer", TransformerParameters)
    train, held_out = (tickets[tickets["random"] == side] for side in ("train", "validation"))
    passes, checkpoint, served = (folder / part for part in ("passes", "checkpoint", "served"))
    passes.mkdir(parents=True)
    with mlflow.start_run(run_name=f"{TRANSFORMER}-of-{name}-tickets"):
        model, tokenizer, _ = fine_tune(
            examples(train, pd.read_parquet(OUT_OF_FOLD), parameters),
            examples(held_out, None, parameters),
            ENCODER,
            parameters,
            passes,
        )
    model.save_pretrained(checkpoint)
    tokenizer.save_pretrained(checkpoint)
    limits = load_section(PARAMETERS, "export", ExportParameters)
    # What int8 costs shows in the figures. Nothing here is released, so nothing is refused.
    measured = limits.model_copy(update={"least_agreement": 0.0, "most_accuracy_lost": 1.0})
    export(checkpoint, held_out, measured, served)
    return served


def accuracies(served: Path, tickets: pd.DataFrame) -> dict[str, float]:
    """What share of the real and of the natural `tickets` the model `served` gets right."""
    answers = load_model(served).predict_proba(tickets["text"].tolist()).argmax(axis=1)
    right, natural = answers == places(tickets["label"]), is_natural(tickets)
    sides = {"real": right[~natural], "natural": right[natural]}
    return {name: round(float(np.mean(part)), 6) for name, part in sides.items()}


def is_natural(tickets: pd.DataFrame) -> "pd.Series[bool]":
    """Which of `tickets` were not cleaned by their publisher."""
    return tickets["source"] != "kaggle"


def main() -> None:
    """Writes `reports/bench/training_sources.json`."""
    tickets = pd.read_parquet(SCRUBBED)
    test, natural = tickets[tickets["random"] == "test"], is_natural(tickets)
    keep_freed_memory()
    use_tracking_server()
    mlflow.set_experiment(EXPERIMENT)
    both = MODELS / FOLDERS[TRANSFORMER]
    found = {"both": accuracies(both, test)}
    with tempfile.TemporaryDirectory() as folder:
        for name, part in (("natural", tickets[natural]), ("real", tickets[~natural])):
            found[name] = accuracies(served_model(part, name, Path(folder) / name), test)
    report = {"model": load_model(both).version, "learned_from": found}
    REPORT.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
