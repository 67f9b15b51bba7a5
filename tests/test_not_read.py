"""Files that no loader reads: each says what it is and what to do, in one line."""

import csv
import io
import zipfile
from pathlib import Path

import pytest

from termsearch.errors import BadReleaseError, UnknownReleaseError
from termsearch.loader import Options, Report, recognise
from tests.archives import encrypted, zipped
from tests.tables import loaded, texts

TABLE = b"code,name\n1,Zz\n"
XLSX = zipped({"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b"<x/>"})
ODS = zipped(
    {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<x/>"}
)
LARGE = zipped({"ward.csv": TABLE * 1_000}, zipfile.ZIP_DEFLATED)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.zip", LARGE[:-40], r"a\.zip: the zip is cut or damaged \(.*\); fetch it again"),
        ("a.zip", encrypted(zipped({"a.csv": TABLE})), "the zip is encrypted; unpack it"),
        ("a.zip", zipped({}), "the zip is empty"),
        ("a.zip", b"<html>log in</html>", r"no zip, .* begins with b'<html>lo'; fetch it again"),
        ("a.xlsx", XLSX, 'an Office file; save the sheet with the list as "CSV UTF-8"'),
        ("a.csv", XLSX, "an Office file"),
        ("a.ods", ODS, "an Office file"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Office file of the old kind or"),
        ("a.pdf", b"%PDF-1.7\n", "a PDF; ask its publisher for the list as CSV"),
    ],
)
@pytest.mark.parametrize("otherwise", ["", "table"])
def test_a_file_that_nothing_can_be_read_from_says_why(
    tmp_path: Path, name: str, content: bytes, told: str, otherwise: str
) -> None:
    (tmp_path / name).write_bytes(content)

    with pytest.raises(BadReleaseError, match=told):
        recognise(tmp_path / name, otherwise=otherwise)


LOINC = b'"LOINC_NUM","COMPONENT","LONG_COMMON_NAME"\r\n'
ADDENDA = b"Add:         1 A000    Zz      Zz\r\n"
INDEX = b'<?xml version="1.0"?>\r\n<ICD10CM.index>\r\n'
CLAML = b'<?xml version="1.0"?>\n<!DOCTYPE ClaML SYSTEM "ClaML.dtd">\n<ClaML version="2.0.0">'


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("Loinc.csv", LOINC, r"Loinc\.csv is a table of LOINC, but .* code=LOINC_NUM --column na"),
        ("cs.json", b'{"resourceType": "CodeSystem"}', "a FHIR CodeSystem; make a table of it"),
        ("vs.json", b'\xef\xbb\xbf{\n"resourceType":"ValueSet"}', "a FHIR ValueSet; make a table"),
        ("list.json", b' [{"code": "1"}]', "a JSON array; write one object .* ends in .jsonl"),
        ("codes.txt", b"A000    Zz, of zz\r\n", "codes file of ICD-10-CM, .*; give the order file"),
        ("codes.txt", b"A0000ZZ Zz, of zz\r\n", "codes file of ICD-10-CM, .*; give the order file"),
        ("order.txt", ADDENDA, "addenda of ICD-10-CM or .*; give the order file of the release"),
        ("icd.xml", INDEX, "an index of ICD-10-CM; give the order file"),
        ("icd.xml", CLAML, "a classification in ClaML; make a table of it"),
        ("ward.csv", b"LocalCode;Name\n", "its columns: LocalCode, Name. Say .* --column code="),
    ],
)
@pytest.mark.parametrize("packed", ["bare", "zip", "folder"])
def test_a_format_that_is_not_read_is_named_wherever_the_file_is(
    tmp_path: Path, name: str, content: bytes, told: str, packed: str
) -> None:
    path = tmp_path / "release"
    path.mkdir()
    (path / name).write_bytes(content)
    if packed == "bare":
        path /= name
    elif packed == "zip":
        path = tmp_path / "release.zip"
        path.write_bytes(zipped({f"x/{name}": content}))

    with pytest.raises(UnknownReleaseError, match=rf"{told}.* \(not read by \w+\)"):
        recognise(path)


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"ward.csv": TABLE, "notes.txt": b"Zz notes\n"}, r"notes\.txt: no column 'code'; its col"),
        ({"ward.zip": LARGE[:-40]}, r"ward\.zip: not a readable zip"),
        ({"ward.zip": encrypted(zipped({"a.csv": TABLE}))}, "can't be opened .*encrypted"),
        ({"ward.xlsx": XLSX}, 'an Office file; save the sheet with the list as "CSV UTF-8"'),
    ],
)
def test_a_folder_says_which_of_its_files_keeps_it_from_being_read(
    tmp_path: Path, files: dict[str, bytes], told: str
) -> None:
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)

    with pytest.raises(UnknownReleaseError, match=rf"{told}.* \(not read by table\)"):
        recognise(tmp_path)


def test_a_folder_of_something_else_gets_no_reason(tmp_path: Path) -> None:
    (tmp_path / "readme.md").write_text("Zz")

    with pytest.raises(UnknownReleaseError, match=r"with --loader\.$"):
        recognise(tmp_path)


#: https://loinc.org/kb/users-guide/loinc-database-structure; the rows are invented.
LOINC_COLUMNS = [
    "LOINC_NUM", "COMPONENT", "PROPERTY", "TIME_ASPCT", "SYSTEM", "SCALE_TYP", "METHOD_TYP",
    "CLASS", "VersionLastChanged", "CHNG_TYPE", "DefinitionDescription", "STATUS", "CONSUMER_NAME",
    "CLASSTYPE", "RELATEDNAMES2", "SHORTNAME", "LONG_COMMON_NAME", "VersionFirstReleased",
    "DisplayName",
]  # fmt: skip


def test_the_options_that_the_message_names_read_loinc(tmp_path: Path) -> None:
    out = io.StringIO()
    writer = csv.DictWriter(out, LOINC_COLUMNS, quoting=csv.QUOTE_ALL)
    writer.writeheader()
    for code, status in (("99-1", "ACTIVE"), ("99-2", "DISCOURAGED"), ("99-3", "DEPRECATED")):
        row = {"LOINC_NUM": code, "STATUS": status, "CLASS": "ZZ", "RELATEDNAMES2": "a\nb"}
        writer.writerow(row | {"LONG_COMMON_NAME": f'Zz "{code}" [Mass/volume]'})
    path = tmp_path / "labs.csv"
    path.write_text(out.getvalue(), encoding="utf-8", newline="")

    with pytest.raises(UnknownReleaseError) as refused:
        recognise(path)
    words = str(refused.value).split()
    columns = dict(words[at + 1].split("=") for at, w in enumerate(words) if w == "--column")
    vocabulary = words[words.index("--vocab") + 1].casefold()
    report = Report()
    found = loaded(path, Options(columns=columns, vocabularies=(vocabulary,)), report)

    assert [(one.vocabulary, one.code, texts(one)) for one in found] == [
        ("loinc", "99-1", ['Zz "99-1" [Mass/volume]']),
        ("loinc", "99-2", ['Zz "99-2" [Mass/volume]']),
    ]
    assert {kind.code for one in found for kind in one.types} == {"ZZ"}
    assert report.dropped == {"inactive": 1}
