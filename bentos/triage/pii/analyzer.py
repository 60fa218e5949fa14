"""Presidio's analyzer with this project's recognisers, and no language model of its own."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from bentos.triage.pii.presidio import (
    AnalyzerEngine,
    EntityRecognizer,
    NlpArtifacts,
    NlpEngine,
    RecognizerRegistry,
)
from bentos.triage.pii.recognizers.credit_card import CreditCardRecognizer
from bentos.triage.pii.recognizers.date_of_birth import DateOfBirthRecognizer
from bentos.triage.pii.recognizers.email_address import EmailAddressRecognizer
from bentos.triage.pii.recognizers.french_nir import FrenchNirRecognizer
from bentos.triage.pii.recognizers.iban_code import IbanCodeRecognizer
from bentos.triage.pii.recognizers.ip_address import IpAddressRecognizer
from bentos.triage.pii.recognizers.password import PasswordRecognizer
from bentos.triage.pii.recognizers.phone_number import PhoneNumberRecognizer
from bentos.triage.pii.recognizers.rules import LANGUAGE
from bentos.triage.pii.recognizers.street_address import StreetAddressRecognizer
from bentos.triage.pii.recognizers.tunisian_cin import TunisianCinRecognizer
from bentos.triage.pii.recognizers.tunisian_rib import TunisianRibRecognizer
from bentos.triage.pii.recognizers.tunisian_tax_id import TunisianTaxIdRecognizer
from bentos.triage.pii.recognizers.url import UrlRecognizer

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


class _NoLanguageModel(NlpEngine):
    """Gives recognisers the text alone: none of ours reads tokens or lemmas."""

    def load(self) -> None:
        """Nothing to load."""

    def is_loaded(self) -> bool:
        return True

    def process_text(self, text: str, language: str) -> NlpArtifacts:
        nothing: Any = []
        return NlpArtifacts(
            entities=[],
            tokens=nothing,
            tokens_indices=[],
            lemmas=[],
            nlp_engine=self,
            language=language,
        )

    def process_batch(
        self,
        texts: Iterable[str],
        language: str,
        batch_size: int = 1,
        n_process: int = 1,
        **kwargs: Any,
    ) -> Iterator[tuple[str, NlpArtifacts]]:
        for text in texts:
            yield text, self.process_text(text, language)

    def is_stopword(self, word: str, language: str) -> bool:
        return False

    def is_punct(self, word: str, language: str) -> bool:
        return False

    def get_supported_entities(self) -> list[str]:
        return []

    def get_supported_languages(self) -> list[str]:
        return [LANGUAGE]


def recognizers() -> list[EntityRecognizer]:
    """The recognisers of all patterns."""
    return [pattern() for pattern in _PATTERNS]


def analyzer() -> AnalyzerEngine:
    """An analyzer of all patterns. Names are the tagger's: it reads what the patterns left.

    Recognisers read every language's cues: people switch between languages within a ticket, and
    the language is detected after scrubbing.
    """
    registry = RecognizerRegistry(recognizers=recognizers(), supported_languages=[LANGUAGE])
    return AnalyzerEngine(
        registry=registry, nlp_engine=_NoLanguageModel(), supported_languages=[LANGUAGE]
    )
