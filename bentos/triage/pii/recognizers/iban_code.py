"""International bank account numbers (ISO 13616)."""

from typing import Final

from stdnum.iso7064 import mod_97_10

from bentos.triage.pii.recognizers.sequences import SequenceRecognizer

# The longest first: a shorter part of a number may pass by chance.
_LENGTHS: Final = range(34, 14, -1)


_FEWEST_DIGITS: Final = 10


def _is_iban(value: str) -> bool:
    if sum(character.isdigit() for character in value) < _FEWEST_DIGITS:
        return False  # Words in a row pass the checksum once in 97.
    # The country and the key go to the end before the division (ISO 7064).
    return bool(mod_97_10.is_valid(value[4:] + value[:4]))


class IbanCodeRecognizer(SequenceRecognizer):
    """Finds IBAN_CODE."""

    def __init__(self) -> None:
        super().__init__("IBAN_CODE", r"[a-z]{2}[\s.:-]{0,2}\d\s?\d", _LENGTHS, _is_iban)
