"""Addresses of machines, and the versions and masks that look like them."""

import pytest

from bentos.triage.pii.recognizers.ip_address import IpAddressRecognizer
from tests.triage.pii.recognizers.found import values

FOUND = [
    ("ping 10.20.4.17 fails", "10.20.4.17"),
    ("from 185.60.112.74 at noon", "185.60.112.74"),
    ("the server is 4.4.8.8", "4.4.8.8"),
    ("host 2001:db8:4f2:11::8a", "2001:db8:4f2:11::8a"),
    ("fe80::1c2b:77ff:fe03:9a1e", "fe80::1c2b:77ff:fe03:9a1e"),
    ("192.168.1.10:8443", "192.168.1.10"),
    ("عنوان الجهاز ١٩٢.١٦٨.١.١٠", "192.168.1.10"),
]
LEFT = [
    "version 4.2.0.17",
    "firmware 10.1.2.3",
    "10.0.19045.3930",
    "mask 255.255.255.0",
    "at 10:30:45",
    "00:1A:2B:3C:4D:5E",
    "chapter 1.2.3",
    "1.2.3.4.5",
]


@pytest.mark.parametrize(("text", "value"), FOUND)
def test_finds(text: str, value: str) -> None:
    assert value in values(IpAddressRecognizer(), text)


@pytest.mark.parametrize("text", LEFT)
def test_leaves_what_only_looks_alike(text: str) -> None:
    assert not values(IpAddressRecognizer(), text)
