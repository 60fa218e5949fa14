"""What the recognisers find together, beside what Presidio's own engine makes of it."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
from presidio_analyzer.nlp_engine import NlpArtifacts, NlpEngine

from bentos.triage.pii.analyzer import findings, recognizers
from bentos.triage.pii.plain_view import plain_view
from bentos.triage.pii.recognizers.rules import LANGUAGE
from bentos.triage.pii.spans import Span, disjoint

_DATA = Path(__file__).parents[2] / "data"
_DENSE = (
    "a@b.co ",
    "1.2.3.4 ",
    "http://a.b/c ",
    "a.b/c ",
    "tel +216 22 345 678, ",
    "pwd: Ab1234! ",
    "TN59 1000 6035 1835 9847 8831 http://1.2.3.4/a@b.co ",
)


class _NoTokens(NlpEngine):
    """Gives recognisers the text alone."""

    def load(self) -> None:
        """Nothing to load."""

    def is_loaded(self) -> bool:
        return True

    def process_text(self, text: str, language: str) -> NlpArtifacts:
        nothing: Any = []
        return NlpArtifacts([], nothing, [], [], self, language)

    def process_batch(
        self, texts: Iterable[str], language: str, *sizes: int, **options: Any
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


@pytest.fixture(scope="module")
def engine() -> AnalyzerEngine:
    registry = RecognizerRegistry(recognizers=list(recognizers()), supported_languages=[LANGUAGE])
    return AnalyzerEngine(registry, _NoTokens(), supported_languages=[LANGUAGE])


def _of_engine(engine: AnalyzerEngine, text: str) -> list[Span]:
    results = engine.analyze(text, language=LANGUAGE)
    return disjoint(
        Span(result.entity_type, result.start, result.end, result.score) for result in results
    )


def _texts() -> list[str]:
    rows = [
        json.loads(line)["text"]
        for path in sorted(_DATA.glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    return [*rows[::3], *(unit * 50 for unit in _DENSE)]


def test_presidios_engine_finds_the_same(engine: AnalyzerEngine) -> None:
    ours = recognizers()
    views = [plain_view(text).text for text in _texts()]
    found = [disjoint(findings(ours, view)) for view in views]
    assert sum(map(len, found)) > 500
    assert found == [_of_engine(engine, view) for view in views]
