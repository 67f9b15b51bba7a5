"""Many callers at once: embedded together, answered in order, none at another's expense."""

import asyncio
from typing import Any

import pytest

from termsearch.aio import AsyncTermSearch, Question, Terms
from termsearch.aio.line import Line, Waiting
from termsearch.answer import Answer
from termsearch.errors import (
    ModelUnavailableError,
    UnknownValueError,
    UsageError,
)
from termsearch.search import TermSearch, Where
from tests.conftest import WordHash
from tests.serving import Gate, Shelf, begun, behind, run


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    return Shelf(tmp_path_factory.mktemp("shelf"))


def best(answer: object) -> str:
    assert isinstance(answer, Answer), answer
    return answer.results[0].curie


def test_an_answer_is_that_of_the_synchronous_search(shelf: Shelf) -> None:
    with shelf.open() as search:
        expected = [search.query(text, limit=3).results for text in ("pyrexia", "cough")]

    async def ask() -> list[object]:
        async with AsyncTermSearch(shelf.open) as search:
            one = await search.query("pyrexia", limit=3)
            (other,) = await search.query_many(["cough"], limit=3)
            return [one.results, other.results]

    assert run(ask()) == expected


def test_queries_that_come_while_one_is_answered_are_embedded_together(shelf: Shelf) -> None:
    gate = Gate()
    texts = [f"fever {number}" for number in range(20)]

    async def ask() -> list[str]:
        async with behind(gate, shelf) as search:
            first = asyncio.create_task(search.query("ankle"))
            await begun(first, gate)
            others = [asyncio.create_task(search.query(text)) for text in texts]
            await asyncio.sleep(0)
            gate.open.set()
            return [answer.query for answer in await asyncio.gather(first, *others)]

    answered = run(ask())

    assert answered == ["ankle", *texts]
    assert gate.together[:2] == [["ankle"], texts]


def test_a_batch_may_have_any_filters(shelf: Shelf) -> None:
    gate = Gate()

    async def ask() -> list[list[str]]:
        async with behind(gate, shelf) as search:
            first = asyncio.create_task(search.query("ankle"))
            await begun(first, gate)
            wheres = [Where(vocabularies=(each,)) for each in ("mesh", "snomedct", "mesh")]
            others = [asyncio.create_task(search.query("fever", where)) for where in wheres]
            await asyncio.sleep(0)
            gate.open.set()
            answers = await asyncio.gather(*others)
            return [sorted({hit.vocabulary for hit in each.results}) for each in answers]

    assert run(ask()) == [["mesh", "umls"], ["snomedct", "umls"], ["mesh", "umls"]]
    assert gate.together[:2] == [["ankle"], ["fever"]]


def test_a_wrong_filter_fails_its_own_query_only(shelf: Shelf) -> None:
    async def ask() -> tuple[object, ...]:
        async with AsyncTermSearch(shelf.open) as search:
            wrong = Where(vocabularies=("nope",))
            return await asyncio.gather(
                search.query("fever"), search.query("fever", wrong), search.query("cough"),
                return_exceptions=True,
            )  # fmt: skip

    one, wrong, other = run(ask())

    assert isinstance(wrong, UnknownValueError)
    assert (best(one), best(other)) == ("mesh:D990002", "umls:C9900001")


def test_a_text_that_cannot_be_embedded_fails_its_own_query_only(shelf: Shelf) -> None:
    gate = Gate()
    gate.open.set()

    async def ask() -> list[object]:
        async with behind(gate, shelf) as search:
            return await asyncio.gather(
                *(search.query(text) for text in ("fever", "poison", "cough")),
                return_exceptions=True,
            )

    one, poison, other = run(ask())

    assert isinstance(poison, RuntimeError)
    assert (best(one), best(other)) == ("mesh:D990002", "umls:C9900001")


def test_what_is_no_text_is_refused_alone(shelf: Shelf) -> None:
    async def ask() -> list[object]:
        async with AsyncTermSearch(shelf.open) as search:
            return await asyncio.gather(
                *(search.query(text) for text in ("fever", "fe\ud800ver", "cough")),
                return_exceptions=True,
            )

    one, broken, other = run(ask())

    assert isinstance(broken, UsageError)
    assert (best(one), best(other)) == ("mesh:D990002", "umls:C9900001")


def test_without_an_encoder_queries_by_spelling_are_still_answered(shelf: Shelf) -> None:
    def none() -> WordHash:
        raise ModelUnavailableError("no weights here")

    async def ask() -> tuple[object, ...]:
        async with AsyncTermSearch(lambda: TermSearch(shelf.store.open(), none)) as search:
            return await asyncio.gather(
                search.query("fever"), search.query("fever", mode="lexical"),
                return_exceptions=True,
            )  # fmt: skip

    dense, lexical = run(ask())

    assert isinstance(dense, ModelUnavailableError)
    assert best(lexical) == "mesh:D990002"


def test_a_query_that_nobody_waits_for_costs_nothing(shelf: Shelf) -> None:
    gate = Gate()

    async def ask() -> None:
        async with behind(gate, shelf) as search:
            first = asyncio.create_task(search.query("ankle"))
            await begun(first, gate)
            gone = asyncio.create_task(search.query("never"))
            stays = asyncio.create_task(search.query("fever"))
            await asyncio.sleep(0)
            gone.cancel()
            await asyncio.sleep(0)
            gate.open.set()
            await asyncio.gather(first, stays)

    run(ask())

    assert [text for together in gate.together for text in together] == ["ankle", "fever"]


def test_other_calls_have_their_turn_between_the_parts_of_a_batch(shelf: Shelf) -> None:
    done: list[str] = []

    async def ask() -> None:
        async with AsyncTermSearch(shelf.open) as search:
            many = asyncio.create_task(search.query_many([f"fever {n}" for n in range(200)]))
            many.add_done_callback(lambda _: done.append("many"))
            await asyncio.sleep(0.01)
            await search.call(lambda opened: opened.index.count())
            done.append("count")
            await many

    run(ask())

    assert done == ["count", "many"]


def test_a_question_that_cannot_be_grouped_fails_alone(shelf: Shelf) -> None:
    async def ask() -> tuple[object, ...]:
        async with AsyncTermSearch(shelf.open) as search:
            bad: Any = [1]
            return await asyncio.gather(
                search.query("fever"), search.query("fever", limit=bad), search.query("cough"),
                return_exceptions=True,
            )  # fmt: skip

    one, wrong, other = run(ask())

    assert isinstance(wrong, TypeError)
    assert (best(one), best(other)) == ("mesh:D990002", "umls:C9900001")


def test_batches_are_told_to_an_observer(shelf: Shelf) -> None:
    sizes: list[int] = []

    async def ask() -> None:
        async with AsyncTermSearch(
            shelf.open, observe=lambda size, _: sizes.append(size)
        ) as search:
            await search.query_many(["fever", "cough", "ankle"])

    run(ask())

    assert sum(sizes) == 3


def test_an_observer_that_fails_stops_nobody(
    shelf: Shelf, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_size: int, _seconds: float) -> None:
        raise RuntimeError("no room for figures")

    async def ask() -> list[str]:
        async with AsyncTermSearch(shelf.open, observe=broken) as search:
            return [best(await search.query(text)) for text in ("fever", "cough", "ankle")]

    assert run(ask()) == ["mesh:D990002", "umls:C9900001", "snomedct:29999992"]
    assert "RuntimeError" in caplog.text


def waiting(text: str, limit: int = 10) -> Waiting:
    return Waiting(Question(text, Terms(limit=limit)), asyncio.get_running_loop().create_future())


def taken(line: Line, most: int, results: int = 10_000) -> list[str]:
    return [each.question.text for each in line.take(most, results)]


def test_a_long_list_lets_a_short_one_pass() -> None:
    async def stand() -> list[str]:
        line = Line()
        line.join([waiting(f"long {number}") for number in range(100)])
        line.join([waiting("short")])
        return taken(line, 10)

    assert run(stand()) == [*(f"long {number}" for number in range(8)), "short", "long 8"]


def test_costly_questions_make_a_batch_short() -> None:
    async def stand() -> list[str]:
        line = Line()
        for number in range(4):
            line.join([waiting(str(number), limit=1_000)])
        return taken(line, 10, results=2_000)

    assert run(stand()) == ["0", "1"]


def test_the_order_of_one_caller_is_kept_over_batches() -> None:
    async def stand() -> list[str]:
        line = Line()
        line.join([waiting(str(number)) for number in range(20)])
        return [text for _ in range(4) for text in taken(line, 6)]

    assert run(stand()) == [str(number) for number in range(20)]
