"""Answers kept for tickets that come in again."""

from bentos.services.result_cache import ResultCache


def test_keeps_what_was_put_and_tells_parts_apart() -> None:
    cache = ResultCache[int](10, 60)
    cache.put(("ab", "c"), 1)
    assert cache.get(("ab", "c")) == 1
    assert cache.get(("a", "bc")) is None


def test_is_bounded() -> None:
    cache = ResultCache[int](2, 60)
    for number in range(3):
        cache.put((str(number),), number)
    assert cache.get(("0",)) is None
    assert cache.get(("2",)) == 2


def test_can_be_switched_off() -> None:
    cache = ResultCache[int](0, 60)
    cache.put(("a",), 1)
    assert cache.get(("a",)) is None


def test_holds_no_text() -> None:
    cache = ResultCache[int](2, 60)
    cache.put(("a customer's words",), 1)
    assert "customer" not in repr(vars(cache))
