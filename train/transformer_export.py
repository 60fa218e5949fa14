"""Stage `export`: the fine-tuned checkpoint as the folder that is served.

`python -m train.transformer_export`. On the validation tickets it chooses how much of a long ticket
is read, fits the temperature, and checks what quantization cost: a model that lost too much isn't
left behind, so nothing registers it.
"""

import json
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import log_loss
from transformers import AutoConfig, AutoTokenizer, PreTrainedTokenizerBase

from bentos.models.artifact import Manifest
from bentos.models.calibration import softmax
from bentos.models.registered import FOLDERS, TRANSFORMER
from bentos.models.transformer import CONFIG, GRAPH, TOKENIZER, TransformerConfig, TransformerModel
from bentos.triage.categories import CATEGORIES
from train.calibration import fit_beta, fit_temperature
from train.data_report import group_names, word_counts
from train.fidelity import ExportError, Fidelity, Logits, checkpoint_logits, compare
from train.labels import places
from train.metrics import expected_calibration_error
from train.onnx_graph import export_float32
from train.parameters import PARAMETERS, ExportParameters, Reading, load_section
from train.paths import CHECKPOINT, MODELS, SCRUBBED
from train.quantization import quantize

FOLDER: Final = MODELS / FOLDERS[TRANSFORMER]
REPORT: Final = Path("reports/export.json")
LONG: Final = 128  # words

_ARCHITECTURE: Final = (
    "vocab_size",
    "max_position_embeddings",
    "n_layers",
    "n_heads",
    "dim",
    "hidden_dim",
    "pad_token_id",
)

Truth = NDArray[np.int64]


def export(
    checkpoint: Path, validation: pd.DataFrame, parameters: ExportParameters, folder: Path
) -> dict[str, Any]:
    """Writes the model of `checkpoint` to `folder` and returns what was measured on the way.

    Args:
        checkpoint: what `train.transformer` wrote.
        validation: tickets with the columns text, normalised, language, source and label.
        parameters: the ways of reading long tickets, and how much may be lost.
        folder: replaced; gone when too much was lost.

    Raises:
        ExportError: more was lost than `parameters` allow.
    """
    tokenizer = AutoTokenizer.from_pretrained(checkpoint)
    truth = places(validation["label"])
    with tempfile.TemporaryDirectory() as temporary:
        files = _served_files(checkpoint, Path(temporary))
        readings = _try_readings(folder, files, tokenizer.pad_token_id, validation, parameters)
        config = _best(readings, parameters, tokenizer.pad_token_id)
        logits = _logits(folder, files, config, validation["text"].tolist())
        temperature = round(fit_temperature(logits, truth), 4)
        beta = fit_beta(softmax(logits / temperature), truth)
        calibrated = config.model_copy(update={"temperature": temperature, "beta": beta})
        write_folder(folder, files, calibrated)
    fidelity = _fidelity(checkpoint, tokenizer, validation, logits, config)
    try:
        fidelity.check(parameters.least_agreement, parameters.most_accuracy_lost)
    except ExportError:
        shutil.rmtree(folder)
        raise
    return {
        "architecture": _architecture(checkpoint),
        "temperature": temperature,
        "beta": beta,
        "fidelity": asdict(fidelity),
        "readings": readings,
        "calibration": calibration(validation, truth, logits, temperature),
    }


def write_folder(folder: Path, files: Mapping[str, Path], config: TransformerConfig) -> None:
    """Makes `folder` a model of `files`, by their names there, and `config`; replaces what was."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, file in files.items():
        shutil.copyfile(file, folder / name)
    (folder / CONFIG).write_text(config.model_dump_json(indent=2) + "\n", encoding="utf-8")
    Manifest.write(folder, TRANSFORMER)


def calibration(
    validation: pd.DataFrame, truth: Truth, logits: Logits, temperature: float
) -> dict[str, dict[str, float]]:
    """Calibration errors of each source and language: before, with `temperature`, with its own.

    Measured where the temperatures were fitted: `reports/metrics.json` has the honest ones.
    """
    found: dict[str, dict[str, float]] = {}
    groups = group_names(validation).to_numpy()
    for group in sorted(set(groups)):
        part, known = logits[groups == group], truth[groups == group]
        own = fit_temperature(part, known)
        errors = {"before": part, "shared": part / temperature, "own": part / own}
        found[str(group)] = {"own_temperature": round(own, 4)} | {
            name: round(expected_calibration_error(known, softmax(scaled)), 5)
            for name, scaled in errors.items()
        }
    return found


def _architecture(checkpoint: Path) -> dict[str, Any]:
    """What a DistilBertConfig must be told for a network of the same size."""
    config: dict[str, Any] = AutoConfig.from_pretrained(checkpoint).to_diff_dict()
    return {key: value for key, value in config.items() if key in _ARCHITECTURE}


def _served_files(checkpoint: Path, temporary: Path) -> dict[str, Path]:
    float32, int8 = temporary / "float32.onnx", temporary / "int8.onnx"
    export_float32(checkpoint, float32)
    quantize(float32, int8)
    return {GRAPH: int8, TOKENIZER: checkpoint / "tokenizer.json"}


def _try_readings(
    folder: Path,
    files: Mapping[str, Path],
    padding: int,
    validation: pd.DataFrame,
    parameters: ExportParameters,
) -> list[dict[str, float]]:
    """Scores each way of reading on the long tickets; on all if there is none."""
    long = word_counts(validation) > LONG
    tickets = validation[long] if long.any() else validation
    truth, texts = places(tickets["label"]), tickets["text"].tolist()
    found: list[dict[str, float]] = []
    for reading in parameters.readings:
        logits = _logits(folder, files, _config(reading, padding), texts)
        loss = log_loss(truth, softmax(logits), labels=range(len(CATEGORIES)))
        accuracy = float(np.mean(logits.argmax(axis=1) == truth))
        scores = {"accuracy": round(accuracy, 5), "log_loss": round(float(loss), 5)}
        found.append({"tickets": len(tickets), **reading.model_dump(), **scores})
    return found


def _best(
    found: Sequence[Mapping[str, float]], parameters: ExportParameters, padding: int
) -> TransformerConfig:
    losses = [scores["log_loss"] for scores in found]
    return _config(parameters.readings[losses.index(min(losses))], padding)


def _config(reading: Reading, padding: int) -> TransformerConfig:
    return TransformerConfig(temperature=1.0, head=reading.head, tail=reading.tail, padding=padding)


def _logits(
    folder: Path, files: Mapping[str, Path], config: TransformerConfig, texts: Sequence[str]
) -> Logits:
    write_folder(folder, files, config)
    return TransformerModel.load(folder).decision_function(texts)


def _fidelity(
    checkpoint: Path,
    tokenizer: PreTrainedTokenizerBase,
    validation: pd.DataFrame,
    logits: Logits,
    config: TransformerConfig,
) -> Fidelity:
    """Compares on the same word pieces, those that the served model reads."""
    pieces = tokenizer(validation["normalised"].tolist(), verbose=False)["input_ids"]
    expected = checkpoint_logits(checkpoint, [config.shorten(row) for row in pieces])
    return compare(expected, logits, places(validation["label"]))


def main() -> None:
    """Writes `models/transformer` and `reports/export.json`."""
    parameters = load_section(PARAMETERS, "export", ExportParameters)
    tickets = pd.read_parquet(SCRUBBED)
    report = export(CHECKPOINT, tickets[tickets["random"] == "validation"], parameters, FOLDER)
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
