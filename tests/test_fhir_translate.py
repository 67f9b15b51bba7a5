"""ConceptMap/$translate: which codes elsewhere a code leads to, and how that is known."""

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.concepts import concept
from tests.fhir import (
    HEIRS,
    ICD,
    LOINC,
    MESH,
    SNOMED,
    UMLS,
    failed,
    get,
    parts,
    post,
    sent,
    served,
    value,
)

WARD = "urn:x-termsearch:ward_a"
HP = "http://human-phenotype-ontology.org"
ICD10 = "http://hl7.org/fhir/sid/icd-10"  # not in the index, only in a cross-reference

TRANSLATE = "ConceptMap/$translate"

CROSSED = concept("hp", "HP:9900001", "Hot to the touch",
                  xrefs=("icd10:R99", "nowhere:7", "mesh:D990002"))  # fmt: skip


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with served(tmp_path_factory.mktemp("fhir"), CROSSED, *HEIRS) as opened:
        yield opened


def matches(answer: Any, key: str = "equivalence") -> dict[str, str]:
    return {each["concept"]["code"]: each[key] for each in parts(answer, "match")}


def test_sources_of_one_umls_concept_are_equivalent(client: TestClient) -> None:
    to_source = get(client, TRANSLATE, system=UMLS, code="C9900002", targetsystem=ICD)
    to_umls = get(client, TRANSLATE, system=ICD, code="Q99", targetsystem=UMLS)
    across = get(client, TRANSLATE, system=LOINC, code="99-9", targetsystem=ICD)

    assert matches(to_source) == {"Q99": "equivalent"}
    assert matches(to_umls) == {"C9900002": "equivalent"}
    assert matches(across) == {"Q99": "equivalent"}
    assert value(across, "result") is True


def test_a_cross_reference_claims_no_more_than_that_there_is_one(client: TestClient) -> None:
    r4 = get(client, TRANSLATE, system=WARD, code="W/1")
    r5 = get(client, f"r5/{TRANSLATE}", system=WARD, sourceCode="W/1", targetSystem=MESH)

    assert matches(r4) == {"D990002": "relatedto", "29999992": "relatedto"}
    assert matches(r5, "relationship") == {"D990002": "related-to"}
    assert parts(r5, "match")[0]["concept"] == {
        "system": MESH, "version": "2026", "code": "D990002", "display": "Fever",
    }  # fmt: skip


def test_a_retired_code_leads_to_what_took_its_place_and_back(client: TestClient) -> None:
    forth = get(client, TRANSLATE, system=SNOMED, code="39999993")
    back = get(client, TRANSLATE, system=UMLS, code="C9900001", reverse=True)

    assert matches(forth) == {"29999992": "relatedto"}
    assert matches(back)["C9900000"] == "relatedto"


def test_a_merged_code_that_is_not_loaded_leads_to_all_that_took_its_place(
    client: TestClient,
) -> None:
    query: Any = {"system": SNOMED, "code": "10000006"}

    plain = get(client, TRANSLATE, **query)
    among = get(client, TRANSLATE, source=f"{SNOMED}?fhir_vs", target=f"{SNOMED}?fhir_vs", **query)
    r5 = get(client, f"r5/{TRANSLATE}", system=SNOMED, sourceCode="10000006")

    assert value(plain, "result") is True
    assert list(matches(plain)) == ["69999996", "79999997"]
    assert matches(plain) == matches(among) == dict.fromkeys(matches(plain), "relatedto")
    assert parts(r5, "match")[0]["concept"]["display"] == "Ache 69999996"


@pytest.mark.parametrize(
    "narrow",
    [{"targetsystem": MESH}, {"source": f"{MESH}?fhir_vs"}, {"reverse": True},
     {"source": f"{SNOMED}?fhir_vs=isa/29999992"}],
)  # fmt: skip
def test_where_the_successors_of_a_merged_code_are_not_wanted_they_are_named(
    client: TestClient, narrow: dict[str, Any]
) -> None:
    answer = get(client, TRANSLATE, system=SNOMED, code="10000006", **narrow)

    assert value(answer, "result") is False
    assert "use 69999996 or 79999997" in value(answer, "message")


@pytest.mark.parametrize(
    "narrow",
    [{"targetsystem": ICD10}, {"targetsystem": "icd10"}, {"target": f"{ICD10}?fhir_vs"},
     {"target": f"{ICD10}/vs"}, {"target": f"{ICD10}?fhir_vs", "targetsystem": ICD10}],
)  # fmt: skip
def test_a_code_system_that_only_cross_references_lead_to_can_be_a_target(
    client: TestClient, narrow: dict[str, Any]
) -> None:
    answer = get(client, TRANSLATE, system=HP, code="HP:9900001", **narrow)

    assert matches(answer) == {"R99": "relatedto"}
    assert parts(answer, "match")[0]["concept"]["system"] == ICD10


def test_the_address_of_each_match_can_be_its_target(client: TestClient) -> None:
    plain = get(client, TRANSLATE, system=HP, code="HP:9900001")

    for each in parts(plain, "match"):
        only = get(client, TRANSLATE, system=HP, code="HP:9900001",
                   targetsystem=each["concept"]["system"])  # fmt: skip
        assert parts(only, "match") == [each]
    assert len(matches(plain)) == 3


@pytest.mark.parametrize(
    "narrow", [{"targetsystem": "http://www.whocc.no/atc"}, {"targetsystem": MESH, "target": ICD10}]
)
def test_a_known_code_system_that_nothing_leads_to_is_no_error(
    client: TestClient, narrow: dict[str, Any]
) -> None:
    narrow = {name: f"{each}?fhir_vs" if name == "target" else each
              for name, each in narrow.items()}  # fmt: skip

    answer = get(client, TRANSLATE, system=HP, code="HP:9900001", **narrow)

    assert value(answer, "result") is False


@pytest.mark.parametrize(
    "narrow",
    [{"targetsystem": "http://example.org"}, {"target": "http://example.org?fhir_vs"},
     {"target": "http://example.org/vs"}, {"target": f"{ICD10}?fhir_vs=isa/R99"},
     {"targetsystem": f"{SNOMED}/900000000000207008/version/19990101"}],
)  # fmt: skip
def test_a_target_that_nobody_knows_is_an_error(client: TestClient, narrow: dict[str, Any]) -> None:
    outcome = get(client, TRANSLATE, status=404, system=HP, code="HP:9900001", **narrow)

    assert failed(outcome)[0] == "not-found"


@pytest.mark.parametrize("reverse", [True, False])
def test_a_cross_reference_is_found_from_both_sides(client: TestClient, reverse: bool) -> None:
    answer = get(client, TRANSLATE, system=MESH, code="D990002", reverse=reverse)

    assert value(answer, "result") is True
    assert matches(answer)["HP:9900001"] == "relatedto"


@pytest.mark.parametrize(
    ("narrow", "found"),
    [
        ({}, ["C9900002", "99-9"]),
        ({"sourceSystem": UMLS}, ["C9900002"]),
        ({"sourceScope": f"{LOINC}?fhir_vs"}, ["99-9"]),
        ({"sourceScope": f"{MESH}?fhir_vs"}, []),
        ({"targetScope": f"{ICD}?fhir_vs"}, ["C9900002", "99-9"]),
        ({"targetScope": f"{MESH}?fhir_vs"}, []),
    ],
)
@pytest.mark.parametrize("own", ["targetSystem", "system"])
def test_r5_asks_from_a_target_for_its_sources(
    client: TestClient, narrow: dict[str, str], found: list[str], own: str
) -> None:
    query: Any = {own: ICD, "targetCode": "Q99", **narrow}

    answer = get(client, f"r5/{TRANSLATE}", **query)

    assert list(matches(answer, "relationship")) == found


def test_reversed_source_and_target_change_places_in_r4(client: TestClient) -> None:
    query: Any = {"system": ICD, "code": "Q99", "reverse": True}

    right = get(client, TRANSLATE, source=f"{LOINC}?fhir_vs", target=f"{ICD}?fhir_vs", **query)
    wrong = get(client, TRANSLATE, source=f"{ICD}?fhir_vs", target=f"{LOINC}?fhir_vs", **query)

    assert matches(right) == {"99-9": "equivalent"}
    assert value(wrong, "result") is False


def test_r5_asks_by_its_own_parameters(client: TestClient) -> None:
    back = post(client, f"r5/{TRANSLATE}?sourceSystem={UMLS}",
                sent(targetCoding={"system": ICD, "code": "Q99"}))  # fmt: skip
    coded = post(client, f"r5/{TRANSLATE}", sent(sourceCoding={"system": ICD, "code": "Q99"}))

    assert matches(back, "relationship") == {"C9900002": "equivalent"}
    assert matches(coded, "relationship") == {"C9900002": "equivalent", "99-9": "equivalent"}


def test_a_target_value_set_and_a_source_value_set_narrow_it(client: TestClient) -> None:
    query: Any = {"system": WARD, "code": "W/1"}

    inside = get(client, TRANSLATE, target=f"{MESH}?fhir_vs=isa/D990002", **query)
    outside = get(client, TRANSLATE, target=f"{MESH}?fhir_vs=isa/D990003", **query)
    other = get(client, TRANSLATE, source=f"{MESH}?fhir_vs", **query)

    assert matches(inside) == {"D990002": "relatedto"}
    assert value(outside, "result") is value(other, "result") is False


def test_what_has_no_translation_says_so(client: TestClient) -> None:
    nothing = get(client, TRANSLATE, system=MESH, code="D990001", targetsystem=ICD)
    unknown = get(client, TRANSLATE, system=MESH, code="D1")

    assert value(nothing, "result") is value(unknown, "result") is False
    assert value(nothing, "message")
    assert "D1 is no code" in value(unknown, "message")


def test_codings_of_one_concept_are_translated_together(client: TestClient) -> None:
    coding = [{"system": ICD, "code": "Q99"}, {"system": LOINC, "code": "99-9"},
              {"system": "http://example.org", "code": "x"}]  # fmt: skip

    answer = post(client, TRANSLATE, sent(codeableConcept={"coding": coding}))

    assert matches(answer) == {"C9900002": "equivalent", "99-9": "equivalent",
                               "Q99": "equivalent"}  # fmt: skip


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"system": MESH}, "invalid"),
        ({"code": "D990002"}, "invalid"),
        ({"system": MESH, "code": "D990002", "url": "http://example.org"}, "not-supported"),
    ],
)
def test_what_can_not_be_translated_is_refused(
    client: TestClient, query: dict[str, Any], code: str
) -> None:
    outcome = get(client, TRANSLATE, status=400, **query)

    assert failed(outcome)[0] == code
