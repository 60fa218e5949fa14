"""Street addresses of Europe, North America and the Arab countries, with the town that follows."""

from typing import Final

from bentos.triage.pii.recognizers import arabic_streets
from bentos.triage.pii.recognizers.rules import LIKELY, Rule, RuleRecognizer, rule
from bentos.triage.pii.recognizers.streets import (
    BUILDING,
    ENDS_IN_POSTCODE,
    ENGLISH_TAIL,
    ENGLISH_TYPE,
    ENGLISH_UNIT,
    FRENCH_TAIL,
    FRENCH_TYPE,
    GERMANIC,
    GULF,
    NAME,
    NUMBER,
    SOUTHERN,
    TOWN,
)


def _capitalised(pattern: str) -> Rule:
    """Where capitals tell a street's name from the words after it."""
    return rule(rf"(?P<value> {pattern} )", LIKELY, ignore_case=False)


_RULES: Final = (
    _capitalised(rf"{BUILDING}? {NUMBER} {FRENCH_TYPE} \s {NAME} {FRENCH_TAIL}"),
    # Without a number only the postcode and the town tell that a street is an address.
    _capitalised(rf"""{BUILDING}? (?<! \w ) {FRENCH_TYPE} \s {NAME}
        (?: ,? \s (?: n[°º] \s? )? \d{{1,4}} (?! [\w/:.] ) )? ,? \s? (?: {TOWN} ,? )?
        (?: \s? \d{{4,5}} | {ENDS_IN_POSTCODE} ) \s {TOWN}"""),
    _capitalised(rf"""(?<! \w ) {FRENCH_TYPE} \s {NAME} ,? \s n[°º]\s?\d{{1,4}} (?! [\w/:.] )
        (?: , \s {TOWN} )?"""),
    _capitalised(rf"""{ENGLISH_UNIT}? {NUMBER} (?:
        [A-Z][\w'.-]{{0,60}}+ \s | \d{{1,3}} (?:st|nd|rd|th) \s ){{1,4}}
        {ENGLISH_TYPE} {ENGLISH_TAIL}"""),
    _capitalised(GERMANIC),
    _capitalised(SOUTHERN),
    _capitalised(GULF),
    # In chats: no capitals.
    rule(rf"""(?P<value> {NUMBER} (?: rue | avenue | boulevard | impasse | all[ée]e | chemin )
        \s (?: (?: de | du | des | d' | la | l' | le ) \s? ){{0,2}} [^\W\d_]{{2,}}
        (?: \s \d{{4,5}} \s [^\W\d_]{{2,}} )? )"""),
    rule(rf"""(?P<value> {NUMBER} (?! of\b | on\b | in\b | the\b ) [^\W\d_]{{3,60}}+
        \s (?: street | road | avenue | lane ) \b )"""),
    rule(rf"(?P<value> {arabic_streets.NUMBER_FIRST} )"),
    rule(rf"(?P<value> {arabic_streets.NUMBER_LAST} )"),
    rule(rf"(?P<value> {arabic_streets.UNIT_FIRST} )"),
)


class StreetAddressRecognizer(RuleRecognizer):
    """Finds STREET_ADDRESS."""

    def __init__(self) -> None:
        super().__init__("STREET_ADDRESS", _RULES, needs=r"\d")
