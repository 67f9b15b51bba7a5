"""The UMLS loader. Every row is invented: UMLS content may not be redistributed."""

import gzip
import io
import random
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from termsearch.concept import Concept, Kind, SemanticType, Source
from termsearch.errors import BadRecordError, BadReleaseError, TermsearchError
from termsearch.loader import Options, Report
from termsearch_loaders import umls_order, umls_tables
from termsearch_loaders.umls import load, recognises
from termsearch_loaders.umls_types import GROUP_OF, GROUPS

CONSO = ["CUI", "LAT", "TS", "LUI", "STT", "SUI", "ISPREF", "AUI", "SAUI", "SCUI", "SDUI", "SAB",
         "TTY", "CODE", "STR", "SRL", "SUPPRESS", "CVF"]  # fmt: skip


def row(values: Iterable[str]) -> str:
    return "|".join(values) + "|\n"


def atom(cui: str, text: str, **columns: str) -> str:
    """A MRCONSO row: English, current, not preferred, where ``columns`` don't say otherwise."""
    given = {"LAT": "ENG", "TS": "S", "STT": "VO", "ISPREF": "N", "AUI": "A1", "SAB": "MSH",
             "TTY": "SY", "CODE": "D900001", "SRL": "0", "SUPPRESS": "N"}  # fmt: skip
    given |= {"CUI": cui, "STR": text} | columns
    return row(given.get(column, "") for column in CONSO)


def preferred(cui: str, text: str, **columns: str) -> str:
    return atom(cui, text, **({"TS": "P", "STT": "PF", "ISPREF": "Y", "TTY": "PT"} | columns))


def relation(low: str, rel: str, high: str, sab: str = "MSH", suppress: str = "N") -> str:
    return row([low, "A1", "AUI", rel, high, "A2", "AUI", "", "R1", "", sab, sab, "", "",
                suppress, ""])  # fmt: skip


def definition(cui: str, sab: str, text: str, suppress: str = "N") -> str:
    return row([cui, "A1", "AT1", "", sab, text, suppress, ""])


def merged(old: str, rel: str, new: str) -> str:
    return row([old, "2001AA", rel, "", "", new, "Y"])


def source(sab: str, lat: str, version: str = "") -> str:
    columns = [""] * 25
    columns[3], columns[6], columns[19], columns[21] = sab, version, lat, "Y"
    return row(columns)


def release(folder: Path, **tables: str) -> Path:
    """A META folder with these tables."""
    meta = folder / "META"
    meta.mkdir(exist_ok=True)
    for name, text in tables.items():
        (meta / f"{name}.RRF").write_text(text, encoding="utf-8", newline="\n")
    return meta


def read(
    paths: Path | Sequence[Path], report: Report | None = None, **options: Any
) -> list[Concept]:
    paths = [paths] if isinstance(paths, Path) else paths
    return list(load(paths, Options(**options), report or Report()))


def texts(concept: Concept) -> list[str]:
    return [name.text for name in concept.names]


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


FEVER = preferred("C9000001", "Zz fever", AUI="A1") + atom("C9000001", "zz high temp", AUI="A2")
COUGH = preferred("C9000002", "Zz cough", AUI="A3", CODE="D900002")


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


def test_a_region_asks_for_its_language(tmp_path: Path) -> None:
    (concept,) = read(release(tmp_path, MRCONSO=FEVER), langs=("en-GB",))

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


GRAPH = (
    relation("C9000001", "PAR", "C9000002")
    + relation("C9000002", "CHD", "C9000001")
    + relation("C9000002", "PAR", "C9000003")
    + relation("C9000003", "PAR", "C9000002")
    + relation("C9000003", "PAR", "C9000003")
    + relation("C9000001", "SIB", "C9000009")
    + relation("C9000001", "RB", "C9000009")
    + relation("C9000001", "PAR", "C9000004", sab="NCI")
    + relation("C9000001", "PAR", "C9000005", suppress="O")
    + relation("C9000006", "CHD", "C9000001")
)
THREE = FEVER + COUGH + preferred("C9000003", "Zz third")


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


# Rows that are not as they should be


@pytest.mark.parametrize("change", [lambda text: text.replace("|\n", "\n"),
                                    lambda text: text.replace("\n", "\r\n"),
                                    lambda text: "\ufeff" + text,
                                    lambda text: text.removesuffix("\n"),
                                    lambda text: text.replace("\n", "\n\n")])  # fmt: skip
def test_last_pipes_line_ends_and_empty_lines_make_no_difference(
    tmp_path: Path, change: "type[str]"
) -> None:
    expected = read(release(tmp_path, MRCONSO=FEVER + COUGH))

    found = read(release(tmp_path, MRCONSO=change(FEVER + COUGH)))

    assert found == expected


@pytest.mark.parametrize(
    ("bad", "problem"),
    [
        ("C9000003|ENG|P|L5", "4 columns, expected 18"),
        ("C9000003|ENG|P|L5\n", "4 columns, expected 18"),
        (FEVER.splitlines()[0] + "x\n", "19 columns, expected 18"),
        (preferred("C9000003", "Zz").removesuffix("|\n"), "the file ends inside a row"),
        (preferred("", "Zz"), "no CUI"),
    ],
)
def test_a_broken_row_is_refused_with_its_line_before_anything_is_read(
    tmp_path: Path, bad: str, problem: str
) -> None:
    meta = release(tmp_path, MRCONSO=FEVER + bad)

    with pytest.raises(BadRecordError, match=rf"MRCONSO\.RRF, line 3: .*{problem}"):
        next(load([meta], Options(), Report()))


@pytest.mark.parametrize(
    ("table", "text"),
    [
        ("MRSTY", "C9000001|T184\n"),
        ("MRDEF", "C9000001|A1\n"),
        ("MRRANK", "high|MSH|PT|N|\n"),
        ("MRCUI", "C9000011|SY\n"),
        ("MRREL", relation("no cui", "PAR", "C9000001")),
        ("MRFILES", "MRCONSO.RRF|Zz|CUI|1|many|1|\n"),
        ("MRSAB", "MSH\n"),
    ],
)
def test_every_table_is_refused_with_its_line_when_it_is_broken(
    tmp_path: Path, table: str, text: str
) -> None:
    meta = release(tmp_path, MRCONSO=FEVER, MRDEF=definition("C9000001", "MSH", "zz"))
    release(tmp_path, **{"MRREL": GRAPH, table: text})

    with pytest.raises(BadRecordError, match=rf"{table}\.RRF, line 1: "):
        read(meta, hierarchy=True)


def test_bytes_that_are_not_utf8_are_refused_with_their_line(tmp_path: Path) -> None:
    meta = release(tmp_path, MRCONSO="")
    (meta / "MRCONSO.RRF").write_bytes(FEVER.encode() + COUGH.encode("utf-16"))

    with pytest.raises(BadRecordError, match=r"MRCONSO\.RRF, line 3: not UTF-8"):
        read(meta)


@pytest.mark.parametrize("text", ["", "zz"])
def test_a_release_without_names_is_refused_and_says_what_is_there(
    tmp_path: Path, text: str
) -> None:
    meta = release(tmp_path, MRSTY="C9000001|T184|A|Zz|AT||\n", MRCONSO="")
    (meta / "notes.txt").write_text(text)

    with pytest.raises(BadReleaseError, match=r"no MRCONSO\.RRF, or it is empty \(found: MRSTY\)"):
        read(meta)


def test_missing_tables_are_a_warning_that_says_what_will_be_missing(tmp_path: Path) -> None:
    report = Report()

    read(release(tmp_path, MRCONSO=FEVER, MRSTY="C9000001|T184|A|Zz|AT||\n"), report)

    assert "MRDEF (no definitions)" in report.warnings[0]
    assert "MRSTY" not in report.warnings[0]


def test_another_number_of_rows_than_announced_is_a_warning(tmp_path: Path) -> None:
    files = row(["MRCONSO.RRF", "Zz", ",".join(CONSO), "18", "3", "99"])
    report = Report()

    read(release(tmp_path, MRCONSO=FEVER, MRFILES=files), report)

    assert "MRCONSO has 2 rows, and MRFILES announces 3" in report.warnings


def test_columns_are_where_the_release_says_they_are(tmp_path: Path) -> None:
    columns = ["NEW", *reversed(CONSO)]
    files = row(["MRCONSO.RRF", "Zz", ",".join(columns), "19", "2", "99"])
    lines = [line.split("|")[:18] for line in FEVER.splitlines()]
    expected = read(release(tmp_path, MRCONSO=FEVER))

    found = read(
        release(
            tmp_path,
            MRCONSO="".join(row(["new", *reversed(line)]) for line in lines),
            MRFILES=files,
        )
    )

    assert found == expected


def test_a_column_that_the_release_does_not_have_is_refused(tmp_path: Path) -> None:
    files = row(["MRCONSO.RRF", "Zz", ",".join(CONSO[:-4]), "14", "1", "99"])
    rows = row(["C9000001", *["x"] * 13])

    with pytest.raises(BadReleaseError, match=r"MRFILES gives it no column S\w+, S\w+"):
        read(release(tmp_path, MRCONSO=rows, MRFILES=files))


# Order


def shuffled(text: str) -> str:
    lines = text.removesuffix("\n").split("\n")
    random.Random(7).shuffle(lines)  # noqa: S311  # no secret
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("run", [4, 1000])
def test_tables_in_any_order_give_the_same_concepts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: int
) -> None:
    monkeypatch.setattr(umls_order, "_RUN", run)
    monkeypatch.setattr(umls_order, "_BATCH", 3)
    cuis = [f"C90000{at:02d}" for at in range(30)]
    tables = {
        "MRCONSO": "".join(preferred(c, f"Zz {c}") + atom(c, f"zz\u2028é {c}") for c in cuis),
        "MRSTY": "".join(row([c, f"T{c[-3:]}", "A", f"Zz {c}", "AT", ""]) for c in cuis),
        "MRDEF": "".join(definition(c, "MSH", f"zz {c}") for c in cuis),
    }
    expected, report = read(release(tmp_path, **tables)), Report()

    meta = release(tmp_path, **{name: shuffled(text) for name, text in tables.items()})
    found = read(meta, report)

    assert found == expected
    assert len(expected) == 30
    assert sum("is not sorted by CUI" in warning for warning in report.warnings) == 3


def test_a_table_that_starts_over_half_way_is_sorted_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(umls_tables, "_BLOCK", len(COUGH))

    concepts = read(release(tmp_path, MRCONSO=COUGH + FEVER + COUGH))

    assert [concept.code for concept in concepts] == ["C9000001", "C9000002"]


# Archives


def parts(text: str, cut: int) -> tuple[bytes, bytes]:
    raw = text.encode()
    return gzip.compress(raw[:cut]), gzip.compress(raw[cut:])


ACCENT = preferred("C9000001", "Zz fiévre")
INSIDE = ACCENT.encode().index("é".encode()) + 1  # between the two bytes of the letter


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_parts_are_joined_across_nlm_archives_in_a_zip_wherever_they_were_cut(
    tmp_path: Path, method: int
) -> None:
    first, second = parts(ACCENT + COUGH, INSIDE)
    nlm = {
        "2024AB-full/2024ab-1-meta.nlm": zipped({"2024AB/META/MRCONSO.RRF.ab.gz": second}),
        "2024AB-full/2024ab-2-meta.nlm": zipped({"2024AB/META/MRCONSO.RRF.aa.gz": first}),
    }
    archive = tmp_path / "umls-full.zip"
    archive.write_bytes(zipped(nlm, method))

    concepts = read(archive)

    assert [texts(concept) for concept in concepts] == [["Zz fiévre"], ["Zz cough"]]
    assert concepts[0].release == "2024AB"
    assert recognises(archive)


def test_parts_may_be_given_as_several_paths_and_a_file_twice(tmp_path: Path) -> None:
    paths = []
    for at, part in enumerate(parts(ACCENT + COUGH, INSIDE)):
        paths.append(tmp_path / f"2024ab-{at}-meta.nlm")
        name = f"2024AB/META/MRCONSO.RRF.a{'ab'[at]}.gz"
        paths[at].write_bytes(zipped({name: part}))

    concepts = read([*paths, paths[0]])

    assert [concept.code for concept in concepts] == ["C9000001", "C9000002"]
    assert all(map(recognises, paths))


@pytest.mark.parametrize(
    ("names", "problem"),
    [
        (["MRCONSO.RRF.ab.gz"], r"MRCONSO\.RRF\.aa\.gz is missing"),
        (["MRCONSO.RRF.aa.gz", "MRCONSO.RRF.ac.gz"], r"MRCONSO\.RRF\.ab\.gz is missing"),
        (["MRCONSO.RRF.aa.gz", "MRCONSO.RRF"], "more than once"),
        (["a/MRCONSO.RRF", "b/MRCONSO.RRF"], "more than once"),
        (["MRCONSO.RRF", "MRCONSO.RRF.gz"], "more than once"),
    ],
)
def test_a_missing_part_or_a_second_copy_is_refused(
    tmp_path: Path, names: list[str], problem: str
) -> None:
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(gzip.compress(FEVER.encode()))

    with pytest.raises(BadReleaseError, match=problem):
        read(tmp_path)


def test_a_part_may_be_missing_of_a_table_that_is_not_read(tmp_path: Path) -> None:
    meta = release(tmp_path, MRCONSO=FEVER)
    for name in ("MRREL.RRF.ab.gz", "MRSAT.RRF.ab.gz"):
        (meta / name).write_bytes(gzip.compress(b"zz"))

    assert len(read(meta)) == 1
    with pytest.raises(BadReleaseError, match=r"MRREL\.RRF\.aa\.gz is missing"):
        read(meta, hierarchy=True)


@pytest.mark.parametrize("cut", [INSIDE, len(ACCENT.encode()) - 1, 30])
def test_a_missing_last_part_is_seen_by_the_row_it_cuts(tmp_path: Path, cut: int) -> None:
    text = COUGH.replace("C9000002", "C9000000") + ACCENT
    first, _ = parts(text, len(text.encode()) - len(ACCENT.encode()) + cut - 1)
    (tmp_path / "MRCONSO.RRF.aa.gz").write_bytes(first)

    with pytest.raises(BadRecordError, match=r"MRCONSO\.RRF\.aa\.gz, line 2: .*part missing"):
        read(tmp_path)


def test_a_cut_gzip_is_refused(tmp_path: Path) -> None:
    (tmp_path / "MRCONSO.RRF.gz").write_bytes(gzip.compress(FEVER.encode())[:-9])

    with pytest.raises(BadRecordError, match=r"MRCONSO\.RRF\.gz, after line \d: .*cut or damaged"):
        read(tmp_path)


def test_a_file_a_gzip_and_a_zip_hold_the_same(tmp_path: Path) -> None:
    names = ["MRCONSO.RRF", "MRCONSO.RRF.gz", "umls-mrconso.zip"]
    contents = [FEVER.encode(), gzip.compress(FEVER.encode()),
                zipped({"META/MRCONSO.RRF": FEVER.encode()}, zipfile.ZIP_DEFLATED)]  # fmt: skip
    for name, content in zip(names, contents, strict=True):
        (tmp_path / name).write_bytes(content)

    plain, *others = (read(tmp_path / name) for name in names)

    assert texts(plain[0]) == ["Zz fever", "zz high temp"]
    assert others == [plain, plain]


@pytest.mark.parametrize("lang", ["en", "de"])
def test_progress_ends_at_the_end_whatever_was_skipped(tmp_path: Path, lang: str) -> None:
    report = Report()

    meta = release(tmp_path, MRCONSO=FEVER, MRSTY="C9000001|T184|A|Zz|AT||\n")
    read(meta, report, langs=(lang,))

    assert report.total > 2 * len(FEVER)
    assert report.share == 1.0


# Recognising


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("MRCONSO.RRF", True), ("MRCONSO.RRF.gz", True), ("MRCONSO.RRF.aa.gz", True),
        ("MRSTY.RRF", True), ("RXNCONSO.RRF", False), ("MRCONSO.txt", False), ("x.nlm", False),
        ("x.zip", False),
    ],
)  # fmt: skip
def test_a_file_is_recognised_by_its_name(tmp_path: Path, name: str, known: bool) -> None:
    (tmp_path / name).write_bytes(b"\x00broken")

    assert recognises(tmp_path / name) is known


def test_a_folder_is_recognised_by_its_names_table_at_any_depth(tmp_path: Path) -> None:
    before = recognises(tmp_path)
    release(tmp_path, MRSTY="C9000001|T184|A|Zz|AT||\n")
    without_names = recognises(tmp_path)
    (tmp_path / "umls.zip").write_bytes(zipped({"2024AB/META/MRCONSO.RRF": b"x"}))

    assert (before, without_names, recognises(tmp_path)) == (False, False, True)
    assert not recognises(tmp_path / "nowhere")


# Properties


@given(raw=st.lists(st.text("|C\r\n\ufeffNé\u2028", max_size=60), max_size=6).map("\n".join))
def test_whatever_the_bytes_are_the_error_is_one_that_says_where(
    tmp_path_factory: pytest.TempPathFactory, raw: str
) -> None:
    path = tmp_path_factory.mktemp("umls") / "MRCONSO.RRF"
    path.write_bytes(raw.encode())
    report = Report()

    try:
        read(path, report)
    except TermsearchError as error:
        assert "MRCONSO.RRF" in str(error)  # noqa: PT017  # no error is an answer as well
    else:
        assert report.read == report.kept + sum(report.dropped.values())


def test_a_vocabulary_that_no_name_is_from_is_said(tmp_path: Path) -> None:
    report = Report()

    (fever,) = read(release(tmp_path, MRCONSO=FEVER), report, vocabularies=("mesh", "snomedctt"))

    assert fever.code == "C9000001"
    assert "no name of snomedctt was kept; check --vocab" in report.warnings
