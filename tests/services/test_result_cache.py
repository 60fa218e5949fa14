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


def test_a_heavy_result_counts_as_many_and_one_too_heavy_is_not_kept() -> None:
    cache = ResultCache[int](10, 60, weight=lambda number: number)
    for number in (6, 7, 11):
        cache.put((str(number),), number)
    assert cache.get(("6",)) is None
    assert cache.get(("7",)) == 7
    assert cache.get(("11",)) is None


def test_can_be_switched_off() -> None:
    cache = ResultCache[int](0, 60)
    cache.put(("a",), 1)
    assert cache.get(("a",)) is None


def test_holds_no_text() -> None:
    cache = ResultCache[int](2, 60)
    cache.put(("a customer's words",), 1)
    assert "customer" not in repr(vars(cache))
