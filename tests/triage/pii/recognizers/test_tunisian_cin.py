"""Identity cards: eight digits beside a cue, in three languages."""

import pytest

from bentos.triage.pii.recognizers.tunisian_cin import TunisianCinRecognizer
from tests.triage.pii.recognizers.found import values

FOUND = [
    ("CIN 08451976", "08451976"),
    ("CIN 0845-1976", "0845-1976"),
    ("national id 0 845 1976", "0 845 1976"),
    ("ma carte d'identité n° 07193485", "07193485"),
    ("ID card No. 08451976", "08451976"),
    ("رقم بطاقة التعريف الوطنية ٠٧٤١٢٥٩٦", "07412596"),
    ("08451976 (CIN)", "08451976"),
    ("بطاقة التعريف عدد 04 785 213", "04 785 213"),
]
LEFT = ["delivery note 08451976", "ticket 12345678", "CIN perdue", "CIN 98765432"]


@pytest.mark.parametrize(("text", "value"), FOUND)
def test_finds(text: str, value: str) -> None:
    assert value in values(TunisianCinRecognizer(), text)


@pytest.mark.parametrize("text", LEFT)
def test_leaves_what_only_looks_alike(text: str) -> None:
    assert not values(TunisianCinRecognizer(), text)
