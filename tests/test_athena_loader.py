"""Athena's files become concepts of the vocabularies in them; everything in them is invented."""

import gzip
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from termsearch.concept import Concept, Kind, SemanticType, Source
from termsearch.errors import BadRecordError, BadReleaseError
from termsearch.index import Index
from termsearch.ingest import ingest
from termsearch.loader import Options, Report, recognise
from termsearch.lookup import lookup
from termsearch_loaders.athena import load, recognises
from tests.conftest import WordHash

CONCEPT = """\
concept_id concept_name domain_id vocabulary_id concept_class_id standard_concept concept_code \
valid_start_date valid_end_date invalid_reason
990001|Zz fever|Condition|SNOMED|Clinical Finding|S|9990001|19700101|20991231|
990002|"zzdoxaban|Drug|RxNorm|Ingredient|S|990002|19700101|20991231|
990003|Zz old fever|Condition|SNOMED|Clinical Finding||9990003|19700101|20200101|U
990004|Zz phenotype|Observation|HPO|Finding||HP:9990004|19700101|20991231|
990005||Procedure|CPT4|CPT4||99905|19700101|20991231|
990006|Zz used before|Drug|NDC|9-digit NDC||0009|19700101|20150101|D
990007|NA|Drug|NDC|9-digit NDC||0009|20160101|20991231|
"""

SYNONYM = """\
concept_id concept_synonym_name language_concept_id
990001|Zz fever|4180186
990001|Zz "hot|4180186
990001|Zz Fieber|4182504
990003|Zz ague|4180186
990007||4180186
"""

VOCABULARY = """\
vocabulary_id vocabulary_name vocabulary_reference vocabulary_version vocabulary_concept_id
None|OMOP Standardized Vocabularies|Zz|v5.0 30-AUG-31|44819096
SNOMED|Zz|Zz|2031-05-01 Zz Edition|44819097
"""

NO_LEADS = (
    "no CONCEPT_RELATIONSHIP.csv: concepts have no parents, retired codes lead nowhere, and no "
    "code to other vocabularies"
)
FILES = {"CONCEPT.csv": CONCEPT, "CONCEPT_SYNONYM.csv": SYNONYM, "VOCABULARY.csv": VOCABULARY}


def tabbed(text: str) -> str:
    header, rows = text.split("\n", 1)
    return "\t".join(header.split()) + "\n" + rows.replace("|", "\t")


def written(folder: Path, files: Mapping[str, str] = FILES) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name).write_bytes(tabbed(text).encode())
    return folder


def loaded(
    *paths: Path, options: Options | None = None, report: Report | None = None
) -> dict[str, Concept]:
    concepts = load(paths, options or Options(), report or Report())
    return {concept.code: concept for concept in concepts}


def test_a_concept_has_the_code_of_its_vocabulary_and_the_concept_id_as_a_source(
    tmp_path: Path,
) -> None:
    fever = loaded(written(tmp_path / "zz"))["9990001"]

    assert (fever.vocabulary, fever.part) == ("snomedct", "snomedct")
    assert fever.release == "2031-05-01 Zz Edition"
    assert fever.types == (
        SemanticType("Clinical Finding", "Clinical Finding", "Condition", "Condition"),
    )
    assert [(name.text, name.kind, name.lang) for name in fever.names] == [
        ("Zz fever", Kind.PREFERRED, "en"),
        ('Zz "hot', Kind.SYNONYM, "en"),
    ]
    assert {name.sources for name in fever.names} == {(Source("omop", "990001", "S"),)}


def test_what_is_left_out_is_counted_by_reason(tmp_path: Path) -> None:
    report = Report()

    concepts = loaded(written(tmp_path / "zz"), report=report)

    assert [*concepts] == ["HP:9990004", "0009", "990002", "9990001"]
    assert concepts["990002"].names[0].text == '"zzdoxaban'
    assert concepts["0009"].names[0].text == "NA"
    assert report.dropped == {
        "retired (invalid_reason=U)": 1,
        "retired (invalid_reason=D)": 1,
        "no code or name": 1,
        "synonym in another language (language_concept_id 4182504)": 1,
        "empty synonym": 1,
        "same text as another name of the concept": 1,
        "synonym of a concept that is left out": 1,
    }
    assert report.read == report.kept + report.dropped.total() == 12
    assert report.done == report.total == 4
    assert report.warnings == [NO_LEADS]
    assert report.parts == ["snomedct", "rxnorm", "hp", "cpt4", "ndc"]


def test_retired_concepts_are_kept_on_demand_and_a_code_used_anew_is_one(tmp_path: Path) -> None:
    concepts = loaded(written(tmp_path / "zz"), options=Options(inactive=True))

    old, anew = concepts["9990003"], concepts["0009"]
    assert (old.active, [name.text for name in old.names]) == (False, ["Zz old fever", "Zz ague"])
    assert anew.active
    assert [(name.text, name.active) for name in anew.names] == [
        ("NA", True),
        ("Zz used before", False),
    ]


@pytest.mark.parametrize(
    ("options", "codes"),
    [
        (Options(vocabularies=("snomedct", "hp")), ["HP:9990004", "9990001"]),
        (Options(langs=("fr",)), []),
    ],
)
def test_vocabularies_and_languages_are_left_out_on_demand(
    tmp_path: Path, options: Options, codes: list[str]
) -> None:
    report = Report()

    assert [*loaded(written(tmp_path / "zz"), options=options, report=report)] == codes
    assert report.read == report.kept + report.dropped.total()


def test_the_concepts_alone_are_enough(tmp_path: Path) -> None:
    report = Report()

    concepts = loaded(written(tmp_path / "zz", {"CONCEPT.csv": CONCEPT}), report=report)

    assert len(concepts) == 4
    assert report.warnings == ["no CONCEPT_SYNONYM.csv: concepts have one name each", NO_LEADS]


def test_folder_zip_gzip_and_files_are_read_alike(tmp_path: Path) -> None:
    folder, packed = written(tmp_path / "zz"), tmp_path / "packed"
    packed.mkdir()
    files = sorted(folder.iterdir())
    for file in files:
        (packed / f"{file.name.lower()}.gz").write_bytes(gzip.compress(file.read_bytes()))
    with zipfile.ZipFile(tmp_path / "zz.zip", "w") as archive:
        for file in files:
            archive.write(file, file.name)

    found = [loaded(*paths) for paths in ([folder], [tmp_path / "zz.zip"], [packed], files)]

    assert found[0]
    assert all(concepts == found[0] for concepts in found)
    for path in (folder, tmp_path / "zz.zip", packed, *files):
        assert recognise(path) == "athena"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("CONCEPT.csv", "concept_id,concept_name,vocabulary_id\n"),
        ("CONCEPT.csv", "code\tname\n"),
        ("concepts.csv", tabbed(CONCEPT)),
        ("CONCEPT.csv.gz", "no gzip"),
        ("CONCEPT.csv", ""),
    ],
)
def test_other_files_are_not_recognised(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)

    assert not recognises(tmp_path / name)


@pytest.mark.parametrize(
    ("name", "line", "message"),
    [
        ("CONCEPT.csv", "990009|Zz cut|Drug", r"CONCEPT\.csv, line 9: 3 columns, expected 10"),
        ("CONCEPT_SYNONYM.csv", "1|2|3|4", r"CONCEPT_SYNONYM\.csv, line 7: 4 columns, expected 3"),
    ],
)
def test_a_broken_row_names_its_line(tmp_path: Path, name: str, line: str, message: str) -> None:
    folder = written(tmp_path / "zz", FILES | {name: f"{FILES[name]}{line}\n"})

    with pytest.raises(BadRecordError, match=message):
        loaded(folder)


def test_a_header_without_a_column_names_it(tmp_path: Path) -> None:
    short = CONCEPT.replace(" concept_code", " code")

    with pytest.raises(BadRecordError, match="line 1: no column concept_code; expected Athena's"):
        loaded(written(tmp_path / "zz", {"CONCEPT.csv": short}))


def test_a_file_that_is_missing_or_there_twice_is_refused(tmp_path: Path) -> None:
    one, two = written(tmp_path / "one"), written(tmp_path / "two")
    (two / "CONCEPT_SYNONYM.csv").unlink()

    with pytest.raises(BadReleaseError, match=r"a second CONCEPT\.csv beside"):
        loaded(one, two)
    with pytest.raises(BadReleaseError, match=r"no CONCEPT\.csv; give the folder or the zip"):
        loaded(one / "CONCEPT_SYNONYM.csv")


def test_a_concept_is_found_by_its_concept_id(
    tmp_path: Path, index: Index, encoder: WordHash
) -> None:
    ingest(load([written(tmp_path / "zz")], Options(), Report()), "athena", encoder, index)

    (entry,) = lookup(index, "omop:990001")

    assert (entry.curie, entry.xrefs) == ("snomedct:9990001", ["omop:990001"])
    assert {each.origin for each in index.manifest.loaded} == {
        f"athena/{vocabulary}" for vocabulary in ("hp", "ndc", "rxnorm", "snomedct")
    }
