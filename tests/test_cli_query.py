"""What 'termsearch query' prints, and which questions it refuses."""

import json
from pathlib import Path

import pytest

from termsearch.service.models import MAX_TEXT
from termsearch.text import LONGEST_TEXT
from tests.cli import one_line, run


def test_query_finds_a_concept_by_meaning(home: Path) -> None:
    found = run(home, "query", "zz pyrexia", "--limit", "2")

    assert found.exit_code == 0
    assert "ward:007" in found.stdout.splitlines()[2]
    assert found.stderr == ""


def test_query_says_how_a_misspelt_one_was_read(home: Path) -> None:
    found = run(home, "query", "zz anklle", "--limit", "1")

    assert "read as: zz ankle" in found.stdout.splitlines()[0]
    assert "ward:009" in found.stdout


def test_query_reads_abbreviations_as_the_context_defines_them(home: Path) -> None:
    letter = home / "letter.txt"
    letter.write_text("Known zz pyrexia (ZP) since May.", encoding="utf-8")

    from_file = run(home, "query", "ZP", "--limit", "1", "--context", str(letter), "--explain")
    from_text = run(
        home, "query", "ZP", "--limit", "1", "--context", "zz ankle (Z.A.), zz pyrexia (ZP)"
    )

    assert "read as: zz pyrexia" in from_text.stdout
    assert 'Read as "zz pyrexia". "zz pyrexia" is a synonym of Zz fever' in from_file.stdout


def test_a_context_that_is_no_text_is_refused(home: Path) -> None:
    (home / "scan.pdf").write_bytes(b"%PDF\xff\xfe")

    found = run(home, "query", "ZP", "--context", str(home / "scan.pdf"))

    assert found.exit_code == 1
    assert "can't be read as UTF-8 text" in found.stderr


def test_a_context_that_can_only_be_a_file_has_to_be_one(home: Path) -> None:
    names = ("leter.txt", "ward/Leter.TXT", f"{home}/leter", "./leter", "../leter", "~/leter")
    missing = [run(home, "query", "ZP", "--context", name) for name in names]
    folder = run(home, "query", "ZP", "--context", str(home))

    assert [each.exit_code for each in (*missing, folder)] == [2] * 7
    assert [one_line(each) for each in missing] == [
        f"Error: --context {name}: no such file." for name in names
    ]
    assert "is a folder" in one_line(folder)


@pytest.mark.parametrize(
    "text",
    [
        "Seen by Dr. Who/ward 5, zz pyrexia (ZP) since May.Ok",
        f"zz pyrexia (ZP). {'And so on. ' * 60}",  # longer than any file's name
        "zz pyrexia (ZP)\nzz ankle/foot.txt",
    ],
)
def test_a_context_with_blanks_is_a_text(home: Path, text: str) -> None:
    found = run(home, "query", "ZP", "--limit", "1", "--context", text)

    assert found.exit_code == 0, found.output
    assert "read as: zz pyrexia" in found.stdout


@pytest.mark.parametrize(
    "text",
    [
        "", "zp", "q.d.", "5.5", "b.i.d", "N/V", "mg/dl", "http://x.org/a", "May.Ok",
        "患者N/V三天，见附件.txt", "./血压", "血压120/80，服药b.i.d",
    ],
)  # fmt: skip
def test_a_context_without_blanks_is_a_text_too(home: Path, text: str) -> None:
    found = run(home, "query", "ZP", "--context", text)

    assert found.exit_code == 0, found.output


def test_a_second_branch_is_refused_and_not_dropped(home: Path) -> None:
    found = run(home, "query", "fever", "--under", "ward:009", "--under", "ward:007")

    assert found.exit_code == 2
    assert one_line(found) == "Error: --under: given 2 times; expected one CURIE."


@pytest.mark.parametrize("score", ["1.01", "50", "inf", "-1.5", "-inf", "nan"])
def test_a_score_that_no_hit_can_have_is_wrong_usage(home: Path, score: str) -> None:
    found = run(home, "query", "fever", "--min-score", score)

    assert (found.exit_code, "--min-score" in found.stderr) == (2, True)


@pytest.mark.parametrize("score", ["-1", "0.5", "1"])
def test_the_lowest_score_wanted_may_be_any_that_a_hit_can_have(home: Path, score: str) -> None:
    found = run(home, "query", "zz pyrexia", "--min-score", score)

    assert (found.exit_code, "ward:007" in found.stdout) == (0, True)


def test_blanks_around_a_copied_filter_mean_nothing(home: Path) -> None:
    found = run(home, "query", "fever", "--type", " sign ", "--lang", "en ", "--vocab", "ward ")

    assert found.exit_code == 0, found.output
    assert "ward:007" in found.stdout


def test_query_as_json_obeys_the_contract(home: Path) -> None:
    found = run(home, "query", "zz pyrexia", "--vocab", "ward", "--limit", "1", "--json")

    answer = json.loads(found.stdout)
    assert set(answer) == {
        "query", "read_as", "resolution", "probability", "took_ms", "index", "results",
    }  # fmt: skip
    assert answer["index"] == {
        "name": "terms",
        "model": "sentence-transformers/all-MiniLM-L6-v2",
        "releases": {"ward": ""},
    }
    (hit,) = answer["results"]
    assert hit.pop("scores").keys() == {"exact", "dense", "lexical"}
    assert hit.pop("ranks") == {"dense": 1, "lexical": 1}
    assert hit == {
        "rank": 1, "curie": "ward:007", "vocabulary": "ward", "code": "007", "name": "Zz fever",
        "matched_name": "zz pyrexia", "name_kind": "synonym", "match_type": "exact",
        "score": 1.0, "lang": "en",
        "types": [{"code": "sign", "name": "sign"}], "active": True, "replaced_by": [],
        "release": "", "sources": [], "conflicts": [],
        "retired_name": False,
        "explanation": '"zz pyrexia" is a synonym of Zz fever, and these are its words.',
    }  # fmt: skip


def test_lines_of_stdin_are_answered_in_order_one_envelope_each(home: Path) -> None:
    found = run(home, "query", "-", "--json", stdin="zz ankle\r\n\nzz fever\n")

    answers = [json.loads(line) for line in found.stdout.splitlines()]
    assert [answer["query"] for answer in answers] == ["zz ankle", "", "zz fever"]
    assert [answer["resolution"] for answer in answers] == ["unique", "none", "unique"]


def test_a_filter_that_leaves_nothing_is_an_answer(home: Path) -> None:
    found = run(home, "query", "ankle", "--mode", "exact", "--under", "ward:007")

    assert (found.exit_code, "nothing found" in found.stdout) == (0, True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--vocab", "nosuch"], "unknown vocabulary 'nosuch'; known: ward"),
        (["--type", "sing"], "unknown type 'sing'; nearest known: sign"),
        (["--lang", "fr"], "unknown language 'fr'; known: en"),
        (["--under", "ward:7"], "unknown code 'ward:7'"),
    ],
)
def test_an_unknown_value_in_a_filter_is_wrong_usage(
    home: Path, arguments: list[str], message: str
) -> None:
    found = run(home, "query", "fever", *arguments)

    assert found.exit_code == 2
    assert message in one_line(found)
    assert found.stdout == ""


def test_bytes_on_stdin_that_are_no_text_name_their_line(home: Path) -> None:
    found = run(home, "query", "-", stdin=b"fever\n\xff\n")

    assert found.exit_code == 1
    assert "stdin, line 2: not UTF-8" in one_line(found)


def test_no_index_is_said_and_is_no_empty_answer(tmp_path: Path) -> None:
    found = run(tmp_path, "query", "fever")

    assert found.exit_code == 1
    assert "no index at" in one_line(found)
    assert "termsearch ingest" in found.stderr


@pytest.mark.parametrize("text", ["", "  "])
def test_a_blank_text_is_wrong_usage(home: Path, text: str) -> None:
    found = run(home, "query", "zz fever", text)

    assert (found.exit_code, found.stdout) == (2, "")
    assert one_line(found) == "Error: the text is empty; expected words to search for."


def test_a_text_that_is_a_file_is_not_searched_for(home: Path) -> None:
    path = home / "local.csv"
    path.write_text("name\nzz fever\n", encoding="utf-8")

    found = run(home, "query", str(path))

    assert (found.exit_code, found.stdout) == (2, "")
    assert f"{path} is a file: 'termsearch map {path}' maps" in one_line(found)


def test_words_that_a_file_happens_to_be_called_are_searched_for(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "fever").touch()

    assert run(home, "query", "fever", "nosuch.csv").exit_code == 0


def test_a_very_long_text_is_refused_and_a_very_long_line_cut(home: Path) -> None:
    long = "zz pyrexia " * 20_000

    refused = run(home, "query", long)
    answered = run(home, "query", "-", "--json", stdin=f"{long}\nzz ankle\n")

    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "the text has 220,000 characters, expected 1,000 at most" in one_line(refused)
    first, second = (json.loads(line) for line in answered.stdout.splitlines())
    assert (first["query"], second["query"]) == (long[:1000], "zz ankle")
    assert "of 220,000 characters the first 1,000 are asked for" in one_line(answered)


def test_a_command_asks_for_no_longer_texts_than_a_service_answers() -> None:
    assert LONGEST_TEXT == MAX_TEXT
