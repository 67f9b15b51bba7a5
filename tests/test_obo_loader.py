"""OBO and obographs become concepts, however loosely written; broken files say where they break."""

import gzip
import json
import zipfile
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from termsearch.concept import Concept, Kind, SemanticType
from termsearch.errors import BadRecordError, BadReleaseError, TermsearchError
from termsearch.index import Index
from termsearch.ingest import ingest
from termsearch.loader import Options, Report, recognise
from termsearch_loaders.obo import load, recognises
from termsearch_loaders.obo_graph import Graph
from termsearch_loaders.obo_terms import Term, dated, ontology_vocabulary, term_id, xref
from tests.conftest import WordHash

IRI = "http://purl.obolibrary.org/obo/"

#: A small phenotype ontology; everything in it is invented.
OBO = r"""format-version: 1.2
data-version: releases/2031-05-01
synonymtypedef: zz_short "Acronym" EXACT
ontology: hp

! a comment: between stanzas
[Term]
id: HP:9900001
name: Zz all

[Term]
id: HP:9900002
name: Zz phenotype
is_a: HP:9900001 ! Zz all

[Term]
id: HP:9900003
name: Zz warmth of the body
is_a: HP:9900002 ! Zz phenotype

[Term]
id: HP:9900004
name: Zz fever {xref="ZZ:1", source="ZZ:2"} ! hidden
alt_id: HP:9900404
def: "A \"zz\" warmth,\nof the whole body." [ZZ:me, url:http\://zz.example/a]
comment: Not read.
subset: zz_slim
synonym: "Zz hotness" RELATED []
synonym: "ZF" EXACT zz_short [ZZ:me]
synonym: "ZFO" EXACT OMO:0003012 [ZZ:me]
synonym: "Zz warm in the head" EXACT layperson [ORCID:0000-0000-0000-0000]
synonym: "Zz anything" BROAD []
synonym: "Zz fever at night" NARROW [JA:Zz Genetics [Kiel]]
synonym: "Zz {2,3\}-fever, 5\" long" EXACT [] {source="ZZ:3"}
synonym: "Zz no scope" []
synonym: "Zz hotness" EXACT []
xref: MeSH:D990001 "Zz fever"
xref: SNOMEDCT_US_2031_03_01:99001
xref: UMLS_CUI:C9900001
xref: url:http\://zz.example/b
xref: Zz textbook, page 5
is_a: HP:9900003 {is_inferred="true"} ! Zz warmth of the body

[Term]
id: HP:9900005
name: obsolete Zz heat
is_obsolete: true
replaced_by: HP:9900006
consider: HP:9900003

[Term]
id: HP:9900006
name: obsolete Zz glow
synonym: "Zz gleam" EXACT []
is_obsolete: true
replaced_by: HP:9900004

[Term]
id: UBERON:9900001
name: Zz organ
synonym: "Zz part" EXACT []

[Typedef]
id: part_of
name: part of
"""

#: The parts of the above that obographs can say, with an import and an unnamed node.
GRAPHS = {
    "graphs": [
        {
            "nodes": [
                {"id": IRI + "DOID_9900001", "lbl": "Zz disease", "type": "CLASS"},
                {
                    "id": IRI + "DOID_9900002",
                    "lbl": "Zz fever ",
                    "type": "CLASS",
                    "meta": {
                        "definition": {"val": "A zz warmth.", "xrefs": []},
                        "synonyms": [
                            {"pred": "hasRelatedSynonym", "val": "Zz hotness", "xrefs": []},
                            {
                                "pred": "hasExactSynonym",
                                "val": "ZF",
                                "synonymType": IRI + "OMO_0003000",
                            },
                            {
                                "pred": "hasExactSynonym",
                                "val": "Zz warm in the head",
                                "synonymType": IRI + "hp#layperson",
                            },
                            {"pred": "hasBroadSynonym", "val": "Zz anything"},
                            {"pred": "hasNarrowSynonym", "val": "Zz fever at night"},
                        ],
                        "xrefs": [{"val": "NCI2031_11_17:C990001"}, {"val": " ICD10CM:Z99.1"}],
                        "basicPropertyValues": [
                            {
                                "pred": "http://www.geneontology.org/formats/oboInOwl#hasAlternativeId",
                                "val": "DOID:9900404",
                            }
                        ],
                        "comments": None,
                    },
                },
                {
                    "id": IRI + "DOID_9900003",
                    "lbl": "obsolete Zz heat",
                    "meta": {
                        "deprecated": True,
                        "basicPropertyValues": [
                            {"pred": IRI + "IAO_0100001", "val": IRI + "DOID_9900002"}
                        ],
                    },
                },
                {"id": IRI + "DOID_9900009"},
                {"id": IRI + "doid#zz_occurs_with", "lbl": "occurs with", "type": "PROPERTY"},
            ],
            "edges": [
                {"sub": IRI + "DOID_9900002", "pred": "is_a", "obj": IRI + "DOID_9900001"},
                {
                    "sub": IRI + "DOID_9900001",
                    "pred": IRI + "BFO_0000050",
                    "obj": IRI + "DOID_9900002",
                },
            ],
            "id": IRI + "doid.owl",
            "meta": {"version": IRI + "doid/releases/2031-05-01/doid.owl"},
        },
        {
            "id": IRI + "doid/imports/so_import.owl",
            "nodes": [{"id": IRI + f"SO_990000{n}", "lbl": f"Zz gene {n}"} for n in range(9)],
        },
    ]
}


def written(folder: Path, text: str, name: str = "zz.obo") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def graphs(folder: Path, *found: object, name: str = "zz.json") -> Path:
    return written(folder, json.dumps({"graphs": found}), name)


def loaded(
    *paths: Path, options: Options | None = None, report: Report | None = None
) -> dict[str, Concept]:
    found = load(paths, options or Options(), Report() if report is None else report)
    return {concept.code: concept for concept in found}


def obo(folder: Path, *stanzas: str, header: str = "ontology: hp") -> dict[str, Concept]:
    text = "\n\n".join([header, *("[Term]\n" + stanza for stanza in stanzas)])
    return loaded(written(folder, f"{text}\n"))


@pytest.fixture
def hp(tmp_path: Path) -> Path:
    return written(tmp_path, OBO, "hp.obo")


@pytest.fixture
def doid(tmp_path: Path) -> Path:
    return written(tmp_path, json.dumps(GRAPHS), "doid.json")


def test_the_label_leads_and_every_synonym_says_what_it_is(hp: Path) -> None:
    fever = loaded(hp)["HP:9900004"]

    assert [(name.text, name.kind) for name in fever.names] == [
        ("Zz fever", Kind.PREFERRED),
        ("ZF", Kind.ABBREVIATION),
        ("ZFO", Kind.ABBREVIATION),
        ("Zz warm in the head", Kind.SYNONYM),
        ('Zz {2,3}-fever, 5" long', Kind.SYNONYM),
        ("Zz hotness", Kind.SYNONYM),
        ("Zz anything", Kind.BROADER),
        ("Zz fever at night", Kind.NARROWER),
        ("Zz no scope", Kind.RELATED),
    ]
    assert {name.lang for name in fever.names} == {"en"}


def test_definition_and_release_are_read_and_escapes_undone(hp: Path) -> None:
    fever = loaded(hp)["HP:9900004"]

    assert fever.definition == 'A "zz" warmth,\nof the whole body.'
    assert (fever.vocabulary, fever.release, fever.part) == ("hp", "2031-05-01", "hp")


def test_cross_references_become_our_curies_and_urls_and_remarks_are_left_out(hp: Path) -> None:
    fever = loaded(hp)["HP:9900004"]

    assert fever.xrefs == ("mesh:D990001", "snomedct:99001", "umls:C9900001")


def test_parents_and_ancestors_come_from_is_a_alone(hp: Path) -> None:
    fever = loaded(hp)["HP:9900004"]

    assert fever.parents == ("HP:9900003",)
    assert fever.ancestors == ("HP:9900003", "HP:9900002", "HP:9900001")


def test_types_are_the_branches_two_steps_below_a_root_that_holds_everything(hp: Path) -> None:
    concepts = loaded(hp)

    warmth = SemanticType("HP:9900003", "Zz warmth of the body", "HP:9900002", "Zz phenotype")
    phenotype = SemanticType("HP:9900002", "Zz phenotype", "HP:9900002", "Zz phenotype")
    assert concepts["HP:9900001"].types == ()
    assert concepts["HP:9900002"].types == (phenotype,)
    assert concepts["HP:9900003"].types == concepts["HP:9900004"].types == (warmth,)


def test_roots_that_share_a_file_are_groups_and_their_children_types(tmp_path: Path) -> None:
    concepts = obo(
        tmp_path,
        "id: HP:1\nname: Zz entity",
        "id: HP:2\nname: Zz disease\nis_a: HP:1",
        "id: HP:3\nname: Zz fever\nis_a: HP:2",
        "id: HP:4\nname: Zz place",
        "id: HP:5\nname: Zz town\nis_a: HP:4",
        "id: HP:6\nname: Zz fever of the town\nis_a: HP:3\nis_a: HP:5",
    )

    disease = SemanticType("HP:2", "Zz disease", "HP:1", "Zz entity")
    place = SemanticType("HP:4", "Zz place", "HP:4", "Zz place")
    town = SemanticType("HP:5", "Zz town", "HP:4", "Zz place")
    assert concepts["HP:3"].types == (disease,)
    assert concepts["HP:4"].types == (place,)
    assert concepts["HP:6"].types == (disease, town)


def test_a_term_without_children_is_no_type_of_its_own(tmp_path: Path) -> None:
    concepts = obo(
        tmp_path,
        "id: HP:1\nname: Zz all",
        "id: HP:2\nname: Zz syndrome\nis_a: HP:1",
        "id: HP:3\nname: Zz blue syndrome\nis_a: HP:2",
    )

    assert [one.code for one in concepts["HP:3"].types] == ["HP:2"]


def test_what_is_dropped_is_counted_by_reason(hp: Path) -> None:
    report = Report()

    loaded(hp, report=report)

    assert report.dropped == {
        "same text as another name of the term": 1,
        "obsolete term": 3,
        "imported term (prefix UBERON)": 2,
        "relation, no term": 1,
    }
    assert (report.read, report.kept) == (19, 12)
    assert report.done == report.total == hp.stat().st_size
    assert report.warnings == []


def test_alternative_and_replaced_ids_lead_to_the_term_that_stands(hp: Path) -> None:
    concepts = loaded(hp)

    assert concepts["HP:9900004"].replaces == ("HP:9900404", "HP:9900005", "HP:9900006")
    assert concepts["HP:9900003"].replaces == ()  # only to be considered


def test_obsolete_terms_are_kept_on_demand_and_name_their_successors(hp: Path) -> None:
    concepts = loaded(hp, options=Options(inactive=True))

    heat = concepts["HP:9900005"]
    assert (heat.names[0].text, heat.active) == ("obsolete Zz heat", False)
    assert heat.replaced_by == ("HP:9900004", "HP:9900003")
    assert concepts["HP:9900004"].active
    assert concepts["HP:9900004"].replaces == ("HP:9900404",)


def test_an_obsolete_id_that_lives_on_as_an_alternative_leads_there_too(tmp_path: Path) -> None:
    concepts = obo(
        tmp_path,
        "id: HP:1\nname: Zz fever\nalt_id: HP:2\nalt_id: HP:3",
        "id: HP:2\nis_obsolete: true",
        "id: HP:3\nname: Zz chill",
    )

    assert concepts["HP:1"].replaces == ("HP:2",)  # HP:3 is in use


def test_terms_that_replace_each_other_lead_nowhere_and_end(tmp_path: Path) -> None:
    concepts = obo(
        tmp_path,
        "id: HP:1\nname: Zz one\nis_obsolete: true\nreplaced_by: HP:2",
        "id: HP:2\nname: Zz two\nis_obsolete: true\nreplaced_by: HP:1",
        "id: HP:3\nname: Zz three",
    )

    assert [(c.code, c.replaces) for c in concepts.values()] == [("HP:3", ())]


def test_a_cycle_of_parents_ends_and_no_term_is_above_itself(tmp_path: Path) -> None:
    concepts = obo(
        tmp_path,
        "id: HP:1\nname: Zz one\nis_a: HP:2",
        "id: HP:2\nname: Zz two\nis_a: HP:1\nis_a: HP:2",
    )

    assert (concepts["HP:1"].ancestors, concepts["HP:2"].ancestors) == (("HP:2",), ("HP:1",))
    assert concepts["HP:2"].parents == ("HP:1",)


def test_ancestors_are_found_over_an_imported_term_that_is_left_out(tmp_path: Path) -> None:
    concepts = obo(
        tmp_path,
        "id: HP:1\nname: Zz top",
        "id: BFO:1\nname: Zz thing\nis_a: HP:1",
        "id: HP:2\nname: Zz fever\nis_a: BFO:1",
    )

    assert (concepts["HP:2"].parents, concepts["HP:2"].ancestors) == ((), ("HP:1",))


def test_parents_that_the_file_lacks_are_counted_in_a_warning(tmp_path: Path) -> None:
    report = Report()

    loaded(
        written(tmp_path, "[Term]\nid: HP:1\nname: Zz\nis_a: HP:9\nis_a: BFO:9\n"), report=report
    )

    assert len(report.warnings) == 1
    assert "1 parents are not in the file" in report.warnings[0]


def test_the_name_of_the_ontology_outweighs_a_larger_import(tmp_path: Path) -> None:
    stanzas = ["id: HP:1\nname: Zz fever", "id: UBERON:1\nname: Zz a", "id: UBERON:2\nname: Zz b"]

    assert [*obo(tmp_path, *stanzas, header="ontology: hp/zz-slim")] == ["HP:1"]
    assert [*obo(tmp_path, *stanzas, header="format-version: 1.2")] == ["UBERON:1", "UBERON:2"]
    assert [*obo(tmp_path, *stanzas, header="ontology: zzo")] == ["UBERON:1", "UBERON:2"]


@pytest.mark.parametrize(
    ("id_", "vocabulary", "code"),
    [
        ("DOID:0050001", "doid", "DOID:0050001"),
        ("Orphanet:9990", "ordo", "9990"),
        ("http://www.orpha.net/ORDO/Orphanet_C990", "ordo", "C990"),
        (r"NCIT\:C9990", "ncit", "C9990"),
        ("ZZO:0000010", "zzo", "0000010"),
    ],
)
def test_codes_are_those_that_a_users_curie_is_read_as(
    tmp_path: Path, id_: str, vocabulary: str, code: str
) -> None:
    (concept,) = obo(tmp_path, f"id: {id_}\nname: Zz fever", header="").values()

    assert (concept.vocabulary, concept.code) == (vocabulary, code)


@pytest.mark.parametrize(
    ("header", "release"),
    [
        ("data-version: 230", "230"),
        ("data-version: zz/releases/2031-05-01/zz-full.owl", "2031-05-01"),
        ("date: 04:03:2031 16:27", "2031-03-04"),
        ("data-version: 7\ndate: 04:03:2031 16:27", "7"),
        ("ontology: hp", ""),
    ],
)
def test_the_release_is_the_version_or_else_the_date(
    tmp_path: Path, header: str, release: str
) -> None:
    (concept,) = obo(tmp_path, "id: HP:1\nname: Zz", header=header).values()

    assert concept.release == release


def test_a_quotation_mark_that_nobody_escaped_is_part_of_the_name(tmp_path: Path) -> None:
    (concept,) = obo(tmp_path, 'id: HP:1\nname: Zz\nsynonym: "5" zz needle" EXACT []').values()

    assert concept.names[1].text == '5" zz needle'
    assert concept.names[1].kind is Kind.SYNONYM


def test_braces_and_exclamation_marks_in_a_name_are_data(tmp_path: Path) -> None:
    (concept,) = obo(tmp_path, "id: HP:1\nname: Zz{+}! 1-{zz-2}").values()

    assert concept.names[0].text == "Zz{+}! 1-{zz-2}"


def test_synonym_tags_of_obo_1_0_say_the_scope(tmp_path: Path) -> None:
    lines = [f'{scope}_synonym: "Zz {scope}" []' for scope in ("related", "narrow", "exact")]

    (concept,) = obo(tmp_path, "\n".join(["id: HP:1", "name: Zz", *lines])).values()

    assert [(n.text, n.kind) for n in concept.names[1:]] == [
        ("Zz exact", Kind.SYNONYM),
        ("Zz narrow", Kind.NARROWER),
        ("Zz related", Kind.RELATED),
    ]


def test_a_second_label_is_a_synonym(tmp_path: Path) -> None:
    (concept,) = obo(tmp_path, "id: HP:1\nname: Zz one\nname: Zz two").values()

    assert [(n.text, n.kind) for n in concept.names] == [
        ("Zz one", Kind.PREFERRED),
        ("Zz two", Kind.SYNONYM),
    ]


def test_names_without_a_label_and_repeated_terms_are_counted(tmp_path: Path) -> None:
    text = (
        '[Term]\nid: HP:1\nsynonym: "Zz lone" EXACT []\n\n[Term]\nid: HP:2\nname: Zz\n'
        'synonym: "" EXACT []\n\n[Term]\nid: HP:2\nname: Zz again\n'
    )
    report = Report()

    concepts = loaded(written(tmp_path, text), report=report)

    assert [*concepts] == ["HP:2"]
    assert report.dropped == {
        "synonym of a term without a name": 1,
        "empty synonym": 1,
        "term that the file has already had": 1,
    }


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (Options(vocabularies=("mondo", "doid")), "vocabulary hp"),
        (Options(langs=("fr",)), "language en"),
    ],
)
def test_what_the_user_did_not_ask_for_is_dropped_and_counted(
    hp: Path, options: Options, reason: str
) -> None:
    report = Report()

    assert loaded(hp, options=options, report=report) == {}
    assert report.dropped[reason] == 16
    assert report.read == report.kept + report.dropped.total()


def test_english_of_any_country_is_english(hp: Path) -> None:
    assert len(loaded(hp, options=Options(langs=("en-GB",), vocabularies=("hp",)))) == 4


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("[Term]\nname: Zz\n", r"line 1: a \[Term\] without id"),
        ("[Term]\nid:\nname: Zz\n", r"line 1: a \[Term\] without id"),
        ("[Term]\nid: HP:1\nname Zz\n", "line 3: 'name Zz', expected 'tag: value'"),
        ("[Term]\nid: HP:1\n[Ter", r"line 3: '\[Ter', expected a stanza"),
        ("[Term]\nid: HP:1\nsynonym: Zz EXACT []\n", "line 3: synonym: 'Zz EXACT"),
        ('[Term]\nid: HP:1\ndef: "Zz is cut sh', "line 3: def: "),
        ('[Term]\nid: HP:1\nsynonym: "Zz" one two three []\n', "line 3: synonym: "),
    ],
)
def test_a_broken_line_is_named(tmp_path: Path, text: str, where: str) -> None:
    path = written(tmp_path, text)

    with pytest.raises(BadRecordError, match=where) as caught:
        loaded(path)

    assert str(path) in str(caught.value)


def test_obo_that_is_not_utf_8_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "zz.obo"
    path.write_bytes(b"ontology: hp\n[Term]\nid: HP:1\nname: Zz f\xefvre\n")

    with pytest.raises(BadRecordError, match="line 4: not UTF-8"):
        loaded(path)


def test_lines_end_at_line_ends_only(tmp_path: Path) -> None:
    text = "\ufeff[Term]\r\nid: HP:1\r\nname: Zz\u2028one\u0085two\r\n"

    (concept,) = loaded(written(tmp_path, text)).values()

    assert concept.names[0].text == "Zz\u2028one\u0085two"


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


def test_a_file_of_edges_alone_yields_nothing_and_says_so(tmp_path: Path) -> None:
    report = Report()
    path = graphs(tmp_path, {"id": IRI + "hp.owl", "nodes": [], "edges": [{"sub": "a"}]})

    assert loaded(path, report=report) == {}
    assert (report.read, report.done) == (0, report.total)
    assert "no term has a name" in report.warnings[0]


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
