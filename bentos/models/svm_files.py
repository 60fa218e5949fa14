"""The SVM on disk: `svm.json` says how each block counts its terms, `svm.npz` holds terms and
weights. No pickle."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator

from bentos.models.artifact import wrong_format
from bentos.triage.categories import CATEGORIES

JSON: Final = "svm.json"
ARRAYS: Final = "svm.npz"
BLOCKS: Final = (
    "archive_words",
    "archive_opening",
    "natural_words",
    "natural_opening",
    "natural_pieces",
    "gate",
)
GATE: Final = BLOCKS[-1]
_SCORES: Final = len(CATEGORIES)
# The small dense arrays and their shapes.
DENSE: Final[Mapping[str, tuple[int, ...]]] = {
    "archive_intercept": (_SCORES,),
    "archive_meta": (_SCORES, _SCORES),
    "archive_meta_intercept": (_SCORES,),
    "natural_intercept": (_SCORES,),
    "natural_meta": (_SCORES, _SCORES),
    "natural_meta_intercept": (_SCORES,),
    "natural_archive": (_SCORES, _SCORES),
    "gate_intercept": (1,),
    "beta": (2, 3),
}
# Larger numbers, of either sign, would overflow somewhere.
_LARGEST: Final = 1e6


_Power = Annotated[float, Field(ge=-10, le=10)]


class Counting(BaseModel):
    """How a block's terms were counted when it was trained on `documents` texts."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    analyzer: Literal["word", "char_wb"]
    shortest: int = Field(ge=1)
    longest: int = Field(ge=1, le=100)
    opening: int | None = Field(ge=0)
    tf_power: _Power
    idf_power: _Power
    scale: float = Field(ge=0, lt=_LARGEST)
    documents: int = Field(ge=1)


class _Countings(BaseModel):
    """The file `svm.json`."""

    blocks: Mapping[str, Counting]

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if set(self.blocks) != set(BLOCKS):
            raise ValueError("a block is missing, or one too many")
        return self


@dataclass(frozen=True, slots=True)
class TrainedBlock:
    """F terms, in how many training texts each stood, and its weights towards K scores (F, K)."""

    counting: Counting
    terms: tuple[str, ...]
    document_frequency: NDArray[np.int32]
    weights: NDArray[np.float16]


@dataclass(frozen=True, slots=True)
class SvmFiles:
    """All that was trained: the blocks, and the small dense arrays by name (see
    `bentos.models.svm`)."""

    blocks: Mapping[str, TrainedBlock]
    dense: Mapping[str, NDArray[np.float64]]

    def write(self, folder: Path) -> None:
        """Writes both files into `folder`."""
        folder.mkdir(parents=True, exist_ok=True)
        countings = {name: block.counting.model_dump() for name, block in self.blocks.items()}
        text = json.dumps({"blocks": countings}, indent=2) + "\n"
        (folder / JSON).write_text(text, encoding="utf-8")
        arrays: dict[str, Any] = {f"dense.{name}": array for name, array in self.dense.items()}
        for name, block in self.blocks.items():
            # Terms hold no line breaks: they are made of words and the spaces between.
            terms = "\n".join(block.terms).encode()
            arrays[f"{name}.terms"] = np.frombuffer(terms, dtype=np.uint8)
            arrays[f"{name}.document_frequency"] = block.document_frequency
            arrays[f"{name}.weights"] = block.weights
        np.savez_compressed(folder / ARRAYS, **arrays)

    @classmethod
    def read(cls, folder: Path) -> "SvmFiles":
        """What `write` wrote into `folder`.

        Raises:
            ArtifactError: the files are not those of this format.
        """
        path = folder / JSON
        try:
            countings = _Countings.model_validate_json(path.read_bytes()).blocks
            path = folder / ARRAYS
            with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
                blocks = {name: _read_block(name, countings[name], arrays) for name in BLOCKS}
                dense = {
                    name: _array(arrays, f"dense.{name}", "f", shape)
                    for name, shape in DENSE.items()
                }
        # What numpy, zipfile and zlib raise at a malformed file has no type in common.
        except Exception as error:
            raise wrong_format(path, "an SVM's", error) from error
        return cls(blocks, dense)


def _read_block(name: str, counting: Counting, arrays: Mapping[str, Any]) -> TrainedBlock:
    terms = tuple(_array(arrays, f"{name}.terms", "u", (None,)).tobytes().decode().split("\n"))
    if len(set(terms)) < len(terms):
        raise ValueError(f"{name}: a term stands there twice")
    if counting.analyzer == "word" and not all(1 <= len(term.split()) <= 2 for term in terms):
        raise ValueError(f"{name}: a term is neither a word nor a pair")
    frequency = _array(arrays, f"{name}.document_frequency", "iu", (len(terms),))
    if frequency.min() < 0 or frequency.max() > counting.documents:
        raise ValueError(f"{name}: a term stands in fewer than no texts or in more than all")
    scores = 1 if name == GATE else _SCORES
    weights = _array(arrays, f"{name}.weights", "f", (len(terms), scores))
    return TrainedBlock(counting, terms, frequency, weights)


def _array(
    arrays: Mapping[str, Any], name: str, kinds: str, shape: tuple[int | None, ...]
) -> NDArray[Any]:
    """The array `name`, of one of numpy's `kinds` and of this `shape`; None stands for any."""
    array: NDArray[Any] = arrays[name]
    as_expected = len(array.shape) == len(shape) and all(
        expected in (None, actual) for actual, expected in zip(array.shape, shape, strict=True)
    )
    if array.dtype.kind not in kinds or not as_expected:
        raise ValueError(f"{name} is {array.dtype} {array.shape}, not {shape} of kind {kinds}")
    # Nor is NaN less.
    if array.dtype.kind == "f" and not float(np.abs(array).max()) < _LARGEST:
        raise ValueError(f"{name} has a number that no training makes")
    return array
