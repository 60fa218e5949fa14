"""Tunisian tax numbers (matricule fiscal): seven digits, a key letter, often A/M/000 after it."""

from typing import Final

from bentos.triage.pii.recognizers.rules import CERTAIN, LIKELY, RuleRecognizer, rule

_GAP: Final = r"\s? [/-]? \s?"
_SHORT: Final = rf"(?<! [\w/-] ) (?<! \d \. ) \d{{7}} {_GAP} [a-hj-np-tv-z] "
_LONG: Final = rf"{_SHORT} {_GAP} [abdnp] {_GAP} [cmnpe] {_GAP} \d{{3}} (?! \w )"
_CUE: Final = r"""(?:
    \b m\.?f \b \.? | fisca(?: l | le | ux ) | \b matricules? \b | \b identifiant
  | \b tax (?: es )? \b | \b vat \b | \b tva \b | \b patente \b
  | جبائي | ضريبي | (?:ال)? معرف | \b م \. \s? [فج] )"""
_RULES: Final = (
    rule(rf"(?P<value> {_LONG} )", CERTAIN),
    rule(rf"{_LONG} \s? (?: , | and | et | & | و ) \s? (?P<value> {_SHORT} ) (?! \w )", LIKELY),
    rule(rf"{_CUE} [^\n]{{0,60}}? (?P<value> {_SHORT} ) (?! \w )", LIKELY),
)


class TunisianTaxIdRecognizer(RuleRecognizer):
    """Finds TN_TAX_ID."""

    def __init__(self) -> None:
        super().__init__("TN_TAX_ID", _RULES, needs=r"\d{7}\s?[/-]?\s?[a-z]")
