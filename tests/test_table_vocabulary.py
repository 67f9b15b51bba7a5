"""Which vocabulary the codes of a user's own table are, where the table does not say."""

import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from termsearch.codes import conditions_of
from termsearch.index import Index
from termsearch.index.edge import EdgeIndex
from termsearch.index.manifest import Manifest
from termsearch.index.point import Point
from termsearch.index.server import ServerIndex, client_for
from termsearch.index.where import Condition, Where
from termsearch.ingest import ingest
from termsearch.loader import Options, Report
from termsearch.lookup import lookup
from termsearch.search import TermSearch
from termsearch.service import create_app
from termsearch.summary import Summary
from termsearch_loaders.table import load
from tests.concepts import concept
from tests.conftest import WordHash
from tests.tables import loaded, written

#: "Diagnoses" in Russian: no letter of it is Latin.
DIAGNOSES = "диагнозы"


class Counting(ServerIndex):
    """A real index that counts the points which it was read."""

    read = 0

    def points(self, where: Sequence[Condition]) -> Iterator[Point]:
        for point in super().points(where):
            self.read += 1
            yield point


def stored(
    index: Index, encoder: WordHash, *paths: Path, options: Options | None = None
) -> Summary:
    report = Report()
    concepts = load(paths, options or Options(), report)
    return ingest(concepts, "table", encoder, index, report=report)


@pytest.mark.parametrize(
    ("name", "vocabulary"),
    [
        ("Our Zz List (2).csv", "our-zz-list-2"),
        ("SNOMED.csv", "snomedct"),
        ("Zz_1.2--b.csv", "zz_1.2--b"),
        ("漢字.csv", "漢字"),
        (f"{DIAGNOSES.upper()}.csv", DIAGNOSES),
        ("Öl.csv", "öl"),
        ("Äl.csv", "äl"),
        ("निदान सूची.csv", "निदान-सूची"),
        ("🙂.csv", "table"),
    ],
)
def test_the_letters_of_any_script_name_a_vocabulary(
    tmp_path: Path, name: str, vocabulary: str
) -> None:
    (one,) = loaded(written(tmp_path, "code,name\n1,Zz\n", name))

    assert one.vocabulary == vocabulary


def test_one_asked_for_vocabulary_is_that_of_a_table_without_the_column(tmp_path: Path) -> None:
    path = written(tmp_path, "code,name\n1,Zz\n", "a.csv")

    (one,) = loaded(path, Options(vocabularies=("loinc",)))

    assert one.vocabulary == "loinc"


def test_accents_written_either_way_name_one_vocabulary_and_one_origin(tmp_path: Path) -> None:
    text = "code,name,vocabulary\n1,Zz,\n2,Zz,Zz-É\n"
    files = [unicodedata.normalize(form, "Zz-é") for form in ("NFC", "NFD")]

    found = [
        {(one.vocabulary, one.part) for one in loaded(written(tmp_path, text, f"{file}.csv"))}
        for file in files
    ]

    assert files[0] != files[1]
    assert found == [{("zz-é", "Zz-é")}] * 2


def test_a_vocabulary_in_another_script_is_filtered_by_and_looked_up(
    tmp_path: Path, index: Index, encoder: WordHash
) -> None:
    stored(
        index,
        encoder,
        written(tmp_path, "code,name,parent\nA1,Zz fever,\nA2,Zz ague,A1\n", f"{DIAGNOSES}.csv"),
        written(tmp_path, "code,name\nA1,Zz aspirin\n", "лекарства.csv"),
    )

    (entry,) = lookup(index, f"{DIAGNOSES.upper()}:A1")
    within = conditions_of(index, Where(vocabularies=(DIAGNOSES,)))
    under = conditions_of(index, Where(under=f"{DIAGNOSES}:A1"))

    assert (entry.curie, entry.name) == (f"{DIAGNOSES}:A1", "Zz fever")
    assert {point.name for point in index.points(within)} == {"Zz fever", "Zz ague"}
    assert {point.code for point in index.points(under)} == {"A1", "A2"}


def test_a_vocabulary_in_another_script_is_served(tmp_path: Path, encoder: WordHash) -> None:
    index = EdgeIndex.open_or_create(tmp_path / "terms", Manifest(encoder=encoder.card))
    stored(index, encoder, written(tmp_path, "code,name\nA1,Zz fever\n", f"{DIAGNOSES}.csv"))
    index.publish()

    def opened() -> TermSearch:
        return TermSearch(EdgeIndex.open(tmp_path / "terms"), lambda: encoder)

    with TestClient(create_app(opened), base_url="http://127.0.0.1") as client:
        fhir = client.get(
            "/fhir/CodeSystem/$lookup",
            params={"system": f"urn:x-termsearch:{DIAGNOSES}", "code": "A1"},
        )
        widget = client.get(f"/api/{DIAGNOSES}/v3/search", params={"terms": "zz fev"})
        concept_ = client.get(f"/concepts/{DIAGNOSES}/A1")

    assert [each.status_code for each in (fhir, widget, concept_)] == [200, 200, 200]
    assert {"name": "display", "valueString": "Zz fever"} in fhir.json()["parameter"]
    assert widget.json()[1] == ["A1"]


def test_codes_that_two_files_happen_to_share_are_told_of(
    tmp_path: Path, index: Index, encoder: WordHash
) -> None:
    first = written(tmp_path, "code,name\n1,Zz fever\n2,Zz cough\n3,Zz ague\n", "Zz list.csv")
    second = written(tmp_path, "code,name\n1,Zz aspirin\n2,zz COUGH\n3,Zz pill\n", "zz-list.csv")

    alone = stored(index, encoder, first)
    then = stored(index, encoder, second)
    again = stored(index, encoder, first, second)

    assert alone.report.warnings == []
    assert then.report.warnings == [
        "2 codes of zz-list are also in table/Zz list, under other names. If table/zz-list is "
        "another list, name its vocabulary: --vocab"
    ]
    assert len(again.report.warnings) == 1


def test_codes_that_two_files_are_said_to_share_are_not_told_of(
    tmp_path: Path, index: Index, encoder: WordHash
) -> None:
    first = written(tmp_path, "code,name\n1,Zz fever\n", "Zz list.csv")
    second = written(tmp_path, "code,name\n1,Zz aspirin\n", "zz-list.csv")

    said = stored(index, encoder, first, second, options=Options(vocabularies=("ward",)))

    assert said.report.warnings == []


def test_codes_whose_rows_name_the_vocabulary_are_not_told_of(
    tmp_path: Path, index: Index, encoder: WordHash
) -> None:
    header, rows = "vocabulary,code,name\n", "zz-list,1,Zz aspirin\nzz-list,2,Zz pill\n"
    stored(index, encoder, written(tmp_path, f"{header}zz-list,1,Zz fever\n", "first.csv"))

    said = stored(index, encoder, written(tmp_path, header + rows, "zz-list.csv"))
    half = stored(index, encoder, written(tmp_path, f"{header}{rows},3,Zz 3\n", "zz-list.csv"))
    unsaid = stored(index, encoder, written(tmp_path, "code,name\n1,Zz rash\n", "Zz list.csv"))

    assert said.report.warnings == []
    assert [told.partition(". If ")[0] for told in half.report.warnings] == [
        "1 codes of zz-list are also in table/first, under other names"
    ]
    assert len(unsaid.report.warnings) == 2


def test_codes_are_told_of_whichever_list_is_read_first(
    tmp_path: Path, index: Index, encoder: WordHash
) -> None:
    unsaid = written(tmp_path, "code,name\n1,Zz fever\n2,Zz cough\n", "zz-list.csv")
    said = written(tmp_path, "vocabulary,code,name\nzz-list,1,Zz pill\n", "drugs.csv")
    expected = [
        "1 codes of zz-list are also in table/drugs, under other names. If table/zz-list is "
        "another list, name its vocabulary: --vocab"
    ]

    before = stored(index, encoder, unsaid)
    after = stored(index, encoder, said)
    again = stored(index, encoder, unsaid)

    assert before.report.warnings == []
    assert after.report.warnings == again.report.warnings == expected


def test_what_was_assumed_is_told_of_until_it_is_said(
    tmp_path: Path, index: Index, encoder: WordHash
) -> None:
    unsaid = written(tmp_path, "code,name\n1,Zz fever\n", "zz-list.csv")
    said = written(tmp_path, "vocabulary,code,name\nzz-list,1,Zz pill\n", "drugs.csv")
    other = written(tmp_path, "vocabulary,code,name\nother,1,Zz rash\n", "others.csv")
    stored(index, encoder, unsaid)

    told = [stored(index, encoder, each).report.warnings for each in (said, other)]
    stored(index, encoder, unsaid, options=Options(vocabularies=("zz-list",)))
    then = stored(index, encoder, said)

    assert [len(each) for each in told] == [1, 0]
    assert then.report.warnings == []


def test_a_translation_of_a_list_is_not_told_of(
    tmp_path: Path, index: Index, encoder: WordHash
) -> None:
    text = "code,name,lang\n1,Zz fever,en\n2,Zz pain,en\n2,Zz Leid,de\n"
    stored(index, encoder, written(tmp_path, text, "Zz list.csv"))

    other = stored(
        index, encoder, written(tmp_path, "code,name\n1,Zz Fieber\n", "zz-list.csv"),
        options=Options(langs=("de-CH",)),
    )  # fmt: skip
    same = stored(
        index, encoder, written(tmp_path, "code,name\n1,Zz Fieber\n2,Zz Rot\n", "zz-list.csv"),
        options=Options(langs=("de-CH",)),
    )  # fmt: skip

    assert other.report.warnings == []
    assert [told.partition(" are ")[0] for told in same.report.warnings] == ["1 codes of zz-list"]


def test_a_file_that_has_the_name_of_a_large_vocabulary_by_chance_is_told_of(
    tmp_path: Path, index: Index, encoder: WordHash
) -> None:
    many = [concept("hgnc", f"HGNC:{n}", f"gene {n}") for n in range(1_200)]
    ingest(many, "obo", encoder, index)
    rows = "".join(f"{n},Zz {n}\n" for n in range(1, 1_100))

    told = stored(index, encoder, written(tmp_path, f"code,name\n{rows}", "hgnc.csv"))

    (warning,) = told.report.warnings
    assert warning.startswith("1,099 codes of hgnc are also in obo, under other names.")


@pytest.mark.parametrize("assumed", ["many", "one", "both"])
def test_a_row_beside_a_large_list_costs_little_whichever_is_read(
    tmp_path: Path, encoder: WordHash, assumed: str
) -> None:
    client = client_for(":memory:", None)
    index = Counting.open_or_create(client, "terms", Manifest(encoder=encoder.card))
    assert isinstance(index, Counting)
    rows = "".join(f"{n},Zz name {n}\n" for n in range(600))
    many = written(tmp_path, f"code,name\n{rows}", "Zz list.csv")
    one = written(tmp_path, "code,name\n7,Zz rash\n", "zz-list.csv")
    said = Options(vocabularies=("zz-list",))
    options = {many: said if assumed == "one" else None, one: said if assumed == "many" else None}
    stored(index, encoder, many, options=options[many])

    for path in (one, many, one):
        index.read = 0
        told = stored(index, encoder, path, options=options[path])

        assert [each.partition(" are ")[0] for each in told.report.warnings] == [
            "1 codes of zz-list"
        ]
        assert index.read < 10
