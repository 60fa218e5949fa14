"""One budget a request."""

import time

import pytest

from bentos.services.budget import Budget, budget, characters_to_read, ticket_seconds
from bentos.services.request_record import RequestRecord, current


def test_a_budget_counts_from_when_the_request_was_whole() -> None:
    record = RequestRecord("", "", whole_at=time.perf_counter() - 500)
    token = current.set(record)
    try:
        assert budget(1_000).left <= 500
    finally:
        current.reset(token)


def test_reading_may_not_take_all_of_it() -> None:
    assert Budget(time.perf_counter(), 1_000).may_read
    spent = Budget(time.perf_counter() - 700, 1_000)
    assert spent.left > 0
    assert not spent.may_read


@pytest.mark.parametrize(
    ("characters", "seconds"), [(10, 2.0), (2_000, 2.0), (6_000, 6.0), (20_000, 15.0)]
)
def test_a_long_ticket_has_more_time_in_proportion_up_to_a_limit(
    characters: int, seconds: float
) -> None:
    assert ticket_seconds(characters, usual=2.0, most=15.0) == seconds


@pytest.mark.parametrize(
    ("text", "characters"), [("printer", 7), ("\ufdfa" * 10, 180), ("e\u0301" * 10, 20)]
)
def test_a_text_is_as_long_as_what_it_unfolds_to(text: str, characters: int) -> None:
    assert characters_to_read(text) == characters
