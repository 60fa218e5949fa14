"""A program that reads models as a server would, and says what is wrong with one.

Run before a server starts, in a process of its own: what it reads takes memory, and a library that
reads a malformed file may crash.
"""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, Literal

from bentos.models.artifact import ArtifactError
from bentos.models.router import load_policy
from bentos.models.svm_files import SvmFiles

Kind = Literal["svm", "transformer", "router"]
# Each model is given as KIND=FOLDER.
SEPARATOR: Final = "="


def _read_transformer(folder: Path) -> object:
    # Here: where the transformer runs elsewhere there is no ONNX Runtime.
    from bentos.models.transformer import TransformerModel

    return TransformerModel.load(folder)


# An SVM whose files are in order can be made: that takes another second, and is left out.
_READERS: Final[Mapping[Kind, Callable[[Path], object]]] = {
    "svm": SvmFiles.read,
    "transformer": _read_transformer,
    "router": load_policy,
}


def check(kind: Kind, folder: Path) -> None:
    """Reads the model in `folder`.

    Raises:
        ArtifactError: it is no model of this kind that this version reads.
    """
    _READERS[kind](folder)


def main() -> None:
    """Checks the models that the arguments name; prints the first fault and exits with 1."""
    readable: dict[str, Kind] = {kind: kind for kind in _READERS}
    for argument in sys.argv[1:]:
        kind, _, folder = argument.partition(SEPARATOR)
        try:
            check(readable[kind], Path(folder))
        except ArtifactError as error:
            sys.exit(str(error))


if __name__ == "__main__":
    main()
