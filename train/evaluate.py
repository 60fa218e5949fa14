"""Stage `evaluate`: scores the exported models, through the serving code, on the test side.

Each on scrubbed tickets, since no ticket reaches a model otherwise.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bentos.models.calibration import softmax
from bentos.models.registered import FOLDERS, ROUTER, Classifier
from bentos.models.router import load_policy
from bentos.triage.policy import Pool
from train.data_report import word_counts
from train.labels import places
from train.metrics import Scores, scores
from train.paths import DATASET, MODELS, REPORTS, SCRUBBED
from train.plots import confusion_matrix_plot, reliability_plot
from train.routing_answers import answers, pooled
from train.routing_data import load_cases, load_classifiers

SPLITS: Final = ("random", "grouped")
# What two answers come to before anything is learned: their geometric mean.
_EQUAL: Final = Pool(svm=0.5, transformer=0.5)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A model's answers, (tickets × categories), calibrated and not, beside the truth."""

    tickets: pd.DataFrame
    truth: NDArray[np.int64]
    calibrated: NDArray[np.float64]
    uncalibrated: NDArray[np.float64]

    def where(self, mask: "pd.Series[bool]") -> "Evaluation":
        """The part of this evaluation whose tickets satisfy `mask`."""
        keep = mask.to_numpy()
        return Evaluation(
            self.tickets[keep], self.truth[keep], self.calibrated[keep], self.uncalibrated[keep]
        )


def evaluate(model: Classifier, tickets: pd.DataFrame) -> Evaluation:
    """Asks `model` for every one of `tickets`."""
    texts = tickets["text"].tolist()
    return Evaluation(
        tickets,
        places(tickets["label"]),
        model.predict_proba(texts),
        softmax(model.decision_function(texts)),
    )


def evaluate_cascade(tickets: pd.DataFrame, models: Mapping[str, Classifier]) -> Evaluation:
    """What the agent answers to scrubbed `tickets`: routed, both `models`' answers as one."""
    cases = load_cases(tickets, models)
    policy = load_policy(MODELS / FOLDERS[ROUTER]).policy
    final = answers(policy, cases).probabilities
    return Evaluation(tickets, cases.truth, final, pooled(_EQUAL, cases))


def report(evaluation: Evaluation) -> dict[str, Any]:
    """Scores per split, source and language.

    At the top stands the headline: the `random` split's real tickets, or natural ones without them.
    """
    splits = {split: _by_source(evaluation, split) for split in SPLITS}
    headline = "kaggle" if "kaggle" in splits["random"] else "sample"
    top = {key: splits["random"][headline][key] for key in ("accuracy", "macro_f1", "ece", "brier")}
    languages = {
        str(language): splits["random"]["sample"]["languages"][language]["accuracy"]
        for language in splits["random"]["sample"]["languages"]
    }
    return {**top, "headline": headline, "languages": languages, "splits": splits}


def _by_source(evaluation: Evaluation, split: str) -> dict[str, Any]:
    held_out = evaluation.where(evaluation.tickets[split] == "test")
    result: dict[str, Any] = {}
    for source in sorted(held_out.tickets["source"].unique()):
        part = held_out.where(held_out.tickets["source"] == source)
        result[source] = {
            **_scores(part),
            "languages": {
                language: _scores(part.where(part.tickets["language"] == language))
                for language in sorted(part.tickets["language"].unique())
            },
            "slices": {name: _scores(slice_) for name, slice_ in _slices(part)},
        }
    return result


def _slices(part: Evaluation) -> Iterator[tuple[str, Evaluation]]:
    """The shortest and the longest tickets, where there are any."""
    words = word_counts(part.tickets)
    for name, mask in (("under_10_words", words < 10), ("over_128_words", words > 128)):
        if mask.any():
            yield name, part.where(mask)


def _scores(part: Evaluation) -> dict[str, Any]:
    calibrated: Scores = scores(part.truth, part.calibrated)
    before = scores(part.truth, part.uncalibrated)
    return {**calibrated, "before_calibration": {key: before[key] for key in ("ece", "brier")}}


def draw(name: str, evaluation: Evaluation, folder: Path) -> None:
    """Draws the confusion matrix and the reliability of each source's `random` test side."""
    held_out = evaluation.where(evaluation.tickets["random"] == "test")
    for source in sorted(held_out.tickets["source"].unique()):
        part = held_out.where(held_out.tickets["source"] == source)
        title = f"{name}, {source} tickets, random split ({len(part.tickets):,} held out)"
        predicted = part.calibrated.argmax(axis=1)
        confusion_matrix_plot(
            part.truth, predicted, title, folder / f"{name}_{source}_confusion.png"
        )
        sets = {"before calibration": part.uncalibrated, "calibrated": part.calibrated}
        reliability_plot(part.truth, sets, title, folder / f"{name}_{source}_reliability.png")


def main() -> None:
    """Writes `reports/metrics.json` and the plots of `reports/models/`."""
    tickets = pd.read_parquet(SCRUBBED)
    dataset = json.loads(DATASET.read_text(encoding="utf-8"))
    metrics: dict[str, Any] = {"dataset": {"name": dataset["name"], "version": dataset["version"]}}
    test = tickets[tickets["random"] == "test"]
    models = load_classifiers()
    for name, model in models.items():
        evaluation = evaluate(model, test)
        metrics[name] = {"version": model.version, **report(evaluation)}
        draw(name, evaluation, REPORTS / "models")
    cascade = evaluate_cascade(test, models)
    metrics["cascade"] = {
        "version": load_policy(MODELS / FOLDERS[ROUTER]).version,
        **report(cascade),
    }
    draw("cascade", cascade, REPORTS / "models")
    text = json.dumps(metrics, indent=2, ensure_ascii=False) + "\n"
    (REPORTS / "metrics.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
