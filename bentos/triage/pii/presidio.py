"""What is used of Presidio's analyzer, imported without the deep learning that it could use.

Where training's packages are installed, it would import PyTorch and transformers into every process
that imports it: twelve seconds and half a gigabyte, for nothing.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_UNUSED: Final = ("torch", "transformers")


@contextmanager
def _without(*names: str) -> Iterator[None]:
    """Importing a module of `names` fails meanwhile, unless it has been imported before.

    That `None` in `sys.modules` does this is documented: docs.python.org/3/reference/import.html,
    "The module cache".
    """
    absent = [name for name in names if name not in sys.modules]
    sys.modules.update(dict.fromkeys(absent))  # type: ignore[arg-type]  # None is allowed there
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]


with _without(*_UNUSED):
    from presidio_analyzer import EntityRecognizer, RecognizerResult
    from presidio_analyzer.nlp_engine import NlpArtifacts

__all__ = ["EntityRecognizer", "NlpArtifacts", "RecognizerResult"]
