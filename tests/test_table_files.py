"""A user's own table, whatever wrote it, is read as it was meant; what can't be read says where."""

import csv
import gzip
import io
import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from termsearch.errors import BadRecordError, BadReleaseError
from termsearch.loader import visible
from termsearch_loaders.table import recognises
from tests.tables import loaded, texts, written


def test_a_cell_may_be_as_long_as_a_definition_gets(tmp_path: Path) -> None:
    path = written(tmp_path, f'code,name,definition\n1,Zz,"{"Zz, " * 100_000}"\n')

    (concept,) = loaded(path)

    assert len(concept.definition) > 300_000


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('code,name\n1,Zz\n2,"Zz open\n3,Zz\n', r"a\.csv, line 3: not CSV \(unexpected end"),
        ('code,name\n1,"Zz open\n2,"Zz"\n', r"line 2: not CSV \(',' expected after '\"'\)"),
        ('code,name\n1,"Zz open\n2,Zz 5"\n3,Zz\n', "line 2: a line break in name after 'Zz open'"),
        ('code,name\n1,"Zz\r\nbroken"\n', "line 2: a line break in name"),
        ("code,name\n1,Zz\n2\n", "line 3: 1 cells, expected 2"),
        ("code,name\n1,Zz,more\n", "line 2: 3 cells, expected 2"),
        ("code,name\n,Zz\n", "line 2: no code, expected a text"),
        ("code,name\n1, \n", "line 2: no name, expected a text"),
        ("code,name,active\n1,Zz,maybe\n", "line 2: active is 'maybe', expected true"),
        ("code,name,lang\n1,Zz,Klingon!\n", "line 2: lang is 'Klingon!', expected a code"),
        ('code,name,synonyms\n1,Zz,"[""a"", "\n', "line 2: synonyms is a broken JSON array"),
        ('code,name,synonyms\n1,Zz,"[1, 2]"\n', "line 2: synonyms is a list with something else"),
        ("code,Name,NAME\n1,Zz,Zz\n", "line 1: two columns for name"),
        ('code,name,definition\n1,Zz,"a\nb"\n2,\n', "line 4: 2 cells, expected 3"),
        ("sep=;\ncode;name\n1;Zz\n2\n", "line 4: 1 cells, expected 2"),
        ("code,name\r1,Zz\r", "line 1: lines end in CR alone, .* save the table"),
    ],
)
def test_a_broken_row_of_a_csv_names_its_line(tmp_path: Path, text: str, message: str) -> None:
    path = written(tmp_path, text, "a.csv")

    with pytest.raises(BadRecordError, match=message):
        loaded(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"code": "1", "name": "Zz"}\n{"code": 3.8e8, "name": "Zz"}', "line 2: code is the num"),
        ('{"code": true, "name": "Zz"}', "line 1: code is true, expected a text"),
        ('{"code": "1", "name": null}', "line 1: no name"),
        ('{"code": "1", "name": 5}', "line 1: name is 5, expected a text"),
        ('{"code": "1", "name": "Zz", "synonyms": [1]}', "line 1: synonyms is a list with someth"),
        ('{"code": "1", "name": "Zz", "synonyms": {}}', "line 1: synonyms is {}, expected texts"),
        ('{"code": "1", "name": "Zz"', "line 1: no JSON object"),
        ('{"code": "1", "name": "Zz \\ud800"}', "line 1: no JSON object"),
        ("[" * 100_000, "line 1: no JSON object"),
        ('{"code": ' + "1" * 5000 + ', "name": "Zz"}', "line 1: no JSON object"),
    ],
)
def test_a_broken_line_of_json_names_its_line(tmp_path: Path, text: str, message: str) -> None:
    path = written(tmp_path, text, "a.jsonl")

    with pytest.raises(BadRecordError, match=message):
        loaded(path)


def test_a_quotation_mark_between_tabs_never_reaches_the_next_line(tmp_path: Path) -> None:
    cells = ['5" needle', '"Linked to" set', '"all of it"', '"a ""b"" c"']
    lines = ["code\tname", *(f"{n}\t{cell}" for n, cell in enumerate(cells))]
    path = written(tmp_path, "\n".join(lines), "a.tsv")

    names = [texts(concept)[0] for concept in loaded(path)]

    assert names == ['5" needle', '"Linked to" set', "all of it", 'a "b" c']


def test_a_quotation_mark_that_opens_a_cell_between_tabs_must_close_it(tmp_path: Path) -> None:
    path = written(tmp_path, 'code\tname\n1\tZz\n2\t"Zz\n3\tZz"\n', "a.tsv")

    with pytest.raises(BadRecordError, match=r"line 3: a quotation mark opens '\"Zz' and nothing"):
        loaded(path)


def test_bytes_that_are_not_utf8_name_the_line_and_the_way_out(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("code,name\n1,Zz é\n".encode("latin-1"))

    with pytest.raises(BadRecordError, match=r"line 2: not UTF-8 .*; save the table as UTF-8"):
        loaded(path)


def test_a_cut_gzip_names_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(b"code,name\n1,Zz\n", compresslevel=0)[:-10])

    with pytest.raises(BadRecordError, match=r"a\.csv\.gz, after line \d: .*cut or damaged"):
        loaded(path)
    assert not recognises(tmp_path / "none.csv")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", "id,name\n1,Zz\n"),
        ("a.txt", "a line of prose\n"),
        ("a.jsonl", '{"resourceType": "Zz"}\n'),
        ("a.jsonl", "no json\n"),
        ("a.xml", "code,name\n"),
        ("a.csv", 'code,"name\n'),
        ("a.csv", ""),
    ],
)
def test_other_files_are_not_recognised(tmp_path: Path, name: str, text: str) -> None:
    assert not recognises(written(tmp_path, text, name))


def test_a_folder_is_not_recognised_if_one_of_its_tables_is_something_else(tmp_path: Path) -> None:
    written(tmp_path, "code,name\n1,Zz\n")
    written(tmp_path, "id\teffectiveTime\n", "sct2_Concept.txt")

    assert not recognises(tmp_path)


def test_a_path_without_a_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadReleaseError, match=r"no table with a row in it; expected .*\.csv"):
        loaded(written(tmp_path, "code,name\n1,Zz\n", "a.doc"))


Rows = Sequence[tuple[str, str, Sequence[str]]]


def tables(*, without: str) -> st.SearchStrategy[Rows]:
    """Codes, names and synonyms: any text without some characters and blanks around it."""
    text = st.text(st.characters(exclude_characters=without, exclude_categories=["Cs"]))
    cell = text.map(str.strip).filter(bool)
    name = cell.filter(visible)
    row = st.tuples(cell, name, st.lists(name, unique=True, max_size=5))
    return st.lists(row, unique_by=lambda row: row[0], max_size=8)


def read_back(rows: Rows) -> list[tuple[str, list[str]]]:
    return [(code, list(dict.fromkeys([name, *others]))) for code, name, others in rows]


def as_csv(rows: Rows, *, delimiter: str) -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(["code", "name", "synonyms"])
    writer.writerows((code, name, json.dumps(synonyms)) for code, name, synonyms in rows)
    return out.getvalue()


def as_json_lines(rows: Rows) -> str:
    keys = ("code", "name", "synonyms")
    return "".join(json.dumps(dict(zip(keys, row, strict=True))) + "\n" for row in rows)


@pytest.mark.parametrize("delimiter", [",", ";"])
@given(rows=tables(without="\r\n"))
def test_what_a_csv_writer_writes_reads_back_the_same(
    delimiter: str, rows: Rows, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = written(tmp_path_factory.mktemp("t"), as_csv(rows, delimiter=delimiter))

    assert [(concept.code, texts(concept)) for concept in loaded(path)] == read_back(rows)


@given(rows=tables(without="\r\n\t"))
def test_what_is_written_between_tabs_reads_back_the_same(
    rows: Rows, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = written(tmp_path_factory.mktemp("t"), as_csv(rows, delimiter="\t"), "a.tsv")

    assert [(concept.code, texts(concept)) for concept in loaded(path)] == read_back(rows)


@given(rows=tables(without="").filter(bool))
def test_what_is_written_as_json_lines_reads_back_the_same(
    rows: Rows, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = written(tmp_path_factory.mktemp("t"), as_json_lines(rows), "a.jsonl")

    assert [(concept.code, texts(concept)) for concept in loaded(path)] == read_back(rows)
