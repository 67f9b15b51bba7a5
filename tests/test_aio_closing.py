"""A search that is closed: while others wait, and for good."""

import asyncio
import threading

import pytest

from termsearch.aio import AsyncTermSearch
from termsearch.answer import Answer
from termsearch.errors import IndexUnreadableError
from termsearch.search import TermSearch
from tests.serving import Gate, Shelf, begun, behind, run


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    return Shelf(tmp_path_factory.mktemp("shelf"))


def test_a_closed_search_says_so(shelf: Shelf) -> None:
    async def ask() -> None:
        search = AsyncTermSearch(shelf.open)
        async with search:
            pass
        await search.query("fever")

    with pytest.raises(IndexUnreadableError, match="closed"):
        run(ask())


def test_who_waits_while_it_is_closed_is_told_so(shelf: Shelf) -> None:
    gate = Gate()

    async def ask() -> tuple[object, ...]:
        async with behind(gate, shelf) as search:
            embedded = asyncio.create_task(search.query("ankle"))
            await begun(embedded, gate)
            stands = asyncio.create_task(search.query_many(["fever", "cough"]))
            await asyncio.sleep(0)
            closing = asyncio.create_task(search.close())
            await asyncio.sleep(0)
            late = asyncio.create_task(search.query("tos"))
            gate.open.set()
            await closing
            return await asyncio.gather(embedded, stands, late, return_exceptions=True)

    answers = run(ask())

    assert [type(each) for each in answers] == [IndexUnreadableError] * 3


def test_a_search_that_was_closed_can_be_opened_again(shelf: Shelf) -> None:
    async def ask() -> Answer:
        search = AsyncTermSearch(shelf.open)
        async with search:
            pass
        async with search:
            return await search.query("fever")

    assert run(ask()).results


def test_an_index_that_can_not_be_opened_leaves_no_thread() -> None:
    opening: list[threading.Thread] = []

    def broken() -> TermSearch:
        opening.append(threading.current_thread())
        raise IndexUnreadableError("damaged")

    async def opened() -> None:
        await AsyncTermSearch(broken).open()

    with pytest.raises(IndexUnreadableError, match="damaged"):
        run(opened())

    (thread,) = opening
    thread.join(10)
    assert not thread.is_alive()
