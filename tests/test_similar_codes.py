"""What is suggested for a code that is not in the index."""

import pytest

from termsearch.codes import similar_codes
from termsearch.errors import UnknownCodeError
from termsearch.index import Index
from termsearch.ingest import ingest
from termsearch.lookup import lookup
from tests.concepts import concept
from tests.conftest import WordHash

CODES = [
    concept("mesh", "D990107", "heart attack"),
    concept("mesh", "D990109", "angina"),
    concept("icd10cm", "E11.9", "diabetes"),
    concept("hp", "HP:0001945", "fever"),
    concept("umls", "C9900107", "infarction"),
]


@pytest.fixture
def filled(index: Index, encoder: WordHash) -> Index:
    ingest(CODES, "test", encoder, index)
    return index


@pytest.mark.parametrize(
    ("wanted", "similar"),
    [
        ("mesh:d990107", ["mesh:D990107"]),
        ("MESH:D990107", ["mesh:D990107"]),
        ("umls:D990107", ["mesh:D990107"]),
        ("HP:1945", ["HP:0001945"]),
        ("mesh:D991007", ["mesh:D990107"]),
        ("mesh:D9901O7", ["mesh:D990107"]),
        ("mesh:D99010", ["mesh:D990107", "mesh:D990109"]),
        ("icd10cm:E11.999", ["icd10cm:E11.9"]),
        ("mesh:X1", []),
        ("mesh:" + "D" * 5_000, []),
    ],
)
def test_the_likeliest_slips_are_looked_for(filled: Index, wanted: str, similar: list[str]) -> None:
    assert similar_codes(filled, wanted) == similar


def test_a_code_like_no_other_is_said_to_be_that(filled: Index) -> None:
    with pytest.raises(UnknownCodeError, match=r"nothing known is like it$"):
        lookup(filled, "mesh:X1")
    with pytest.raises(UnknownCodeError, match=r"nearest known: mesh:D990107$"):
        lookup(filled, "mesh:D99017")
