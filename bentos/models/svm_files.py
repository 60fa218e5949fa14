"""The SVM on disk: `svm.json` says how each block counts its terms, `svm.npz` holds terms and
weights. No pickle."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from bentos.models.artifact import ArtifactError

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


class Counting(BaseModel):
    """How a block's terms were counted when it was trained on `documents` texts."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    analyzer: Literal["word", "char_wb"]
    shortest: int
    longest: int
    opening: int | None
    tf_power: float
    idf_power: float
    scale: float
    documents: int


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
        try:
            countings = json.loads((folder / JSON).read_text(encoding="utf-8"))["blocks"]
            with np.load(folder / ARRAYS, allow_pickle=False) as arrays:
                blocks = {name: _read_block(name, countings[name], arrays) for name in BLOCKS}
                dense = {
                    key.removeprefix("dense."): arrays[key]
                    for key in arrays.files
                    if key.startswith("dense.")
                }
        except (OSError, KeyError, ValueError) as error:
            raise ArtifactError(f"{folder} does not hold an SVM: {error}") from error
        return cls(blocks, dense)


def _read_block(name: str, counting: Mapping[str, Any], arrays: Mapping[str, Any]) -> TrainedBlock:
    terms = tuple(arrays[f"{name}.terms"].tobytes().decode().split("\n"))
    frequency, weights = arrays[f"{name}.document_frequency"], arrays[f"{name}.weights"]
    if not len(terms) == len(frequency) == len(weights):
        raise ValueError(f"{name}: {len(terms)} terms have {len(weights)} rows of weights")
    return TrainedBlock(Counting.model_validate(counting), terms, frequency, weights)
