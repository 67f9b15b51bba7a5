"""Stages that overlap keep order, bounds and errors."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import active_count

import pytest

from termsearch.pipeline import ahead, submitted


def test_elements_arrive_in_order() -> None:
    assert list(ahead(range(1000), 3)) == list(range(1000))


def test_the_producer_is_never_more_than_its_bound_ahead() -> None:
    made: list[int] = []

    def produce() -> Iterator[int]:
        for number in range(100):
            made.append(number)
            yield number

    for number in ahead(produce(), 2):
        assert len(made) <= number + 1 + 2 + 1  # taken, queued, and one in hand


def test_an_error_arrives_after_what_came_before_it() -> None:
    def produce() -> Iterator[int]:
        yield 1
        raise ValueError("broken")

    elements = ahead(produce(), 5)

    assert next(elements) == 1
    with pytest.raises(ValueError, match="broken"):
        next(elements)


def test_a_consumer_that_stops_early_ends_the_thread() -> None:
    before = active_count()
    elements = ahead(iter(int, 1), 2)  # endless

    assert next(elements) == 0
    elements.close()

    assert active_count() == before


def test_submitted_work_keeps_order_and_gives_all_before_an_error() -> None:
    def arguments() -> Iterator[int]:
        yield from (1, 2, 3)
        raise ValueError("broken")

    with ThreadPoolExecutor(2) as pool:
        results = submitted(lambda n: n * 10, arguments(), pool, 2)

        assert [next(results), next(results), next(results)] == [10, 20, 30]
        with pytest.raises(ValueError, match="broken"):
            next(results)
