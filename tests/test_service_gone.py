"""Somebody deletes the folder of an index that is served, and ingests again."""

import asyncio
import os
import shutil
import signal
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from termsearch.cli import main
from termsearch.errors import IndexMissingError
from termsearch.index.edge import EdgeIndex
from termsearch.remote import find_service
from termsearch.search import TermSearch
from termsearch.service import ServiceConfig, serve
from termsearch.service.app import look
from termsearch.service.holder import Holder
from termsearch.settings import Settings
from tests.concepts import concept
from tests.conftest import WordHash
from tests.serving import Shelf, client_of, run

AGAIN = [concept("local", "1", "Febrile seizure"), concept("local", "2", "brand new")]


class Home(Shelf):
    """An index that can be deleted and made anew, perhaps by another encoder."""

    def delete(self) -> None:
        shutil.rmtree(self.store.folder)

    def make_anew(self, encoder: WordHash | None = None) -> None:
        self.encoder = encoder or self.encoder
        self.publish(AGAIN, "anew")

    def open(self) -> TermSearch:
        index = self.store.open()
        encoder = self.encoder
        index.manifest.require(encoder.card, "terms")  # as `connect` holds them together
        return TermSearch(index, lambda: encoder)


@pytest.fixture
def shelf(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def generation(shelf: Home) -> list[str]:
    return sorted(path.name for path in shelf.store.folder.iterdir() if path.is_dir())


@pytest.mark.parametrize("encoder", [None, WordHash("2"), WordHash("2", dimension=32)])
def test_the_index_that_was_made_anew_is_served(shelf: Home, encoder: WordHash | None) -> None:
    before = generation(shelf)

    async def change() -> tuple[bool, bool, list[str]]:
        holder = Holder(shelf.open)
        await holder.start()
        while not holder.state.ready:
            await asyncio.sleep(0.01)
        shelf.delete()
        await asyncio.to_thread(shelf.make_anew, encoder)
        switched = [await holder.refresh(), await holder.refresh()]
        async with holder.lend() as search:
            found = [hit.name for hit in (await search.query("brand new", limit=1)).results]
        await holder.stop()
        return switched[0], switched[1], found

    assert run(change()) == (True, False, ["brand new"])
    assert generation(shelf) == before  # under the same number


def test_ready_says_that_the_index_is_gone_until_there_is_one(
    shelf: Home, caplog: pytest.LogCaptureFixture
) -> None:
    app = shelf.app(poll_seconds=3600)

    async def states() -> list[tuple[int, str, int]]:
        seen: list[tuple[int, str, int]] = []

        async def note() -> None:
            ready = await client.get("/ready")
            code = ready.json().get("error", {}).get("code", "")
            asked = await client.get("/search?q=fever")
            seen.append((ready.status_code, code, asked.status_code))

        async with client_of(app) as client:
            await note()
            shelf.delete()
            for _ in range(2):
                await look(app)
            await note()
            await asyncio.to_thread(shelf.make_anew)
            await look(app)
            await note()
        return seen

    assert run(states()) == [(200, "", 200), (503, "index-missing", 200), (200, "", 200)]
    assert caplog.text.count("the index is gone: no index at") == 1


def test_a_reload_says_as_ready_does_that_the_index_is_gone(shelf: Home) -> None:
    async def states() -> list[tuple[int, Any, Any]]:
        seen = []
        async with client_of(app) as client:
            for change in (lambda: None, shelf.delete, shelf.make_anew):
                await asyncio.to_thread(change)
                reloaded = await client.post("/admin/reload", headers=admin)
                ready = await client.get("/ready", headers=admin)
                errors = [answer.json().get("error", {}) for answer in (reloaded, ready)]
                seen.append((reloaded.status_code, *(each.get("code") for each in errors)))
                assert reloaded.status_code == ready.status_code
                assert errors[0].get("message") == errors[1].get("message")
        return seen

    keys = shelf.store.folder.parent / "keys.txt"
    keys.write_text(f"ops:admin:{'k' * 40}\n")
    admin = {"Authorization": f"Bearer {'k' * 40}"}
    app = shelf.app(poll_seconds=3600, keys_file=keys)

    gone = (503, "index-missing", "index-missing")
    assert run(states()) == [(200, None, None), gone, (200, None, None)]


def test_an_index_that_was_moved_away_and_back_is_ready_again(shelf: Home) -> None:
    async def move() -> list[bool]:
        holder = Holder(shelf.open)
        await holder.start()
        while not holder.state.ready:
            await asyncio.sleep(0.01)
        ready: list[bool] = []
        for source, target in (("terms", "away"), ("away", "terms")):
            (shelf.store.folder.parent / source).rename(shelf.store.folder.parent / target)
            assert not await holder.refresh()
            ready.append(holder.state.ready)
        await holder.stop()
        assert holder.state.code == "stopped"
        return ready

    assert run(move()) == [False, True]


def test_a_query_through_the_service_is_answered_from_the_new_index(
    shelf: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERMSEARCH_HOME", str(shelf.store.folder.parent))
    settings = Settings.from_env()

    def ask(*more: str) -> Any:
        return CliRunner().invoke(main, ["query", "brand new seizure", "--limit", "1", *more])

    def change_and_ask() -> tuple[str, str, float]:
        before = ask().stdout
        shelf.delete()
        shelf.make_anew(WordHash("2"))
        changed = time.monotonic()
        while find_service(settings) is None:
            assert time.monotonic() - changed < 30
            time.sleep(0.01)
        return before, ask().output, time.monotonic() - changed

    async def both() -> tuple[str, str, float]:
        serving = asyncio.create_task(serve(shelf.open, ServiceConfig(port=0), settings))
        record = settings.home / "terms.service.json"
        while not record.exists():
            assert not serving.done(), serving.result()
            await asyncio.sleep(0.01)
        try:
            return await asyncio.to_thread(change_and_ask)
        finally:
            os.kill(os.getpid(), signal.SIGTERM)
            await serving

    before, after, seconds = run(both())

    assert "mesh:" in before
    # The command could load neither encoder: the service has answered.
    assert "local:1" in after or "local:2" in after, after
    assert seconds < 7  # the usual five, and the opening


def test_a_reader_knows_an_index_without_identity_by_its_number(shelf: Home) -> None:
    """As ``current.json`` was written before it had one."""
    pointer = shelf.store.folder / "current.json"
    pointer.write_text('{"current":1,"kept":null}', encoding="utf-8")
    reader = EdgeIndex.open(shelf.store.folder)
    same = reader.outdated()
    shelf.publish(AGAIN, "more")
    newer = reader.outdated()
    shelf.delete()

    with pytest.raises(IndexMissingError, match="no index at"):
        reader.outdated()
    shelf.make_anew()

    assert (same, newer, reader.outdated()) == (False, True, True)
    reader.close()
    assert EdgeIndex.open(shelf.store.folder).count() == 2


def test_a_rollback_and_back_is_told_to_who_has_it_open(shelf: Home) -> None:
    index = shelf.store.make(shelf.encoder)
    index.publish(keep=True)
    reader = shelf.store.open()

    shelf.store.rollback().close()
    there = reader.outdated()

    assert there
    assert not shelf.store.open().outdated()
    reader.close()
