"""ICD-10-CM and ICD-10-PCS, from the files that are published."""

import gzip
from pathlib import Path
from zipfile import ZIP_DEFLATED

import pytest

from termsearch.concept import Concept, Kind, Name, SemanticType
from termsearch.errors import BadRecordError, BadReleaseError
from termsearch.index import Index
from termsearch.index.where import Where
from termsearch.ingest import ingest
from termsearch.loader import Options, Report, recognise
from termsearch.lookup import lookup
from termsearch.search import TermSearch
from termsearch_loaders.icd10cm import load, recognises
from tests.archives import zipped
from tests.conftest import WordHash
from tests.icd10cm import ORDER, TABULAR, loaded, order, written
from tests.tables import texts

CHAPTER = SemanticType("Q90-Q9A", "Zz chapter of illness")


@pytest.fixture
def codes(tmp_path: Path) -> Path:
    return written(tmp_path)


@pytest.fixture
def tabular(tmp_path: Path) -> Path:
    return written(tmp_path, TABULAR, "icd10cm_tabular_2031.xml")


def test_a_code_of_seven_characters_has_its_dot_and_stands_below_those_it_begins_with(
    codes: Path,
) -> None:
    found = loaded(codes)

    assert found["Q98.1XXA"] == Concept(
        vocabulary="icd10cm",
        code="Q98.1XXA",
        names=(
            Name(text="Zz fall from zz ladder, initial encounter", kind=Kind.PREFERRED),
            Name(text="Zz fall from zz ladder", kind=Kind.BROADER),
        ),
        release="2031",
        part="icd10cm",
        types=(SemanticType("billable", "Billable code"),),
        parents=("Q98.1",),
        ancestors=("Q98.1", "Q98"),
    )
    assert list(found) == ["Q90", "Q97", "Q97.0", "Q97.8", "Q98", "Q98.1", "Q98.1XXA", "Q9A"]


def test_headers_are_concepts_that_say_so(codes: Path) -> None:
    levels = {code: concept.types[0].code for code, concept in loaded(codes).items()}

    assert {code for code, level in levels.items() if level == "header"} == {"Q97", "Q98", "Q98.1"}
    assert set(levels.values()) == {"header", "billable"}


def test_the_tabular_list_adds_chapters_blocks_and_inclusion_terms(
    codes: Path, tabular: Path
) -> None:
    report = Report()

    found = loaded(tabular, codes, report=report)

    assert found["Q97.0"].ancestors == ("Q97", "Q97-Q98", "Q90-Q99", "Q90-Q9A")
    assert found["Q97.0"].types == (SemanticType("billable", "Billable code"), CHAPTER)
    assert texts(found["Q97.0"]) == [
        "Zz fever of the left toe", "Zz hot toe", "Zz vitamin B12 fever"
    ]  # fmt: skip
    assert found["Q97-Q98"].names[0].text == "Zz fevers and falls"
    assert found["Q97-Q98"].parents == ("Q90-Q99",)
    assert [one.code for one in found["Q97-Q98"].types] == ["block", "Q90-Q9A"]
    assert found["Q90-Q9A"].parents == ()
    assert report.dropped == {
        "note on the use of a code, no name": 1,
        "inclusion term that refers to other codes": 1,
        "same text as another name of the code": 1,
    }
    assert report.read == report.kept + sum(report.dropped.values()) == 8 + 3 + 7 + 1
    assert report.done == report.total == len(found)
    assert report.warnings == []


def test_what_a_code_for_other_conditions_takes_in_is_narrower(codes: Path, tabular: Path) -> None:
    found = loaded(codes, tabular)

    assert [name.kind for name in found["Q97.8"].names] == [Kind.PREFERRED, Kind.NARROWER]
    assert {name.kind for name in found["Q97.0"].names[1:]} == {Kind.SYNONYM}


def test_what_a_category_includes_is_narrower_and_of_no_other(codes: Path, tabular: Path) -> None:
    found = loaded(codes, tabular)

    assert [(name.text, name.kind) for name in found["Q98"].names] == [
        ("Zz fall", Kind.PREFERRED),
        ("zz tumble", Kind.NARROWER),
    ]
    assert texts(found["Q98.1"]) == ["Zz fall from zz ladder"]
    assert texts(found["Q90-Q9A"]) == ["Zz chapter of illness"]  # which has half a phrase


def test_a_note_on_the_use_of_a_code_is_shown_with_it(codes: Path, tabular: Path) -> None:
    assert loaded(codes, tabular)["Q97"].definition == "This category is to be used for zz fever."


@pytest.mark.parametrize(
    ("category", "above"),
    [("Q90", ("Q90-Q99", "Q90-Q9A")), ("Q9A", ("Q90-Q9A",))],
)
def test_a_block_of_one_category_is_that_category(
    codes: Path, tabular: Path, category: str, above: tuple[str, ...]
) -> None:
    found = loaded(codes, tabular)

    assert found[category].ancestors == above
    assert found[category].types[0].code == "billable"


def test_a_block_with_categories_is_around_no_other(tmp_path: Path, codes: Path) -> None:
    neighbour = TABULAR.replace("Q97-Q98", "Q97-Q9B")  # by its letters, Q9A lies within it

    found = loaded(codes, written(tmp_path, neighbour, "icd10cm_tabular_2031.xml"))

    assert found["Q97"].parents == ("Q97-Q9B",)
    assert found["Q9A"].parents == ("Q90-Q9A",)


@pytest.mark.parametrize("packed", ["gzip", "zip", "folder", "lf"])
def test_what_is_published_is_read_alike_however_it_is_packed(
    tmp_path: Path, codes: Path, tabular: Path, packed: str
) -> None:
    expected = loaded(codes, tabular)
    beside = {
        "icd10cm_codes_2031.txt": b"Q90     Zz ache of one sort only\r\n",
        "icd10cm_order_addenda_2031.txt": b"Add:         1 Q90     Zz ache      Zz ache\r\n",
        "icd10cm_index_2031.xml": b"<ICD10CM.index><version>2031</version></ICD10CM.index>",
    }
    files = {p.name: p.read_bytes() for p in (codes, tabular)} | beside
    path = tmp_path / packed
    if packed == "gzip":
        path.mkdir()
        for name, content in files.items():
            (path / f"{name}.gz").write_bytes(gzip.compress(content))
    elif packed == "zip":
        inner = {f"Code Descriptions/{name}": content for name, content in files.items()}
        path.write_bytes(zipped(inner))
        path = path.rename(tmp_path / "2031-code-descriptions.zip")
    else:
        path.mkdir()
        for name, content in files.items():
            ends = (b"\r\n", b"\n") if packed == "lf" else (b"", b"")
            (path / name).write_bytes(content.replace(*ends) if ends[0] else content)

    assert recognise(path) == "icd10cm"
    assert loaded(path) == expected


@pytest.mark.parametrize(
    ("name", "known"), [("icd10cm_order_2031.txt", True), ("sct2_2031.txt", False)]
)
def test_in_a_zip_in_a_zip_only_files_of_its_name_are_opened(
    tmp_path: Path, name: str, known: bool
) -> None:
    path = tmp_path / "all.zip"
    path.write_bytes(zipped({"inner.zip": zipped({name: ORDER.encode()})}, ZIP_DEFLATED))

    assert recognises(path) == known


@pytest.mark.parametrize(
    ("name", "release"),
    [
        ("icd10cm_order_2031.txt", "2031"),
        ("icd10cm-order-April-1-2031.txt", "2031-04"),
        ("icd10cm-order-Jan-2031.txt", "2031-01"),
        ("april.txt", ""),
        ("trojan-capr-2031.txt", "2031"),
    ],
)
def test_the_release_is_that_of_the_file_name(tmp_path: Path, name: str, release: str) -> None:
    path = written(tmp_path, name=name)

    assert {concept.release for concept in loaded(path).values()} == {release}


def test_an_update_is_told_by_the_archive_where_the_file_does_not(tmp_path: Path) -> None:
    path = tmp_path / "april-1-2031-code-descriptions-tabular-order.zip"
    path.write_bytes(zipped({"Code Descriptions/icd10cm_order_2031.txt": ORDER.encode()}))

    assert {concept.release for concept in loaded(path).values()} == {"2031-04"}


@pytest.mark.parametrize(
    ("name", "header"), [("icd10pcs_order_2031.txt", "B00"), ("order.txt", "001")]
)
def test_procedures_are_a_vocabulary_of_their_own_without_dots(
    tmp_path: Path, name: str, header: str
) -> None:
    rows = [(header, 0, "Zz bypass"), (f"{header}6Z70", 1, "Zz bypass of zz")]
    path = written(tmp_path, order(rows), name)

    found = loaded(path)

    assert {(one.vocabulary, one.part) for one in found.values()} == {("icd10pcs", "icd10pcs")}
    assert found[f"{header}6Z70"].parents == (header,)


def test_diagnoses_and_procedures_may_be_read_together(
    tmp_path: Path, codes: Path, tabular: Path
) -> None:
    other = written(tmp_path, order([("001", 0, "Zz bypass")]), "icd10pcs_order_2031.txt")
    report = Report()

    procedure, *diagnoses = load([other, codes, tabular], Options(), report)

    assert report.parts == ["icd10pcs", "icd10cm"]
    assert (procedure.vocabulary, procedure.code) == ("icd10pcs", "001")
    assert procedure.types == (SemanticType("header", "Header, not billable"),)
    assert [one.vocabulary for one in diagnoses] == ["icd10cm"] * (8 + 3)


def test_rows_are_dropped_for_a_reason(tmp_path: Path, codes: Path) -> None:
    twice = written(tmp_path, ORDER + ORDER, "icd10cm_order_2032.txt")
    repeated, unwanted = Report(), Report()

    kept = loaded(twice, report=repeated)
    none = loaded(codes, options=Options(vocabularies=("mesh",)), report=unwanted)

    assert (len(kept), repeated.dropped) == (8, {"code that the file has already had": 8})
    assert (none, unwanted.dropped) == ({}, {"vocabulary icd10cm": 8})


def test_blank_lines_and_a_byte_order_mark_are_passed_over(tmp_path: Path, codes: Path) -> None:
    marked = "\ufeff" + ORDER.replace("\r\n", "\r\n\r\n")

    assert loaded(written(tmp_path, marked)) == loaded(codes)


FIRST, SECOND = ORDER.splitlines(keepends=True)[:2]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            FIRST + SECOND[:70] + "\r\n",
            "line 2: found '00002 Q97     0 Zz fever abbr .*', expected",
        ),
        (FIRST + SECOND[:79], "line 2: the file ends within this line"),
        (FIRST + SECOND.replace(" 0 ", " 2 "), "line 2: found .* expected an order number"),
        (FIRST + SECOND.replace("Q97 ", "Q9.7"), "line 2: .* expected a code of icd10cm without"),
        (FIRST + SECOND.replace("Q97", "997"), "line 2: .* expected a code of icd10cm without dot"),
        (FIRST + "\u00a0" + SECOND, "line 2: found"),
        (FIRST.encode() + SECOND.replace("fever", "fév").encode("cp1252"), "line 2: not UTF-8"),
    ],
)
def test_a_broken_row_is_named(tmp_path: Path, text: str | bytes, told: str) -> None:
    path = written(tmp_path, text)

    with pytest.raises(BadRecordError, match=rf"icd10cm_order_2031\.txt, {told}"):
        loaded(path)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("</chapter>\n</ICD10CM.tabular>\n", "", "line 5.: not well-formed XML, or cut short"),
        ("<name>Q97</name>", "", "line 1.: a diag without name"),
        (' id="Q97-Q98">\n', ">\n", "line 1.: a section without id"),
        (" (Q90-Q9A)", "", "line 5: a chapter called 'Zz chapter of illness', expected its range"),
        ("Löffler", "L&ouml;ffler", "Entity 'ouml' not defined"),
        ('"utf-8"?>', '"utf-8"?><!DOCTYPE a [<!ENTITY b "c">]>', "declares an entity, 'b'"),
    ],
)
def test_a_broken_tabular_list_is_named(
    tmp_path: Path, codes: Path, old: str, new: str, told: str
) -> None:
    assert old in TABULAR
    path = written(tmp_path, TABULAR.replace(old, new), "icd10cm_tabular_2031.xml")

    with pytest.raises(BadRecordError, match=rf"icd10cm_tabular_2031\.xml, .*{told}"):
        loaded(codes, path)


def test_a_file_that_is_cut_in_its_compressed_data_is_named(tmp_path: Path) -> None:
    packed = gzip.compress(order(("Q90", 1, f"Zz {n * 7919}") for n in range(9_000)).encode())
    path = written(tmp_path, packed[: len(packed) // 2], "icd10cm_order_2031.txt.gz")

    with pytest.raises(BadRecordError, match=r"txt\.gz, .*the compressed data are cut"):
        loaded(path)


def test_the_tabular_list_alone_is_refused_for_what_it_lacks(tabular: Path) -> None:
    assert recognises(tabular)

    with pytest.raises(BadReleaseError, match=r"xml: .*seven characters; expected, .* order file"):
        loaded(tabular)


def test_a_codes_file_alone_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, "Q90     Zz ache\r\n", "icd10cm_codes_2031.txt")

    with pytest.raises(BadReleaseError, match=r"txt: no order file in it; expected one"):
        loaded(path)


@pytest.mark.parametrize("name", ["icd10cm_order_2032.txt", "again.xml"])
def test_two_of_a_kind_are_refused(codes: Path, tabular: Path, name: str) -> None:
    again = written(codes.parent, TABULAR if name.endswith(".xml") else ORDER, name)

    with pytest.raises(BadReleaseError, match=rf"{name}: a second .* Name the one to load"):
        loaded(codes, tabular, again)


def test_files_of_two_releases_are_told_of(tmp_path: Path, tabular: Path) -> None:
    later = written(tmp_path, order([("Q90", 1, "Zz ache"), ("Q99", 1, "Zz chill")]),
                    "icd10cm_order_2032.txt")  # fmt: skip
    report = Report()

    found = loaded(later, tabular, report=report)

    of_years, lost, loose = report.warnings
    assert "the tabular list is of 2031, the order file of 2032" in of_years
    assert lost.startswith("not in the order file: 6 codes of the tabular list, Q97.0 for one")
    assert loose.startswith("in no chapter, as not in the tabular list: 1 categories, Q99 for one")
    assert found["Q99"].ancestors == ()
    assert report.dropped == {"inclusion term of a code that is not in the order file": 7}
    assert report.read == report.kept + 7


def test_something_else_is_not_recognised(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("00001 visits of the ward in May, 1 of them twice")
    (tmp_path / "list.xml").write_text("<list>ICD10CM.tabular</list>")
    (tmp_path / "cut.txt.gz").write_bytes(gzip.compress(ORDER.encode())[:20])

    assert not recognises(tmp_path)
    assert not recognises(tmp_path / "missing")


def test_codes_are_found_below_one_another_by_type_and_without_their_dot(
    codes: Path, tabular: Path, index: Index, encoder: WordHash
) -> None:
    ingest(load([codes, tabular], Options(), Report()), "icd10cm", encoder, index)
    search = TermSearch(index, lambda: encoder)

    def asked(where: Where) -> set[str]:
        return {hit.curie for hit in search.query("zz fall from zz ladder", where).results}

    under = asked(Where(under="icd10cm:Q981"))
    billable = asked(Where(types=("billable",), under="icd10cm:Q97-Q98"))
    (entry,) = lookup(index, "icd10cm:Q981XXA")

    assert under == {"icd10cm:Q98.1", "icd10cm:Q98.1XXA"}
    assert billable == {"icd10cm:Q97.0", "icd10cm:Q97.8", "icd10cm:Q98.1XXA"}
    assert (entry.curie, [one.curie for one in entry.parents]) == (
        "icd10cm:Q98.1XXA", ["icd10cm:Q98.1"]
    )  # fmt: skip
