"""Vocabularies by any of their names, and codes that come back as they went in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from termsearch.vocabulary import (
    KNOWN,
    curie,
    full_code,
    lang_includes,
    split_curie,
    vocabulary_id,
)


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
        ("http://terminology.hl7.org/CodeSystem/umls|C0000001", ("umls", "C0000001")),
        ("http://snomed.info/id/386661006", ("snomedct", "386661006")),
        ("http://example.org/cs:W02", ("http://example.org/cs", "W02")),
        ("http://example.org/cs:mm/h:2", ("http://example.org/cs", "mm/h:2")),
        ("http://example.org/cs|a:b/c", ("http://example.org/cs", "a:b/c")),
        ("https://example.org:8080/cs/W02", ("https://example.org:8080/cs", "W02")),
        ("https://example.org:8080/cs:W02", ("https://example.org:8080/cs", "W02")),
        ("http://example.org:8080:7", ("http://example.org:8080", "7")),
        ("http://example.org:7", ("http://example.org", "7")),
        ("http://loinc.org:8310-5", ("loinc", "8310-5")),
        ("http://human-phenotype-ontology.org/HP:0001945", ("hp", "HP:0001945")),
        ("httpd-errors:404", ("httpd-errors", "404")),
        ("hp:hp:0001945", ("hp", "HP:0001945")),
        ("loinc:8310-5", ("loinc", "8310-5")),
        ("urn:oid:2.16.840.1.113883.6.96:386661006", ("snomedct", "386661006")),
        ("local:a:b", ("local", "a:b")),
        ("local:a|b", ("local", "a|b")),
        ("local|a:b", ("local", "a:b")),
        (" icd10cm:E11.9 ", ("icd10cm", "E11.9")),
        ("icd10cm:E119", ("icd10cm", "E11.9")),
        ("ICD10CM:S0000XA", ("icd10cm", "S00.00XA")),
        ("icd10cm:E11.", ("icd10cm", "E11")),
        ("icd10cm:E11", ("icd10cm", "E11")),
        ("icd10cm:E08-E13", ("icd10cm", "E08-E13")),
        ("http://hl7.org/fhir/sid/icd-10-cm|C7A010", ("icd10cm", "C7A.010")),
        ("icd10pcs:0016070", ("icd10pcs", "0016070")),
        ("icd9cm:E8490", ("icd9cm", "E8490")),
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


@pytest.mark.parametrize(
    ("wanted", "tag", "expected"),
    [
        ("en", "en", True),
        ("en", "en-GB", True),
        ("EN", "en_gb", True),
        ("en_GB", "en-gb", True),
        ("en-gb", "en_GB", True),
        ("zh-Hant", "zh_hant_TW", True),
        ("en-GB", "en", False),
        ("en-GB", "en-US", False),
        ("en", "enm", False),
        ("e", "en", False),
        ("", "en", False),
        ("en", "", False),
    ],
)
def test_a_language_includes_what_is_more_exact(wanted: str, tag: str, expected: bool) -> None:
    assert lang_includes(wanted, tag) == expected


codes = st.text(st.characters(categories=["L", "N"], include_characters=".-_:/|"), min_size=1)


starts = codes.filter(lambda code: code[0] != ":")


@given(st.sampled_from([*(v.id for v in KNOWN), "ward"]), starts)
def test_a_curie_splits_into_what_it_was_made_of(vocabulary: str, code: str) -> None:
    canonical = curie(vocabulary, full_code(vocabulary, code))

    parts = split_curie(canonical)

    assert parts is not None
    assert curie(*parts) == canonical


@given(
    st.sampled_from(["http://example.org/cs", "https://example.org:8080/a/b"]),
    starts.filter(lambda code: "|" not in code),
)
def test_the_curie_of_a_vocabulary_that_is_an_address_splits_too(system: str, code: str) -> None:
    assert split_curie(curie(system, code)) == (system, code)
    assert split_curie(f"{system}|{code}") == (system, code)
