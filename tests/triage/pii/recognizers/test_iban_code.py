"""Bank accounts with a right key, however grouped."""

import pytest

from bentos.triage.pii.recognizers.iban_code import IbanCodeRecognizer
from tests.triage.pii.recognizers.found import values

FOUND = [
    ("IBAN FR76 3000 6000 0112 3456 7890 189 merci", "FR76 3000 6000 0112 3456 7890 189"),
    ("gb82west12345698765432", "gb82west12345698765432"),
    ("DE89 3704 0044 0532 0130 00.", "DE89 3704 0044 0532 0130 00"),
    ("TN59 1000 6035 1835 9847 8831", "TN59 1000 6035 1835 9847 8831"),
    ("BE68-5390-0754-7034", "BE68-5390-0754-7034"),
]
LEFT = [
    "FR76 3000 6000 0112 3456 7890 188",
    "the IBAN field is empty",
    "at 58 boulevard Vauban",
    "KB5034441",
]


@pytest.mark.parametrize(("text", "value"), FOUND)
def test_finds(text: str, value: str) -> None:
    assert value in values(IbanCodeRecognizer(), text)


@pytest.mark.parametrize("text", LEFT)
def test_leaves_what_only_looks_alike(text: str) -> None:
    assert not values(IbanCodeRecognizer(), text)
