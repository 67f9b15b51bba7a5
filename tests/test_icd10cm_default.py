"""Names that follow from the conventions of ICD-10-CM, on invented codes."""

from pathlib import Path

import pytest

from termsearch.concept import Kind
from termsearch.index import Index
from termsearch.index.where import Where
from termsearch.ingest import ingest
from termsearch.loader import Options, Report
from termsearch.search import TermSearch
from termsearch_loaders.icd10cm import load
from termsearch_loaders.icd10cm_titles import readings
from tests.conftest import WordHash
from tests.icd10cm import TABULAR, loaded, order, written

ENCOUNTERS = [
    ("Q971XXA", 1, "Zz fracture, initial encounter for closed fracture"),
    ("Q971XXB", 1, "Zz fracture, initial encounter for open fracture"),
    ("Q971XXD", 1, "Zz fracture, subsequent encounter for fracture with routine healing"),
    ("Q971XXS", 1, "Zz fracture, sequela"),
]


def _broader(folder: Path, header: str, *below: tuple[str, int, str]) -> dict[str, str]:
    """By billable code, the names that it has from the header Q97 and those below that."""
    codes = written(folder, order([("Q97", 0, header), *below]))
    return {
        code: " | ".join(name.text for name in concept.names if name.kind == Kind.BROADER)
        for code, concept in loaded(codes).items()
        if any(name.kind == Kind.BROADER for name in concept.names)
    }


@pytest.mark.parametrize(
    ("header", "titles", "default"),
    [
        ("Zz fever", {"Q970": "Zz fever of the toe", "Q979": "Zz fever, unspecified"}, "Q97.9"),
        ("Zz fever", {"Q970": "Zz fever of the toe", "Q971": "Unspecified zz fever"}, "Q97.1"),
        ("Zz fevers", {"Q970": "Zz fever of the toe", "Q979": "Zz fever, unspecified"}, "Q97.9"),
        ("Zz [zed] fever (hot)", {"Q970": "Zz heat", "Q971": "Zz fever, unspecified"}, "Q97.1"),
        ("Zz fever", {"Q978": "Zz fever with unspecified rash", "Q979": "Zz fever without rash"},
         "Q97.9"),
        ("Zz fever", {"Q970": "Zz fever, uncomplicated", "Q971": "Zz fever with rash"}, "Q97.0"),
        ("Zz ulcers", {"Q971": "Zz ulcer of left toe", "Q970": "Zz ulcer of unspecified one"},
         "Q97.0"),
        ("Zz fever", {"Q970": "Zz fever, unspecified toe", "Q979": "Zz fever, unspecified part"},
         "Q97.9"),
        ("Zz fever", {"Q973": "Zz fever without rash", "Q970": "Zz fever, part unspecified"},
         "Q97.0"),
        ("Zz fever, including zz heat", {"Q970": "Zz fever of one", "Q971": "Unspecified zz fever"},
         "Q97.1"),
        ("Zz (hot) fever", {"Q97X": "Zz fever", "Q97Y": "Zz fever, unspecified"}, "Q97.X"),
    ],
)  # fmt: skip
def test_a_code_that_says_no_more_than_its_header_has_its_name(
    tmp_path: Path, header: str, titles: dict[str, str], default: str
) -> None:
    below = [(code, 1, title) for code, title in titles.items()]

    assert list(_broader(tmp_path, header, *below)) == [default]


@pytest.mark.parametrize(
    "titles",
    [
        ("Zz fever of the left toe", "Zz fever of the right toe"),
        ("Acute zz fever without rash", "Chronic zz fever"),
        ("Zz fever of unspecified left toe", "Zz fever of unspecified right toe"),
        ("Zz fever of the left toe", "Unspecified zz toe"),
        ("Acute zz fever, not elsewhere classified", "Chronic zz fever"),
    ],
)
def test_titles_that_all_say_more_lead_nowhere(tmp_path: Path, titles: tuple[str, str]) -> None:
    below = [(f"Q97{number}", 1, title) for number, title in enumerate(titles)]

    assert _broader(tmp_path, "Zz fever", *below) == {}


def test_the_first_encounter_and_a_closed_fracture_are_meant_where_nothing_is_said(
    tmp_path: Path,
) -> None:
    found = _broader(tmp_path, "Zz breaks", ("Q971", 0, "Zz fracture"), *ENCOUNTERS)

    assert found == {"Q97.1XXA": "Zz fracture"}


def test_a_header_leads_through_those_below_it(tmp_path: Path) -> None:
    found = _broader(
        tmp_path,
        "Zz fever",
        ("Q979", 0, "Other and unspecified zz fever"),
        ("Q9790", 0, "Unspecified zz fever"),
        ("Q97901", 1, "Unspecified zz fever with rash"),
        ("Q97909", 1, "Unspecified zz fever, uncomplicated"),
        ("Q9799", 1, "Other zz fever"),
    )

    assert found == {"Q97.909": "Unspecified zz fever | Zz fever"}


def test_what_a_header_for_others_is_called_is_not_passed_on(tmp_path: Path) -> None:
    found = _broader(tmp_path, "Other zz fever", ("Q979", 1, "Other zz fever, unspecified"))

    assert found == {}


@pytest.mark.parametrize("note", ["Zz fever NOS", "Unspecified zz fever NOS"])
def test_the_tabular_list_says_which_code_is_the_one_without_more(
    tmp_path: Path, note: str
) -> None:
    codes = order(
        [
            ("Q97", 0, "Zz fever"),
            ("Q970", 1, "Zz fever without rash"),
            ("Q978", 1, "Zz fever with rash of two colours"),
        ]
    )
    notes = TABULAR.replace("Other zz fever", "Zz fever with rash of two colours").replace(
        "Zz Löffler heat", note
    )

    found = loaded(written(tmp_path, codes), written(tmp_path, notes, "icd10cm_tabular_2031.xml"))

    assert ("Zz fever", Kind.BROADER) in [(one.text, one.kind) for one in found["Q97.8"].names]
    assert Kind.BROADER not in [one.kind for one in found["Q97.0"].names]


def test_what_a_header_includes_is_found_among_billable_codes(
    tmp_path: Path, index: Index, encoder: WordHash
) -> None:
    codes = order(
        [
            ("Q98", 0, "Zz fall"),
            ("Q980", 1, "Zz fall with zz harm"),
            ("Q989", 1, "Zz fall without zz harm"),
        ]
    )
    paths = [written(tmp_path, codes), written(tmp_path, TABULAR, "icd10cm_tabular_2031.xml")]
    ingest(load(paths, Options(), Report()), "icd10cm", encoder, index)

    answer = TermSearch(index, lambda: encoder).query("zz tumble", Where(types=("billable",)))

    first = answer.results[0]
    assert (first.curie, first.matched_name, first.match_type) == (
        "icd10cm:Q98.9",
        "zz tumble",
        "exact",
    )


def test_names_by_convention_are_counted_as_read_and_kept(tmp_path: Path) -> None:
    codes = written(
        tmp_path, order([("Q97", 0, "Zz (hot) fever"), ("Q979", 1, "Zz fever, unspecified")])
    )
    report = Report()

    found = loaded(codes, report=report)

    assert [name.text for name in found["Q97.9"].names] == [
        "Zz fever, unspecified", "Zz (hot) fever", "Zz fever"
    ]  # fmt: skip
    assert report.kept == report.read == 2 + 1 + 2


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Zz fever", ()),
        ("Sprain of muscle(s) and tendon(s)", ()),
        ("Zz (primary) fever", ("Zz fever",)),
        ("Zz fever (hot) (dry)", ("Zz fever",)),
        ("Zz [zed pox]", ("Zz", "zed pox")),
        ("Zz [Z. germ]", ("Zz",)),
        ("Upper [left] zz bone", ("Upper zz bone", "left zz bone")),
        ("Upper zz [left] of bone", ("Upper zz of bone",)),
        ("Zz virus [ZV] disease", ("Zz virus disease",)),
        ("Zz ear [any part, except drum], sequela", ("Zz ear, sequela",)),
    ],
)
def test_titles_are_read_as_their_brackets_say(title: str, expected: tuple[str, ...]) -> None:
    assert readings(title) == expected


def test_notes_are_read_as_their_brackets_say_too(tmp_path: Path) -> None:
    codes = order([("Q98", 0, "Zz fall"), ("Q989", 1, "Zz fall, unspecified")])
    notes = TABULAR.replace("zz tumble", "zz tumble (idle) (sudden)")

    found = loaded(written(tmp_path, codes), written(tmp_path, notes, "icd10cm_tabular_2031.xml"))

    names = {code: {one.text: one.kind for one in found[code].names} for code in ("Q98", "Q98.9")}
    assert names["Q98"]["zz tumble"] == Kind.NARROWER
    assert names["Q98.9"]["zz tumble"] == Kind.BROADER


def test_procedures_have_no_such_conventions(tmp_path: Path) -> None:
    rows = [("0Z0", 0, "Zz (hot) bypass"), ("0Z06Z70", 1, "Zz bypass, unspecified")]

    found = loaded(written(tmp_path, order(rows), "icd10pcs_order_2031.txt"))

    assert [len(concept.names) for concept in found.values()] == [1, 1]
