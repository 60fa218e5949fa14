"""Web addresses: they hold user names, tokens and the names of customers' machines."""

from typing import Final

from bentos.triage.pii.recognizers.rules import CERTAIN, LIKELY, RuleRecognizer, rule

_SCHEME: Final = r"(?: h(?:tt|xx)ps? | s?ftps? | wss? | ssh | rdp | ldaps? | smb | file | sip ) ://"
# Signs that an address may hold, and not end with.
_SIGNS: Final = r"[.,;:!?'()\[\]{}*…|]"
_LAST: Final = r"[^\s<>\"«»،؛؟\u0600-\u06ff.,;:!?'()\[\]{}*…|]"
_REST: Final = rf"(?: {_SIGNS}{{0,100}}+ {_LAST}++ )+"
_DOMAIN: Final = r"[a-z0-9] [a-z0-9-]{0,62} (?: \. [a-z0-9-]{1,63} ){0,4} \. [a-z]{2,12}"
_RULES: Final = (
    rule(rf"(?P<value> (?<![^\W_]) (?: {_SCHEME} | www\. ) {_REST} )", CERTAIN),
    # A domain alone names a company or a product; with a path, a page.
    rule(rf"(?P<value> (?<![\w@.-]) {_DOMAIN} (?: :\d{{2,5}} )? / {_REST} )", LIKELY),
)


class UrlRecognizer(RuleRecognizer):
    """Finds URL."""

    def __init__(self) -> None:
        super().__init__("URL", _RULES, needs=r"://|www\.|[a-z]/[a-z~]")
