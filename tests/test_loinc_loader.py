"""The LOINC loader: what becomes of the rows of a release."""

from pathlib import Path

import pytest

from termsearch.concept import Kind, SemanticType
from termsearch.loader import Report
from tests.loinc import CORE, HIERARCHY, TERMS, VARIANT, loinc, read, release, table, term
from tests.umls import texts

MAP_TO = ["LOINC", "MAP_TO", "COMMENT"]
GERMAN = "AccessoryFiles/LinguisticVariants/deDE15LinguisticVariant.csv"
BRAZILIAN = "AccessoryFiles/LinguisticVariants/ptBR11LinguisticVariant.csv"

# Names


def test_the_long_common_name_is_displayed_and_the_others_are_synonyms(tmp_path: Path) -> None:
    row = term(
        "90001-1",
        'Zzase "fast" [Mass/volume]',
        SHORTNAME="Zz SerPl-cCnc",
        DisplayName="Zzase (S/P)",
        CONSUMER_NAME="Zzase, Blood",
    )
    consumer = table(["LoincNumber", "ConsumerName"], [["90001-1", "Zz blood test"]])
    files = {"Loinc.csv": loinc([row]), "AccessoryFiles/ConsumerName/ConsumerName.csv": consumer}

    found = read(release(tmp_path, files))["90001-1"]

    assert (found.vocabulary, found.code, found.active) == ("loinc", "90001-1", True)
    assert texts(found) == [
        'Zzase "fast" [Mass/volume]',
        "Zzase (S/P)",
        "Zz SerPl-cCnc",
        "Zzase, Blood",
        "Zz blood test",
    ]
    assert [name.kind for name in found.names] == [Kind.PREFERRED] + 4 * [Kind.SYNONYM]
    assert {name.lang for name in found.names} == {"en"}


def test_a_text_that_stands_twice_is_one_name_in_its_first_place(tmp_path: Path) -> None:
    row = term("90001-1", "Zz", SHORTNAME="Zz", DisplayName="Zz b", CONSUMER_NAME="Zz b")
    consumer = table(["LoincNumber", "ConsumerName"], [["90001-1", "Zz"]])

    found = read(release(tmp_path, {"Loinc.csv": loinc([row]), "ConsumerName.csv": consumer}))

    assert texts(found["90001-1"]) == ["Zz", "Zz b"]


@pytest.mark.parametrize("name", ["NA", "None", "null"])
def test_na_is_a_name(tmp_path: Path, name: str) -> None:
    found = read(release(tmp_path, {"Loinc.csv": loinc([term("90001-1", name)])}))

    assert texts(found["90001-1"]) == [name]


def test_a_term_without_a_name_goes_by_its_axes_and_one_without_these_is_counted(
    tmp_path: Path,
) -> None:
    bare = dict.fromkeys(("COMPONENT", "PROPERTY", "TIME_ASPCT", "SYSTEM", "SCALE_TYP"), "")
    rows = [term("90001-1", ""), term("90002-9", " ", **bare), term("90004-5", "Zz")]
    report = Report()

    found = read(release(tmp_path, {"Loinc.csv": loinc(rows)}), report)

    assert {code: texts(found[code]) for code in found} == {
        "90001-1": ["Zzase:CCnc:Pt:Ser/Plas:Qn"],
        "90004-5": ["Zz"],
    }
    assert report.dropped == {"no name": 1}


# Languages


def variant(*rows: dict[str, str]) -> str:
    return table(VARIANT, rows)


VARIANTS = {
    "LoincTable/Loinc.csv": loinc(),
    GERMAN: variant(
        {"LOINC_NUM": "90001-1", "LONG_COMMON_NAME": "Zzase im Serum", "SHORTNAME": "Zz i.S."},
        {"LOINC_NUM": "90002-9", "COMPONENT": "Zzase-Gruppe", "PROPERTY": "-", "SYSTEM": "Serum"},
        {"LOINC_NUM": "90003-7", "LONG_COMMON_NAME": "Zzase alt"},
        {"LOINC_NUM": "90009-4", "LONG_COMMON_NAME": "Zz unbekannt"},
        {"LOINC_NUM": "90004-5"},
    ),
    BRAZILIAN: variant({"LOINC_NUM": "90001-1", "LinguisticVariantDisplayName": "Zzase no soro"}),
    "AccessoryFiles/LinguisticVariants/LinguisticVariants.csv": table(
        ["ID", "ISO_LANGUAGE", "ISO_COUNTRY", "LANGUAGE_NAME", "PRODUCER"],
        [["15", "de", "DE", "Zz", "Zz"]],
    ),
}


def test_english_alone_is_read_where_no_language_is_asked_for(tmp_path: Path) -> None:
    report = Report()

    found = read(release(tmp_path, VARIANTS), report)

    assert {name.lang for concept in found.values() for name in concept.names} == {"en"}
    assert (report.read, report.kept) == (4, 3)
    assert report.dropped == {"retired (STATUS=DEPRECATED)": 1}


def test_variants_come_with_their_languages_and_every_row_is_accounted_for(tmp_path: Path) -> None:
    report = Report()

    found = read(release(tmp_path, VARIANTS), report, langs=("de",))

    assert [(n.text, n.lang, n.kind) for n in found["90001-1"].names] == [
        ("Zzase im Serum", "de-DE", Kind.PREFERRED),
        ("Zz i.S.", "de-DE", Kind.SYNONYM),
    ]
    assert texts(found["90002-9"]) == ["Zzase-Gruppe:-:Serum"]
    assert list(found) == ["90001-1", "90002-9"]
    assert report.dropped == {
        "language en": 4,
        "retired (STATUS=DEPRECATED)": 1,
        "name of a code that is not in Loinc.csv": 1,
        "no name": 1,
    }
    assert report.read == report.kept + sum(report.dropped.values()) == 9


@pytest.mark.parametrize(
    ("langs", "expected"),
    [
        (("de", "en"), ["de-DE", "de-DE", "en"]),
        (("en", "de"), ["en", "de-DE", "de-DE"]),
        (("pt-BR", "en-GB"), ["pt-BR", "en"]),
        (("en-GB", "de"), ["en", "de-DE", "de-DE"]),
        (("pt", "de"), ["pt-BR", "de-DE", "de-DE"]),
    ],
)
def test_the_language_that_was_asked_for_first_is_displayed(
    tmp_path: Path, langs: tuple[str, ...], expected: list[str]
) -> None:
    found = read(release(tmp_path, VARIANTS), langs=langs)["90001-1"]

    assert [name.lang for name in found.names] == expected
    assert [name.kind for name in found.names].count(Kind.PREFERRED) == 1
    assert found.names[0].kind == Kind.PREFERRED


def test_an_older_name_of_a_variant_is_known(tmp_path: Path) -> None:
    old = "LinguisticVariantsFile/LOINC_2.56_ko_KR_13_LinguisticVariant.csv"
    files = {"Loinc.csv": loinc(), old: variant({"LOINC_NUM": "90001-1", "SHORTNAME": "Zz ko"})}

    found = read(release(tmp_path, files), langs=("ko",))

    assert [(name.text, name.lang) for name in found["90001-1"].names] == [("Zz ko", "ko-KR")]


def test_another_vocabulary_asks_for_nothing_of_it(tmp_path: Path) -> None:
    report = Report()

    assert read(release(tmp_path, VARIANTS), report, vocabularies=("mesh",)) == {}
    assert report.dropped == {"vocabulary loinc": 4}


# Types, definition, status


def test_types_are_the_class_with_its_group_and_what_a_term_is_for(tmp_path: Path) -> None:
    rows = [
        term("90001-1", "Zz a", ORDER_OBS="Both"),
        term("90002-9", "Zz b", ORDER_OBS="Observation", CLASS="RAD", CLASSTYPE="2"),
        term("90004-5", "Zz c", ORDER_OBS="Subset", CLASSTYPE="9"),
    ]

    found = read(release(tmp_path, {"Loinc.csv": loinc(rows)}))

    order, observation = SemanticType("Order", "Order"), SemanticType("Observation", "Observation")
    assert [concept.types for concept in found.values()] == [
        (SemanticType("CHEM", "CHEM", "1", "Laboratory"), order, observation),
        (SemanticType("RAD", "RAD", "2", "Clinical"), observation),
        (SemanticType("CHEM", "CHEM", "9", "9"),),
    ]


def test_the_definition_may_have_several_lines(tmp_path: Path) -> None:
    row = term("90001-1", "Zz", DefinitionDescription='An "enzyme",\r\nof nothing.')

    found = read(release(tmp_path, {"Loinc.csv": loinc([row])}))

    assert found["90001-1"].definition == 'An "enzyme",\r\nof nothing.'


def test_deprecated_terms_lead_to_what_took_their_place(tmp_path: Path) -> None:
    rows = [*TERMS, term("90005-2", "Zzase older", STATUS="DEPRECATED")]
    maps = [
        ["90005-2", "90003-7", ""],
        ["90003-7", "90001-1", "Zz"],
        ["90003-7", "90004-5", ""],
        ["90004-5", "90001-1", "discouraged, and in use"],
    ]
    files = {"Loinc.csv": loinc(rows), "MapTo.csv": table(MAP_TO, maps)}

    current = read(release(tmp_path, files))
    everything = read(tmp_path, inactive=True)

    assert list(current) == ["90001-1", "90002-9", "90004-5"]
    assert current["90001-1"].replaces == current["90004-5"].replaces == ("90005-2", "90003-7")
    assert current["90004-5"].replaced_by == ()
    old = everything["90005-2"]
    assert (old.active, old.names[0].active) == (False, False)
    assert old.replaced_by == ("90001-1", "90004-5")
    assert everything["90001-1"].replaces == ()


# Hierarchy


@pytest.mark.parametrize("name", ["ComponentHierarchyBySystem.csv", "MultiAxialHierarchy.csv"])
def test_parts_are_above_terms_and_no_concepts(tmp_path: Path, name: str) -> None:
    found = read(release(tmp_path, {"Loinc.csv": loinc(), f"AccessoryFiles/{name}": HIERARCHY}))

    assert list(found) == ["90001-1", "90002-9", "90004-5"]
    assert found["90001-1"].parents == ("LP90002-2", "LP90003-3")
    assert found["90001-1"].ancestors == ("LP90002-2", "LP90001-1", "LP90003-3")
    assert found["90002-9"].parents == found["90002-9"].ancestors == ("LP90001-1",)
    assert found["90004-5"].parents == ()


# Which release


@pytest.mark.parametrize(
    ("folder", "release_"),
    [
        ("Loinc_2.81", "2.81"),
        ("Loinc_2.81/LoincTable", "2.81"),
        ("LoincTableCore_2.81", "2.81"),
        ("zz", "2.80"),
    ],
)
def test_the_release_is_that_of_the_folder_else_the_last_change(
    tmp_path: Path, folder: str, release_: str
) -> None:
    found = read(release(tmp_path / folder, {"Loinc.csv": loinc()}))

    assert {concept.release for concept in found.values()} == {release_}


def test_what_a_release_lacks_is_told(tmp_path: Path) -> None:
    bare, whole = Report(), Report()
    files = {
        "Loinc.csv": loinc(),
        "MapTo.csv": table(MAP_TO, []),
        "ComponentHierarchyBySystem.csv": HIERARCHY,
    }

    read(release(tmp_path / "a", {"Loinc.csv": loinc([term("90001-1", "Zz") | {
        "VersionLastChanged": ""}])}), bare)  # fmt: skip
    read(release(tmp_path / "b", files), whole)

    assert bare.warnings == [
        "no MapTo.csv: deprecated terms don't lead to their successors",
        "no ComponentHierarchyBySystem.csv: terms have no parents",
        "nothing says which release this is; expected a folder Loinc_2.80",
    ]
    assert whole.warnings == []
    assert bare.share == whole.share == 1.0


def test_the_core_table_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    found = read(release(tmp_path, {"LoincTableCore.csv": loinc(columns=CORE)}))

    assert list(found) == ["90001-1", "90002-9", "90004-5"]
    assert found["90001-1"].types == (SemanticType("CHEM", "CHEM", "1", "Laboratory"),)
    assert found["90001-1"].release == "2.80"
