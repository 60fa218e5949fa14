"""French social security numbers (NIR): 13 figures and a key, 2A and 2B for Corsica."""

import re
from typing import Final

from stdnum.fr import nir

from bentos.triage.pii.recognizers.sequences import SequenceRecognizer

# Sex, year, month (over 12 where it wasn't known), department, commune, order, key.
_FIGURES: Final = re.compile(r"[1-478]\d{4}(?:\d{2}|2[AB])\d{6}\d{2}")


def _is_nir(value: str) -> bool:
    return _FIGURES.fullmatch(value) is not None and bool(nir.is_valid(value))


class FrenchNirRecognizer(SequenceRecognizer):
    """Finds FR_NIR."""

    def __init__(self) -> None:
        super().__init__("FR_NIR", r"[1-478][\s.-]{0,3}\d{2}[\s.-]{0,3}\d", [15], _is_nir)
