"""What the cells and the header of a user's own table say, as people and Excel write them."""

from pathlib import Path

import pytest

from termsearch.errors import BadRecordError, UsageError
from termsearch.loader import Options, Report
from termsearch_loaders.table import recognises
from tests.tables import loaded, texts, written

GERMAN = "code,name,synonyms\n1,Fieber,Pyrexie\n2,Husten,\n"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", GERMAN),
        ("a.csv", GERMAN.replace(",", ";")),
        ("a.tsv", GERMAN.replace(",", "\t")),
        ("a.jsonl", '{"code": "1", "name": "Fieber", "synonyms": "Pyrexie"}\n'
                    '{"code": "2", "name": "Husten"}\n'),
    ],
)  # fmt: skip
@pytest.mark.parametrize(("asked", "lang"), [("de", "de"), ("DE_at", "de-AT"), ("en-gb", "en-GB")])
def test_a_table_that_names_no_language_is_in_the_one_that_was_asked_for(
    tmp_path: Path, name: str, text: str, asked: str, lang: str
) -> None:
    report = Report()

    found = loaded(written(tmp_path, text, name), Options(langs=(asked,)), report)

    assert [texts(one) for one in found] == [["Fieber", "Pyrexie"], ["Husten"]]
    assert {each.lang for one in found for each in one.names} == {lang}
    assert (report.kept, report.dropped.total()) == (2, 0)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", "code,name,Sprache\n1,Fieber,de\n2,Fever,\n"),
        ("a.jsonl", '{"code": "2", "name": "Fever"}\n'
                    '{"code": "1", "name": "Fieber", "Sprache": "de"}\n'),
    ],
)  # fmt: skip
def test_where_one_row_names_its_language_the_others_are_english(
    tmp_path: Path, name: str, text: str
) -> None:
    report = Report()
    options = Options(langs=("de",), columns={"lang": "sprache"})

    (fever,) = loaded(written(tmp_path, text, name), options, report)

    assert texts(fever) == ["Fieber"]
    assert report.dropped == {"language en": 1}


@pytest.mark.parametrize("langs", [(), ("de", "en")])
def test_no_or_several_languages_asked_for_say_nothing_of_the_rows(
    tmp_path: Path, langs: tuple[str, ...]
) -> None:
    found = loaded(written(tmp_path, GERMAN), Options(langs=langs))

    assert {each.lang for one in found for each in one.names} == {"en"}


def test_a_language_that_is_none_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--lang 'German': expected a code such as en, de or pt"):
        loaded(written(tmp_path, GERMAN), Options(langs=("German",)))


@pytest.mark.parametrize(
    ("yes", "no"),
    [
        ("ja", "nein"),
        ("WAHR", "FALSCH"),
        ("VRAI", "FAUX"),
        ("oui", "non"),
        ("Sí", "no"),
        ("si\u0301", "No"),  # as macOS may write it
        ("sì", "FALSO"),
        ("VERDADERO", "FALSO"),
        ("Active", "inactive"),
        ("TRIAL", "DEPRECATED"),
    ],
)
def test_active_is_read_in_the_languages_of_excel(tmp_path: Path, yes: str, no: str) -> None:
    path = written(tmp_path, f"code,name,active\n1,Zz,{yes}\n2,Zz,{no}\n3,Zz,\n")

    found = loaded(path, Options(inactive=True))

    assert [(one.code, one.active) for one in found] == [("1", True), ("2", False), ("3", True)]


def test_what_is_neither_yes_nor_no_is_shown_as_it_stands(tmp_path: Path) -> None:
    path = written(tmp_path, "code,name,active\n1,Zz,Vielleicht \n")

    with pytest.raises(BadRecordError, match="line 2: active is 'Vielleicht', expected true, fal"):
        loaded(path)


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("code;name;Remark (a, b, c, d)\n1;Zz, one;x\n", {}),
        ('code,name,"a;b;c",d;e\n1,"Zz, one",,\n', {}),
        ("code\tname\tRemark (a, b, c; d; e)\n1\tZz, one\tx\n", {}),
        ("Nr;Text, lang;Rest (a, b, c, d)\n1;Zz, one;x\n", {"code": "nr", "name": "Text, lang"}),
    ],
)
def test_the_delimiter_is_the_one_that_parts_code_and_name(
    tmp_path: Path, text: str, columns: dict[str, str]
) -> None:
    path = written(tmp_path, text)

    (one,) = loaded(path, Options(columns=columns))

    assert (one.code, texts(one)) == ("1", ["Zz, one"])
    assert recognises(path) != bool(columns)
