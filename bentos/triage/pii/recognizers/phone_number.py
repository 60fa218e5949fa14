"""Telephone numbers: international, French, Tunisian and others as people write them."""

import re
from typing import Final

import phonenumbers

from bentos.triage.pii.recognizers.rules import CERTAIN, LIKELY, POSSIBLE, RuleRecognizer, rule

_UNIT: Final = r"""(?:
    dt | tnd | dinars? | € | eur(?:os?)? | \$ | usd | £ | gbp | chf | mad | sar | aed | د\.?\s?ت
  | دينار | ريال | درهم | جنيه | يورو | دولار | % | ko\b | mo\b | go\b | [kmgt]b\b )"""
_NOT_BEFORE: Final = r"(?<! [\w€$£#+] ) (?<! [\w€$£#/.,-] [.,/_-] ) (?<! \d[ ] )"
_NOT_AFTER: Final = rf"(?! \w | [.,/_-] \d | \s? {_UNIT} )"
_GAP: Final = r"[\s.()/-]{0,3}"
_INTERNATIONAL: Final = (
    rf"(?: \( \s? )? (?: \+ \s? | 00 [\s.-]? ) \(? [1-9] (?: {_GAP} \d ){{6,14}} (?! \d )"
)
# What is numbered like a telephone and is none.
_LABEL: Final = r"""(?: (?:
    ticket | incident | commande | order | invoice | facture | \bpo | \bref\w{0,60}
  | r[ée]f[ée]rence | quantit[ée] | quantity | qt[éey] | كمي[ةه] | serial
  | s[ée]rie | dossier | contra[ct]t? | matricule | asset | tag | note | livraison | bl
  | account | compte | طلبي?[ةه]? | فاتور[ةه] | تذكر[ةه] | مرجع | ملف | عقد | تسلسلي | وصل )
    \s? (?: number | num[ée]ro | no | n [°ºo] | رقم | عدد )? [\s:.#°]{0,3} )"""
_NATIONAL: Final = (
    # France, and others that start with 0 and are written in pairs, threes or fours.
    r"0 \s? [1-9] (?: (?: \s? [\s./_-] \s? \d{2} ){4} | \d{8,9} )",
    r"0 [1-9] \d{1,3} (?P<a>[\s.-]) \d{3} (?P=a)? \d{3,4}",
    r"0 [1-9] \d{1,2} (?P<b>[\s.-]) \d{4} (?P=b) \d{4}",
    # North America.
    r"\( \d{3} \) \s? \d{3} [\s.-] \d{4}",
    r"(?: 1 [\s.-] )? [2-9]\d{2} (?P<c>[.-]) \d{3} (?P=c) \d{4}",
    # Tunisia.
    r"[2-57-9] \d (?P<d>[\s./_-]) \d{3} (?P=d) \d{3}",
    r"[2-57-9] \d (?: \s?-\s? \d{3} ){2}",
    r"[2-57-9] \d (?P<e>[\s.-]) \d{2} (?P=e) \d{2} (?P=e) \d{2}",
)
_CUE: Final = r"""(?:
    \b t[ée]l (?: \b | [ée]phone ) | phone | \b mobile | \b cell | \b portable \b | \b gsm \b
  | whats?\s?app | viber | \b call (?: ed | ing | s | me | er | \s back )? \b | \b appel | joindre
  | joignable | contact | \b ring \b | \b reach | \b sms \b | \b text \s me | \b num \b | \b fax \b
  | dial | \b line \b | \b ligne \b | extension | num[ée]ro \s (?: de \s t | :? \s? \d )
  | هاتف | تلفون | تليفون | تيليفون | موبايل | جوال | محمول | نمر[ةه] | نومرو | واتس | اتصل
  | الاتصال | كلم (?: ني | نا | وني ) | رقم (?: ي | ه | ها | نا ) \b | فاكس )"""
# "The number of Sami changed": not of an order or another thing, which has an article.
_NUMBER_OF: Final = r"رقم \s (?! ال | طلب | عقد | فاتور | تذكر | ملف | بطاق | حساب ) [^\d\n]{0,25}"
_FREE: Final = r"(?: \+ | \( )? \d (?: [\s.()/-]{0,2} \d ){6,13}"
_DATE: Final = re.compile(
    r"\d{1,2}[-. ]\d{1,2}[-. ](?:19|20)\d{2}.{0,40}|(?:19|20)\d{2}[-.]\d{2}[-.]\d{2}.{0,40}"
)
_FEWEST_AFTER_ZEROS: Final = 12


def _is_international(value: str) -> bool:
    """Whether `value` starts as a country's numbers do and, after zeros, is as long as they are."""
    digits = "".join(character for character in value if character.isdigit())
    try:
        number = phonenumbers.parse(f"+{digits.removeprefix('00')}")
    except phonenumbers.NumberParseException:
        return False
    if value.lstrip("( ").startswith("+"):
        return True
    return len(digits) >= _FEWEST_AFTER_ZEROS and phonenumbers.is_possible_number(number)


def _is_dialled(value: str) -> bool:
    """Whether `value` is no date, and of a length that a telephone number may have (E.164)."""
    digits = sum(character.isdigit() for character in value)
    return 7 <= digits <= 15 and not _DATE.fullmatch(value)


_RULES: Final = (
    rule(
        rf"(?<! [\w+] ) (?<! \w [.,/_-] ) (?P<value> {_INTERNATIONAL} )", CERTAIN, _is_international
    ),
    *(
        rule(
            rf"{_LABEL} \d [\d\s.-]*+ | {_NOT_BEFORE} (?P<value> {form} ) {_NOT_AFTER}",
            LIKELY,
            _is_dialled,
        )
        for form in _NATIONAL
    ),
    rule(
        rf"{_CUE} [^\d\n+(]{{0,25}} (?<! [\w/-] ) (?P<value> {_FREE} ) {_NOT_AFTER}",
        POSSIBLE,
        _is_dialled,
    ),
    rule(rf"{_NUMBER_OF} (?<! [\w/-] ) (?P<value> [2-57-9]\d{{7}} ) {_NOT_AFTER}", POSSIBLE),
)


class PhoneNumberRecognizer(RuleRecognizer):
    """Finds PHONE_NUMBER."""

    def __init__(self) -> None:
        super().__init__("PHONE_NUMBER", _RULES, needs=r"\d(?:[\s.()/_-]{0,3}\d){6}")
