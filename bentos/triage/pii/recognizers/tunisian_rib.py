"""Tunisian bank account numbers (relevé d'identité bancaire): 20 digits."""

from stdnum.iso7064 import mod_97_10

from bentos.triage.pii.recognizers.sequences import SequenceRecognizer


def _is_rib(value: str) -> bool:
    # The key is 97 - (the first 18 digits, twice times ten) mod 97, so that the whole leaves 0.
    return value.isdecimal() and mod_97_10.checksum(value) == 0


class TunisianRibRecognizer(SequenceRecognizer):
    """Finds TN_RIB."""

    def __init__(self) -> None:
        super().__init__("TN_RIB", r"\d{2}", [20], _is_rib)
