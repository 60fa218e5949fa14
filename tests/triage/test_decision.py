"""From probabilities to a category, or to a human; and what is said of it."""

import pytest

from bentos.triage.categories import CATEGORIES
from bentos.triage.decision import decide
from bentos.triage.explanation import reason, words_sentence
from bentos.triage.language import Detected, Language
from bentos.triage.policy import Policy
from bentos.triage.routing import REQUESTED, SVM_UNAVAILABLE, route
from bentos.triage.signals import Reading, signals

SURE = [0.93, *[0.01] * 7]
TORN = [0.47, 0.47, *[0.01] * 6]


def test_a_sure_answer_needs_no_human(policy: Policy) -> None:
    decision = decide(policy, SURE, is_known_language=True)
    assert decision.category == CATEGORIES[0]
    assert decision.confidence == 0.93
    assert decision.prediction_set == (CATEGORIES[0],)
    assert decision.review_reason is None


def test_an_unsure_one_does_and_its_set_has_both(policy: Policy) -> None:
    decision = decide(policy, TORN, is_known_language=True)
    assert decision.prediction_set == CATEGORIES[:2]
    assert decision.review_reason == "low_confidence"


def test_a_language_that_no_model_knows_goes_to_a_human(policy: Policy) -> None:
    assert decide(policy, SURE, is_known_language=False).review_reason == "unknown_language"


def test_a_set_is_never_empty(policy: Policy) -> None:
    assert decide(policy, [1 / 8] * 8, is_known_language=True).prediction_set == CATEGORIES[:1]


@pytest.mark.parametrize("language", ["en", "fr", "ar", "other"])
@pytest.mark.parametrize("degraded", [False, True])
def test_every_reason_can_be_given_in_every_language(
    policy: Policy, language: Language, degraded: bool
) -> None:
    reading = Reading(Detected(language, 0.9), 5, 0.0, "natural")
    routes = [
        route(policy, signals(reading, SURE)),
        route(policy, signals(reading, TORN)),
        REQUESTED,
        SVM_UNAVAILABLE,
    ]
    for chosen in routes:
        for probabilities in (SURE, TORN):
            decision = decide(policy, probabilities, language != "other")
            said = reason(language, chosen, decision, degraded)
            assert said
            assert "{" not in said


def test_reasons_quote_what_the_rule_saw(policy: Policy) -> None:
    chosen = route(policy, signals(Reading(Detected("en", 0.9), 5, 0.0, "natural"), TORN))
    said = reason("en", chosen, decide(policy, TORN, True), degraded=False)
    assert "47%" in said
    assert "10.0%" in said
    assert "70%" in said


def test_words_are_listed_in_the_tickets_language(policy: Policy) -> None:
    decision = decide(policy, SURE, is_known_language=True)
    assert words_sentence("en", decision, ["vpn", "login"]).endswith("Access: vpn, login.")
    assert "vpn، login" in words_sentence("ar", decision, ["vpn", "login"])


def test_an_expected_loss_is_called_no_gain(policy: Policy) -> None:
    gain = policy.gain.model_copy(update={"intercept": 0.5})
    chosen = route(
        policy.model_copy(update={"gain": gain}),
        signals(Reading(Detected("en", 0.9), 5, 0.0, "natural"), SURE),
    )
    assert chosen.expected_gain is not None and chosen.expected_gain < 0
    assert "would gain 0.0%" in reason("en", chosen, decide(policy, SURE, True), degraded=False)
