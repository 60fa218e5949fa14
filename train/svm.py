"""Stage `svm`: searches, trains, calibrates and exports the SVM. `python -m train.svm`."""

import json
import shutil
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import Pipeline
from tqdm import tqdm

from bentos.models.artifact import Manifest
from bentos.models.registered import FOLDERS, SVM
from bentos.models.tokens import prepare
from bentos.triage.categories import CATEGORIES
from train.labels import Labels, places
from train.parameters import PARAMETERS, SvmParameters, load_section
from train.paths import MODELS, OUT_OF_FOLD, SCRUBBED
from train.svm_estimators import CalibratedSvm, Experts, Gate, Split
from train.svm_export import svm_files
from train.svm_pipelines import archive_svm, natural_svm

FOLDER: Final = MODELS / FOLDERS[SVM]
REPORT: Final = Path("reports/svm.json")


@dataclass(frozen=True, slots=True)
class Examples:
    """Prepared texts, the places of their labels in CATEGORIES, which are natural tickets, and
    which are of the validation side."""

    texts: NDArray[np.object_]
    labels: Labels
    natural: NDArray[np.bool_]
    validation: NDArray[np.bool_]

    def where(self, mask: NDArray[np.bool_]) -> "Examples":
        """The part of the examples for which `mask` is true."""
        return Examples(
            self.texts[mask], self.labels[mask], self.natural[mask], self.validation[mask]
        )

    def archive(self) -> "Examples":
        """The cleaned tickets; all, where every ticket is natural."""
        return self if self.natural.all() else self.where(~self.natural)


@dataclass(frozen=True, slots=True)
class Choice:
    """The hyper-parameters that the search found best."""

    archive_C: float
    natural_C: float
    idf_power: float


def examples(tickets: pd.DataFrame) -> Examples:
    """What the SVM learns from: `tickets` with the columns text, label, source and random."""
    return Examples(
        np.array([prepare(text) for text in tickets["text"]], dtype=object),
        places(tickets["label"]),
        (tickets["source"] != "kaggle").to_numpy(),
        (tickets["random"] == "validation").to_numpy(),
    )


def search(known: Examples, parameters: SvmParameters) -> tuple[Choice, list[dict[str, Any]]]:
    """The best hyper-parameters, and every try with its accuracy on tickets it was not trained on.

    The archive expert is judged on the validation side. The natural one has so few tickets there
    that it is judged by cross-validation over its training and validation sides instead. The test
    side is never seen.
    """
    tries: list[dict[str, Any]] = []
    archive = known.archive()
    train, held_out = archive.where(~archive.validation), archive.where(archive.validation)
    fitted: dict[float, Pipeline] = {}
    for C in tqdm(parameters.archive.C, "archive", disable=None, leave=False):
        fitted[C] = archive_svm(parameters, C).fit(train.texts, train.labels)
        accuracy = float(np.mean(fitted[C].predict(held_out.texts) == held_out.labels))
        tries.append({"expert": "archive", "C": C, "accuracy": round(accuracy, 6)})
    best = max(tries, key=lambda entry: entry["accuracy"])["C"]
    below = None if known.natural.all() else fitted[best]
    found = _search_natural(known.where(known.natural), below, parameters)
    winner = max(found, key=lambda entry: entry["accuracy"])
    return Choice(best, winner["C"], winner["idf_power"]), tries + found


def _search_natural(
    natural: Examples, archive: Pipeline | None, parameters: SvmParameters
) -> list[dict[str, Any]]:
    parts = StratifiedKFold(parameters.folds, shuffle=True, random_state=parameters.seed)
    grid = list(product(parameters.natural.C, parameters.natural.idf_power))
    tries = []
    for C, idf_power in tqdm(grid, "natural", disable=None, leave=False):
        model = natural_svm(parameters, C, idf_power, archive)
        predicted = cross_val_predict(model, natural.texts, natural.labels, cv=parts, n_jobs=-1)
        accuracy = round(float(np.mean(predicted == natural.labels)), 6)
        tries.append({"expert": "natural", "C": C, "idf_power": idf_power, "accuracy": accuracy})
    return tries


def folds(known: Examples, parameters: SvmParameters) -> list[Split]:
    """Folds of the training side, and the validation side as one more.

    So the opinions of training tickets, which the transformer learns from, are those of SVMs that
    never saw a validation ticket.
    """
    train, validation = np.flatnonzero(~known.validation), np.flatnonzero(known.validation)
    parts = StratifiedKFold(parameters.folds, shuffle=True, random_state=parameters.seed)
    splits = [
        (train[taught], train[asked]) for taught, asked in parts.split(train, known.labels[train])
    ]
    return splits + ([(train, validation)] if len(validation) else [])


def fit(known: Examples, choice: Choice, parameters: SvmParameters) -> Experts:
    """The experts and their gate, trained and calibrated on `known`, weights as released."""
    cleaned, natural = known.archive(), known.where(known.natural)
    archive = CalibratedSvm(
        archive_svm(parameters, choice.archive_C), folds(cleaned, parameters)
    ).fit(cleaned.texts, cleaned.labels)
    below = None if known.natural.all() else archive.svm_
    expert = CalibratedSvm(
        natural_svm(parameters, choice.natural_C, choice.idf_power, below),
        folds(natural, parameters),
        parameters.natural.meta_C,
    ).fit(natural.texts, natural.labels)
    gate = Gate(parameters.gate.min_df, parameters.gate.C).fit(known.texts, known.natural)
    return Experts(archive, expert, gate)


def out_of_fold(
    experts: Experts, natural: NDArray[np.bool_], identifiers: "pd.Series[str]"
) -> pd.DataFrame:
    """What each ticket's own expert said of it untaught: `id` and a probability a category."""
    probabilities = np.empty((len(natural), len(CATEGORIES)))
    probabilities[natural] = experts.natural.out_of_fold_
    if not natural.all():
        probabilities[~natural] = experts.archive.out_of_fold_
    frame = pd.DataFrame(probabilities.astype(np.float32), columns=list(CATEGORIES))
    return frame.assign(id=identifiers.to_numpy())


def main() -> None:
    """Trains on all but the test side, and writes `models/svm` and `reports/svm.json`."""
    parameters = load_section(PARAMETERS, "svm", SvmParameters)
    tickets = pd.read_parquet(SCRUBBED)
    seen = tickets["random"].isin(("train", "validation"))
    known = examples(tickets[seen])
    choice, tries = search(known, parameters)
    experts = fit(known, choice, parameters)
    files = svm_files(experts)
    shutil.rmtree(FOLDER, ignore_errors=True)
    files.write(FOLDER)
    Manifest.write(FOLDER, SVM)
    out_of_fold(experts, known.natural, tickets.loc[seen, "id"]).to_parquet(OUT_OF_FOLD)
    terms = {name: len(block.terms) for name, block in files.blocks.items()}
    _write_report(
        {
            "chosen": asdict(choice),
            "search": tries,
            "terms": terms,
            "trained_on": len(known.labels),
        }
    )


def _write_report(content: dict[str, Any]) -> None:
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
