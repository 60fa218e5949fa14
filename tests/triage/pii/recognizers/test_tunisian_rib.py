"""Tunisian accounts with a right key."""

import pytest

from bentos.triage.pii.recognizers.tunisian_rib import TunisianRibRecognizer
from tests.triage.pii.recognizers.found import values

FOUND = [
    ("RIB 08 006 0123456789012 31", "08 006 0123456789012 31"),
    ("08006012345678901231", "08006012345678901231"),
    ("08-006-0123456789012-31", "08-006-0123456789012-31"),
    ("الحساب ٠٨٠٠٦٠١٢٣٤٥٦٧٨٩٠١٢٣١", "08006012345678901231"),
]
LEFT = [
    "08006012345678901201",
    "delivery 00340434161094042557",
    "the RIB is missing",
    "PO08006012345678901231",
]


@pytest.mark.parametrize(("text", "value"), FOUND)
def test_finds(text: str, value: str) -> None:
    assert value in values(TunisianRibRecognizer(), text)


@pytest.mark.parametrize("text", LEFT)
def test_leaves_what_only_looks_alike(text: str) -> None:
    assert not values(TunisianRibRecognizer(), text)
