"""The transformer from a released ONNX graph: probabilities for texts, and the words behind them.

Texts are normalised as in training, cut into word pieces by the Rust tokenizer, sorted by length
and run in batches of a bounded number of pieces, each padded to its own longest text only.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self, TypeVar

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, FiniteFloat
from tokenizers import Tokenizer

from bentos.models.artifact import Manifest, wrong_format
from bentos.models.attribution import Attribution
from bentos.models.calibration import Floats, beta_features, sigmoid, softmax, with_confidence
from bentos.models.onnx_session import onnx_session
from bentos.triage.categories import CATEGORIES, Category
from bentos.triage.normalise import Word, normalise, words

GRAPH: Final = "model.onnx"
TOKENIZER: Final = "tokenizer.json"
CONFIG: Final = "transformer.json"
# Word pieces run at once, padding included. More overflow a core's cache: 2048 took 25 % longer.
_BATCH_PIECES: Final = 256
# An explanation leaves out so many stretches of a text at most, one after the other, and runs about
# so many word pieces: as much work as some 50 short predictions or 25 of the longest.
_MOST_STRETCHES: Final = 48
_EXPLAINED_PIECES: Final = 3072

Pieces = list[int]
_Part = TypeVar("_Part")


class TransformerConfig(BaseModel):
    """What belongs to the graph: its calibration and how much of a long text it reads.

    `beta` corrects the top label's confidence after the temperature: the factors of beta
    calibration's two features and a constant; the default changes nothing.
    Of a text of more than `head + tail` pieces its first `head` and last `tail` are read.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    temperature: float = Field(gt=0, allow_inf_nan=False)
    beta: tuple[FiniteFloat, FiniteFloat, FiniteFloat] = (1.0, -1.0, 0.0)
    head: int = Field(ge=1)
    tail: int = Field(ge=0)
    padding: int = Field(ge=0)

    def within_reach(self, normalised: str) -> str:
        """`normalised` without words that can't be among the pieces that are read.

        Exact, as a word is a piece at least. The tokenizer takes some hundred bytes a piece: a bulk
        call of long texts would be gigabytes.
        """
        found = normalised.split()
        if len(found) <= self.head + self.tail:
            return normalised
        return " ".join(found[: self.head] + found[len(found) - self.tail :])

    def shorten(self, pieces: Pieces) -> Pieces:
        """What is read of `pieces`."""
        if len(pieces) <= self.head + self.tail:
            return pieces
        return pieces[: self.head] + pieces[len(pieces) - self.tail :]


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Neighbouring words of a text, left out together."""

    start: int
    end: int


class TransformerModel:
    """A released transformer. Thread-safe; holds nothing of the texts it is given."""

    def __init__(
        self,
        version: str,
        session: onnxruntime.InferenceSession,
        tokenizer: Tokenizer,
        config: TransformerConfig,
    ) -> None:
        self.version: Final = version
        self._session: Final = session
        self._tokenizer: Final = tokenizer
        self._config: Final = config

    @classmethod
    def load(cls, folder: Path, threads: int = 1) -> Self:
        """The model in `folder`, on CUDA where ONNX Runtime has it, else on `threads` threads.

        Raises:
            ArtifactError: a file is missing, altered or of another format.
        """
        version = Manifest.verify(folder).version
        config = _read(
            folder / CONFIG, lambda path: TransformerConfig.model_validate_json(path.read_bytes())
        )
        tokenizer = _read(folder / TOKENIZER, lambda path: Tokenizer.from_file(str(path)))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        session = _read(folder / GRAPH, lambda path: onnx_session(path, threads))
        model = cls(version, session, tokenizer, config)
        _read(folder / GRAPH, lambda path: model._try())
        return model

    def _try(self) -> None:
        """Runs the graph once, with the last piece that the tokenizer knows.

        Raises:
            ValueError: the graph answers something else than a score for each category.
        """
        last = max(self._tokenizer.get_vocab_size() - 1, self._config.padding)
        logits = self._run([[last], [0, last]])
        if logits.shape != (2, len(CATEGORIES)) or not np.isfinite(logits).all():
            raise ValueError(f"its logits are {logits.dtype} {logits.shape}, or infinite")

    def predict_proba(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Calibrated probabilities, (texts, 8) in the order of CATEGORIES, of raw ticket texts."""
        probabilities = softmax(self.decision_function(texts) / self._config.temperature)
        factor, other_factor, constant = self._config.beta
        features = beta_features(probabilities.max(axis=1, initial=0.0))
        confidence = sigmoid(features @ (factor, other_factor) + constant)
        return with_confidence(probabilities, confidence)

    def decision_function(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Logits, (texts, 8), before calibration."""
        return self._logits([normalise(text) for text in texts])

    def attribute(self, text: str, category: Category) -> list[Attribution]:
        """What each word of `text` adds to the logit of `category`, the most telling first.

        By occlusion (Zeiler and Fergus 2014): the logit, measured against the mean of all
        categories', falls by this much when the word is left out. Long texts are left out in
        stretches of neighbouring words, which share what they add.
        """
        found = list(words(text))
        whole = _joined(found)
        pieces = len(self._pieces([whole])[0])
        most = min(_MOST_STRETCHES, _EXPLAINED_PIECES // pieces)
        stretches = list(_stretches(len(found), most))
        logits = self._logits([whole, *(_without(found, part) for part in stretches)])
        relative = logits[:, CATEGORIES.index(category)] - logits.mean(axis=1)
        attributions = [
            Attribution(text[word.start : word.end], weight, word.start, word.end)
            for part, left in zip(stretches, relative[1:].tolist(), strict=True)
            for word in found[part.start : part.end]
            for weight in [(float(relative[0]) - left) / (part.end - part.start)]
        ]
        return sorted(attributions, key=lambda attribution: -abs(attribution.weight))

    def _logits(self, normalised: Sequence[str]) -> Floats:
        rows = self._pieces(normalised)
        logits = np.empty((len(rows), len(CATEGORIES)))
        for places in _batches([len(row) for row in rows]):
            logits[places] = self._run([rows[place] for place in places])
        return logits

    def _pieces(self, normalised: Sequence[str]) -> list[Pieces]:
        """What is read of each text."""
        texts = [self._config.within_reach(text) for text in normalised]
        encodings = self._tokenizer.encode_batch_fast(texts)
        return [self._config.shorten(encoding.ids) for encoding in encodings]

    def _run(self, rows: Sequence[Pieces]) -> Floats:
        shape = (len(rows), max(map(len, rows)))
        ids = np.full(shape, self._config.padding, dtype=np.int64)
        mask = np.zeros(shape, dtype=np.int64)
        for place, row in enumerate(rows):
            ids[place, : len(row)] = row
            mask[place, : len(row)] = 1
        [logits] = self._session.run(["logits"], {"input_ids": ids, "attention_mask": mask})
        return np.asarray(logits, dtype=np.float64)


def _read(path: Path, read: Callable[[Path], _Part]) -> _Part:
    """What `read` makes of the file `path`.

    Raises:
        ArtifactError: it can't.
    """
    try:
        return read(path)
    # tokenizers and ONNX Runtime raise bare Exceptions.
    except Exception as error:
        raise wrong_format(path, "a transformer's", error) from error


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Places of texts of like length, as many as fit in _BATCH_PIECES, padding included."""
    batch: list[int] = []
    for place in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and (len(batch) + 1) * lengths[place] > _BATCH_PIECES:
            yield batch
            batch = []
        batch.append(place)
    if batch:
        yield batch


def _stretches(count: int, most: int) -> Iterator[_Stretch]:
    """`count` words in at most `most` stretches of nearly equal length."""
    stretches = min(count, most)
    for number in range(stretches):
        yield _Stretch(number * count // stretches, (number + 1) * count // stretches)


def _joined(found: Sequence[Word]) -> str:
    return " ".join(word.value for word in found)


def _without(found: Sequence[Word], part: _Stretch) -> str:
    return _joined([*found[: part.start], *found[part.end :]])
