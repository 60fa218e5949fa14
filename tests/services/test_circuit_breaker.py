"""When a model isn't asked."""

from bentos.services.circuit_breaker import CircuitBreaker


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_opens_after_failures_in_a_row_only() -> None:
    breaker = CircuitBreaker(2, 5.0, Clock())
    breaker.failed()
    breaker.succeeded()
    breaker.failed()
    assert breaker.allows()
    breaker.failed()
    assert not breaker.allows()


def test_lets_one_try_through_when_it_has_waited() -> None:
    clock = Clock()
    breaker = CircuitBreaker(1, 5.0, clock)
    breaker.failed()
    clock.now += 5
    assert breaker.allows()
    assert not breaker.allows()
    clock.now += 5
    assert breaker.allows()
    breaker.succeeded()
    assert breaker.allows()
    assert breaker.allows()


def test_whether_it_is_open_is_told_when_it_changes() -> None:
    told: list[bool] = []
    breaker = CircuitBreaker(2, 10.0, on_change=told.append)
    breaker.succeeded()
    for _ in range(3):
        breaker.failed()
    breaker.succeeded()
    breaker.succeeded()
    breaker.failed()
    assert told == [False, True, False]
