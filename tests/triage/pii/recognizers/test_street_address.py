"""Addresses of houses, with the town; towns, streets and rooms alone stay."""

import pytest

from bentos.triage.pii.recognizers.street_address import StreetAddressRecognizer
from tests.triage.pii.recognizers.found import values

FOUND = [
    ("at 45 Baker Street, London NW1 6XE.", "45 Baker Street, London NW1 6XE"),
    ("to 12 rue de Marseille, 1001 Tunis.", "12 rue de Marseille, 1001 Tunis"),
    (
        "8 bis avenue du Général Leclerc, 75014 Paris",
        "8 bis avenue du Général Leclerc, 75014 Paris",
    ),
    ("27 chaussée de Charleroi, 1060 Saint-Gilles", "27 chaussée de Charleroi, 1060 Saint-Gilles"),
    ("2219 Juniper Hollow Drive, Plano, TX 75074", "2219 Juniper Hollow Drive, Plano, TX 75074"),
    ("Hauptstraße 12, 10115 Berlin", "Hauptstraße 12, 10115 Berlin"),
    ("Calle Mayor 5, 28013 Madrid", "Calle Mayor 5, 28013 Madrid"),
    ("12 نهج مرسيليا، 1001 تونس.", "12 نهج مرسيليا، 1001 تونس"),
    ("شارع الحبيب بورقيبة عدد 45 سوسة", "شارع الحبيب بورقيبة عدد 45 سوسة"),
    ("14 شارع الحبيب بورقيبة، تونس", "14 شارع الحبيب بورقيبة، تونس"),
    ("شقة 5، 8 شارع فلسطين، سوسة", "شقة 5، 8 شارع فلسطين، سوسة"),
    ("12 نهج قرطاج، بنزرت قبل الظهر", "12 نهج قرطاج، بنزرت"),
    ("عمارة 12، شارع التحرير، القاهرة", "عمارة 12، شارع التحرير، القاهرة"),
    ("Apt 12, 45 Elm Avenue, Leeds", "Apt 12, 45 Elm Avenue, Leeds"),
    ("Rue de Marseille n°14, Tunis", "Rue de Marseille n°14, Tunis"),
    ("Appt 4, 12 rue des Lilas, 75011 Paris", "Appt 4, 12 rue des Lilas, 75011 Paris"),
]
LEFT = [
    "the office in London",
    "5 files on the drive",
    "2 places de parking",
    "3 cours de formation",
    "salle 12, rez-de-chaussée",
    "the rue de Rome site",
    "فرع شارع الحرية",
]


@pytest.mark.parametrize(("text", "value"), FOUND)
def test_finds(text: str, value: str) -> None:
    assert value in values(StreetAddressRecognizer(), text)


@pytest.mark.parametrize("text", LEFT)
def test_leaves_what_only_looks_alike(text: str) -> None:
    assert not values(StreetAddressRecognizer(), text)
