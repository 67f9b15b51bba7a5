"""Small ontologies in OBO and as obographs; everything in them is invented."""

import json
from pathlib import Path

from termsearch.concept import Concept
from termsearch.loader import Options, Report
from termsearch_loaders.obo import load

__all__ = ["GRAPHS", "IRI", "OBO", "diseases", "graphs", "loaded", "obo",
           "phenotypes", "written"]  # fmt: skip

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


def phenotypes(folder: Path) -> Path:
    """``hp.obo``."""
    return written(folder, OBO, "hp.obo")


def diseases(folder: Path) -> Path:
    """``doid.json``."""
    return written(folder, json.dumps(GRAPHS), "doid.json")
