"""What the recognisers of all patterns find in a plain view.

Recognisers are Presidio's, and any Presidio analyzer can run them. Presidio's own engine isn't
used: it prepares tokens, context words and thresholds, copies each finding for them and compares
findings, of which ours need nothing; `spans.disjoint` says which findings stand.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from bentos.triage.pii.presidio import EntityRecognizer
from bentos.triage.pii.recognizers.credit_card import CreditCardRecognizer
from bentos.triage.pii.recognizers.date_of_birth import DateOfBirthRecognizer
from bentos.triage.pii.recognizers.email_address import EmailAddressRecognizer
from bentos.triage.pii.recognizers.french_nir import FrenchNirRecognizer
from bentos.triage.pii.recognizers.iban_code import IbanCodeRecognizer
from bentos.triage.pii.recognizers.ip_address import IpAddressRecognizer
from bentos.triage.pii.recognizers.password import PasswordRecognizer
from bentos.triage.pii.recognizers.phone_number import PhoneNumberRecognizer
from bentos.triage.pii.recognizers.street_address import StreetAddressRecognizer
from bentos.triage.pii.recognizers.tunisian_cin import TunisianCinRecognizer
from bentos.triage.pii.recognizers.tunisian_rib import TunisianRibRecognizer
from bentos.triage.pii.recognizers.tunisian_tax_id import TunisianTaxIdRecognizer
from bentos.triage.pii.recognizers.url import UrlRecognizer
from bentos.triage.pii.spans import Span

_PATTERNS: Final[tuple[Callable[[], EntityRecognizer], ...]] = (
    CreditCardRecognizer,
    DateOfBirthRecognizer,
    EmailAddressRecognizer,
    FrenchNirRecognizer,
    IbanCodeRecognizer,
    IpAddressRecognizer,
    PasswordRecognizer,
    PhoneNumberRecognizer,
    StreetAddressRecognizer,
    TunisianCinRecognizer,
    TunisianRibRecognizer,
    TunisianTaxIdRecognizer,
    UrlRecognizer,
)
# None of ours reads tokens; Presidio says that there must be some.
_NO_TOKENS: Final[Any] = None


def recognizers() -> tuple[EntityRecognizer, ...]:
    """The recognisers of all patterns. Names are the tagger's: it reads what the patterns left.

    Recognisers read every language's cues: people switch between languages within a ticket, and
    the language is detected after scrubbing.
    """
    return tuple(pattern() for pattern in _PATTERNS)


def findings(of: Sequence[EntityRecognizer], text: str) -> Iterator[Span]:
    """What the recognisers `of` find in `text`, a plain view: overlapping, in no order."""
    for recognizer in of:
        for result in recognizer.analyze(text, recognizer.supported_entities, _NO_TOKENS):
            yield Span(result.entity_type, result.start, result.end, result.score)
