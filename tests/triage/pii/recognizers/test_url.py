"""Web addresses, whole."""

import pytest

from bentos.triage.pii.recognizers.url import UrlRecognizer
from tests.triage.pii.recognizers.found import values

FOUND = [
    ("open https://x.example/a?user=jo&b=1, then", "https://x.example/a?user=jo&b=1"),
    ("see www.example.org/u/jo.", "www.example.org/u/jo"),
    ("http://10.0.0.1:8080/login is down", "http://10.0.0.1:8080/login"),
    ("portal.example.com/users/jo fails", "portal.example.com/users/jo"),
    ("الرابط https://x.example/د لا يعمل", "https://x.example/"),
    ("(https://x.example)", "https://x.example"),
]
LEFT = ["example.com is down", "and/or", "version 1.2/3", "10/12/2024", "SAP/Oracle"]


@pytest.mark.parametrize(("text", "value"), FOUND)
def test_finds(text: str, value: str) -> None:
    assert value in values(UrlRecognizer(), text)


@pytest.mark.parametrize("text", LEFT)
def test_leaves_what_only_looks_alike(text: str) -> None:
    assert not values(UrlRecognizer(), text)
