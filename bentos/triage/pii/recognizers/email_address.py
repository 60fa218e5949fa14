"""E-mail addresses, also spelled out against harvesters: name (at) example dot org."""

from typing import Final

from bentos.triage.pii.recognizers.rules import CERTAIN, LIKELY, RuleRecognizer, rule

_LOCAL: Final = r"(?<! [\w.+-] ) [^\W_] (?: [\w.+%'-]{0,62} [\w+-] )?"
_LABEL: Final = r"[^\W_] (?: [\w-]{0,61} [^\W_] )?"
_AT: Final = r"(?: \s? [\[({<] \s? (?: at | arobase | @ ) \s? [\])}>] \s? )"
_DOT: Final = r"""(?:
    \s? [\[({<] \s? (?: dot | point | \. ) \s? [\])}>] \s? | \s (?: dot | point ) \s )"""
_WORDS: Final = rf"(?: \s (?: dot | point ) \s {_LABEL} )"
_RULES: Final = (
    rule(rf"(?P<value> {_LOCAL} \s?@\s? {_LABEL} (?: \. {_LABEL} ){{1,7}} )", CERTAIN),
    rule(rf"(?P<value> {_LOCAL} @ {_LABEL} (?: {_DOT} {_LABEL} ){{1,7}} )", CERTAIN),
    rule(rf"(?P<value> {_LOCAL} {_AT} {_LABEL} (?: (?: \. | {_DOT} ) {_LABEL} ){{1,7}} )", CERTAIN),
    rule(rf"(?P<value> {_LOCAL} \s (?: at | arobase ) \s {_LABEL} {_WORDS}{{1,4}} )", LIKELY),
)


class EmailAddressRecognizer(RuleRecognizer):
    """Finds EMAIL_ADDRESS."""

    def __init__(self) -> None:
        super().__init__("EMAIL_ADDRESS", _RULES, needs=r"@|\bat\b|arobase")
