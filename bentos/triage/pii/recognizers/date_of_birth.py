"""Dates of birth: a date after a word of birth. Other dates are the ticket's own business."""

from typing import Final

from bentos.triage.pii.recognizers.dates import DATE
from bentos.triage.pii.recognizers.rules import LIKELY, RuleRecognizer, rule

_CUE: Final = r"""(?:
    \b born \b | \b birth | \b d\.?o\.?b\b\.? | \b n[ée]{1,2}e?\(?e?\)?s? \b | naissance
  | anniversaire | \b ddn \b
  | موال[يى]د | ميلاد | ولاد[ةهت] | [إاأ]زداد | مولود | المزداد
  | (?<![^\W_]) ولد (?: ت | وا )? \b )"""
_CUE_AFTER: Final = r"(?: date \s (?: of \s birth | de \s naissance ) | dob \b )"
_RULES: Final = (
    rule(rf"{_CUE} [^\d\n]{{0,45}}? (?P<value> {DATE} )", LIKELY),
    rule(rf"(?P<value> {DATE} ) \s? [(,-]? \s? {_CUE_AFTER}", LIKELY),
)


class DateOfBirthRecognizer(RuleRecognizer):
    """Finds DATE_OF_BIRTH."""

    def __init__(self) -> None:
        super().__init__(
            "DATE_OF_BIRTH",
            _RULES,
            needs=r"born|birth|d\.?o\.?b|\bn[ée]|naissance|anniv|ddn|ميلاد|موال|ولاد|ولد|ولود|زداد",
        )
