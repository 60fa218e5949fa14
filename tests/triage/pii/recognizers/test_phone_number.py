"""Telephone numbers of many countries, and the numbers of other things."""

import pytest

from bentos.triage.pii.recognizers.phone_number import PhoneNumberRecognizer
from tests.triage.pii.recognizers.found import values

FOUND = [
    ("+216 22 345 678", "+216 22 345 678"),
    ("06/44/71/20/99", "06/44/71/20/99"),
    ("22 34 56 78", "22 34 56 78"),
    ("22 - 345 - 678", "22 - 345 - 678"),
    ("00216-55-123-456", "00216-55-123-456"),
    ("(+216) 74 212 345", "(+216) 74 212 345"),
    ("71.234.567", "71.234.567"),
    ("call me on 22345678", "22345678"),
    ("06 12 34 56 78", "06 12 34 56 78"),
    ("0612345678", "0612345678"),
    ("+33 (0)6 12 34 56 78", "+33 (0)6 12 34 56 78"),
    ("+44 7700 900 418", "+44 7700 900 418"),
    ("(404) 555-0162", "(404) 555-0162"),
    ("514-555-0187", "514-555-0187"),
    ("هاتفي ٢٢٣٤٥٦٧٨", "22345678"),
    ("رقمي: 98 123 456", "98 123 456"),
]
LEFT = [
    "22 590 146 DT",
    "quantité 22 345 678",
    "invoice 0612345678",
    "ticket 22345678",
    "delivery note 22045678",
    "PO 4500127730",
    "12/03/1987",
    "receipt 004-118-7726",
    "184 220 750 EUR",
    "extension 4411",
    "رقم العقد 70044512",
]


@pytest.mark.parametrize(("text", "value"), FOUND)
def test_finds(text: str, value: str) -> None:
    assert value in values(PhoneNumberRecognizer(), text)


@pytest.mark.parametrize("text", LEFT)
def test_leaves_what_only_looks_alike(text: str) -> None:
    assert not values(PhoneNumberRecognizer(), text)
