"""Mentions and what they mean, as people write them down."""

from pathlib import Path

import pytest

from termsearch.errors import BadRecordError, BadReleaseError
from termsearch.evaluate import Mention, read_mentions


def test_columns_are_known_by_their_names_and_curies_made_canonical(tmp_path: Path) -> None:
    file = tmp_path / "mentions.tsv"
    file.write_bytes(
        b"category\tgold\tmention\r\n"
        b"lay\tMSH:D5 | mesh:D6\ta \x22quoted\x22 word\r\n"
        b"none\t\tspaceship\r\n"
    )

    assert read_mentions(file) == [
        Mention(
            text='a "quoted" word', gold=frozenset({"mesh:D5", "mesh:D6"}), category="lay", line=2
        ),
        Mention(text="spaceship", gold=frozenset(), category="none", line=3),
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (b"mention\tanswer\n", "line 1: the columns are 'mention', 'answer'; expected 'mention'"),
        (b"mention\tgold\tmention\n", "line 1: the columns are"),
        (b"mention\tgold\nfever\tmesh:D1\nfever\n", "line 3: 1 columns, expected 2"),
        (b"mention\tgold\n \tmesh:D1\n", "line 2: the mention is empty"),
        (b"mention\tgold\nfever\tmesh:D1\n \t\r\n", "line 3: the mention is empty"),
        (b"mention\tgold\nfever\tmesh:D1\n\t\t\n", "line 3: 3 columns, expected 2"),
        (b"\t\nmention\tgold\nfever\tmesh:D1\n", "line 1: the columns are '', ''"),
        (b"mention\tgold\nfever\tD005334\n", "line 2: 'D005334' in gold is no CURIE"),
        (b"mention\tgold\nfever\tmesh:D1\nfi\xe8vre\tmesh:D1\n", "line 3: not UTF-8"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, text: bytes, problem: str) -> None:
    file = tmp_path / "mentions.tsv"
    file.write_bytes(text)

    with pytest.raises(BadRecordError, match=f"mentions.tsv, {problem}"):
        read_mentions(file)


def test_a_file_without_mentions_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mentions.tsv").write_text("mention\tgold\n")

    with pytest.raises(BadReleaseError, match="no mention"):
        read_mentions(tmp_path / "mentions.tsv")


def test_blank_lines_are_passed_over_and_counted(tmp_path: Path) -> None:
    file = tmp_path / "mentions.tsv"
    file.write_bytes(b"\nmention\tgold\n\nfever\tmesh:D1\n \r\nankle\tmesh:D2\n\n\n")

    assert [(each.text, each.line) for each in read_mentions(file)] == [("fever", 4), ("ankle", 6)]


def test_a_line_that_is_wrong_is_named_by_its_number_in_the_file(tmp_path: Path) -> None:
    file = tmp_path / "mentions.tsv"
    file.write_bytes(b"\nmention\tanswer\n")

    with pytest.raises(BadRecordError, match=r"mentions.tsv, line 2: the columns are"):
        read_mentions(file)


def test_the_header_may_be_in_any_case(tmp_path: Path) -> None:
    file = tmp_path / "mentions.tsv"
    file.write_text("Mention\tGOLD \tCategory\nfever\tmesh:D1\tlay\n")

    (fever,) = read_mentions(file)

    assert (fever.text, fever.gold, fever.category) == ("fever", frozenset({"mesh:D1"}), "lay")


@pytest.mark.parametrize(
    ("gold", "codes"),
    [
        ("http://snomed.info/sct|123", {"snomedct:123"}),
        ("HTTP://snomed.info/sct | 123 | MSH:D5", {"snomedct:123", "mesh:D5"}),
        ("mesh:D5|urn:oid:2.16.840.1.113883.6.96|123", {"mesh:D5", "snomedct:123"}),
        ("http://human-phenotype-ontology.org|HP:0001945", {"HP:0001945"}),
        ("http://snomed.info/sct|1|http://snomed.info/sct|2", {"snomedct:1", "snomedct:2"}),
        ("https://ward.example/codes|007|mesh:D5", {"https://ward.example/codes:007", "mesh:D5"}),
        ("http://snomed.info/id/123|http://snomed.info/id/4", {"snomedct:123", "snomedct:4"}),
        ("https://ward.example/codes:007|mesh:D5", {"https://ward.example/codes:007", "mesh:D5"}),
    ],
)
def test_gold_may_be_a_code_of_a_system_by_its_address(
    tmp_path: Path, gold: str, codes: set[str]
) -> None:
    file = tmp_path / "mentions.tsv"
    file.write_text(f"mention\tgold\nfever\t{gold}\n")

    (fever,) = read_mentions(file)

    assert fever.gold == codes


def test_the_address_of_a_system_alone_is_no_gold(tmp_path: Path) -> None:
    file = tmp_path / "mentions.tsv"
    file.write_text("mention\tgold\nfever\tmesh:D1|http://snomed.info/sct\n")

    with pytest.raises(BadRecordError, match=r"line 2: 'http://snomed.info/sct\|' in gold is no"):
        read_mentions(file)
