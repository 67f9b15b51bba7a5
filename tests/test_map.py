"""What 'termsearch map' writes for a list, and which lists and options it refuses."""

import csv
import gzip
import io
from pathlib import Path

import pytest
from click.testing import Result

from termsearch.answer import Answer, IndexInfo, MatchType
from termsearch.concept import Kind
from termsearch.errors import UsageError
from termsearch.locallist import Choice, Tally, judged, read_list
from tests.answers import hit
from tests.cli import one_line, run

LIST = """\
Lokalcode;Beschreibung;Anzahl;Bemerkung
A 1;zz pyrexia;12;"sagt ""heiß"", oft"
A2;;;leer
A3;burning brows;3;
A4;quite another thing;;
A1;zz ankle;1;
"""


def write(home: Path, text: str = LIST, name: str = "local.csv") -> str:
    path = home / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def rows_of(done: Result) -> list[dict[str, str]]:
    assert done.exit_code == 0, done.output
    return list(csv.DictReader(io.StringIO(done.stdout)))


def test_rows_keep_their_order_and_columns_and_get_a_concept(home: Path) -> None:
    done = run(home, "map", write(home))

    rows = rows_of(done)
    assert done.stdout.splitlines()[0] == (
        "Lokalcode,Beschreibung,Anzahl,Bemerkung,rank,curie,name,matched_name,sources,match_type,"
        "score,probability,resolution,conflicts,status"
    )
    assert [row["Lokalcode"] for row in rows] == ["A 1", "A2", "A3", "A4", "A1"]
    assert rows[0] == {
        "Lokalcode": "A 1", "Beschreibung": "zz pyrexia", "Anzahl": "12",
        "Bemerkung": 'sagt "heiß", oft', "rank": "1", "curie": "ward:007", "name": "Zz fever",
        "matched_name": "zz pyrexia", "sources": "", "match_type": "exact", "score": "1",
        "probability": rows[0]["probability"], "resolution": "unique", "conflicts": "",
        "status": "UNCHECKED",
    }  # fmt: skip
    assert float(rows[0]["probability"]) > 0.9
    assert (rows[2]["curie"], rows[2]["match_type"]) == ("ward:007", "normalized")


def test_a_row_without_a_text_or_without_a_concept_near_enough_has_no_mapping(home: Path) -> None:
    done = run(home, "map", write(home))

    rows = rows_of(done)
    assert [bool(row["curie"]) for row in rows] == [True, False, True, False, True]
    assert {row["resolution"] for row in rows if not row["curie"]} == {"none"}
    assert done.stderr.splitlines() == [
        "columns: name is 'Beschreibung', code is 'Lokalcode', frequency is 'Anzahl'",
        "5 rows: 3 mapped, 1 of them to be reviewed; 2 unmapped (1 without a text)",
    ]


@pytest.mark.parametrize(
    ("kind", "match", "sure"),
    [
        (Kind.SYNONYM, "exact", 1),
        (Kind.BROADER, "exact", 0),
        (Kind.RELATED, "exact", 0),
        (Kind.BROADER, "code", 1),
    ],
)
def test_words_that_mean_more_or_less_than_their_concept_are_to_be_reviewed(
    kind: Kind, match: MatchType, sure: int
) -> None:
    answer = Answer(
        query="x", read_as="", resolution="unique", probability=0.9, took_ms=0,
        index=IndexInfo(name="terms", model="m", releases={}),
        results=[hit(1, "ward:1", name_kind=kind, match_type=match)],
    )  # fmt: skip
    tally = Tally()

    list(judged(read_list("a.csv", [b"name\n", b"x\n"], {}), [answer], Choice(), tally))

    assert (tally.mapped, tally.sure) == (1, sure)


def test_what_is_less_likely_or_less_near_than_asked_for_has_no_mapping(home: Path) -> None:
    path = write(home, "name\nzz pyrexia\nzz feverish ankles\n")

    loose, likely, near = (
        [bool(row["curie"]) for row in rows_of(run(home, "map", path, *more))]
        for more in ((), ("--min-probability", "0.9"), ("--min-score", "0.9"))
    )

    assert (loose, likely, near) == ([True, True], [True, False], [True, False])


def test_several_candidates_stand_on_lines_of_their_own(home: Path) -> None:
    rows = rows_of(run(home, "map", write(home, "name\nzz fever\n"), "--limit", "2"))

    assert [(row["rank"], row["curie"]) for row in rows] == [("1", "ward:007"), ("2", "ward:008")]
    assert [bool(row["probability"]) for row in rows] == [True, False]


def test_a_list_may_have_columns_of_our_names(home: Path) -> None:
    (row,) = rows_of(run(home, "map", write(home, "name,score,mapped_score\nzz pyrexia,a,b\n")))

    assert (row["name"], row["score"], row["mapped_score"]) == ("zz pyrexia", "a", "b")
    assert (row["mapped_name"], row["mapped_mapped_score"]) == ("Zz fever", "1")


def test_filters_are_those_of_query(home: Path) -> None:
    path = write(home, "name\nzz fever\n")

    (ankle,) = rows_of(run(home, "map", path, "--type", "body part"))
    wrong = run(home, "map", path, "--vocab", "nosuch")

    assert ankle["curie"] in {"", "ward:009"}  # whether that is near enough
    assert (wrong.exit_code, wrong.stdout) == (2, "")
    assert "unknown vocabulary 'nosuch'; known: ward" in wrong.stderr


def test_stdin_and_several_processes_answer_the_same(home: Path) -> None:
    from_file = run(home, "map", write(home)).stdout

    piped = run(home, "map", "-", stdin=LIST)
    shared = run(home, "map", write(home), "--jobs", "2")

    assert (piped.exit_code, shared.exit_code) == (0, 0), piped.output + shared.output
    assert piped.stdout == shared.stdout == from_file


def test_a_very_long_text_is_cut_and_said_so(home: Path) -> None:
    done = run(home, "map", write(home, f"name\n{'zz pyrexia ' * 20_000}\n"))

    (row,) = rows_of(done)
    assert len(row["name"]) > 200_000
    assert "line 2: of 219,999 characters the first 1,000 are asked for" in done.stderr


@pytest.mark.parametrize(
    ("name", "text", "more", "code", "message"),
    [
        ("a.csv", "A;B\n1;2\n", (), 2, "its columns: A, B. Say which one it is with --column"),
        ("a.csv", "code,name\n1\n", (), 1, "line 2: 1 cells, expected 2"),
        ("a.csv", "\n;;\ncode;name;\n1;x;\n", (), 1, "line 1: blank, expected a header"),
        ("a.jsonl", '{"name": "x"}\n', (), 1, "JSON, expected a CSV or TSV"),
        ("a.csv", "name\nx\n", ("--license", "https://x.org"), 2, "add --format sssom"),
        ("a.csv", "name\nx\n", ("--format", "sssom", "--license", "mine"), 2, "expected a URI"),
        ("a.csv", "name\nx\n", ("--format", "sssom", "--prefix", "a b=c"), 2, "expected NAME=IRI"),
        ("a.csv", "name\nx\n", ("--min-probability", "nan"), 2, "expected a number"),
        ("a.csv", "name,n\nx,often\n", ("--format", "usagi"), 1, "the frequency is 'often'"),
    ],
)
def test_what_can_not_be_mapped_is_refused_before_anything_is_written(
    home: Path, name: str, text: str, more: tuple[str, ...], code: int, message: str
) -> None:
    done = run(home, "map", write(home, text, name), *more)

    assert (done.exit_code, done.stdout) == (code, "")
    assert message in done.stderr


def test_an_interrupted_mapping_claims_to_keep_nothing(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("termsearch.locallist.read_list", interrupted)

    done = run(home, "map", write(home, "name\nzz pyrexia\n"))

    assert (done.exit_code, done.stderr) == (130, "Interrupted. Run it again to begin.\n")


def test_a_workbook_is_told_how_to_become_a_list(home: Path) -> None:
    path = home / "ward.xls"
    path.write_bytes(b"\xd0\xcf\x11\xe0 and so on")

    done = run(home, "map", str(path))

    assert done.exit_code == 1
    assert "CSV UTF-8" in one_line(done)


def test_a_list_may_be_compressed_as_a_table_may(home: Path) -> None:
    path = home / "local.tsv.gz"
    path.write_bytes(gzip.compress(b'code\tname\n1\t"zz pyrexia"\n'))

    (row,) = rows_of(run(home, "map", str(path)))

    assert (row["name"], row["curie"]) == ("zz pyrexia", "ward:007")


def test_a_compressed_list_that_is_cut_is_refused(home: Path) -> None:
    path = home / "local.csv.gz"
    path.write_bytes(gzip.compress(b"name\nzz pyrexia\n")[:-9])

    done = run(home, "map", str(path))

    assert done.exit_code == 1
    assert "the compressed data are cut or damaged" in one_line(done)


def test_probabilities_of_an_encoder_without_any_are_no_ground_for_a_choice() -> None:
    answer = Answer(
        query="x", read_as="", resolution="none", probability=None, took_ms=0,
        index=IndexInfo(name="terms", model="zz-bert", releases={}), results=[],
    )  # fmt: skip
    rows = judged(read_list("a", [b"name\n", b"x\n"], {}), [answer], Choice(1, 0.5), Tally())

    with pytest.raises(UsageError, match="nobody has calibrated zz-bert"):
        next(rows)
