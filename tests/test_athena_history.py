"""Retired OMOP concepts lead to those in use; everything in the files is invented."""

from pathlib import Path

import pytest

from termsearch.codes import owners
from termsearch.concept import Concept
from termsearch.errors import BadRecordError
from termsearch.index import Index
from termsearch.ingest import ingest
from termsearch.loader import Options, Report
from termsearch.lookup import lookup
from termsearch.mappings import mappings
from termsearch_loaders.athena import load
from tests.conftest import WordHash
from tests.test_athena_loader import loaded, written

CONCEPT = """\
concept_id concept_name domain_id vocabulary_id concept_class_id standard_concept concept_code \
valid_start_date valid_end_date invalid_reason
1|Zz fever|Condition|SNOMED|Zz|S|91|19700101|20991231|
2|Zz ague|Condition|SNOMED|Zz||92|19700101|20991231|
3|Zz replaced|Condition|SNOMED|Zz||93|19700101|20200101|U
4|Zz replaced twice|Condition|SNOMED|Zz||94|19700101|20100101|U
5|Zz mapped|Condition|SNOMED|Zz||95|19700101|20100101|D
6|Zz both|Condition|SNOMED|Zz||96|19700101|20100101|U
7|Zz standard|Condition|SNOMED|Zz|S|97|19700101|20100101|D
8|Zz no more|Condition|SNOMED|Zz||98|19700101|20100101|U
9|Zz elsewhere|Condition|ICD10CM|Zz||Z99|19700101|20100101|D
10|Zz either|Condition|SNOMED|Zz||90|19700101|20100101|D
11|Zz round|Condition|SNOMED|Zz||81|19700101|20100101|U
12|Zz and round|Condition|SNOMED|Zz||82|19700101|20100101|U
13|Zz used anew|Drug|NDC|Zz||0009|20160101|20991231|
14|Zz used before|Drug|NDC|Zz||0009|19700101|20150101|D
15|Zz other|Drug|NDC|Zz|S|0010|19700101|20991231|
16|Zz gene|Observation|HPO|Zz||HP:6|19700101|20991231|
17|Zz old gene|Observation|HPO|Zz||HP:7|19700101|20100101|U
"""

#: Each row of CONCEPT_RELATIONSHIP without its dates.
LEADS = [
    "1|1|Maps to|",
    "2|1|Maps to|",
    "3|1|Concept replaced by|",
    "3|2|Concept replaced by|D",
    "1|3|Concept replaces|",
    "4|3|Concept replaced by|",
    "4|2|Maps to|D",
    "5|1|Maps to|",
    "5|2|Maps to value|",
    "6|1|Concept replaced by|",
    "6|2|Maps to|",
    "7|1|Maps to|",
    "8|99|Concept replaced by|",
    "8|2|Maps to|",
    "9|1|Maps to|",
    "10|2|Maps to|",
    "10|1|Maps to|",
    "11|12|Concept replaced by|",
    "12|11|Concept replaced by|",
    "14|15|Maps to|",
    "17|16|Concept replaced by|",
]


def release(folder: Path, leads: list[str]) -> Path:
    header = "concept_id_1 concept_id_2 relationship_id valid_start_date valid_end_date "
    rows = [lead.rpartition("|") for lead in leads]
    said = "".join(f"{row}|19700101|20991231|{invalid}\n" for row, _, invalid in rows)
    return written(
        folder,
        {
            "CONCEPT.csv": CONCEPT,
            "CONCEPT_RELATIONSHIP.csv": f"{header}invalid_reason\n{said}",
        },
    )


def sources(concept: Concept) -> set[str]:
    """concept_ids that its names have."""
    return {source.code for name in concept.names for source in name.sources}


def test_a_code_replaces_the_retired_ones_that_lead_to_it(tmp_path: Path) -> None:
    report = Report()

    found = loaded(release(tmp_path / "zz", LEADS), report=report)

    assert {code: one.replaces for code, one in found.items() if one.replaces} == {
        "91": ("90", "93", "94", "95", "96", *(f"omop:{n}" for n in (10, 3, 4, 5, 6))),
        "92": ("90", "98", "omop:10", "omop:8"),
        "0010": ("omop:14",),  # and not 0009, which is used anew
        "HP:6": ("HP:7", "omop:17"),
    }
    assert not any(one.replaced_by for one in found.values())
    assert report.read == report.kept + report.dropped.total() == 17


def test_a_retired_code_that_is_kept_names_its_successors(tmp_path: Path) -> None:
    found = loaded(release(tmp_path / "zz", LEADS), options=Options(inactive=True))

    assert {code: one.replaced_by for code, one in found.items() if not one.active} == {
        "93": ("91",),
        "94": ("91",),
        "95": ("91",),
        "96": ("91",),  # "Maps to" says otherwise
        "97": (),  # standard concepts map to themselves
        "98": ("92",),  # what replaces it is not there
        "Z99": (),  # in another vocabulary
        "90": ("92", "91"),
        "81": (),
        "82": (),
        "HP:7": ("HP:6",),
    }
    assert {code: one.replaces for code, one in found.items() if one.replaces} == {
        "0010": ("omop:14",),  # its code, 0009, is in use
    }
    assert sources(found["0009"]) == {"13"}


@pytest.mark.parametrize("inactive", [False, True])
def test_without_the_file_nothing_leads_anywhere(tmp_path: Path, inactive: bool) -> None:
    options = Options(inactive=inactive)
    folder = release(tmp_path / "zz", LEADS)
    with_it = loaded(folder, options=options)
    (folder / "CONCEPT_RELATIONSHIP.csv").unlink()

    without = loaded(folder, options=options)

    silent: dict[str, object] = {"replaces": (), "replaced_by": (), "xrefs": ()}
    assert (sources(without["0009"]) == sources(with_it["0009"])) == (not inactive)
    silent["names"] = without["0009"].names  # of a concept_id that leads elsewhere, too
    with_it["0009"] = with_it["0009"].model_copy(update=silent)
    del silent["names"]
    assert without == {code: one.model_copy(update=silent) for code, one in with_it.items()}
    assert without != with_it


def test_what_leads_to_a_vocabulary_that_is_left_out_leads_nowhere(tmp_path: Path) -> None:
    options = Options(vocabularies=("hp",))

    found = loaded(release(tmp_path / "zz", LEADS), options=options)

    assert {code: one.replaces for code, one in found.items()} == {"HP:6": ("HP:7", "omop:17")}


def test_what_maps_to_a_vocabulary_that_is_left_out_keeps_its_cross_reference(
    tmp_path: Path,
) -> None:
    folder, report = release(tmp_path / "zz", ["13|1|Maps to|", "13|3|Maps to|"]), Report()

    found = loaded(folder, options=Options(vocabularies=("ndc",)), report=report)

    assert {code: one.xrefs for code, one in found.items()} == {
        "0009": ("snomedct:91",),
        "0010": (),
    }
    assert report.parts == ["ndc"]
    assert report.dropped["vocabulary snomedct"] == 11
    assert report.read == report.kept + report.dropped.total() == 17


def test_a_broken_row_that_leads_somewhere_names_its_line(tmp_path: Path) -> None:
    folder = release(tmp_path / "zz", LEADS)
    with (folder / "CONCEPT_RELATIONSHIP.csv").open("a") as file:
        file.write("3\t1\tZz of\n3\t1\tMaps to\n")

    with pytest.raises(BadRecordError, match=r"RELATIONSHIP\.csv, line 24: 3 columns, expected 6"):
        loaded(folder)


@pytest.mark.parametrize("inactive", [False, True])
def test_a_retired_code_is_answered_with_its_successor(
    tmp_path: Path, index: Index, encoder: WordHash, inactive: bool
) -> None:
    folder = release(tmp_path / "zz", LEADS)
    ingest(load([folder], Options(inactive=inactive), Report()), "athena", encoder, index)

    (entry,) = lookup(index, "snomedct:94")

    assert entry.curie == "snomedct:91"
    assert entry.redirect
    assert entry.redirect.asked == "snomedct:94"


@pytest.mark.parametrize(("inactive", "reason"), [(False, "merged"), (True, "replaced")])
def test_a_retired_concept_id_is_answered_with_its_successor(
    tmp_path: Path, index: Index, encoder: WordHash, inactive: bool, reason: str
) -> None:
    folder = release(tmp_path / "zz", LEADS)
    ingest(load([folder], Options(inactive=inactive), Report()), "athena", encoder, index)

    (entry,) = lookup(index, "omop:4")
    (asked,) = lookup(index, "omop:4", inactive=True)

    assert (entry.curie, entry.xrefs) == ("snomedct:91", ["omop:1"])
    assert entry.redirect
    assert (entry.redirect.asked, entry.redirect.reason) == ("omop:4", reason)
    assert asked.curie == ("snomedct:94" if inactive else "snomedct:91")
    assert mappings(index, "omop:4")[0].curie == "snomedct:91"
    assert mappings(index, "omop:4")[0].relation == "replaced by"
    assert "snomedct:91" in owners(index, "omop:4")


@pytest.mark.parametrize(
    ("leads", "curie"),
    [
        (LEADS, "ndc:0010"),
        (["14|13|Concept replaced by|"], "ndc:0009"),
        (["2|1|Maps to|"], "ndc:0009"),
    ],
    ids=["another code", "the code used anew", "nothing"],
)
@pytest.mark.parametrize("inactive", [False, True])
def test_a_retired_concept_id_of_a_code_that_is_used_anew_leads_to_what_replaces_it(
    tmp_path: Path,
    index: Index,
    encoder: WordHash,
    leads: list[str],
    curie: str,
    *,
    inactive: bool,
) -> None:
    folder = release(tmp_path / "zz", leads)
    options = Options(inactive=inactive)
    ingest(load([folder], options, Report()), "athena", encoder, index)

    (of_id,), (of_code,) = lookup(index, "omop:14"), lookup(index, "ndc:0009")

    assert (of_id.curie, of_code.curie, of_code.redirect) == (curie, "ndc:0009", None)


def test_what_maps_to_a_concept_of_another_vocabulary_has_it_as_a_cross_reference(
    tmp_path: Path, index: Index, encoder: WordHash
) -> None:
    leads = ["13|1|Maps to|", "13|15|Maps to|", "13|2|Maps to|D", "13|4|Maps to|", "2|1|Maps to|"]
    folder = release(tmp_path / "zz", leads)
    ingest(load([folder], Options(), Report()), "athena", encoder, index)

    found = {each.curie: each.relation for each in mappings(index, "ndc:0009")}
    back = {each.curie: each.relation for each in mappings(index, "snomedct:91")}

    assert found == {
        "omop:14": "replaces", "snomedct:91": "xref", "ndc:0010": "xref", "omop:13": "source",
    }  # fmt: skip
    assert back == {"ndc:0009": "xref by", "snomedct:92": "xref by", "omop:1": "source"}


def test_a_successor_is_no_cross_reference_besides(tmp_path: Path) -> None:
    found = loaded(release(tmp_path / "zz", LEADS), options=Options(inactive=True))

    assert (found["95"].replaced_by, found["95"].xrefs) == (("91",), ())
    assert (found["Z99"].replaced_by, found["Z99"].xrefs) == ((), ("snomedct:91",))
