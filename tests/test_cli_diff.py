"""The command 'diff', on an index whose encoder no command could load: none is needed."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from click.testing import Result

from termsearch.diff import KINDS
from termsearch.ingest import ingest
from termsearch.loader import Options, Report
from termsearch_loaders import table
from tests import cli
from tests.conftest import Store, WordHash

OLD = """\
code,name,synonyms,type,parent,active,release
007,Zz fever,zz pyrexia,sign,,yes,2026
008,Zz high fever,zz hyperpyrexia,sign,007,yes,2026
009,Zz ankle,,body part,,yes,2026
010,Zz cough,,sign,,yes,2026
011,Zz chill,zz shiver,sign,,yes,2026
"""
NEW = """\
code,name,synonyms,type,parent,active,release
007,Zz pyrexia,zz fever|zz hot,sign,,yes,2027
008,Zz high fever,zz hyperpyrexia,finding,,yes,2027
010,Zz cough,,sign,,no,2027
011,Zz chill,,sign,,yes,2027
012,Zz rash,,sign,,yes,2027
"""

Ingested = Callable[[str], Path]


@pytest.fixture
def ingested(tmp_path: Path, encoder: WordHash) -> Ingested:
    """Writes a table and makes an index of it; gives the folder of both."""

    def make(text: str) -> Path:
        path = written(tmp_path / "old", text)
        store = Store("edge", tmp_path)
        index = store.make(encoder)
        ingest(table.load([path], Options(), Report()), "table", encoder, index)
        index.publish()
        return tmp_path

    return make


def written(folder: Path, text: str, name: str = "ward.csv") -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def run(home: Path, release: Path, *arguments: str) -> Result:
    return cli.run(home, "diff", str(release), *arguments)


def lines(result: Result) -> list[str]:
    assert result.exit_code == 0, result.output
    return [" ".join(line.split()) for line in result.stdout.splitlines()]


def test_the_command_shows_counts_and_examples(ingested: Ingested) -> None:
    home = ingested(OLD)

    shown = lines(run(home, written(home / "new", NEW)))

    assert shown == [
        "origin release concepts",
        "table/ward 2026 -> 2027 5 -> 4",
        "",
        "1 added, 2 retired, 0 merged, 0 revived, 0 removed, 1 renamed, 1 moved, 1 retyped",
        "names of concepts that stay: 1 added, 1 removed",
        "an ingest embeds 2 names and removes 3",
        "",
        "change code concept",
        "added ward:012 Zz rash",
        "retired ward:009 Zz ankle (gone)",
        "retired ward:010 Zz cough (gone)",
        "renamed ward:007 Zz fever -> Zz pyrexia",
        "moved ward:008 Zz high fever: ward:007 -> none",
        "retyped ward:008 Zz high fever: sign -> finding",
    ]


def test_the_command_as_json_lists_all_in_one_object(ingested: Ingested) -> None:
    home = ingested(OLD)

    done = run(home, written(home / "new", NEW), "--json", "--limit", "0", "--inactive")

    (line,) = done.stdout.splitlines()
    diff = json.loads(line)
    assert set(diff) == {"index", "origins", "counts", "names", "changes"}
    assert diff["index"] == "terms"
    assert diff["origins"] == [
        {
            "origin": "table/ward", "release_was": "2026", "release_now": "2027",
            "concepts_was": 5, "concepts_now": 5, "cut": False, "needs_replace": False,
        }
    ]  # fmt: skip
    assert diff["counts"] == {
        "added": 1, "retired": 2, "merged": 0, "revived": 0, "removed": 0,
        "renamed": 1, "moved": 1, "retyped": 1,
    }  # fmt: skip
    assert diff["names"] == {"added": 1, "removed": 1, "to_embed": 2, "to_remove": 2}
    assert diff["changes"]["retired"] == [
        {"curie": "ward:010", "name": "Zz cough", "status": "inactive", "was": [], "now": []},
        {"curie": "ward:009", "name": "Zz ankle", "status": "gone", "was": [], "now": []},
    ]
    assert set(diff["changes"]) == set(KINDS)


def test_a_retired_concept_that_is_removed_is_shown_with_what_took_its_place(
    tmp_path: Path, encoder: WordHash
) -> None:
    path = written(tmp_path / "old", "code,name,replaced_by\n1,Zz fever,\n2,Zz ague,1\n")
    store = Store("edge", tmp_path)
    index = store.make(encoder)
    ingest(table.load([path], Options(inactive=True), Report()), "table", encoder, index)
    index.publish()

    shown = lines(run(tmp_path, path))

    assert "removed ward:2 Zz ague -> ward:1 (gone)" in shown


@pytest.mark.parametrize(
    ("limit", "expected"), [("1", "retired and 1 more"), ("0", "2, not listed")]
)
def test_what_is_not_listed_is_counted(ingested: Ingested, limit: str, expected: str) -> None:
    home = ingested(OLD)

    shown = lines(run(home, written(home / "new", NEW), "--limit", limit))

    assert any(expected in line for line in shown)


def test_the_options_of_ingest_choose_what_is_read(ingested: Ingested) -> None:
    home = ingested(OLD)
    release = written(home / "new", NEW.replace("code,name", "Nr,Text", 1))

    columns = ("--loader", "table", "--column", "code=Nr", "--column", "name=Text")
    read = lines(run(home, release, *columns))
    missing = run(home, release, "--loader", "table")
    warned = run(home, release, *columns, "--dialect", "en-GB")

    assert "renamed ward:007 Zz fever -> Zz pyrexia" in read
    assert missing.exit_code != 0
    assert warned.stderr == (
        "warning: table: --dialect has no effect: the table loader does not support it\n"
    )


def test_a_loss_is_foretold_where_something_is_lost_and_only_there(
    tmp_path: Path, encoder: WordHash
) -> None:
    path = written(tmp_path / "old", "code,name,lang\n007,Zz Fieber,de\n008,Zz Husten,de\n")
    store = Store("edge", tmp_path)
    index = store.make(encoder)
    german = table.load([path], Options(langs=("de",)), Report())
    ingest(german, "table", encoder, index, options="--lang de")
    index.publish()

    same = run(tmp_path, path)
    written(path.parent, "code,name,lang\n007,Zz fever,en\n")
    less = run(tmp_path, path)

    assert (same.exit_code, same.stderr) == (0, "")
    assert less.stderr.startswith("warning: table/ward was read with --lang de the last time, now")


def test_a_column_without_a_field_is_wrong_usage(ingested: Ingested) -> None:
    home = ingested(OLD)

    done = run(home, written(home / "new", NEW), "--column", "Nr")

    assert done.exit_code == 2
    assert "expected FIELD=COLUMN" in done.stderr


def test_a_release_of_which_the_index_holds_nothing_is_said_to_be_new(
    ingested: Ingested,
) -> None:
    home = ingested(OLD)

    shown = lines(run(home, written(home / "new", NEW, "clinic.csv")))

    assert shown[1].endswith("0 -> 4 nothing of it is in the index: everything is added")
    assert shown[3].startswith("4 added, 0 retired")


def test_without_an_index_there_is_nothing_to_compare_with(tmp_path: Path) -> None:
    done = run(tmp_path / "home", written(tmp_path, NEW))

    assert done.exit_code == 1
    assert done.stderr.startswith("Error: no index at")
    assert done.stdout == ""


def test_a_release_that_no_loader_knows_is_wrong_usage(ingested: Ingested) -> None:
    home = ingested(OLD)

    done = run(home, written(home / "new", "neither,nor\n1,2\n"))

    assert done.exit_code == 2
    assert "is no release that a loader knows" in done.stderr


def test_several_releases_are_compared_together(ingested: Ingested) -> None:
    home = ingested(OLD)
    others: Sequence[Path] = [written(home / "new", NEW, "clinic.csv")]

    shown = lines(run(home, written(home / "new", NEW), *map(str, others)))

    assert [line.split()[0] for line in shown[1:3]] == ["table/ward", "table/clinic"]
