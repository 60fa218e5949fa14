"""Cards that pass Luhn's check, of known issuers."""

import pytest

from bentos.triage.pii.recognizers.credit_card import CreditCardRecognizer
from tests.triage.pii.recognizers.found import values

FOUND = [
    ("visa 4111 1111 1111 1111 12/27", "4111 1111 1111 1111"),
    ("5555-5555-5555-4444", "5555-5555-5555-4444"),
    ("amex 3782 822463 10005", "3782 822463 10005"),
    ("6011111111111117.", "6011111111111117"),
    ("٤١١١١١١١١١١١١١١١", "4111111111111111"),
]
LEFT = [
    "4111 1111 1111 1112",
    "invoice 1234567890123452",
    "serial 4111-1111",
    "the card is refused",
]


@pytest.mark.parametrize(("text", "value"), FOUND)
def test_finds(text: str, value: str) -> None:
    assert value in values(CreditCardRecognizer(), text)


@pytest.mark.parametrize("text", LEFT)
def test_leaves_what_only_looks_alike(text: str) -> None:
    assert not values(CreditCardRecognizer(), text)
