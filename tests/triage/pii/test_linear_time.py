"""No ticket freezes the rooms before the models: twice the text takes twice the time."""

import random
import re
from collections import Counter
from itertools import chain
from pathlib import Path

import pytest

from bentos.triage.language import LanguageDetector
from bentos.triage.normalise import normalise
from bentos.triage.pii.analyzer import recognizers
from bentos.triage.pii.names.tagger import NameTagger
from bentos.triage.pii.names.tokens import tokens
from bentos.triage.pii.plain_view import plain_view
from bentos.triage.pii.presidio import EntityRecognizer
from bentos.triage.pii.scrubber import Scrubber
from tests.triage.cpu_time import MOST_GROWTH, TooLongError, cost, growth
from tests.triage.pii.patterns import of_modules, of_recognizers
from tests.triage.pii.worst_inputs import Worst, WorstInputs

_NAMES = Path(__file__).parents[3] / "release" / "names"
# In characters: to choose the texts that are worst, and to see how the time of those grows.
_SHORT, _LONGER, _MEASURED = 300, 1_200, 4_000
_TICKET = 2_500
_CHOSEN = 3
# In seconds, for 1,200 characters: what takes longer is no matter of measurement.
_FROZEN = 2.0
_PATTERNS = {
    name: pattern
    for pattern, name in {
        pattern: name for name, pattern in (of_modules() | of_recognizers()).items()
    }.items()
}
# Units that once were the worst for one recogniser or another, or for what reads after it.
_UNITS = (
    "AB-", "a", "A. ", "12 rue de ", "A-", "A-B ", "Ⅷ", "ﷺ", "rue A-B-", "12 Rue A ",
    "12 rue de la ", "Via A-", "A.-", "le-AZ", "ne«", "née-j-", "ip;", "v1.1.", "tel ",
    "password ", "pass\twords\t", "mp\n-", "key it's ", "@ s|z ", "a@", "a'", "a@b.cc ",
    "www.a.", "a.bb/.,", "http://", "1 ", "1.1.1.1 ", ":", "::1 ", "11-", "4111-", "ab1 1 ",
    "ab12-1-1-1-", "+1 234567 ", "01 23 45 67 89 ", "12345678 ", "tva ", "1234567/a ", "شارع ",
    "حي س ", "شقيبل ", "و1", "a" * 20 + ".", "a" * 80 + " ", "a!", "\n", "Sarah ", "Ab-", "ا-",
    "<A_", "é", "e\u0301\u0323", "\u0301\u0323", "\u0640", "0/", "l'", "«a ", "((",
    "né le 1/1/", "\u200b", "İb12 ",
)  # fmt: skip


def _searches(pattern: re.Pattern[str], worst: Worst, size: int) -> int:
    return sum(1 for _ in pattern.finditer(worst.of(size)))


def _worst(pattern: re.Pattern[str], count: int, seed: int = 0) -> list[Worst]:
    """The texts whose time grows most, and those that take most: of pairs of characters, of
    `count` others, and of as many again like the worst of them."""
    inputs = WorstInputs(pattern, seed)
    choose = random.Random(seed).choice
    found: dict[Worst, tuple[float, float]] = {}

    def measure(worst: Worst) -> None:
        once, more = (
            cost(lambda: _searches(pattern, worst, size), _FROZEN) for size in (_SHORT, _LONGER)
        )
        found[worst] = more / once, more

    def most(place: int) -> list[Worst]:
        return sorted(found, key=lambda worst: -found[worst][place])[:_CHOSEN]

    for worst in chain(inputs.pairs(), inputs.made(count)):
        measure(worst)
    for _ in range(count):
        measure(inputs.changed(choose(most(1))))
    return list(dict.fromkeys([*most(0), *most(1)]))


def _grows_too_much(pattern: re.Pattern[str], count: int, seed: int = 0) -> list[str]:
    """The texts on which a pattern's time isn't linear."""
    try:
        chosen = _worst(pattern, count, seed)
        ratios = {
            worst: growth(lambda size: _searches(pattern, worst, size), _MEASURED)
            for worst in chosen
        }
    except TooLongError as error:
        return [f"{pattern.pattern}: {error}"]
    return [f"{worst}: {ratio:.1f}" for worst, ratio in ratios.items() if ratio > MOST_GROWTH]


@pytest.mark.parametrize("name", _PATTERNS)
def test_a_pattern_is_linear_on_its_worst_texts(name: str) -> None:
    assert _grows_too_much(_PATTERNS[name], count=25) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", _PATTERNS)
def test_a_pattern_is_linear_on_many_texts(name: str) -> None:
    assert _grows_too_much(_PATTERNS[name], count=80, seed=1) == []


@pytest.fixture(scope="module")
def scrubber() -> Scrubber:
    return Scrubber(NameTagger.load(_NAMES))


@pytest.fixture(scope="module")
def detector() -> LanguageDetector:
    return LanguageDetector()


@pytest.mark.parametrize("unit", _UNITS, ids=ascii)
def test_a_ticket_is_read_in_linear_time(
    scrubber: Scrubber, detector: LanguageDetector, unit: str
) -> None:
    def read(size: int) -> None:
        text = unit * (size // len(unit)) + " 1"
        detector.detect(scrubber.scrub(text).text)
        normalise(text)

    assert growth(read, _TICKET) <= MOST_GROWTH


@pytest.mark.parametrize("recognizer", recognizers(), ids=lambda given: given.supported_entities[0])
def test_what_a_recognizer_checks_is_checked_in_linear_time(recognizer: EntityRecognizer) -> None:
    units = ("1-01-1-1-", "411111111111 ", "2222 ", "ab1 1 ", "+1 234567 ", "1.1.1.1 ", "pw: a1b ")
    for unit in units:
        worst = Worst("", unit, "")
        assert (
            growth(lambda size: recognizer.analyze(worst.of(size), [], None), 2_000) < MOST_GROWTH
        )


def test_marks_without_end_on_one_letter_are_read_in_linear_time() -> None:
    def read(size: int) -> None:
        normalise("a" + "\u0301\u0323" * size + "a")
        plain_view("a" + "\u0301\u0323" * size + "a")
        tokens("a" + "\u0301\u0323" * size + "a")

    assert growth(read, _MEASURED) <= MOST_GROWTH


def test_the_worst_texts_cost_a_few_times_what_an_ordinary_one_does(scrubber: Scrubber) -> None:
    ordinary = (
        "My printer at 12 rue de Lyon is broken, call me on +216 22 345 678. Thanks, Sarah.\n"
    )

    def least(unit: str) -> float:
        text = unit * (_TICKET // len(unit)) + " 1"
        return min(cost(lambda: scrubber.find(text), 60) for _ in range(2))

    costs = Counter({unit: least(unit) for unit in _UNITS})
    assert costs.most_common(1)[0][1] < 12 * least(ordinary)
