"""The RxNorm loader: what becomes of the rows of a release."""

from pathlib import Path
from typing import Any

import pytest

from termsearch.concept import Kind, SemanticType, Source
from termsearch.loader import Report
from tests.rxnorm import (
    DRUGS,
    FREE_SOURCES,
    RELATIONS,
    atom,
    changed,
    read,
    relation,
    release,
    source,
)
from tests.umls import row, texts

# Names


def test_an_rxcui_becomes_one_concept_with_the_name_of_its_term_type_first(tmp_path: Path) -> None:
    rows = (
        atom("9012", "TMSY", "zzoLOL 50 MG", AUI="1")
        + atom("9012", "SY", "zzolol 50", AUI="2")
        + atom("9012", "PSN", "zzolol 50 MG tab", AUI="3")
        + atom("9012", "SCD", "zzolol 50 MG Oral Tablet in a long form", AUI="4")
    )

    found = read(release(tmp_path, RXNCONSO=rows))["9012"]

    assert (found.vocabulary, found.code, found.active) == ("rxnorm", "9012", True)
    assert texts(found) == [
        "zzolol 50 MG Oral Tablet in a long form",
        "zzolol 50 MG tab",
        "zzolol 50",
        "zzoLOL 50 MG",
    ]
    assert [name.kind for name in found.names] == [Kind.PREFERRED] + 3 * [Kind.SYNONYM]


def test_names_of_other_sources_come_last_with_their_codes_where_they_are_free(
    tmp_path: Path,
) -> None:
    rows = (
        atom("9001", "SU", "ZZ", SAB="MTHSPL", CODE="UNII9", AUI="1")
        + atom("9001", "SU", "zzolol", SAB="MTHSPL", CODE="UNII8", AUI="2")
        + atom("9001", "IN", "zz licensed", SAB="MMSL", CODE="d9", AUI="3")
        + atom("9001", "IN", "zz unheard of", SAB="ZZZ", AUI="4")
        + atom("9001", "IN", "zzolol")
    )
    report = Report()

    found = read(release(tmp_path, RXNCONSO=rows, RXNSAB=FREE_SOURCES), report)["9001"]

    assert [(name.text, name.sources) for name in found.names] == [
        ("zzolol", (Source("mthspl", "UNII8", "SU"),)),
        ("ZZ", (Source("mthspl", "UNII9", "SU"),)),
    ]
    assert report.dropped == {
        "source under a licence, kept with --vocab MMSL": 1,
        "source under a licence, kept with --vocab ZZZ": 1,
    }
    assert (report.read, report.kept) == (5, 3)


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        (("rxnorm",), ["zzolol"]),
        (("rxnorm", "mmsl"), ["zzolol", "zz licensed"]),
        (("snomedct",), ["Zz-containing product"]),
    ],
)
def test_a_vocabulary_filter_keeps_its_rows_whatever_their_licence(
    tmp_path: Path, asked: tuple[str, ...], kept: list[str]
) -> None:
    rows = (
        atom("9001", "IN", "zzolol")
        + atom("9001", "SU", "ZZ", SAB="MTHSPL")
        + atom("9001", "IN", "zz licensed", SAB="MMSL")
        + atom("9001", "PT", "Zz-containing product", SAB="SNOMEDCT_US", CODE="900001")
    )

    found = read(release(tmp_path, RXNCONSO=rows, RXNSAB=FREE_SOURCES), vocabularies=asked)

    assert texts(found["9001"]) == kept
    assert found["9001"].types == (SemanticType("IN", "Ingredient"),)


def test_a_vocabulary_that_no_name_is_from_is_said(tmp_path: Path) -> None:
    report = Report()

    read(release(tmp_path, RXNCONSO=DRUGS), report, vocabularies=("rxnorm", "mmsll"))

    assert "no name of mmsll was kept; check --vocab" in report.warnings


def test_without_rxnsab_the_sources_known_to_be_free_are_kept(tmp_path: Path) -> None:
    rows = (
        atom("9001", "IN", "zzolol")
        + atom("9001", "SU", "ZZ", SAB="MTHSPL")
        + atom("9001", "IN", "zz licensed", SAB="NDDF")
    )

    found = read(release(tmp_path, RXNCONSO=rows))

    assert texts(found["9001"]) == ["zzolol", "ZZ"]


# Which concepts


def test_what_rxnorm_does_not_name_itself_dose_forms_and_retired_rows_are_counted(
    tmp_path: Path,
) -> None:
    rows = (
        DRUGS
        + atom("9015", "DF", "Or tab", SAB="MTHSPL")
        + atom("9016", "DFG", "Oral Product")
        + atom("9020", "SU", "zz outside", SAB="MTHSPL")
        + atom("9021", "SCD", "zz retired", SUPPRESS="O")
        + atom("9021", "DP", "ZZ RETIRED", SAB="MTHSPL")
        + atom("9001", "SY", "zz old", SUPPRESS="E", AUI="1")
        + atom("9001", "SY", "zz español", LAT="SPA", AUI="2")
        + atom("9001", "SY", " ", AUI="3")
        + atom("9001", "PM", "zz, permuted", AUI="4", SAB="MTHSPL")
    )
    report = Report()

    found = read(release(tmp_path, RXNCONSO=rows), report)

    assert list(found) == ["9001", "9002", "9003", "9010", "9011", "9012", "9013", "9014"]
    assert report.dropped == {
        "dose form (TTY=DF)": 2,
        "dose form (TTY=DFG)": 1,
        "of other sources only: RxNorm has no name of its own": 1,
        "concept retired": 2,
        "retired (SUPPRESS=E)": 1,
        "language es": 1,
        "empty name": 1,
        "permuted by a machine (TTY=PM)": 1,
    }
    assert report.read == report.kept + sum(report.dropped.values()) == 18
    assert report.share == 1.0


def test_rows_in_any_order_give_the_same_concepts(tmp_path: Path) -> None:
    lines = [
        *atom("900", "IN", "zz a").splitlines(keepends=True),
        *atom("9001", "IN", "zz b").splitlines(keepends=True),
        *atom("1000", "IN", "zz c").splitlines(keepends=True),
        *atom("900", "SY", "zz d").splitlines(keepends=True),
    ]
    report = Report()

    by_number = read(release(tmp_path, RXNCONSO="".join(lines)), report)
    turned = read(release(tmp_path, RXNCONSO="".join(reversed(lines))))

    assert list(by_number.items()) == list(turned.items())
    assert texts(by_number["900"]) == ["zz a", "zz d"]
    assert not [warning for warning in report.warnings if "sorted" in warning]


# Types


def test_types_are_the_term_type_and_the_semantic_types(tmp_path: Path) -> None:
    types = "9001|T109|A1|Organic Chemical|AT1||\n9001|T121|A2|Pharmacologic Substance|AT2||\n"

    found = read(release(tmp_path, RXNCONSO=DRUGS, RXNSTY=types))

    assert found["9001"].types == (
        SemanticType("IN", "Ingredient"),
        SemanticType("T109", "Organic Chemical", "CHEM", "Chemicals & Drugs"),
        SemanticType("T121", "Pharmacologic Substance", "CHEM", "Chemicals & Drugs"),
    )
    assert found["9012"].types == (SemanticType("SCD", "Semantic Clinical Drug"),)
    assert found["9014"].types == (SemanticType("BPCK", "Brand Name Pack"),)


# Hierarchy


def test_ingredients_are_above_all_that_they_are_in(tmp_path: Path) -> None:
    found = read(release(tmp_path, RXNCONSO=DRUGS, RXNREL=RELATIONS))

    below = [code for code in found if "9001" in found[code].ancestors]
    assert below == ["9002", "9003", "9010", "9011", "9012", "9013", "9014"]
    assert found["9001"].parents == ()
    assert found["9010"].parents == ("9001", "9002")
    assert found["9012"].parents == ("9010", "9011")
    assert found["9013"].parents == ("9003", "9012")
    assert found["9014"].parents == ("9013",)
    assert found["9013"].ancestors[:2] == ("9003", "9012")


@pytest.mark.parametrize(
    ("low", "high"),
    [
        ("isa", "inverse_isa"),
        ("has_ingredient", "ingredient_of"),
        ("has_ingredients", "ingredients_of"),
        ("has_precise_ingredient", "precise_ingredient_of"),
        ("form_of", "has_form"),
        ("has_part", "part_of"),
        ("consists_of", "constitutes"),
        ("tradename_of", "has_tradename"),
        ("contains", "contained_in"),
        ("quantified_form_of", "has_quantified_form"),
    ],
)
def test_a_relation_says_the_same_from_both_ends(tmp_path: Path, low: str, high: str) -> None:
    one = release(tmp_path / "1", RXNCONSO=DRUGS, RXNREL=relation("9001", low, "9012"))
    other = release(tmp_path / "2", RXNCONSO=DRUGS, RXNREL=relation("9012", high, "9001"))

    assert read(one)["9012"].parents == ("9001",)
    assert read(one) == read(other)


@pytest.mark.parametrize(
    "other",
    [
        {"SAB": "MTHSPL"},
        {"STYPE1": "AUI"},
        {"SUPPRESS": "O"},
        {"relation": "has_dose_form"},
        {"relation": "reformulated_to"},
    ],
)
def test_other_relations_put_nothing_above(tmp_path: Path, other: dict[str, str]) -> None:
    told = relation("9001", other.pop("relation", "isa"), "9012", **other)

    assert read(release(tmp_path, RXNCONSO=DRUGS, RXNREL=told))["9012"].parents == ()


def test_parents_that_are_retired_or_missing_are_left_out_and_said(tmp_path: Path) -> None:
    rows = DRUGS + atom("9030", "IN", "zz gone", SUPPRESS="O")
    told = (
        RELATIONS
        + relation("9030", "has_ingredient", "9012")
        + relation("9031", "has_ingredient", "9012")
        + relation("9012", "has_ingredient", "9012")
    )
    report = Report()

    found = read(release(tmp_path, RXNCONSO=rows, RXNREL=told), report)

    assert found["9012"].parents == ("9010", "9011")
    assert "2 parents left out: retired, or not in RXNCONSO. Is it cut?" in report.warnings


# Retired codes


def test_retired_codes_lead_to_what_took_their_place(tmp_path: Path) -> None:
    history = (
        "8001|A|B|1|8002|\n8002|A|B|1|9012|\n"  # a chain
        "8003|A|B|2|9012|\n8003|A|B|2|9013|\n"  # split
        "8004|A|B|1|8004|\n"  # retired for good
        "8005|A|B|1|9015|\n"  # a dose form
        "9001|A|B|1|9012|\n"  # in use again
    )
    changes = (
        changed("8006", "9012")
        + changed("8007", "9012", atom="12")
        + changed("8008", "9012", sab="MMSL")
        + changed("8004", "9012")
    )
    archive = "".join(
        row([*[""] * 12, old, sab, "SCD", "9013"])
        for old, sab in (("8009", "RXNORM"), ("8010", "MMSL"))
    )

    found = read(
        release(
            tmp_path,
            RXNCONSO=DRUGS,
            RXNCUI=history,
            RXNCUICHANGES=changes,
            RXNATOMARCHIVE=archive,
        )
    )

    assert found["9012"].replaces == ("8001", "8002", "8003", "8006")
    assert found["9013"].replaces == ("8003", "8009")
    assert found["9001"].active


def test_retired_concepts_come_only_on_request_and_name_their_successors(tmp_path: Path) -> None:
    rows = DRUGS + atom("8001", "SCD", "zz retired", SUPPRESS="O")
    rrf = release(tmp_path, RXNCONSO=rows, RXNCUI="8001|A|B|1|9012|\n8002|A|B|1|9012|\n")

    current, everything = read(rrf), read(rrf, inactive=True)

    assert "8001" not in current
    assert current["9012"].replaces == ("8001", "8002")
    assert everything["9012"].replaces == ("8002",)
    old = everything["8001"]
    assert (old.active, old.replaced_by, old.names[0].active) == (False, ("9012",), False)
    assert old.types == (SemanticType("SCD", "Semantic Clinical Drug"),)


# Which release


@pytest.mark.parametrize(
    ("folder", "tables", "release_"),
    [
        ("RxNorm_full_03022026", {}, "20260302"),
        ("RxNorm_full_prescribe_03022026", {}, "20260302"),
        ("RxNorm_full_03022026", {"RXNSAB": FREE_SOURCES}, "20260302"),
        ("zz", {"RXNSAB": FREE_SOURCES}, "20310303"),
        ("zz", {"RXNSAB": source("MTHSPL", "0", "31AA_310303F")}, ""),
        ("zz", {}, ""),
    ],
)
def test_the_release_is_that_of_the_folder_else_of_rxnsab(
    tmp_path: Path, folder: str, tables: dict[str, str], release_: str
) -> None:
    report = Report()

    found = read(release(tmp_path / folder, RXNCONSO=DRUGS, **tables), report)

    assert found["9001"].release == release_
    assert any("nothing says which release" in each for each in report.warnings) is (not release_)


def test_the_readme_says_which_release_it_is_where_the_folder_does_not(tmp_path: Path) -> None:
    release(tmp_path, RXNCONSO=DRUGS)
    (tmp_path / "Readme_Full_03022026.txt").write_text("Zz")

    assert read(tmp_path)["9001"].release == "20260302"


@pytest.mark.parametrize(("kind", "told"), [("weekly", True), ("full", False)])
def test_a_weekly_release_is_told(tmp_path: Path, kind: str, told: bool) -> None:  # a case
    report = Report()

    found = read(release(tmp_path / f"RxNorm_{kind}_03112026", RXNCONSO=DRUGS), report)

    assert found["9001"].release == "20260311"
    assert any("only adds to the monthly one" in each for each in report.warnings) is told


def test_what_a_release_lacks_is_told(tmp_path: Path) -> None:
    report = Report()
    whole: dict[str, Any] = {"RXNREL": RELATIONS, "RXNCUI": "1|A|B|1|1|\n", "RXNSAB": FREE_SOURCES}
    whole["RXNSTY"] = "9001|T109|A1|Organic Chemical|AT1||\n"

    read(release(tmp_path / "1", RXNCONSO=DRUGS), report)
    complete = Report()
    read(release(tmp_path / "2", RXNCONSO=DRUGS, **whole), complete)

    assert report.warnings[0] == (
        "not in this release: RXNREL (drugs are not below their ingredients), RXNSTY (no semantic "
        "types), RXNSAB (the sources that ask nothing of users are those of 2025), RXNCUI (retired "
        "RXCUIs don't lead to their successors)"
    )
    assert complete.warnings == []
