"""Tax numbers, long, or short beside a cue."""

import pytest

from bentos.triage.pii.recognizers.tunisian_tax_id import TunisianTaxIdRecognizer
from tests.triage.pii.recognizers.found import values

FOUND = [
    ("1234567A/A/M/000", "1234567A/A/M/000"),
    ("1456789 K A M 000", "1456789 K A M 000"),
    ("matricule fiscale 0421867/M", "0421867/M"),
    ("المعرف الجبائي 0778145/Z", "0778145/Z"),
    ("tax no. 1522706F", "1522706F"),
]
LEFT = ["serial 1234567B", "1234567", "asset 1234567AB", "12345678A/A/M/000"]


@pytest.mark.parametrize(("text", "value"), FOUND)
def test_finds(text: str, value: str) -> None:
    assert value in values(TunisianTaxIdRecognizer(), text)


@pytest.mark.parametrize("text", LEFT)
def test_leaves_what_only_looks_alike(text: str) -> None:
    assert not values(TunisianTaxIdRecognizer(), text)
