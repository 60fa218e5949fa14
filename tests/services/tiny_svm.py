"""A tiny model of keywords in the released format, for servers under test before a release."""

from pathlib import Path

import numpy as np

from bentos.models.artifact import Manifest
from bentos.models.svm_files import BLOCKS, Counting, SvmFiles, TrainedBlock
from bentos.models.tokens import prepare
from bentos.triage.categories import CATEGORIES

_KEYWORDS = {
    "Access": ("password", "locked", "account", "passe", "السر", "حسابي"),
    "Hardware": ("printer", "laptop", "imprimante", "écran", "الطابعة"),
    "Purchase": ("buy", "purchase", "order", "achat", "شراء", "لشراء"),
    "Storage": ("disk", "quota", "storage", "disque", "التخزين"),
}


def write_tiny_svm(folder: Path) -> None:
    """Writes the model into `folder`, with its manifest."""
    labels = len(CATEGORIES)
    identity, zeros = np.eye(labels), np.zeros(labels)
    dense = {
        "archive_intercept": zeros,
        "archive_meta": identity,
        "archive_meta_intercept": zeros,
        "natural_archive": identity,
        "natural_intercept": zeros,
        "natural_meta": identity,
        "natural_meta_intercept": zeros,
        "gate_intercept": np.zeros(1),
        "beta": np.array([[1.0, -1.0, 0.0]] * 2),
    }
    SvmFiles({name: _block(name) for name in BLOCKS}, dense).write(folder)
    Manifest.write(folder, "callcenter-svm")


def _block(name: str) -> TrainedBlock:
    terms = {
        prepare(keyword): category for category, words in _KEYWORDS.items() for keyword in words
    }
    if name == "pieces":
        terms = {term[:3]: category for term, category in terms.items()}
    weights = [
        [3.0 if label == category else 0.0 for label in CATEGORIES] for category in terms.values()
    ]
    counting = Counting(
        analyzer="char_wb" if name == "pieces" else "word",
        shortest=3 if name == "pieces" else 1,
        longest=3 if name == "pieces" else 2,
        tf_power=1.0,
        idf_power=1.0,
        scale=1.0,
        documents=10,
    )
    return TrainedBlock(
        counting,
        tuple(terms),
        np.ones(len(terms), dtype=np.int32),
        np.array(weights, dtype=np.float16)[:, : 1 if name == "gate" else None],
    )
