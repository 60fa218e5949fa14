"""The SVM from released arrays: probabilities for texts, and the words that carried them.

Two linear experts and a gate. The *archive* expert learned from the cleaned tickets of the past,
the *natural* expert from tickets as people type them; the gate says from the words how natural a
text is, and mixes the experts' logits:

    archive scores  D = SVM over words, pairs, opening words    archive logits  A = D Ma + ca
    natural scores  N = SVM over words, opening words, pieces   natural logits  B = N Mb + cb
                        of words, and D
    gate            p = sigmoid(words)                          logits          Z = p B + (1 - p) A

`Ma`, `Mb` are multinomial logistic regressions over the SVMs' scores (stacking; Wolpert 1992),
which calibrate them; what remains is the top label's confidence, corrected by beta calibration
(Kull, Silva Filho and Flach 2017). `train.svm` holds the same model in scikit-learn's terms.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from bentos.models.artifact import Manifest
from bentos.models.attribution import Attribution
from bentos.models.calibration import Floats, beta_features, sigmoid, softmax, with_confidence
from bentos.models.linear import Blocks, TermWeights
from bentos.models.svm_files import BLOCKS, SvmFiles, TrainedBlock
from bentos.models.tokens import (
    Occurrences,
    PieceFeatures,
    Tokens,
    WordFeatures,
    WordNumbers,
    prepare,
)
from bentos.triage.categories import CATEGORIES, Category
from bentos.triage.normalise import words

# Texts scored at once, and their characters: both bound the memory that a batch takes, some ninety
# bytes a character.
_CHUNK: Final = 256
_CHUNK_CHARACTERS: Final = 400_000
# The places in BLOCKS of each expert's and of the gate.
_ARCHIVE: Final = slice(0, 2)
_NATURAL: Final = slice(2, 5)
_GATE: Final = 5


@dataclass(frozen=True, slots=True)
class _Mixture:
    """The parts of an answer, a row a text: both experts' SVM scores and logits, and the gate."""

    archive_scores: Floats
    natural_scores: Floats
    archive: Floats
    natural: Floats
    gate: Floats

    def mixed(self, natural: Floats, archive: Floats) -> Floats:
        """`natural` and `archive` in the gate's proportions."""
        return self.gate * natural + (1 - self.gate) * archive


class SvmModel:
    """A released SVM. Thread-safe; holds nothing of the texts it is given."""

    def __init__(self, version: str, files: SvmFiles) -> None:
        self.version: Final = version
        self._dense: Final[Mapping[str, NDArray[np.float64]]] = files.dense
        words = [block for block in files.blocks.values() if block.counting.analyzer == "word"]
        self._numbers = WordNumbers(block.terms for block in words)
        self._features: Final = [_features(files.blocks[name], self._numbers) for name in BLOCKS]
        self._blocks: Final = Blocks.of([_term_weights(files.blocks[name]) for name in BLOCKS])

    @classmethod
    def load(cls, folder: Path) -> Self:
        """The model in `folder`.

        Raises:
            ArtifactError: a file is missing, altered or of another format.
        """
        return cls(Manifest.verify(folder).version, SvmFiles.read(folder))

    def predict_proba(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Calibrated probabilities, (texts, 8) in the order of CATEGORIES, of raw ticket texts."""
        return _stacked([self._probabilities(self._mixture(chunk)) for chunk in _chunks(texts)])

    def decision_function(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """The SVMs' own scores, mixed by the gate, before any calibration; (texts, 8)."""
        mixtures = (self._mixture(chunk) for chunk in _chunks(texts))
        return _stacked([mix.mixed(mix.natural_scores, mix.archive_scores) for mix in mixtures])

    def attribute(self, text: str, category: Category) -> list[Attribution]:
        """What each word of `text` added to the logit of `category`, the most telling first.

        Exact: the weights and the logit of a text without words sum to the text's logit, given its
        gate.
        """
        tokens = self._tokens([text])
        found = list(words(text))
        weights = self._contributions(tokens)[:, CATEGORIES.index(category)].tolist()
        attributions = [
            Attribution(text[word.start : word.end], weight, word.start, word.end)
            for word, weight in zip(found, weights, strict=True)
        ]
        return sorted(attributions, key=lambda attribution: -abs(attribution.weight))

    def _tokens(self, texts: Sequence[str]) -> Tokens:
        return self._numbers.tokens([prepare(text) for text in texts])

    def _occurrences(self, tokens: Tokens) -> list[list[Occurrences]]:
        return [features.occurrences(tokens) for features in self._features]

    def _mixture(self, texts: Sequence[str]) -> _Mixture:
        tokens, dense = self._tokens(texts), self._dense
        scores = self._blocks.scores(tokens, self._occurrences(tokens))
        archive = scores[:, _ARCHIVE].sum(axis=1) + dense["archive_intercept"]
        natural = scores[:, _NATURAL].sum(axis=1) + dense["natural_intercept"]
        natural += archive @ dense["natural_archive"]
        return _Mixture(
            archive,
            natural,
            archive @ dense["archive_meta"] + dense["archive_meta_intercept"],
            natural @ dense["natural_meta"] + dense["natural_meta_intercept"],
            sigmoid(scores[:, _GATE, :1] + dense["gate_intercept"]),
        )

    def _probabilities(self, mixture: _Mixture) -> Floats:
        probabilities = softmax(mixture.mixed(mixture.natural, mixture.archive))
        features = beta_features(probabilities.max(axis=1))
        factors, constants = np.split(self._dense["beta"], [2], axis=1)
        archive, natural = sigmoid(factors @ features.T + constants)
        gate = mixture.gate[:, 0]
        return with_confidence(probabilities, gate * natural + (1 - gate) * archive)

    def _contributions(self, tokens: Tokens) -> Floats:
        dense, occurrences = self._dense, self._occurrences(tokens)
        parts = self._blocks.contributions(tokens, occurrences)
        archive = parts[:, _ARCHIVE].sum(axis=1)
        natural = parts[:, _NATURAL].sum(axis=1) + archive @ dense["natural_archive"]
        gate = sigmoid(parts[:, _GATE, 0].sum() + dense["gate_intercept"])
        logits: Floats = gate * (natural @ dense["natural_meta"])
        logits += (1 - gate) * (archive @ dense["archive_meta"])
        logits -= logits.mean(axis=1, keepdims=True)
        return logits


def _features(block: TrainedBlock, numbers: WordNumbers) -> WordFeatures | PieceFeatures:
    counting = block.counting
    if counting.analyzer == "word":
        return WordFeatures(block.terms, numbers, counting.opening)
    return PieceFeatures(block.terms, (counting.shortest, counting.longest), numbers)


def _term_weights(block: TrainedBlock) -> TermWeights:
    counting = block.counting
    # scikit-learn's smooth idf (TfidfTransformer), to a power.
    idf = np.log((1 + counting.documents) / (1 + block.document_frequency)) + 1
    return TermWeights(
        idf**counting.idf_power,
        block.weights.astype(np.float32),
        counting.tf_power,
        counting.scale,
    )


def _chunks(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    """`texts` in parts; a part has one text at least."""
    start = characters = 0
    for place, text in enumerate(texts):
        characters += len(text)
        is_full = place - start == _CHUNK or characters > _CHUNK_CHARACTERS
        if is_full and place > start:
            yield texts[start:place]
            start, characters = place, len(text)
    if start < len(texts):
        yield texts[start:]


def _stacked(parts: list[Floats]) -> Floats:
    return np.concatenate(parts) if parts else np.empty((0, len(CATEGORIES)))
