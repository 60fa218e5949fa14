"""International bank account numbers (ISO 13616)."""

from string import ascii_uppercase
from typing import Final

from bentos.triage.pii.recognizers.sequences import SequenceRecognizer

# The longest first: a shorter part of a number may pass by chance.
_LENGTHS: Final = range(34, 14, -1)
_FEWEST_DIGITS: Final = 10
# ISO 7064 reads letters as numbers: A is 10, Z is 35.
_AS_DIGITS: Final = str.maketrans({letter: str(int(letter, 36)) for letter in ascii_uppercase})


def _is_iban(value: str) -> bool:
    if not value.isascii():
        return False  # Case is ignored, and a dotted capital I is an i then.
    if sum(character.isdigit() for character in value) < _FEWEST_DIGITS:
        return False  # Words in a row pass the checksum once in 97.
    # The country and the key go to the end before the division (MOD 97-10).
    return int((value[4:] + value[:4]).translate(_AS_DIGITS)) % 97 == 1


class IbanCodeRecognizer(SequenceRecognizer):
    """Finds IBAN_CODE."""

    def __init__(self) -> None:
        super().__init__("IBAN_CODE", r"[a-z]{2}[\s.:-]{0,2}\d\s?\d", _LENGTHS, _is_iban)
