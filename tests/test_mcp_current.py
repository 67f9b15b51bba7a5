"""Which release an agent's request is answered from, without a service around it."""

import asyncio
from pathlib import Path

import pytest

from termsearch.errors import IndexUnreadableError
from termsearch.mcp.current import Current
from tests.concepts import concept
from tests.serving import Shelf, run

NEW = (concept("mesh", "D990100", "Febrile seizure", release="2027", part="supp"),)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


def test_a_request_ends_on_the_release_it_began_with(shelf: Shelf) -> None:
    async def change() -> tuple[str, str]:
        current = Current(shelf.open)
        await current.start()
        async with current.lend() as first, current.lend() as before:
            assert first is before
            await asyncio.to_thread(shelf.publish, NEW, "other")
            async with current.lend() as after:
                told = before.manifest.releases()["mesh"], after.manifest.releases()["mesh"]
            assert (await before.query("fever")).results  # open as long as it is lent
        with pytest.raises(IndexUnreadableError, match="closed"):
            await before.query("fever")
        async with current.lend() as still:
            assert still is after
        await current.stop()
        with pytest.raises(IndexUnreadableError, match="closed"):
            await after.query("fever")
        return told

    assert run(change()) == ("2026", "2026, 2027")


def test_the_encoder_and_what_it_embedded_are_kept(shelf: Shelf) -> None:
    async def change() -> None:
        current = Current(shelf.open)
        await current.start()
        for release in (NEW, ()):
            async with current.lend() as search:
                await search.query("hot and bothered")
            if release:
                await asyncio.to_thread(shelf.publish, release, "other")
        await current.stop()

    shelf.encoder.embedded.clear()
    run(change())

    assert shelf.encoder.embedded.count("hot and bothered") == 1


def test_a_release_that_can_not_be_opened_leaves_the_one_before_and_is_told_once(
    shelf: Shelf, caplog: pytest.LogCaptureFixture
) -> None:
    async def damage() -> list[str]:
        current = Current(shelf.open)
        await current.start()
        await asyncio.to_thread(shelf.publish, NEW, "other")
        (shelf.store.folder / "2" / "termsearch.json").write_text("{", encoding="utf-8")
        seen = []
        for _ in range(2):
            async with current.lend() as search:
                seen.append(search.manifest.releases()["mesh"])
        await current.stop()
        return seen

    assert run(damage()) == ["2026", "2026"]
    assert caplog.text.count("What was searched before still is.") == 1


def test_an_index_that_is_not_open_is_no_empty_answer(shelf: Shelf) -> None:
    async def ask() -> None:
        async with Current(shelf.open).lend():
            pytest.fail("there is nothing to lend")

    with pytest.raises(IndexUnreadableError, match="not open"):
        run(ask())
