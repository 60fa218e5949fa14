"""Passwords, PINs and door codes that a ticket spells out; talk about passwords stays."""

from typing import Final

from bentos.triage.pii.recognizers.password_words import has_secret, is_no_code, is_secret
from bentos.triage.pii.recognizers.rules import LIKELY, POSSIBLE, RuleRecognizer, rule

# What is nothing but a secret's name; what is one with a door; what may mean other things too.
_SECRET: Final = r"""(?:
    (?<![^\W_]) (?: pass\s?words? | passwd | pwd | passcode | pass\s?phrase | pw
      | pin (?: \s code )? | (?: wi-?fi | wpa\d? | wep ) \s key | mots? \s de \s passe | motdepasse
      | mdps?
      | code \s (?: secret | pin | confidentiel ) | cl[ée] \s (?: wi-?fi | wpa\d? ) ) (?![^\W_])
  | كلم[ةه] \s (?:ال)? (?: سر | مرور | عبور ) | باسو?و?رد
  | (?:ال)? رمز \s (?:ال)? (?: سري | PIN | دخول | مرور | قفل )
  | (?:ال)? كود \s (?:ال)? سري | (?:ال)? رقم \s (?:ال)? سري | (?:ال)? بين \s? كود
  | مو[ت]? \s دو \s باس )"""
_CODE: Final = r"""(?:
    (?<![^\W_]) (?: digicode | (?: door | gate | access | entry | alarm | unlock ) \s code
      | code \s (?: d'acc[èe]s | d'entr[ée]e | (?: de \s (?: la \s )? )? porte | wi-?fi | d'alarme
      | du \s portail ) ) (?![^\W_])
  | (?:ال)? باس (?! \w )
  | (?:ال)? (?: رمز | كود ) \s (?:ال)? (?: دخول | خزن[ةه] | باب | بواب[ةه] | واي \s? فاي ) )"""
_SHORT: Final = r"(?: (?<![^\W_]) (?: pass | mp ) (?![^\W_]) )"
_OWNER: Final = r"(?: [هيكو] | ها | كم | هم | نا )?"
# Some words may stand between: "my password for the portal is ...".
_BETWEEN: Final = r"(?: \s [^\s:=«\"'\d,.;!?]{1,14} ){0,4}?"
_SAYS: Final = r"""(?:
    \s? [:=] \s? (?: \n \s? )? | \s? -{0,60}+={0,60}+> \s?
  | (?: 's | \s (?: is | was | it's | its | est | [ée]tait | sera | c'est | c | cest | reste
      | هو | هي | كان
      | كانت | يكون | تكون | صارت? | [أا]صبحت? | ولت | ولى ) ) (?! \w ) \s? :? \s? )"""
_LATER: Final = r"""[^\n.!?]{0,50}? [\s,] (?:
    it's | it \s is | c'est | c'[ée]tait | dit | said | told \s me | set \s (?: it \s )? to
  | changed? \s (?: it \s )? to | chang[ée]e? \s en | هو | هي | تكون ) \s"""
_INSIDE: Final = r"[^\s«»\"“”()،,;:]"
_LAST: Final = r"[^\s«»\"“”()،,;:.?]"
_TOKEN: Final = rf"(?P<value> {_INSIDE}{{2,39}} {_LAST} )"
_QUOTED: Final = r"""
    [«\"“„'] \s? (?P<value> [^\s«»\"”)'] (?: [^«»\"”)\n]{0,38} [^\s«»\"”)] )? ) \s? [»\"”)']"""
_IN_BRACKETS: Final = r"\( (?P<value> [^\s,;()]{3,40} ) \s? [,)]"
# Letters and digits, or a sign that words don't have, or a PIN.
_MIXED: Final = rf"""(?P<value>
    (?= {_INSIDE}{{0,39}} \d ) (?= {_INSIDE}{{0,39}} [^\W\d_] ) {_INSIDE}{{3,39}} {_LAST}
  | (?= [^\s@#$!*%&+=]{{1,39}} [@#$!*%&+=] ) {_INSIDE}{{3,39}} {_LAST}
  | (?<! \w ) \d{{4,12}} (?! \w | [,.]\d ) )"""
_BOTH: Final = rf"""(?P<value> (?= {_INSIDE}{{0,39}} \d ) (?= {_INSIDE}{{0,39}} [^\W\d_] )
    {_INSIDE}{{4,39}} {_LAST} )"""
_THE: Final = (
    r"(?: (?: the | my | his | her | our | mon | ma | le | la | son | notre | votre ) \s )?"
)
_ANY: Final = rf"(?: {_SECRET} | {_CODE} | {_SHORT} ) {_OWNER}"
_RULES: Final = (
    rule(rf"{_ANY} {_BETWEEN} (?: {_SAYS} | \s ) {_QUOTED}", LIKELY, has_secret),
    rule(rf"{_ANY} {_BETWEEN} \s {_IN_BRACKETS}", LIKELY, is_secret),
    rule(rf"{_ANY} {_BETWEEN} {_SAYS} {_TOKEN}", LIKELY, is_secret),
    rule(
        rf"""\b (?: with | using | uses? | avec | ب ) \s? (?: (?: the | my | le | mon ) \s )?
        {_SECRET} \s {_TOKEN} (?= \s? [.,;:!?)\n] | \s? $ )""",
        POSSIBLE,
        is_secret,
    ),
    rule(rf"{_SECRET} {_OWNER} {_BETWEEN} \s {_MIXED}", POSSIBLE, is_no_code),
    rule(rf"{_CODE} {_OWNER} (?: \s متاعي | \s تبعي | \s حقي )? \s {_MIXED}", POSSIBLE, is_secret),
    rule(rf"{_SHORT} \s {_BOTH}", POSSIBLE, is_no_code),
    # The value comes first: "X is my password", "X as password", "X comme mot de passe".
    rule(
        rf"""(?<! \S ) {_BOTH} ["'»”)]? \s (?: is | was | as | est | était | c'est | comme | هي | هو
        | كانت ) \s {_THE} {_SECRET}""",
        POSSIBLE,
        is_no_code,
    ),
    rule(rf"(?<! \S ) {_BOTH} \s ك {_SECRET}", POSSIBLE, is_no_code),
    # The second of two: "from X to Y", "the old one is X, the new one Y".
    rule(
        rf"""{_SECRET} {_OWNER} {_BETWEEN} \s (?: from | de | من ) \s \S{{3,40}} \s
        (?: to | into | à | en | vers | par | إلى | الى ) \s {_BOTH}""",
        POSSIBLE,
        is_no_code,
    ),
    rule(
        rf"""{_SECRET} {_OWNER} [^\n]{{0,60}} \s (?: (?: the \s )? new \s one | now | (?: le \s )?
        nouveau | و? ال? جديد[ةه]? ) \s (?: is \s | est \s | هي \s | : \s )? {_BOTH}""",
        POSSIBLE,
        is_no_code,
    ),
    # Between commas: "the password that he gave me, X, is refused".
    rule(
        rf"{_SECRET} {_OWNER} [^\n.!?,]{{0,40}} , \s {_BOTH} (?= , | \s? $ )", POSSIBLE, is_no_code
    ),
    rule(rf"(?: {_SECRET} | \b cl[ée] | \b key ) {_LATER} {_MIXED}", POSSIBLE, is_secret),
    rule(r"باسو?و?رد (?: ه | ها | و | ي | هم ) \s (?P<value> [!-~]{3,40} )", POSSIBLE, is_secret),
    rule(
        r"""\b (?: coffre | porte | acc[èe]s | portail | safe | door | gate ) [^\n.\d]{0,25}
        \b code \s (?P<value> \d{4,8} ) \b""",
        POSSIBLE,
    ),
    rule(
        r"""\b (?: combination | combinaison ) [^\n.\d]{0,25} \s
        (?P<value> \d{1,4} (?: [ -] \d{1,4} ){2,4} ) (?! \w )""",
        POSSIBLE,
    ),
    rule(
        rf"""(?: tap[ée]e? | saisie? | typed? | entered | كتبت | دخلت ) \s (?: bien \s )? (?P<value>
        (?= {_INSIDE}{{0,39}} \d ) (?= {_INSIDE}{{0,39}} [@#$!*%&+=] )
        {_INSIDE}{{4,39}} {_LAST} )"""
    ),
    rule(
        rf"""(?<![^\W_]) (?: identifiants? | credentials? | creds | logins? | compte
        | essay[ée] | tried
        | user(?:name)? | utilisateur ) [\s:]{{1,3}} [\w.@-]{{2,40}} \s? / \s? {_MIXED}""",
        POSSIBLE,
        is_secret,
    ),
)


class PasswordRecognizer(RuleRecognizer):
    """Finds PASSWORD."""

    def __init__(self) -> None:
        super().__init__(
            "PASSWORD",
            _RULES,
            needs=r"pass|pwd|combin|wep|wpa"
            r"|\bpw\b|\bpin\b|code|mdp|\bmp\b|cl[ée]|key|/|tap|typ|enter|saisi"
            r"|باس|كلم|رمز|كود|سري|كتب|دخل",
        )
