"""How two answers make one, and when the second is worth having."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bentos.triage.categories import CATEGORIES
from bentos.triage.language import Detected
from bentos.triage.policy import Policy, Pool
from bentos.triage.routing import route
from bentos.triage.signals import Reading, read, signals

SURE = [0.93, *[0.01] * 7]
TORN = [0.47, 0.47, *[0.01] * 6]
_ROWS = st.lists(st.floats(0.001, 1), min_size=8, max_size=8).map(
    lambda row: [value / sum(row) for value in row]
)


def reading(language: str = "en") -> Reading:
    return Reading(Detected(language, 0.9), 12, 0.25, "natural")  # type: ignore[arg-type]


@given(_ROWS, _ROWS)
def test_a_pool_is_a_distribution_that_keeps_what_both_say(
    one: list[float], two: list[float]
) -> None:
    combined = Pool(svm=0.4, transformer=0.7).combined(one, two)
    assert sum(combined) == pytest.approx(1)
    if one.index(max(one)) == two.index(max(two)):
        assert combined.index(max(combined)) == one.index(max(one))


def test_a_pool_of_one_answer_with_weight_one_is_that_answer() -> None:
    assert Pool(svm=1, transformer=1).combined(SURE, None) == pytest.approx(SURE)
    assert Pool(svm=1, transformer=1).combined(None, SURE) == pytest.approx(SURE)


def test_english_is_escalated_from_the_least_gain_and_not_before(policy: Policy) -> None:
    sure, torn = signals(reading(), SURE), signals(reading(), TORN)
    assert route(policy, sure).rule == "svm_sure"
    assert not route(policy, sure).escalates
    assert route(policy, torn).rule == "transformer_pays"
    assert route(policy, torn).expected_gain == pytest.approx(1.0)
    assert route(policy, torn).least_gain == 0.1


@pytest.mark.parametrize("language", ["fr", "ar", "other"])
def test_other_languages_are_always_escalated(policy: Policy, language: str) -> None:
    chosen = route(policy, signals(reading(language), SURE))
    assert chosen.escalates
    assert chosen.rule == "language"


def test_signals_say_how_undecided_the_svm_is() -> None:
    even = signals(reading(), [1 / 8] * 8)
    assert even.svm_entropy == pytest.approx(1)
    assert even.svm_margin == pytest.approx(0)
    sure = signals(reading(), SURE)
    assert sure.svm_margin == pytest.approx(0.92)
    assert sure.svm_entropy < 0.3
    assert sure.words == 12


def test_words_and_strange_words_are_counted_without_placeholders() -> None:
    found = read("<PERSON_1> my xqzzt printer", Detected("en", 1.0), {"my", "printer"}.__contains__)
    assert found.words == 3
    assert found.unknown_words == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    ("scrubbed", "style"),
    [
        ("my laptop does not start", "cleaned"),
        ("hello <PERSON_1> my laptop <IP_ADDRESS_1>\ndoes not start", "cleaned"),
        ("My laptop does not start", "natural"),
        ("my laptop does not start!", "natural"),
        ("my laptop has 2 screens", "natural"),
        ("my laptop does not start <PERSON_1>.", "natural"),
    ],
)
def test_a_ticket_without_capitals_digits_and_signs_was_cleaned(scrubbed: str, style: str) -> None:
    found = read(scrubbed, Detected("en", 1.0), str.islower)
    assert found.style == style
    assert signals(found, SURE).rounded()["style"] == style


def test_cleaned_english_tickets_have_a_policy_of_their_own_where_one_was_learned(
    policy: Policy,
) -> None:
    special = policy.languages["en"].model_copy(update={"least_gain": 2.0})
    both = policy.model_copy(update={"cleaned": special})
    assert both.own("en", "cleaned") is special
    assert both.own("en", "natural") is policy.languages["en"]
    assert both.own("ar", "cleaned") is policy.languages["ar"]
    assert policy.own("en", "cleaned") is policy.languages["en"]
    torn = signals(replace(reading(), style="cleaned"), TORN)
    assert route(policy, torn).escalates and not route(both, torn).escalates
    assert policy.escalates(torn) and not both.escalates(torn)


def test_an_incomplete_policy_is_refused(policy: Policy) -> None:
    content = policy.model_dump()
    del content["review_below"][CATEGORIES[0]]
    with pytest.raises(ValidationError):
        Policy.model_validate(content)
