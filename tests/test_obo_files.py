"""Files that hold ontologies, and what is read in each of their texts."""

import gzip
import zipfile
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from termsearch.concept import Kind
from termsearch.errors import BadRecordError, BadReleaseError, TermsearchError
from termsearch.index import Index
from termsearch.ingest import ingest
from termsearch.loader import Options, Report, recognise
from termsearch_loaders.obo import load, recognises
from termsearch_loaders.obo_graph import Graph
from termsearch_loaders.obo_terms import Term, dated, ontology_vocabulary, term_id, xref
from tests.conftest import WordHash
from tests.obo import IRI, OBO, diseases, loaded, obo, phenotypes, written


@pytest.fixture
def hp(tmp_path: Path) -> Path:
    return phenotypes(tmp_path)


@pytest.fixture
def doid(tmp_path: Path) -> Path:
    return diseases(tmp_path)


@pytest.mark.parametrize("name", ["hp.obo", "doid.json"])
def test_gzip_zip_and_folder_are_read_alike(
    tmp_path: Path, hp: Path, doid: Path, name: str
) -> None:
    plain = tmp_path / name
    content = {hp.name: hp, doid.name: doid}[name].read_bytes()
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / f"{name}.gz").write_bytes(gzip.compress(content))
    (folder / "README.txt").write_text("Zz")
    with zipfile.ZipFile(tmp_path / "zz.zip", "w") as archive:
        archive.writestr(f"zz/{name}", content)
        archive.writestr("zz/zz.owl", "<rdf/>")

    found = [loaded(plain), loaded(folder), loaded(tmp_path / "zz.zip")]

    assert found[0]
    assert found[0] == found[1] == found[2]
    assert all(map(recognises, (plain, folder, tmp_path / "zz.zip")))


@pytest.mark.parametrize("suffix", ["obo", "json"])
def test_a_gzip_that_ends_early_is_named(tmp_path: Path, hp: Path, doid: Path, suffix: str) -> None:
    whole = gzip.compress({"obo": hp, "json": doid}[suffix].read_bytes())
    path = tmp_path / f"cut.{suffix}.gz"
    path.write_bytes(whole[: len(whole) // 2])

    with pytest.raises(BadRecordError, match="cut or damaged"):
        loaded(path)


def test_several_ontologies_are_read_one_after_the_other(hp: Path, doid: Path) -> None:
    report = Report()

    concepts = loaded(hp, doid, report=report)

    assert {concept.vocabulary for concept in concepts.values()} == {"hp", "doid"}
    assert report.done == report.total == hp.stat().st_size + doid.stat().st_size


@pytest.mark.parametrize("again", ["hp", "doid"])
def test_an_ontology_that_is_ingested_again_leaves_the_others(
    hp: Path, doid: Path, again: str, index: Index, encoder: WordHash
) -> None:
    ingest(load([hp, doid], Options(), Report()), "obo", encoder, index)
    before = {point.id for point in index.points([])}

    summary = ingest(
        load([{"hp": hp, "doid": doid}[again]], Options(), Report()), "obo", encoder, index
    )

    assert {point.id for point in index.points([])} == before
    assert (summary.embedded, summary.removed) == (0, 0)
    assert {entry.origin for entry in index.manifest.loaded} == {"obo/hp", "obo/doid"}


def test_one_ontology_twice_is_refused(tmp_path: Path, hp: Path) -> None:
    second = written(tmp_path, OBO, "hp-base.obo")

    with pytest.raises(BadReleaseError, match=r"a second hp file beside .*hp\.obo"):
        loaded(hp, second)


def test_a_path_without_an_ontology_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadReleaseError, match=r"take \.obo or \.json, not \.owl"):
        loaded(written(tmp_path, "<rdf/>", "hp.owl"))


@pytest.mark.parametrize("name", ["hp", "doid"])
def test_the_obo_loader_alone_recognises_an_ontology(
    name: str, request: pytest.FixtureRequest
) -> None:
    assert recognise(request.getfixturevalue(name)) == "obo"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("zz.json", '{"resourceType": "CodeSystem", "concept": [{"code": "graphs"}]}'),
        ("zz.json", '{"@graph": [{"id": "Zz"}]}'),
        ("zz.json", '{"graphs": 3}'),
        ("zz.json", '[{"graphs": [{"nodes": []}]}]'),
        ("zz.json", ""),
        ("zz.obo", "o Zz\nv 1.0 2.0 3.0\n"),
        ("zz.obo.gz", "no gzip"),
        ("zz.zip", "no zip"),
        ("zz.txt", OBO),
    ],
)
def test_other_files_are_not_recognised(tmp_path: Path, name: str, text: str) -> None:
    assert not recognises(written(tmp_path, text, name))


@pytest.mark.parametrize(
    ("text", "curie"),
    [
        ("MESH:D990001", "mesh:D990001"),
        ("NCI2031_11_17:C1", "ncit:C1"),
        ("ICD9CM_2031:99.1", "icd9cm:99.1"),
        ("HP:9900001", "HP:9900001"),
        ("https://zz.example/1", ""),
        ("Zz one: two", ""),
        ("MESH:", ""),
    ],
)
def test_a_cross_reference_is_a_clean_curie_or_nothing(text: str, curie: str) -> None:
    assert xref(text) == curie


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (IRI + "HP_0000001", "HP:0000001"),
        ("http://www.ebi.ac.uk/efo/EFO_0000001", "EFO:0000001"),
        (IRI + "NCBITaxon_Union_0000001", "NCBITaxon_Union:0000001"),
        (IRI + "doid#occurs_with", IRI + "doid#occurs_with"),
        ("HP:0000001", "HP:0000001"),
    ],
)
def test_an_iri_stands_for_a_curie_where_it_ends_in_one(text: str, found: str) -> None:
    assert term_id(text) == found


@pytest.mark.parametrize(
    "name", ["hp", "hp/hp-base", "hp.owl", IRI + "hp.json", IRI + "hp/releases/2031-05-01/hp.owl"]
)
def test_an_ontology_is_known_by_its_name_or_iri(name: str) -> None:
    assert ontology_vocabulary(name) == "hp"


def test_a_date_is_found_in_a_version_and_nothing_else_taken_for_one() -> None:
    assert dated("releases/2031-05-01") == "2031-05-01"
    assert dated("12031-05-011") == ""


#: Any text that one line can hold; a backslash and a quotation mark have their escapes.
TEXTS = st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]))


@given(TEXTS)
def test_any_text_that_is_escaped_comes_back(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    name = f"zz {text} zz"
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    stanza = f'id: HP:1\nname: Zz\nsynonym: "{quoted}" BROAD zz [ZZ:1 "zz"] ! zz'

    (concept,) = obo(tmp_path_factory.mktemp("any"), stanza).values()

    assert [(n.text, n.kind) for n in concept.names[1:]] == [(name, Kind.BROADER)]


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=30))
def test_ancestors_are_all_that_can_be_reached_and_never_the_term_itself(
    edges: list[tuple[int, int]],
) -> None:
    terms = [
        Term(f"HP:{n}", "", name="Zz", parents=[f"HP:{up}" for low, up in edges if low == n])
        for n in range(8)
    ]

    graph = Graph(terms, [])

    for n in range(8):
        above = graph.place(f"HP:{n}").ancestors
        assert sorted(above) == sorted(f"HP:{up}" for up in reachable(n, edges) - {n})
        assert set(graph.place(f"HP:{n}").parents) <= set(above)


def reachable(start: int, edges: Iterable[tuple[int, int]]) -> set[int]:
    found, size = {start}, 0
    while len(found) > size:
        size = len(found)
        found |= {up for low, up in edges if low in found}
    return found


@given(st.binary(max_size=300))
def test_bytes_of_any_sort_raise_nothing_but_our_own_errors(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    folder = tmp_path_factory.mktemp("any")
    for name, start in (("zz.obo", b"[Term]\nid: HP:1\nsynonym: "), ("zz.json", b'{"graphs":[')):
        path = folder / name
        path.write_bytes(start + content)
        try:
            loaded(path)
        except TermsearchError as error:
            assert str(path) in str(error)  # noqa: PT017  # anything else fails the test
