"""Tunisian identity cards (CIN): eight digits without a checksum, so a cue must stand near."""

from typing import Final

from bentos.triage.pii.recognizers.rules import LIKELY, POSSIBLE, RuleRecognizer, rule

_CUE: Final = r"""(?:
    (?<![^\W_]) c\.?i\.?n \b \.? | carte \s (?: nationale \s )? d.identit[ée]
  | pi[èe]ce \s d.identit[ée] | (?: identity | id | national \s id ) \s (?: card | number | no \b )
  | \b national \s id \b | num[ée]ro \s d.identit[ée] | \b c\.?n\.?i \b
  | (?:ال)? بطاق[ةه] \s (?:ال)? (?: ت?عريف | شخصي[ةه] | هوي[ةه] | وطني[ةه] ) | بطاقتي
  | ب \.? \s? ت \.? \s? و \b | (?:ال)? سي \s? آ?[اي]?ي? \s? [إا]?ن )"""
_NUMBER: Final = r"""(?:
    (?<! [\w.,/-] ) [01] (?: [\s.-]? \d ){7} (?! \w | [.,/-]\d ) )"""
_RULES: Final = (
    rule(rf"{_CUE} [^\d\n]{{0,50}} (?P<value> {_NUMBER} )", LIKELY),
    rule(rf"{_CUE} [^\d\n]{{0,30}} (?: {_NUMBER} [^\d\n]{{1,30}} ) (?P<value> {_NUMBER} )", LIKELY),
    rule(rf"\b (?: cards? | cartes? ) \b [^\d\n]{{0,12}} (?P<value> {_NUMBER} )", POSSIBLE),
    rule(rf"(?P<value> {_NUMBER} ) \s? [(,:-]? \s? {_CUE}", LIKELY),
)


class TunisianCinRecognizer(RuleRecognizer):
    """Finds TN_CIN."""

    def __init__(self) -> None:
        super().__init__("TN_CIN", _RULES, needs=r"[01](?:[\s.-]?\d){7}")
