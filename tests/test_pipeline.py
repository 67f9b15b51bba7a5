"""Stages that overlap keep order, bounds and errors."""

import os
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import active_count

import pytest

from termsearch.errors import BadRecordError
from termsearch.pipeline import ahead, elsewhere, submitted


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


def count_to(number: int) -> Iterator[int]:
    sys.stdout.write("not an answer")
    yield from range(number)


def break_at(line: int) -> Iterator[int]:
    yield line
    raise BadRecordError("MRCONSO.RRF", f"line {line}", "3 columns, expected 18")


def end_at_once() -> Iterator[int]:
    yield 1
    os.kill(os.getpid(), signal.SIGKILL)


def test_another_process_makes_the_elements_in_order() -> None:
    assert list(elsewhere(count_to, 1000)) == list(range(1000))


def test_an_error_of_another_process_arrives_as_it_was_raised() -> None:
    elements = elsewhere(break_at, 7)

    assert next(elements) == 7
    with pytest.raises(BadRecordError) as caught:
        next(elements)
    assert str(caught.value) == str(
        BadRecordError("MRCONSO.RRF", "line 7", "3 columns, expected 18")
    )


def test_a_consumer_that_stops_early_ends_the_process() -> None:
    elements = elsewhere(count_to, 10**9)

    assert next(elements) == 0
    elements.close()  # waits for the process


def test_a_process_that_is_killed_is_no_end_of_the_elements() -> None:
    elements = elsewhere(end_at_once)

    assert next(elements) == 1
    with pytest.raises(EOFError):
        next(elements)
