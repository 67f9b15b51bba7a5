"""A file that Usagi opens; its reader is followed here as its Java has it (OHDSI/Usagi)."""

from pathlib import Path

from tests.cli import run
from tests.test_athena_loader import written

LIST = """\
Code,Name,Count,Note
A1,Zz fever,12,"a \\ b"
A2,"the ""hot"" one, zz",,
A3,,3,
"""
COLUMNS = (
    "sourceCode,sourceName,sourceFrequency,sourceAutoAssignedConceptIds,ADD_INFO:Note,"
    "ADD_INFO:curie,ADD_INFO:matched_name,ADD_INFO:match_type,ADD_INFO:probability,"
    "ADD_INFO:resolution,matchScore,mappingStatus,equivalence,statusSetBy,statusSetOn,conceptId,"
    "conceptName,comment"
)


def split(line: str) -> list[str]:
    """As ``StringUtilities.safeSplit`` and ``ReadCSVFile.line2columns``."""
    cells, start, literal, escaped = [], 0, False, False
    for at, letter in enumerate(line):
        if letter == '"' and not escaped:
            literal = not literal
        if letter == "," and not literal and not escaped:
            cells.append(line[start:at])
            start = at + 1
        escaped = letter == "\\" and not escaped
    return [
        (cell[1:-1] if len(cell) > 1 and cell[0] == cell[-1] == '"' else cell)
        .replace('\\"', '"')
        .replace("\\\\", "\\")
        for cell in [*cells, line[start:]]
    ]


def rows_of(text: str) -> list[dict[str, str]]:
    header, *lines = map(split, text.splitlines())
    return [dict(zip(header, line, strict=True)) for line in lines]


def usagi(home: Path, text: str = LIST) -> tuple[str, str]:
    (home / "local.csv").write_text(text, encoding="utf-8")
    done = run(home, "map", str(home / "local.csv"), "--format", "usagi")
    assert done.exit_code == 0, done.output
    return done.stdout, done.stderr


def test_a_file_has_the_columns_and_the_quoting_that_usagi_reads(home: Path) -> None:
    text, _ = usagi(home)

    rows = rows_of(text)
    assert text.splitlines()[0] == COLUMNS
    assert [row["sourceName"] for row in rows] == ["Zz fever", 'the "hot" one, zz', ""]
    assert [row["sourceFrequency"] for row in rows] == ["12", "-1", "3"]
    assert rows[0]["ADD_INFO:Note"] == "a \\ b"
    for row in rows:
        assert (row["mappingStatus"], row["equivalence"]) == ("UNCHECKED", "UNREVIEWED")
        int(row["conceptId"])
        float(row["matchScore"])
        int(row["statusSetOn"])


def test_an_index_without_concept_ids_is_told_of(home: Path) -> None:
    text, told = usagi(home)

    assert {row["conceptId"] for row in rows_of(text)} == {"0"}
    assert "1 mapped rows have no OMOP concept_id: ingest vocabularies from Athena" in told


def test_concepts_from_athena_have_their_concept_ids(tmp_path: Path) -> None:
    athena = written(tmp_path / "zz")
    assert run(tmp_path, "ingest", str(athena), "--model", "minilm").exit_code == 0

    text, told = usagi(tmp_path)

    fever = rows_of(text)[0]
    assert (fever["conceptId"], fever["ADD_INFO:curie"]) == ("990001", "snomedct:9990001")
    assert "concept_id" not in told
