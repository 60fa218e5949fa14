"""French social security numbers with a right key, Corsica too."""

import pytest

from bentos.triage.pii.recognizers.french_nir import FrenchNirRecognizer
from tests.triage.pii.recognizers.found import values

FOUND = [
    ("sécu 1 85 05 78 006 084 91", "1 85 05 78 006 084 91"),
    ("185057800608491", "185057800608491"),
    ("NIR185057800608491", "185057800608491"),
    ("1 - 85 - 05 - 78 - 006 - 084 - 91", "1 - 85 - 05 - 78 - 006 - 084 - 91"),
    ("née en Corse : 2 63 03 2B 036 309 30", "2 63 03 2B 036 309 30"),
    ("286102A39215406", "286102A39215406"),
]
LEFT = ["1 85 05 78 006 084 92", "colis 123456789012345", "9 85 05 78 006 084 91"]


@pytest.mark.parametrize(("text", "value"), FOUND)
def test_finds(text: str, value: str) -> None:
    assert value in values(FrenchNirRecognizer(), text)


@pytest.mark.parametrize("text", LEFT)
def test_leaves_what_only_looks_alike(text: str) -> None:
    assert not values(FrenchNirRecognizer(), text)
