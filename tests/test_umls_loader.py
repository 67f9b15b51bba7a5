"""The UMLS loader: what becomes of the rows of a release."""

from pathlib import Path
from typing import Any

import pytest

from termsearch.concept import Kind, SemanticType, Source
from termsearch.errors import BadReleaseError
from termsearch.loader import Report
from termsearch_loaders.umls_types import GROUP_OF, GROUPS
from tests.umls import (
    COUGH,
    FEVER,
    GRAPH,
    THREE,
    atom,
    definition,
    merged,
    preferred,
    read,
    relation,
    release,
    source,
    texts,
)

# What a concept is


def test_a_cui_becomes_one_concept_with_the_preferred_name_first(tmp_path: Path) -> None:
    rows = atom("C9000001", "zz high temp") + preferred("C9000001", "Zz fever") + COUGH

    fever, cough = read(release(tmp_path, MRCONSO=rows))

    assert (fever.vocabulary, fever.code) == ("umls", "C9000001")
    assert texts(fever) == ["Zz fever", "zz high temp"]
    assert [name.kind for name in fever.names] == [Kind.PREFERRED, Kind.SYNONYM]
    assert cough.code == "C9000002"


def test_a_name_carries_every_vocabulary_that_uses_it(tmp_path: Path) -> None:
    rows = (
        preferred("C9000001", "Zz fever", SAB="MSH", TTY="MH", CODE="D900001", AUI="A1")
        + atom("C9000001", "Zz fever", SAB="SNOMEDCT_US", TTY="PT", CODE="900001", AUI="A2")
        + atom("C9000001", "Zz fever", SAB="MSH", TTY="MH", CODE="D900001", AUI="A3")
    )

    (concept,) = read(release(tmp_path, MRCONSO=rows))

    assert [name.sources for name in concept.names] == [
        (Source("mesh", "D900001", "MH"), Source("snomedct", "900001", "PT"))
    ]


def test_a_source_without_codes_has_an_empty_code(tmp_path: Path) -> None:
    rows = preferred("C9000001", "Zz fever", SAB="ZZ", CODE="NOCODE")

    (concept,) = read(release(tmp_path, MRCONSO=rows))

    assert concept.names[0].sources == (Source("zz", "", "PT"),)


def test_one_string_in_two_languages_is_two_names(tmp_path: Path) -> None:
    rows = preferred("C9000001", "Zz") + preferred("C9000001", "Zz", LAT="FRE", SAB="MSHFRE")

    (concept,) = read(release(tmp_path, MRCONSO=rows), langs=("fr", "en"))

    assert [(name.lang, name.sources[0].vocabulary) for name in concept.names] == [
        ("fr", "mesh"),
        ("en", "mesh"),
    ]


@pytest.mark.parametrize(
    ("tty", "kind"),
    [("ACR", Kind.ABBREVIATION), ("AB", Kind.ABBREVIATION), ("FN", Kind.FULLY_SPECIFIED),
     ("DS", Kind.SYNONYM), ("SY", Kind.SYNONYM)],
)  # fmt: skip
def test_the_term_type_says_what_a_name_is(tmp_path: Path, tty: str, kind: Kind) -> None:
    rows = preferred("C9000001", "Zz fever") + atom("C9000001", "ZF", TTY=tty)

    (concept,) = read(release(tmp_path, MRCONSO=rows))

    assert concept.names[1].kind == kind


def test_quotes_and_odd_line_ends_are_text(tmp_path: Path) -> None:
    odd = ['"zz', 'zz "b', "zz\u2028c", "zz\u0085d", "None"]
    rows = "".join(atom("C9000001", text, AUI=f"A{at}") for at, text in enumerate(odd))

    (concept,) = read(release(tmp_path, MRCONSO=rows))

    assert sorted(texts(concept)) == sorted(odd)


# Which rows are kept


def test_only_english_and_current_rows_are_kept_by_default_and_every_row_is_accounted_for(
    tmp_path: Path,
) -> None:
    rows = (
        FEVER
        + atom("C9000001", "Zz fièvre", LAT="FRE")
        + atom("C9000001", "zz old", SUPPRESS="O")
        + atom("C9000001", "zz edited", SUPPRESS="E")
        + atom("C9000001", "zz short", SUPPRESS="Y")
        + atom("C9000001", "Fever, Zz", TTY="PM")
        + atom("C9000001", "  ")
    )
    report = Report()

    (concept,) = read(release(tmp_path, MRCONSO=rows), report)

    assert texts(concept) == ["Zz fever", "zz high temp"]
    assert report.dropped == {
        "language fr": 1,
        "retired (SUPPRESS=O)": 1,
        "retired (SUPPRESS=E)": 1,
        "retired (SUPPRESS=Y)": 1,
        "permuted by a machine (TTY=PM)": 1,
        "empty name": 1,
    }
    assert (report.read, report.kept) == (8, 2)


@pytest.mark.parametrize(
    ("lat", "lang"),
    [("SCR", "hr"), ("GER", "de"), ("FRE", "fr"), ("CHI", "zh"), ("GRE", "el"), ("CZE", "cs"),
     ("DUT", "nl"), ("BAQ", "eu"), ("ZZZ", "zzz")],
)  # fmt: skip
def test_languages_are_asked_for_and_given_in_bcp47(tmp_path: Path, lat: str, lang: str) -> None:
    rows = FEVER + atom("C9000001", "zz foreign", LAT=lat)

    (concept,) = read(release(tmp_path, MRCONSO=rows), langs=(lang,))

    assert [(name.text, name.lang) for name in concept.names] == [("zz foreign", lang)]


@pytest.mark.parametrize("lang", ["en-GB", "en_GB", "EN"])
def test_a_region_asks_for_its_language(tmp_path: Path, lang: str) -> None:
    (concept,) = read(release(tmp_path, MRCONSO=FEVER), langs=(lang,))

    assert texts(concept) == ["Zz fever", "zz high temp"]


def test_a_vocabulary_filter_keeps_its_rows_and_translations_of_it(tmp_path: Path) -> None:
    rows = (
        preferred("C9000001", "zz a", SAB="NCI")
        + atom("C9000001", "zz b", SAB="MSH")
        + atom("C9000001", "zz c", SAB="MSHFRE")
    )
    report = Report()

    (concept,) = read(release(tmp_path, MRCONSO=rows), report, vocabularies=("mesh",))

    assert sorted(texts(concept)) == ["zz b", "zz c"]
    assert report.dropped == {"other vocabulary": 1}


def test_umls_as_a_vocabulary_asks_for_all(tmp_path: Path) -> None:
    rows = preferred("C9000001", "zz a", SAB="NCI") + atom("C9000001", "zz b", SAB="MSH")

    (concept,) = read(release(tmp_path, MRCONSO=rows), vocabularies=("umls",))

    assert texts(concept) == ["zz a", "zz b"]


def test_a_concept_without_a_current_row_comes_only_on_request_and_inactive(tmp_path: Path) -> None:
    meta = release(tmp_path, MRCONSO=FEVER + atom("C9000002", "zz gone", SUPPRESS="O"))

    current, everything = read(meta), read(meta, inactive=True)

    assert [concept.code for concept in current] == ["C9000001"]
    assert [(c.code, c.active) for c in everything] == [("C9000001", True), ("C9000002", False)]


def test_a_current_row_that_the_filter_leaves_out_keeps_a_concept_active(tmp_path: Path) -> None:
    rows = preferred("C9000001", "zz a", SAB="NCI") + atom("C9000001", "zz b", SUPPRESS="O")

    (concept,) = read(release(tmp_path, MRCONSO=rows), vocabularies=("mesh",), inactive=True)

    assert (texts(concept), concept.active) == (["zz b"], True)


def test_a_retired_name_never_comes_before_a_current_one(tmp_path: Path) -> None:
    rows = preferred("C9000001", "zz old", SUPPRESS="O") + atom("C9000001", "zz current")

    (concept,) = read(release(tmp_path, MRCONSO=rows), inactive=True)

    assert [(n.text, n.active) for n in concept.names] == [("zz current", True), ("zz old", False)]


# Which name is preferred


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ({"TS": "P", "AUI": "A4"}, {"STT": "PF", "ISPREF": "Y"}),
        ({"STT": "PF", "AUI": "A4"}, {"ISPREF": "Y"}),
        ({"ISPREF": "Y", "AUI": "A4"}, {"TTY": "PT"}),
        ({"TTY": "PT", "AUI": "A4"}, {"TTY": "SY"}),
        ({"text": "zz b", "AUI": "A3"}, {"text": "zz bb", "AUI": "A2"}),
        ({"AUI": "A1", "text": "zz b"}, {"AUI": "A2", "text": "zz a"}),
    ],
)
def test_the_preferred_name_is_found_whatever_the_order_and_whatever_was_filtered(
    tmp_path: Path, better: dict[str, str], worse: dict[str, str]
) -> None:
    rows = [
        atom("C9000001", **({"text": "zz 1", "AUI": "A2"} | better)),
        atom("C9000001", **({"text": "zz 2", "AUI": "A3"} | worse)),
    ]

    first, second = (
        read(release(tmp_path, MRCONSO="".join(order)))[0] for order in (rows, rows[::-1])
    )

    assert texts(first)[0] == rows[0].split("|")[14]
    assert first == second


def test_a_higher_rank_wins_where_the_release_ranks_its_term_types(tmp_path: Path) -> None:
    rows = atom("C9000001", "zz pt", SAB="ZA", TTY="PT") + atom("C9000001", "zz sy", SAB="ZB")
    ranks = "0009|ZB|SY|N|\n0008|ZA|PT|N|\n"

    (concept,) = read(release(tmp_path, MRCONSO=rows, MRRANK=ranks))

    assert texts(concept) == ["zz sy", "zz pt"]


# Types, definitions, release


def test_types_come_with_name_and_group_and_a_new_type_without_group(tmp_path: Path) -> None:
    types = (
        "C9000000|T001|A1|Not ours|AT0||\n"
        "C9000001|T184|A2.2.2|Sign or Symptom|AT1||\n"
        "C9000001|T999|A9|Zz type|AT2|256|\n"
    )

    fever, cough = read(release(tmp_path, MRCONSO=FEVER + COUGH, MRSTY=types))

    assert fever.types == (
        SemanticType("T184", "Sign or Symptom", "DISO", "Disorders"),
        SemanticType("T999", "Zz type"),
    )
    assert cough.types == ()


def test_the_semantic_groups_are_complete() -> None:
    assert (len(GROUPS), len(GROUP_OF)) == (15, 127 + 9)
    assert sum(len(types.split()) for _, types in GROUPS.values()) == len(GROUP_OF)


def test_the_definition_is_that_of_mesh_then_nci_then_the_first_by_name(tmp_path: Path) -> None:
    rows = FEVER + COUGH + preferred("C9000003", "Zz third")
    definitions = (
        definition("C9000001", "NCI", "nci") + definition("C9000001", "MSH", " <p>mesh</p> ")
        + definition("C9000002", "GO", "go") + definition("C9000002", "NCI", "nci")
        + definition("C9000003", "ZZ", "zz") + definition("C9000003", "GO", "go")
    )  # fmt: skip

    concepts = read(release(tmp_path, MRCONSO=rows, MRDEF=definitions))

    assert [concept.definition for concept in concepts] == ["<p>mesh</p>", "nci", "go"]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, "nci"),
        ({"inactive": True}, "nci"),
        ({"vocabularies": ("mesh",)}, ""),
        ({"vocabularies": ("mesh",), "inactive": True}, "old"),
        ({"langs": ("de", "en")}, "deutsch"),
        ({"langs": ("es", "en")}, "español"),
    ],
)
def test_definitions_are_filtered_as_names_are(
    tmp_path: Path, options: dict[str, Any], expected: str
) -> None:
    definitions = (
        definition("C9000001", "MSH", "old", suppress="O")
        + definition("C9000001", "MSHSPA", "español")
        + definition("C9000001", "ZZ", "deutsch")
        + definition("C9000001", "NCI", "nci")
        + definition("C9000001", "NCI", " ")
    )
    meta = release(tmp_path, MRCONSO=FEVER, MRDEF=definitions, MRSAB=source("ZZ", "GER"))

    fever, *_ = read(meta, **options)

    assert fever.definition == expected


def test_the_edition_is_read_from_release_dat_then_mrsab_then_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "2021AA"
    folder.mkdir()
    meta = release(folder, MRCONSO=FEVER)

    by_folder = read(meta)[0].release
    release(folder, MRSAB=source("MTH", "ENG", "2022AB"))
    by_mrsab = read(meta)[0].release
    (meta / "release.dat").write_text("#Zz\numls.release.name=2023AA\n")
    by_release_dat = read(meta)[0].release

    assert (by_folder, by_mrsab, by_release_dat) == ("2021AA", "2022AB", "2023AA")


# Hierarchy and history


def test_parents_are_read_right_to_left_and_from_both_directions(tmp_path: Path) -> None:
    fever, *_ = read(release(tmp_path, MRCONSO=THREE, MRREL=GRAPH), hierarchy=True)

    assert fever.parents == ("C9000002", "C9000004", "C9000006")


def test_a_cycle_neither_hangs_nor_makes_a_concept_its_own_ancestor(tmp_path: Path) -> None:
    fever, cough, third = read(release(tmp_path, MRCONSO=THREE, MRREL=GRAPH), hierarchy=True)

    assert fever.ancestors == ("C9000002", "C9000004", "C9000006", "C9000003")
    assert (cough.parents, cough.ancestors) == (("C9000003",), ("C9000003",))
    assert (third.parents, third.ancestors) == (("C9000002",), ("C9000002",))


def test_the_hierarchy_is_that_of_the_vocabularies_asked_for(tmp_path: Path) -> None:
    meta = release(tmp_path, MRCONSO=THREE, MRREL=GRAPH)

    fever, *_ = read(meta, hierarchy=True, vocabularies=("mesh",))

    assert fever.parents == ("C9000002", "C9000006")


def test_cuis_of_any_form_come_back_as_they_were(tmp_path: Path) -> None:
    rows = preferred("CL900001", "Zz a")
    relations = relation("CL900001", "PAR", "C0000007") + relation("CL900001", "PAR", "CL000007")

    (concept,) = read(release(tmp_path, MRCONSO=rows, MRREL=relations), hierarchy=True)

    assert concept.parents == ("C0000007", "CL000007")


def test_relations_are_not_read_unless_asked_for(tmp_path: Path) -> None:
    fever, *_ = read(release(tmp_path, MRCONSO=THREE, MRREL="no relation at all"))

    assert (fever.parents, fever.ancestors) == ((), ())


def test_a_hierarchy_without_relations_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadReleaseError, match=r"no MRREL\.RRF.*MRCONSO.*ask for no hierarchy"):
        read(release(tmp_path, MRCONSO=FEVER), hierarchy=True)


def test_merged_cuis_lead_to_the_one_that_stands_along_chains_and_out_of_circles(
    tmp_path: Path,
) -> None:
    history = (
        merged("C9000011", "SY", "C9000012")
        + merged("C9000012", "SY", "C9000001")
        + merged("C9000013", "RO", "C9000001")
        + merged("C9000014", "DEL", "")
        + merged("C9000015", "SY", "C9000016")
        + merged("C9000016", "SY", "C9000015")
        + merged("C9000002", "SY", "C9000001")  # in use again
        + merged("C9000017", "SY", "C9000002")
    )

    fever, cough = read(release(tmp_path, MRCONSO=FEVER + COUGH, MRCUI=history))

    assert fever.replaces == ("C9000011", "C9000012")
    assert cough.replaces == ("C9000017",)


def test_the_list_of_the_last_merges_does_where_there_is_no_history(tmp_path: Path) -> None:
    meta = release(tmp_path, MRCONSO=FEVER)
    (meta / "CHANGE").mkdir()
    (meta / "CHANGE" / "MERGEDCUI.RRF").write_text("C9000011|C9000001|\n")

    (fever,) = read(meta)

    assert fever.replaces == ("C9000011",)
