"""Days of birth, and days of anything else."""

import pytest

from bentos.triage.pii.recognizers.date_of_birth import DateOfBirthRecognizer
from tests.triage.pii.recognizers.found import values

FOUND = [
    ("born on 12/03/1987", "12/03/1987"),
    ("تاريخ الولادة: 12-05-1988", "12-05-1988"),
    ("DOB: 22-11-84", "22-11-84"),
    ("born March 3rd, 1987", "March 3rd, 1987"),
    ("née le 12 mars 1987 à Lyon", "12 mars 1987"),
    ("date de naissance : 1987-03-12", "1987-03-12"),
    ("من مواليد ١٢/٠٣/١٩٨٧", "12/03/1987"),
    ("تاريخ الميلاد 12 مارس 1987", "12 مارس 1987"),
    ("مولود في 21 رمضان 1405", "21 رمضان 1405"),
]
LEFT = [
    "due on 12/03/2025",
    "since March 3rd, 2024",
    "le 12 mars 2025",
    "born leader",
    "يوم 12 مارس 2025",
]


@pytest.mark.parametrize(("text", "value"), FOUND)
def test_finds(text: str, value: str) -> None:
    assert value in values(DateOfBirthRecognizer(), text)


@pytest.mark.parametrize("text", LEFT)
def test_leaves_what_only_looks_alike(text: str) -> None:
    assert not values(DateOfBirthRecognizer(), text)
