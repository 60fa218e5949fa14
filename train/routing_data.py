"""What the router is learned from and judged on: both models' answers to the same tickets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bentos.models.registered import CLASSIFIERS, FOLDERS, SVM, TRANSFORMER, Classifier
from bentos.triage.categories import CATEGORIES
from bentos.triage.language import Detected, LanguageDetector
from bentos.triage.pii.names.lexicon import Lexicon
from bentos.triage.pii.names.tagger import LEXICON_FILE
from bentos.triage.signals import Reading, Signals, read, signals
from train.labels import places
from train.paths import MODELS, NAMES_FOLDER, OUT_OF_FOLD
from train.remembering import load_remembering

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Cases:
    """Tickets with both models' answers, (n, 8), in the order of CATEGORIES.

    Args:
        tickets: Their rows; `language` is the true one, `source` and `random` their side.
        truth: Places of the labels in CATEGORIES.
        readings: What the agent knows before the models answer.
    """

    tickets: pd.DataFrame
    truth: NDArray[np.int64]
    readings: Sequence[Reading]
    svm: Floats
    transformer: Floats

    def where(self, mask: NDArray[np.bool_]) -> "Cases":
        """The cases for which `mask` is true."""
        return Cases(
            self.tickets[mask],
            self.truth[mask],
            [reading for reading, keep in zip(self.readings, mask, strict=True) if keep],
            self.svm[mask],
            self.transformer[mask],
        )

    @property
    def signals(self) -> list[Signals]:
        """The signals of each case."""
        return [
            signals(reading, row)
            for reading, row in zip(self.readings, self.svm.tolist(), strict=True)
        ]

    @property
    def languages(self) -> NDArray[np.str_]:
        """The detected language of each case: the true one isn't known when tickets come in."""
        return np.array([reading.detected.language for reading in self.readings])

    @property
    def styles(self) -> NDArray[np.str_]:
        """The style of each case: where a ticket comes from isn't known when it comes in."""
        return np.array([reading.style for reading in self.readings])

    @property
    def natural(self) -> NDArray[np.bool_]:
        """Which are natural tickets."""
        result: NDArray[np.bool_] = (self.tickets["source"] != "kaggle").to_numpy()
        return result

    def taught_nothing(self) -> "Cases":
        """The cases with the SVM's out-of-fold answers: it was refitted on its validation side."""
        untaught = pd.read_parquet(OUT_OF_FOLD).set_index("id")
        svm = untaught.loc[self.tickets["id"], list(CATEGORIES)].to_numpy(np.float64)
        return replace(self, svm=svm)


def load_cases(tickets: pd.DataFrame, models: Mapping[str, Classifier]) -> Cases:
    """Detects the languages of scrubbed `tickets` and asks both `models`, as the agent does.

    Args:
        tickets: with the columns text and label.
        models: by the names of their folders.
    """
    texts = tickets["text"].tolist()
    svm, transformer = (models[FOLDERS[name]].predict_proba(texts) for name in (SVM, TRANSFORMER))
    return Cases(tickets, places(tickets["label"]), _readings(texts), svm, transformer)


def load_classifiers() -> dict[str, Classifier]:
    """The trained models, by the names of their folders."""
    return {FOLDERS[name]: load_remembering(MODELS / FOLDERS[name]) for name in CLASSIFIERS}


def _readings(scrubbed: Sequence[str]) -> list[Reading]:
    detector = LanguageDetector()
    lexicon = Lexicon.load(NAMES_FOLDER / LEXICON_FILE)
    detected: list[Detected] = [detector.detect(text) for text in scrubbed]
    return [
        read(text, language, lexicon.is_common)
        for text, language in zip(scrubbed, detected, strict=True)
    ]
