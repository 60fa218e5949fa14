"""How a recogniser is written: rules that name a value, and a check that it must pass."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from bentos.triage.pii.presidio import EntityRecognizer, NlpArtifacts, RecognizerResult

LANGUAGE: Final = "multilingual"
CERTAIN: Final = 1.0
LIKELY: Final = 0.8
POSSIBLE: Final = 0.6


@dataclass(frozen=True, slots=True)
class Rule:
    """A regular expression whose group `value` is personal data, if `accepts` agrees.

    Args:
        pattern: It has a group named `value`, and takes time linear in the text's length. An
            alternative without the group passes over what only looks like a value.
        score: How sure a match is, 0 to 1. Where types overlap the surer one stands.
        accepts: A checksum or another test of the value.
    """

    pattern: re.Pattern[str]
    score: float
    accepts: Callable[[str], bool] | None = None


class RuleRecognizer(EntityRecognizer):
    """Finds one type of personal data by rules.

    Args:
        entity: The type that it finds.
        rules: Each is tried; all matches count.
        needs: Without a match of this no rule is tried: most texts are done there.
    """

    def __init__(self, entity: str, rules: Sequence[Rule], needs: str) -> None:
        self._rules = tuple(rules)
        self._needs = re.compile(needs, re.IGNORECASE)
        super().__init__(supported_entities=[entity], supported_language=LANGUAGE)

    def load(self) -> None:
        """Nothing to load."""

    def analyze(
        self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts | None = None
    ) -> list[RecognizerResult]:
        """What the rules find in `text`, a plain view."""
        if self._needs.search(text) is None:
            return []
        return [
            RecognizerResult(self.supported_entities[0], *match.span("value"), rule.score)
            for rule in self._rules
            for match in rule.pattern.finditer(text)
            if match["value"] and (rule.accepts is None or rule.accepts(match["value"]))
        ]


def rule(
    pattern: str,
    score: float = LIKELY,
    accepts: Callable[[str], bool] | None = None,
    ignore_case: bool = True,
) -> Rule:
    """A rule from a verbose `pattern` (white space in it doesn't count)."""
    flags = re.VERBOSE | (re.IGNORECASE if ignore_case else re.NOFLAG)
    return Rule(re.compile(pattern, flags), score, accepts)
