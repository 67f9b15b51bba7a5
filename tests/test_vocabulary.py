"""Vocabularies by any of their names, and codes that come back as they went in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from termsearch.vocabulary import KNOWN, curie, split_curie, vocabulary_id


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("MSH", "mesh"),
        ("mesh", "mesh"),
        ("MSHFRE", "mesh"),
        ("SNOMEDCT_US", "snomedct"),
        ("SNOMED CT", "snomedct"),
        ("http://snomed.info/sct", "snomedct"),
        ("http://snomed.info/sct/900000000000207008/version/20260101", "snomedct"),
        ("urn:oid:2.16.840.1.113883.6.96", "snomedct"),
        ("2.16.840.1.113883.6.1", "loinc"),
        ("LNC-ES-ES", "loinc"),
        ("LNC", "loinc"),
        ("MDRSPA", "meddra"),
        ("HPO", "hp"),
        ("MTH", "umls"),
        ("ICPC2EDUT", "icpc2"),
        ("Our Own List", "our own list"),
    ],
)
def test_every_name_of_a_vocabulary_means_it(name: str, expected: str) -> None:
    assert vocabulary_id(name) == expected


def test_no_alias_belongs_to_two_vocabularies() -> None:
    claims = [
        (alias, vocabulary.id)
        for vocabulary in KNOWN
        for alias in {
            name.rstrip("*").casefold()
            for name in (vocabulary.id, vocabulary.uri, vocabulary.oid, *vocabulary.sabs)
            if name
        }
    ]

    assert len({alias for alias, _ in claims}) == len(claims)
    assert all(vocabulary_id(alias) == owner for alias, owner in claims)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mesh:D005334", ("mesh", "D005334")),
        ("MSH:D005334", ("mesh", "D005334")),
        ("HP:0001945", ("hp", "HP:0001945")),
        ("hp:0001945", ("hp", "HP:0001945")),
        ("hp:HP:0001945", ("hp", "HP:0001945")),
        ("http://snomed.info/sct|386661006", ("snomedct", "386661006")),
        ("http://snomed.info/id/386661006", ("snomedct", "386661006")),
        ("loinc:8310-5", ("loinc", "8310-5")),
        ("urn:oid:2.16.840.1.113883.6.96:386661006", ("snomedct", "386661006")),
        ("local:a:b", ("local", "a:b")),
        ("local:a|b", ("local", "a|b")),
        ("local|a:b", ("local", "a:b")),
        (" icd10cm:E11.9 ", ("icd10cm", "E11.9")),
        ("fever", None),
        (":1", None),
        ("mesh:", None),
    ],
)
def test_codes_are_read_from_what_people_write(text: str, expected: tuple[str, str] | None) -> None:
    assert split_curie(text) == expected


def test_a_code_that_carries_its_prefix_is_its_own_curie() -> None:
    assert curie("hp", "HP:0001945") == "HP:0001945"
    assert curie("mesh", "D005334") == "mesh:D005334"


codes = st.text(st.characters(categories=["L", "N"], include_characters=".-_:/|"), min_size=1)


@given(
    st.sampled_from([v.id for v in KNOWN if not v.prefixed]), codes.filter(lambda c: c[0] != ":")
)
def test_a_curie_splits_into_what_it_was_made_of(vocabulary: str, code: str) -> None:
    canonical = curie(vocabulary, code)

    parts = split_curie(canonical)

    assert parts is not None
    assert curie(*parts) == canonical
