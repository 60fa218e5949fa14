"""Payment cards: the issuer's first digits, the length and Luhn's checksum (ISO/IEC 7812)."""

import re
from typing import Final

from stdnum import luhn

from bentos.triage.pii.recognizers.sequences import SequenceRecognizer

_ISSUERS: Final = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})"  # Visa
    r"|(?:5[1-5]|2[2-7])\d{14}"  # Mastercard
    r"|3[47]\d{13}"  # American Express
    r"|3(?:0[0-5]|[68]\d)\d{11}"  # Diners Club
    r"|6(?:011|4[4-9]\d|5\d\d)\d{12}"  # Discover
    r"|35\d{14}"  # JCB
    r"|(?:5[0678]|6\d)\d{10,17}"  # Maestro, UnionPay
)
_LENGTHS: Final = (16, 15, 19, 18, 17, 14, 13, 12)


def _is_card(value: str) -> bool:
    return _ISSUERS.fullmatch(value) is not None and bool(luhn.is_valid(value))


class CreditCardRecognizer(SequenceRecognizer):
    """Finds CREDIT_CARD."""

    def __init__(self) -> None:
        super().__init__("CREDIT_CARD", r"[2-6]\d{3}", _LENGTHS, _is_card)
