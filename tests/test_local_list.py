"""A local list as people and Excel write it: its columns, and what stops the reading."""

import pytest

from termsearch.errors import BadRecordError, BadReleaseError, TermsearchError, UsageError
from termsearch.locallist import LocalList, read_list


def read(text: str, columns: dict[str, str] | None = None, *, tabs: bool = False) -> LocalList:
    return read_list("ward.csv", text.encode().splitlines(keepends=True), columns or {}, tabs=tabs)


@pytest.mark.parametrize(
    ("header", "name", "code", "frequency"),
    [
        ("code,name", "name", "code", None),
        ("sourceCode,sourceName,sourceFrequency", "sourceName", "sourceCode", "sourceFrequency"),
        ("source_code_description,source_code", "source_code_description", "source_code", None),
        ("Lokalcode,Beschreibung,Häufigkeit", "Beschreibung", "Lokalcode", "Häufigkeit"),
        ("ID,Libellé", "Libellé", "ID", None),
        ("Description,Name", "Name", None, None),
        ("TERM", "TERM", None, None),
    ],
)
def test_obvious_columns_are_found(
    header: str, name: str, code: str | None, frequency: str | None
) -> None:
    names = header.split(",")

    found = read(f"{header}\n{','.join('x' for _ in names)}\n")

    wanted = {"name": name, "code": code, "frequency": frequency}
    assert {field: names[at] for field, at in found.columns.items()} == {
        field: column for field, column in wanted.items() if column
    }


def test_the_users_columns_win_and_are_not_taken_twice() -> None:
    found = read("Code,Name,Text\nA,b,c\n", {"name": "text", "code": "NAME"})

    assert [(row.name, row.code) for row in found.rows] == [("c", "b")]


@pytest.mark.parametrize(
    ("text", "tabs"),
    [
        ("\ufeffcode;name\n1;Fieber, hoch\n2;\n", False),
        ("sep=;\ncode;name\n1;Fieber, hoch\n2;\n", False),
        ('code,name\n1,"Fieber, hoch"\n2,\n', False),
        ("code\tname\r\n1\tFieber, hoch\r\n2\t\r\n", True),
        ("code\tname\n1\tFieber, hoch\n\n2\t\n", False),
    ],
)
def test_delimiters_are_those_of_tables(text: str, tabs: bool) -> None:
    found = read(text, tabs=tabs)

    assert [(row.code, row.name) for row in found.rows] == [("1", "Fieber, hoch"), ("2", "")]


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [
        ("A,B\n1,2\n", UsageError, "no column is obviously the text to map; its columns: A, B."),
        ("", BadReleaseError, "the list is empty"),
        ("name\n\n", BadReleaseError, "no row under the header name"),
        ("code,name\n1\n", BadRecordError, "line 2: 1 cells, expected 2 as above"),
        ("name,Name\na,b\n", BadRecordError, "two columns 'name', expected one for name"),
        ('code,name\n1,"zz fever\n2,x"\n', BadRecordError, "line 2: a line break in name after"),
        ('code,name\n1,"zz\n', BadRecordError, "line 2: not CSV"),
    ],
)
def test_what_can_not_be_read_is_refused_with_its_place(
    text: str, kind: type[TermsearchError], message: str
) -> None:
    with pytest.raises(kind) as refused:
        read(text)

    assert message in str(refused.value)


def test_columns_that_are_not_there_are_refused() -> None:
    with pytest.raises(UsageError, match="no column 'Text' for name; its columns: code, name"):
        read("code,name\n1,a\n", {"name": "Text"})
    with pytest.raises(UsageError, match="there is no field 'unit'; expected one of name, code"):
        read("code,name\n1,a\n", {"unit": "name"})


def test_a_list_in_another_encoding_names_the_line() -> None:
    with pytest.raises(BadRecordError, match="line 2: not UTF-8"):
        read_list("ward.csv", [b"name\n", "Häufig\n".encode("latin-1")], {})
