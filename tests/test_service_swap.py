"""A new release is switched in under load: no request fails, and each sees one release."""

import asyncio
import logging

import pytest

from termsearch.aio import AsyncTermSearch
from termsearch.errors import IndexUnreadableError, ModelUnavailableError
from termsearch.search import TermSearch
from termsearch.service import create_app
from termsearch.service.app import look
from termsearch.service.holder import Holder
from tests.concepts import concept
from tests.conftest import WordHash
from tests.serving import Shelf, client_of, run

NEW = (concept("mesh", "D990100", "Febrile seizure", release="2027", part="supp"),)


@pytest.fixture
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    return Shelf(tmp_path_factory.mktemp("shelf"))


def test_a_newer_release_is_served_without_a_failed_request(shelf: Shelf) -> None:
    app = shelf.app(poll_seconds=0.05)

    async def load() -> tuple[set[int], list[str], str]:
        statuses, releases, done = set(), [], asyncio.Event()

        async with client_of(app) as client:

            async def ask(number: int) -> None:
                while not done.is_set():
                    answer = await client.get(f"/search?q=febrile+{number}+seizure")
                    statuses.add(answer.status_code)
                    releases.append(answer.json()["index"]["releases"]["mesh"])

            asking = [asyncio.create_task(ask(number)) for number in range(8)]
            await asyncio.sleep(0.1)
            await asyncio.to_thread(shelf.publish, NEW, "other")
            while "2027" not in "".join(releases):
                await asyncio.sleep(0.01)
            done.set()
            await asyncio.gather(*asking)
            return statuses, releases, (await client.get("/search?q=febrile+seizure")).text

    statuses, releases, last = run(load())

    assert statuses == {200}
    assert set(releases) == {"2026", "2026, 2027"}
    assert "mesh:D990100" in last


def test_a_request_ends_on_the_release_it_began_with(shelf: Shelf) -> None:
    async def change() -> tuple[str, str]:
        holder = Holder(shelf.open)
        await holder.start()
        async with holder.lend() as before:
            await asyncio.to_thread(shelf.publish, NEW, "other")
            assert await holder.refresh()
            async with holder.lend() as after:
                told = before.manifest.releases()["mesh"], after.manifest.releases()["mesh"]
            assert (await before.query("fever")).results  # open as long as it is lent
        await holder.stop()
        with pytest.raises(IndexUnreadableError, match="closed"):
            await before.query("fever")
        return told

    assert run(change()) == ("2026", "2026, 2027")


def test_the_encoder_and_what_it_embedded_are_kept(shelf: Shelf) -> None:
    async def change() -> None:
        holder = Holder(shelf.open)
        await holder.start()
        async with holder.lend() as search:
            await search.query("hot and bothered")
        await asyncio.to_thread(shelf.publish, NEW, "other")
        await holder.refresh()
        async with holder.lend() as search:
            await search.query("hot and bothered")
        await holder.stop()

    shelf.encoder.embedded.clear()
    run(change())

    assert shelf.encoder.embedded.count("hot and bothered") == 1


def test_an_unchanged_index_is_not_opened_again(shelf: Shelf) -> None:
    opened: list[TermSearch] = []

    def opening() -> TermSearch:
        opened.append(shelf.open())
        return opened[-1]

    async def change() -> bool:
        holder = Holder(opening)
        await holder.start()
        switched = await holder.refresh()
        await holder.stop()
        return switched

    assert not run(change())
    assert len(opened) == 1


def test_a_release_that_cannot_be_opened_leaves_the_old_one_in_service(
    shelf: Shelf, caplog: pytest.LogCaptureFixture
) -> None:
    app = shelf.app()

    async def damage() -> tuple[int, int]:
        async with client_of(app) as client:
            await asyncio.to_thread(shelf.publish, NEW, "other")
            (shelf.store.folder / "2" / "termsearch.json").write_text("{", encoding="utf-8")
            await look(app)
            return (
                (await client.get("/search?q=fever")).status_code,
                (await client.get("/ready")).status_code,
            )

    assert run(damage()) == (200, 200)
    assert "What was served before still is." in caplog.text


def test_keys_that_can_not_be_read_are_told_once_and_keep_no_release_back(
    shelf: Shelf, tmp_path_factory: pytest.TempPathFactory, caplog: pytest.LogCaptureFixture
) -> None:
    keys = tmp_path_factory.mktemp("keys") / "keys"
    lines = "office:admin:admin-key-0123456789"
    keys.write_text(lines, encoding="utf-8")
    app = shelf.app(keys_file=keys)

    async def lose_keys() -> str:
        async with client_of(app, "admin-key-0123456789") as client:
            keys.unlink()
            await look(app)
            await asyncio.to_thread(shelf.publish, NEW, "other")
            await look(app)
            answer = (await client.get("/search?q=febrile+seizure")).text
            keys.write_text(lines, encoding="utf-8")
            await look(app)
            keys.unlink()
            await look(app)
            return answer

    assert "mesh:D990100" in run(lose_keys())
    assert caplog.text.count("can't be read") == 2  # once each time they were lost


def test_the_admin_route_switches_at_once(
    shelf: Shelf, tmp_path_factory: pytest.TempPathFactory
) -> None:
    keys = tmp_path_factory.mktemp("keys") / "keys"
    keys.write_text("office:admin:admin-key-0123456789", encoding="utf-8")

    async def reload() -> list[dict[str, object]]:
        async with client_of(shelf.app(keys_file=keys), "admin-key-0123456789") as client:
            told = [(await client.post("/admin/reload")).json()]
            await asyncio.to_thread(shelf.publish, NEW, "other")
            return [*told, (await client.post("/admin/reload")).json()]

    before, after = run(reload())

    assert before["switched"] is False
    assert (after["switched"], after["releases"]) == (
        True, {"mesh": "2026, 2027", "snomedct": "20260101", "umls": "2026XX"},
    )  # fmt: skip


def test_an_index_that_is_not_open_is_no_empty_answer(shelf: Shelf) -> None:
    async def ask() -> None:
        async with Holder(shelf.open).lend():
            pytest.fail("there is nothing to lend")

    with pytest.raises(IndexUnreadableError, match="not open"):
        run(ask())


def test_ready_says_why_not_and_search_is_refused(shelf: Shelf) -> None:
    app = shelf.app()

    async def close() -> tuple[dict[str, object], int]:
        async with client_of(app) as client:
            await app.state.holder.stop()
            told = (await client.get("/ready")).json()["error"]
            return told, (await client.get("/search?q=fever")).status_code

    told, status = run(close())

    assert (told["status"], told["code"]) == (503, "stopped")
    assert status == 503


def test_a_missing_encoder_is_said_by_ready_and_by_queries_that_need_it(
    shelf: Shelf, caplog: pytest.LogCaptureFixture
) -> None:
    def none() -> WordHash:
        raise ModelUnavailableError("no weights here")

    app = create_app(lambda: TermSearch(shelf.store.open(), none))

    async def ask() -> list[tuple[int, str]]:
        async with client_of(app) as client:
            paths = ("/ready", "/search?q=fever", "/search?q=fever&mode=lexical")
            answers = [await client.get(path) for path in paths]
            return [(a.status_code, a.json().get("error", {}).get("code")) for a in answers]

    caplog.set_level(logging.CRITICAL, "httpx")
    assert run(ask()) == [(503, "model-unavailable"), (503, "model-unavailable"), (200, None)]


def test_stopping_waits_for_what_is_under_way(shelf: Shelf) -> None:
    async def stop() -> bool:
        holder = Holder(shelf.open)
        await holder.start()
        async with holder.lend() as search:
            stopping = asyncio.create_task(holder.stop())
            await asyncio.sleep(0.05)
            answered = await answer(search)
            assert not stopping.done()
        await stopping
        return answered

    async def answer(search: AsyncTermSearch) -> bool:
        return bool((await search.query("fever")).results)

    assert run(stop())


@pytest.mark.parametrize(
    ("error", "code"),
    [(ModelUnavailableError("hub away"), "model-unavailable"), (MemoryError(), "internal-error")],
)
def test_an_encoder_that_could_not_be_loaded_is_tried_again(
    shelf: Shelf, error: Exception, code: str
) -> None:
    away = [error]

    def load() -> WordHash:
        if away:
            raise away[0]
        return WordHash()

    app = create_app(lambda: TermSearch(shelf.store.open(), load))

    async def ask() -> list[tuple[int, str]]:
        async with client_of(app) as client:
            before = await client.get("/ready")
            away.clear()
            await app.state.holder.refresh()
            after = await client.get("/ready")
            return [(a.status_code, a.json().get("error", {}).get("code")) for a in (before, after)]

    assert run(ask()) == [(503, code), (200, None)]
