"""E-mail addresses in every spelling, and what has an at sign besides."""

import pytest

from bentos.triage.pii.recognizers.email_address import EmailAddressRecognizer
from tests.triage.pii.recognizers.found import values

FOUND = [
    ("write to jo.smith+desk@mail.example.co.uk.", "jo.smith+desk@mail.example.co.uk"),
    ("JO@EXAMPLE.COM bounces", "JO@EXAMPLE.COM"),
    ("jo [at] example dot com", "jo [at] example dot com"),
    ("jo (at) example.com", "jo (at) example.com"),
    ("jo arobase exemple point fr", "jo arobase exemple point fr"),
    ("jo @ example.com", "jo @ example.com"),
    ("بريدي jo@مثال.تونس الجديد", "jo@مثال.تونس"),
    ("ｊｏ＠example.com", "jo@example.com"),
    ("j\u200bo@exam\u200bple.com", "jo@example.com"),
]
LEFT = ["@jo can you look?", "meet at noon", "a@b", "see you at the desk", "3 screens @ 120 EUR"]


@pytest.mark.parametrize(("text", "value"), FOUND)
def test_finds(text: str, value: str) -> None:
    assert value in values(EmailAddressRecognizer(), text)


@pytest.mark.parametrize("text", LEFT)
def test_leaves_what_only_looks_alike(text: str) -> None:
    assert not values(EmailAddressRecognizer(), text)
