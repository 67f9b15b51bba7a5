"""SSSOM/TSV as its specification has it: https://mapping-commons.github.io/sssom/spec-formats-tsv.

What is written here was also read without complaint by sssom-py 0.4.21 (``sssom validate``).
"""

import csv
import io
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import yaml
from click.testing import Result

from termsearch.answer import Answer, IndexInfo
from termsearch.concept import Kind
from termsearch.locallist import Choice, MappingSet, Tally, judged, read_list, sssom_lines
from tests.answers import hit
from tests.cli import run

SLOTS = {
    "subject_id", "subject_label", "predicate_id", "object_id", "object_label",
    "mapping_justification", "subject_type", "object_source_version", "confidence",
    "object_match_field", "similarity_score", "similarity_measure", "comment",
}  # fmt: skip
LIST = """\
code,name
A 1,zz pyrexia
,burning brows
A3,"5"" zz ankles"
A4,
Ä|5,quite another thing
"""


def mapped(home: Path, text: str, *more: str) -> Result:
    path = home / "local.csv"
    path.write_text(text, encoding="utf-8")
    done = run(home, "map", str(path), "--format", "sssom", *more)
    assert done.exit_code == 0, done.output
    return done


def parts_of(text: str) -> tuple[dict[str, Any], list[dict[str, str]]]:
    """Metadata and rows, read by the rules of the specification."""
    lines = text.splitlines(keepends=True)
    said = [line for line in lines if line.startswith("#")]
    assert lines[: len(said)] == said
    rows = csv.DictReader(io.StringIO("".join(lines[len(said) :])), delimiter="\t", strict=True)
    return yaml.safe_load("".join(line[1:] for line in said)), list(rows)


def test_the_metadata_says_what_a_mapping_set_must(home: Path) -> None:
    said, _ = parts_of(mapped(home, LIST).stdout)

    assert said["mapping_set_id"].startswith("urn:uuid:")
    assert said["license"] == "https://w3id.org/sssom/license/unspecified"
    assert said["mapping_tool"] == "termsearch"
    assert said["mapping_set_title"] == "local.csv mapped by termsearch; unchecked"
    assert said["subject_match_field"] == ["rdfs:label"]


def test_every_prefix_is_declared_and_every_slot_known(home: Path) -> None:
    said, rows = parts_of(mapped(home, LIST, "--limit", "3").stdout)

    assert set(rows[0]) <= SLOTS
    for row in rows:
        for slot in ("subject_id", "predicate_id", "object_id", "mapping_justification"):
            prefix, _, rest = row[slot].partition(":")
            assert not row[slot] or (prefix in said["curie_map"] and rest.isascii()), row
        assert row["subject_id"] or row["subject_type"] == "rdfs literal"
        assert 0 <= float(row["similarity_score"]) <= 1
        assert not row["confidence"] or 0 <= float(row["confidence"]) <= 1


def test_a_mapping_says_how_near_it_is_and_how_it_was_come_by(home: Path) -> None:
    _, (fever, brows, ankle) = parts_of(mapped(home, LIST).stdout)

    assert (fever["subject_id"], fever["object_id"]) == ("local:A%201", "ward:007")
    assert (fever["predicate_id"], fever["mapping_justification"]) == (
        "skos:exactMatch", "semapv:LexicalMatching",
    )  # fmt: skip
    assert fever["object_match_field"] == "skos:altLabel"
    assert (brows["subject_id"], brows["subject_type"]) == ("", "rdfs literal")
    assert ankle["subject_label"] == '5" zz ankles'
    assert ankle["predicate_id"] != "skos:exactMatch"
    assert ankle["mapping_justification"] in {
        "semapv:CompositeMatching",
        "semapv:LexicalSimilarityThresholdMatching",
        "semapv:SemanticSimilarityThresholdMatching",
    }


def test_rows_without_a_mapping_are_counted_and_left_out(home: Path) -> None:
    done = mapped(home, LIST)

    assert "NoTermFound" not in done.stdout
    assert "3 mapped" in done.stderr
    assert "2 unmapped (1 without a text), left out of SSSOM" in done.stderr


def test_a_set_has_the_same_id_until_its_list_changes(home: Path) -> None:
    first, again, other = (
        parts_of(mapped(home, text).stdout)[0]["mapping_set_id"]
        for text in (LIST, LIST, LIST.replace("A3", "A9"))
    )

    assert first == again != other


def test_the_user_says_id_licence_and_prefix(home: Path) -> None:
    said, rows = parts_of(
        mapped(
            home, LIST, "--set-id", "https://x.org/maps/1", "--license", "https://x.org/cc0",
            "--prefix", "NO=https://x.org/ward/",
        ).stdout
    )  # fmt: skip

    assert (said["mapping_set_id"], said["license"]) == (
        "https://x.org/maps/1",
        "https://x.org/cc0",
    )
    assert said["curie_map"]["NO"] == "https://x.org/ward/"
    assert rows[0]["subject_id"] == "NO:A%201"


def test_a_prefix_that_a_vocabulary_has_is_refused(home: Path) -> None:
    (home / "local.csv").write_text(LIST, encoding="utf-8")

    done = run(
        home, "map", str(home / "local.csv"), "--format", "sssom", "--prefix", "ward=https://x.org/"
    )

    assert (done.exit_code, done.stdout) == (2, "")
    assert "that is the prefix of a vocabulary already" in done.stderr.splitlines()[-1]


def test_each_vocabulary_and_the_list_have_a_prefix_of_their_own() -> None:
    releases = dict.fromkeys(("local", "skos", "病房", "症状", "a b", "a_b"), "")
    answers = [
        Answer(
            query="x", read_as="", resolution="ambiguous", probability=0.9, took_ms=0,
            index=IndexInfo(name="terms", model="m", releases=releases),
            results=[hit(1, f"{vocabulary}:1").model_copy(update={"vocabulary": vocabulary})],
        )
        for vocabulary in releases
    ]  # fmt: skip
    local = read_list("a.csv", [b"code,name\n", *[b"1,x\n"] * len(releases)], {})
    rows = judged(local, answers, Choice(), Tally())

    said, mapped = parts_of("".join(sssom_lines(local, rows, MappingSet(), "2026-01-01")))

    spaces = said["curie_map"]
    found = [spaces[row["object_id"].partition(":")[0]] for row in mapped]
    assert found == [f"urn:x-termsearch:{quote(vocabulary)}:" for vocabulary in releases]
    assert {spaces[row["subject_id"].partition(":")[0]] for row in mapped} == {
        f"{said['mapping_set_id']}#"
    }
    assert spaces["skos"] == "http://www.w3.org/2004/02/skos/core#"


def test_a_code_in_the_column_of_texts_is_its_concept(home: Path) -> None:
    _, (row,) = parts_of(mapped(home, "name\nward:007\n").stdout)

    assert (row["object_id"], row["predicate_id"], row["object_match_field"]) == (
        "ward:007", "skos:exactMatch", "skos:notation",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("more", "probability", "predicate"),
    [
        ({"match_type": "normalized"}, 0.4, "skos:exactMatch"),
        ({"match_type": "exact", "name_kind": Kind.BROADER}, 0.9, "skos:narrowMatch"),
        ({"match_type": "exact", "name_kind": Kind.NARROWER}, 0.9, "skos:broadMatch"),
        ({"match_type": "normalized", "name_kind": Kind.RELATED}, 0.9, "skos:relatedMatch"),
        ({"match_type": "code", "name_kind": Kind.BROADER}, 0.9, "skos:exactMatch"),
        ({"match_type": "exact", "conflicts": ["left for right"]}, 0.9, "skos:relatedMatch"),
        ({}, 0.9, "skos:closeMatch"),
        ({}, 0.4, "skos:relatedMatch"),
        ({}, None, "skos:closeMatch"),
        ({"rank": 2}, 0.9, "skos:relatedMatch"),
    ],
)
def test_the_predicate_claims_no_more_than_is_known(
    more: dict[str, object], probability: float | None, predicate: str
) -> None:
    answer = Answer(
        query="x", read_as="", resolution="ambiguous", probability=probability, took_ms=0,
        index=IndexInfo(name="terms", model="m", releases={"hp": "", "2024 list": "1"}),
        results=[hit(1, "HP:0001945").model_copy(update=more)],
    )  # fmt: skip
    local = read_list("a.csv", [b"name\n", b"x\n"], {})
    rows = judged(local, [answer], Choice(), Tally())

    said, (row,) = parts_of("".join(sssom_lines(local, rows, MappingSet(), "2026-01-01")))

    assert (row["predicate_id"], row["object_id"]) == (predicate, "HP:0001945")
    assert said["curie_map"]["HP"] == "http://purl.obolibrary.org/obo/HP_"
    assert said["curie_map"]["v2024_list"] == "urn:x-termsearch:2024%20list:"
    assert "subject_id" not in row
