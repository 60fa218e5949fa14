"""Passwords that are spelled out; talk about passwords stays."""

import pytest

from bentos.triage.pii.recognizers.password import PasswordRecognizer
from tests.triage.pii.recognizers.found import values

FOUND = [
    ("my password is Summer2024!", "Summer2024!"),
    ("pwd=azerty99", "azerty99"),
    ("mdp : azerty", "azerty"),
    ("mon mot de passe est Carthage@814", "Carthage@814"),
    ("mot de passe « soleil soleil 7 »", "soleil soleil 7"),
    ("his password (Packers#12)", "Packers#12"),
    ("كلمة السر هي Tounes2024", "Tounes2024"),
    ("الكود السري ٤٤٧١", "4471"),
    ("the PIN is 4471", "4471"),
    ("Digicode : 58A31", "58A31"),
    ("the password he gave me, Winter#22, is refused", "Winter#22"),
    ("Orchid77x is my password", "Orchid77x"),
    ("j'utilise Tourne_1 comme mot de passe", "Tourne_1"),
    ("Tiger88 هي كلمة السر متاعي", "Tiger88"),
    ("changed my password from Spring22! to Summer23!", "Summer23!"),
    ("كلمة المرور القديمة Tiger_1 والجديدة Lion_22", "Lion_22"),
    ('password = "my dog rex"', "my dog rex"),
    ("password is as follows:\nVelvet_Moon9", "Velvet_Moon9"),
    ("user jdoe pass tiger88", "tiger88"),
    ("the safe combination is 12-44-08", "12-44-08"),
    ("الباس متاعي Tiger88", "Tiger88"),
    ("mdp => Tourne_1", "Tourne_1"),
]
LEFT = [
    "my password expired",
    "the password is wrong",
    "password is not accepted",
    "mot de passe oublié",
    "le mot de passe est refusé",
    "mon mot de passe a expiré",
    "reset my password please",
    "نسيت كلمة السر",
    "كلمة المرور غير صحيحة",
    "stop code 0x000000EF",
    "the password has to have 14 characters",
    "password for INC0044112 was reset",
    "please pass INC0044112 to HR",
    "the password page is blank",
    'it says "incorrect password"',
    "mon mot de passe est pourtant le bon",
    "mot de passe: oublié",
    "mdp ko",
    "الباسورد مش شغال",
    "كلمة المرور الجديدة لم تصل",
    "كلمة المرور هي نفسها",
]


@pytest.mark.parametrize(("text", "value"), FOUND)
def test_finds(text: str, value: str) -> None:
    assert value in values(PasswordRecognizer(), text)


@pytest.mark.parametrize("text", LEFT)
def test_leaves_what_only_looks_alike(text: str) -> None:
    assert not values(PasswordRecognizer(), text)
