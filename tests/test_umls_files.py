"""The UMLS loader: rows, tables and archives that are not as they should be."""

import gzip
import random
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from termsearch.errors import BadRecordError, BadReleaseError
from termsearch.loader import Options, Report
from termsearch_loaders import rrf, umls_order
from termsearch_loaders.umls import load, recognises
from tests.reading import read_or_refused
from tests.umls import (
    CONSO,
    COUGH,
    FEVER,
    GRAPH,
    atom,
    definition,
    preferred,
    read,
    relation,
    release,
    row,
    texts,
    zipped,
)

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
    monkeypatch.setattr(rrf, "_BLOCK", len(COUGH))

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

    read_or_refused(read, path)


def test_a_vocabulary_that_no_name_is_from_is_said(tmp_path: Path) -> None:
    report = Report()

    (fever,) = read(release(tmp_path, MRCONSO=FEVER), report, vocabularies=("mesh", "snomedctt"))

    assert fever.code == "C9000001"
    assert "no name of snomedctt was kept; check --vocab" in report.warnings
