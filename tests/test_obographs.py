"""Obographs become concepts; broken ones say where they break."""

from pathlib import Path

import pytest

from termsearch.concept import Kind
from termsearch.errors import BadRecordError, BadReleaseError
from termsearch.loader import Options, Report
from tests.obo import IRI, diseases, graphs, loaded, written


@pytest.fixture
def doid(tmp_path: Path) -> Path:
    return diseases(tmp_path)


def test_obographs_say_what_obo_says(doid: Path) -> None:
    report = Report()

    concepts = loaded(doid, report=report)

    fever = concepts["DOID:9900002"]
    assert [(name.text, name.kind) for name in fever.names] == [
        ("Zz fever", Kind.PREFERRED),
        ("ZF", Kind.ABBREVIATION),
        ("Zz warm in the head", Kind.SYNONYM),
        ("Zz hotness", Kind.RELATED),
        ("Zz anything", Kind.BROADER),
        ("Zz fever at night", Kind.NARROWER),
    ]
    assert (fever.vocabulary, fever.release) == ("doid", "2031-05-01")
    assert (fever.definition, fever.parents) == ("A zz warmth.", ("DOID:9900001",))
    assert fever.xrefs == ("ncit:C990001", "icd10cm:Z99.1")
    assert fever.replaces == ("DOID:9900404", "DOID:9900003")
    assert concepts["DOID:9900001"].parents == ()
    assert report.dropped == {
        "obsolete term": 1,
        "relation, no term": 1,
        "imported term (prefix SO)": 9,
    }
    assert report.read == report.kept + report.dropped.total()
    assert report.done == report.total


def test_obsolete_nodes_are_kept_on_demand(doid: Path) -> None:
    heat = loaded(doid, options=Options(inactive=True))["DOID:9900003"]

    assert (heat.active, heat.replaced_by) == (False, ("DOID:9900002",))


def test_orphanets_obsolete_class_and_the_sentence_that_names_a_successor_are_read(
    tmp_path: Path,
) -> None:
    at = "http://www.orpha.net/ORDO/"
    reason = f"This class is deprecated. The preferred class is {at}Orphanet_9902 with label: Zz"
    path = graphs(
        tmp_path,
        {
            "id": "http://www.orpha.net/ontology/orphanet.owl",
            "meta": {"basicPropertyValues": [{"pred": IRI + "owl_versionInfo", "val": "9.6"}]},
            "nodes": [
                {"id": at + "ObsoleteClass", "lbl": "obsolete_class"},
                {
                    "id": at + "Orphanet_9901",
                    "lbl": "Zz old",
                    "meta": {
                        "basicPropertyValues": [
                            {"pred": "http://zz.example/reason_for_obsolescence", "val": reason}
                        ]
                    },
                },
                {"id": at + "Orphanet_9902", "lbl": "Zz new"},
            ],
            "edges": [{"sub": at + "Orphanet_9901", "pred": "is_a", "obj": at + "ObsoleteClass"}],
        },
    )

    (concept,) = loaded(path).values()

    assert (concept.vocabulary, concept.code, concept.release) == ("ordo", "9902", "9.6")
    assert concept.replaces == ("9901",)


@pytest.mark.parametrize(
    ("meta", "release"),
    [
        ({"version": "http://purl.obolibrary.org/obo/zzo/230/zzo.owl"}, "230"),
        (
            {"basicPropertyValues": [{"pred": "zz#versionInfo", "val": "9, 2031-05-01"}]},
            "2031-05-01",
        ),
        ({"basicPropertyValues": [{"pred": "zz#date", "val": "04:03:2031 16:27"}]}, "2031-03-04"),
        (None, ""),
    ],
)
def test_a_graphs_release_is_its_version_or_else_its_date(
    tmp_path: Path, meta: object, release: str
) -> None:
    nodes = [{"id": IRI + "ZZO_1", "lbl": "Zz"}]
    other = {"id": IRI + "so.owl", "meta": {"version": "/2030-01-01/"}}
    path = graphs(tmp_path, other, {"id": IRI + "zzo.owl", "meta": meta, "nodes": nodes})

    (concept,) = loaded(path).values()

    assert concept.release == release


def test_an_import_that_comes_first_and_a_byte_order_mark_change_nothing(tmp_path: Path) -> None:
    imported = {"id": "http://zz.example/imports/so.owl", "nodes": [{"id": "SO:1", "lbl": "Zz"}]}
    own = {"id": IRI + "zzo.owl", "nodes": [{"id": IRI + "ZZO_1", "lbl": "Zz fever"}]}
    path = graphs(tmp_path, imported, own)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())

    (concept,) = loaded(path).values()

    assert concept.vocabulary == "zzo"


def test_a_node_that_two_graphs_share_is_one_concept_with_the_parents_of_both(
    tmp_path: Path,
) -> None:
    nodes = [{"id": IRI + f"ZZO_{n}", "lbl": f"Zz {n}"} for n in range(3)]
    edges = [{"sub": IRI + "ZZO_0", "pred": "is_a", "obj": IRI + f"ZZO_{n}"} for n in (1, 2)]
    one = {"nodes": [{"id": IRI + "ZZO_0"}, *nodes[1:]], "edges": edges[:1]}
    report = Report()

    concepts = loaded(
        graphs(tmp_path, one, {"nodes": nodes[:2], "edges": edges[1:]}), report=report
    )

    assert sorted(concepts) == ["0", "1", "2"]
    assert concepts["0"].parents == ("1", "2")
    assert report.dropped == {"term that the file has already had": 1}


def test_a_file_of_edges_alone_is_refused(tmp_path: Path) -> None:
    path = graphs(tmp_path, {"id": IRI + "hp.owl", "nodes": [], "edges": [{"sub": "a"}]})

    with pytest.raises(BadReleaseError, match="no term has a name"):
        loaded(path)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ('{"graphs": [\n{"nodes": [', "line 2: not JSON, or cut short"),
        ('{"graphs": [{"nodes": ' + "[" * 100_000, "nested"),
        ('{"graphs": [{"nodes": ' + "9" * 5_000, "5000 digits"),
        ('{"graphs": [], "graphs": {"id": 1}}', "'graphs' is {'id': 1}, expected a list"),
        ('{"graphs": [{"id": 1}]}', "graph 1: 'id' is 1, expected a text"),
        ('{"graphs": [{"nodes": [7]}]}', "graph 1, node 1: 7, expected an object"),
        ('{"graphs": [{"nodes": [{"lbl": "Zz"}]}]}', "graph 1, node 1: a node without id"),
        ('{"graphs": [{"nodes": [{"id": "ZZO:1", "lbl": ["Zz"]}]}]}', "node 1: 'lbl' is"),
        ('{"graphs": [{"nodes": [{"id": "ZZO:1", "meta": []}]}]}', "node 1: 'meta' is"),
        (
            '{"graphs": [{"nodes": [{"id": "ZZO:1", "meta": {"synonyms": ["Zz"]}}]}]}',
            "node 1, synonym 1: 'Zz', expected an object",
        ),
        ('{"graphs": [{"nodes": [], "edges": [null]}]}', "graph 1, edge 1: None"),
    ],
)
def test_broken_obographs_name_the_place(tmp_path: Path, text: str, where: str) -> None:
    path = written(tmp_path, text, "zz.json")

    with pytest.raises(BadRecordError) as caught:
        loaded(path)

    assert where in str(caught.value)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize(
    ("node", "where"),
    [
        ({"lbl": "Zz \ud83d"}, "graph 1, node 1: 'lbl'"),
        ({"id": IRI + "ZZO_1\udfff"}, "graph 1, node 1: 'id'"),
        ({"meta": {"definition": {"val": "Zz \ud800"}}}, "graph 1, node 1: 'val'"),
        ({"meta": {"synonyms": [{"val": "\udc00"}]}}, "graph 1, node 1, synonym 1: 'val'"),
        ({"meta": {"xrefs": [{"val": "MESH:\udcff"}]}}, "graph 1, node 1, xref 1: 'val'"),
    ],
)
def test_half_a_character_is_refused_wherever_a_text_is_read(
    tmp_path: Path, node: dict[str, object], where: str
) -> None:
    path = graphs(tmp_path, {"nodes": [{"id": IRI + "ZZO_1", "lbl": "Zz"} | node]})

    with pytest.raises(BadRecordError, match=f"{where} is no valid text"):
        loaded(path)


def test_obographs_that_are_not_utf_8_name_the_line(tmp_path: Path) -> None:
    path = tmp_path / "zz.json"
    path.write_bytes(b'{"graphs": [\n{"id": "f\xefvre"}]}')

    with pytest.raises(BadRecordError, match="line 2: not UTF-8"):
        loaded(path)
