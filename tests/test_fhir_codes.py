"""$lookup, $validate-code, $subsumes and $translate: what is said of one code, and of two."""

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.concepts import concept
from tests.fhir import MESH, SNOMED, failed, get, parts, post, served, value

ICD = "http://hl7.org/fhir/sid/icd-10-cm"
LOINC = "http://loinc.org"
UMLS = "http://www.nlm.nih.gov/research/umls"
WARD = "urn:x-termsearch:ward_a"
HP = "http://human-phenotype-ontology.org"
ICD10 = "http://hl7.org/fhir/sid/icd-10"  # not in the index, only in a cross-reference

LOOKUP = "CodeSystem/$lookup"
SUBSUMES = "CodeSystem/$subsumes"
TRANSLATE = "ConceptMap/$translate"
IN_CODE_SYSTEM = "CodeSystem/$validate-code"
IN_VALUE_SET = "ValueSet/$validate-code"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    crossed = concept("hp", "HP:9900001", "Hot to the touch",
                      xrefs=("icd10:R99", "nowhere:7", "mesh:D990002"))  # fmt: skip
    heirs = [concept("snomedct", code, f"Ache {code}", replaces=("10000006",), release="20260101")
             for code in ("79999997", "69999996")]  # fmt: skip
    with served(tmp_path_factory.mktemp("fhir"), crossed, *heirs) as opened:
        yield opened


def properties(answer: Any, code: str) -> list[tuple[Any, Any]]:
    return [(each["value"], each.get("description")) for each in parts(answer, "property")
            if each["code"] == code]  # fmt: skip


def designations(answer: Any) -> list[str]:
    return [each["value"] for each in parts(answer, "designation")]


def sent(**given: Any) -> dict[str, Any]:
    """Parameters with codings and other values, by their types."""
    kinds = {str: "valueString", dict: "valueCoding", bool: "valueBoolean"}
    parameters = [
        {"name": name.replace("_", "-"),
         ("valueCodeableConcept" if isinstance(each, dict) and "coding" in each
          else kinds[type(each)]): each}
        for name, each in given.items()
    ]  # fmt: skip
    return {"resourceType": "Parameters", "parameter": parameters}


def issues(answer: Any) -> list[tuple[str, str]]:
    return [(each["severity"], each["details"]["coding"][0]["code"])
            for each in value(answer, "issues")["issue"]]  # fmt: skip


def test_lookup_says_what_a_code_means(client: TestClient) -> None:
    answer = get(client, LOOKUP, system=MESH, code="D990002")

    assert value(answer, "name") == "Medical Subject Headings"
    assert value(answer, "version") == "2026"
    assert value(answer, "display") == "Fever"
    assert designations(answer) == ["Fever", "high body temperature", "Pyrexia"]
    assert properties(answer, "inactive") == [(False, None)]
    assert properties(answer, "parent") == [("D990001", "Signs and Symptoms")]
    assert properties(answer, "child") == [("D990003", "Hyperpyrexia")]
    assert properties(answer, "semanticType") == [("C23", "Signs and Conditions")]
    assert properties(answer, "definition") == [("Being too hot.", None)]


def test_a_definition_is_a_parameter_of_its_own_in_r5(client: TestClient) -> None:
    answer = get(client, f"r5/{LOOKUP}", system=MESH, code="D990002")

    assert value(answer, "definition") == "Being too hot."
    assert properties(answer, "definition") == []


def test_lookup_shows_only_the_properties_that_are_asked_for(client: TestClient) -> None:
    parent = get(client, LOOKUP, system=MESH, code="D990002", property="parent")
    spanish = get(client, LOOKUP, system=SNOMED, code="49999994", property=["lang.es", "inactive"])
    every = get(client, LOOKUP, system=MESH, code="D990002", property="*")

    assert {each["code"] for each in parts(parent, "property")} == {"parent"}
    assert designations(parent) == []
    assert designations(spanish) == ["pie izquierdo"]
    assert len(parts(every, "property")) == 5


def test_lookup_displays_in_the_language_that_is_asked_for(client: TestClient) -> None:
    spanish = get(client, LOOKUP, system=SNOMED, code="49999994", displayLanguage="es")
    none = get(client, LOOKUP, system=SNOMED, code="49999994", displayLanguage="fr")

    assert value(spanish, "display") == "pie izquierdo"
    assert value(none, "display") == "Left foot"


def test_lookup_takes_a_coding(client: TestClient) -> None:
    coding = {"system": MESH, "code": "D990002", "version": "2026"}

    answer = post(client, LOOKUP, sent(coding=coding))

    assert value(answer, "display") == "Fever"


def test_a_retired_code_says_so_and_what_to_use(client: TestClient) -> None:
    answer = get(client, LOOKUP, system=SNOMED, code="39999993")

    assert value(answer, "display") == "Febrile state"
    assert properties(answer, "inactive") == [(True, None)]
    assert properties(answer, "replacedBy") == [("29999992", None)]


def test_a_code_that_only_umls_knows_is_shown_as_its_source_names_it(client: TestClient) -> None:
    answer = get(client, LOOKUP, system=ICD, code="Q99")

    assert value(answer, "display") == "Lung oddness"
    assert designations(answer) == ["Lung oddness", "odd lungs"]
    assert properties(answer, "xref") == [("umls:C9900002", None)]


@pytest.mark.parametrize("system", ["MSH", "mesh", "urn:oid:2.16.840.1.113883.6.177", f"{MESH}/"])
def test_a_code_system_goes_by_all_its_names(client: TestClient, system: str) -> None:
    answer = get(client, LOOKUP, system=system, code="D990002")

    assert value(answer, "display") == "Fever"


@pytest.mark.parametrize(
    ("query", "status", "code", "said"),
    [
        ({"system": MESH, "code": "D1"}, 404, "not-found", "D1 is no code of"),
        ({"system": UMLS, "code": "C9900000"}, 404, "not-found", "merged into C9900001"),
        ({"system": "http://example.org", "code": "D1"}, 404, "not-found", "not in the index"),
        ({"system": MESH, "code": "D990002", "version": "1999"}, 404, "not-found", "2026"),
        ({"system": LOINC, "code": "99-9", "version": "2"}, 404, "not-found", "not known"),
        ({"system": MESH}, 400, "invalid", "no code"),
        ({"code": "D990002"}, 400, "invalid", "no system"),
        ({"coding": f"{MESH}|D990002"}, 400, "invalid", "POST"),
        ({"system": MESH, "code": " D990002"}, 400, "invalid", "blank"),
    ],
)
def test_lookup_of_what_is_not_there_is_an_error(
    client: TestClient, query: dict[str, Any], status: int, code: str, said: str
) -> None:
    outcome = get(client, LOOKUP, status=status, **query)

    assert failed(outcome)[0] == code
    assert said in failed(outcome)[1]


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("D990001", "D990003", "subsumes"),
        ("D990003", "D990001", "subsumed-by"),
        ("D990002", "D990002", "equivalent"),
    ],
)
def test_one_code_subsumes_another(
    client: TestClient, first: str, second: str, expected: str
) -> None:
    plain = get(client, SUBSUMES, system=MESH, codeA=first, codeB=second)
    coded = post(client, SUBSUMES, sent(codingA={"system": MESH, "code": first},
                                        codingB={"system": MESH, "code": second}))  # fmt: skip

    assert value(plain, "outcome") == value(coded, "outcome") == expected


def test_codes_on_two_branches_do_not_subsume_each_other(client: TestClient) -> None:
    answer = get(client, SUBSUMES, system=SNOMED, codeA="39999993", codeB="29999992")

    assert value(answer, "outcome") == "not-subsumed"


@pytest.mark.parametrize(
    ("first", "second", "status", "code"),
    [
        ({"system": MESH, "code": "D990001"}, {"system": SNOMED, "code": "29999992"}, 400,
         "invalid"),
        ({"system": MESH, "code": "D990001"}, {"system": MESH, "code": "?"}, 404, "not-found"),
        ({"system": ICD, "code": "Q99"}, {"system": ICD, "code": "Q99"}, 400, "not-supported"),
        ({"system": MESH, "code": "D990001"}, {"system": MESH}, 400, "invalid"),
    ],
)  # fmt: skip
def test_what_can_not_be_compared_is_refused(
    client: TestClient, first: Any, second: Any, status: int, code: str
) -> None:
    outcome = post(client, SUBSUMES, sent(codingA=first, codingB=second), status=status)

    assert failed(outcome)[0] == code


def test_a_code_of_a_code_system_is_valid(client: TestClient) -> None:
    answer = get(client, IN_CODE_SYSTEM, url=MESH, code="D990002", display="pyrexia")

    assert value(answer, "result") is True
    assert value(answer, "display") == "Fever"
    assert (value(answer, "system"), value(answer, "code")) == (MESH, "D990002")
    assert value(answer, "version") == "2026"
    assert value(answer, "issues") is None


def test_a_code_that_is_not_there_is_not_valid(client: TestClient) -> None:
    answer = get(client, IN_CODE_SYSTEM, url=MESH, code="D1")

    assert value(answer, "result") is False
    assert "D1 is no code" in value(answer, "message")
    assert issues(answer) == [("error", "invalid-code")]


def test_another_display_is_not_valid_unless_that_is_let_pass(client: TestClient) -> None:
    query: Any = {"system": MESH, "code": "D990002", "display": "Cough"}

    wrong = get(client, IN_CODE_SYSTEM, **query)
    lenient = get(client, IN_CODE_SYSTEM, lenient_display_validation=True, **query)

    assert value(wrong, "result") is False
    assert issues(wrong) == [("error", "invalid-display")]
    assert "expected 'Fever'" in value(wrong, "message")
    assert value(lenient, "result") is True
    assert issues(lenient) == [("warning", "invalid-display")]


def test_a_code_is_in_a_value_set_or_is_not(client: TestClient) -> None:
    url = f"{SNOMED}?fhir_vs=ecl/<29999992"

    inside = get(client, IN_VALUE_SET, url=url, system=SNOMED, code="59999995")
    outside = get(client, IN_VALUE_SET, url=url, system=SNOMED, code="29999992")
    elsewhere = get(client, IN_VALUE_SET, url=url, system=MESH, code="D990001")

    assert value(inside, "result") is True
    assert value(outside, "result") is value(elsewhere, "result") is False
    assert issues(outside) == issues(elsewhere) == [("error", "not-in-vs")]
    assert value(outside, "display") == "Ankle"


def test_a_retired_code_is_valid_with_a_warning(client: TestClient) -> None:
    query: Any = {"url": f"{SNOMED}?fhir_vs", "system": SNOMED, "code": "39999993"}

    answer = get(client, IN_VALUE_SET, **query)
    active = get(client, IN_VALUE_SET, activeOnly=True, **query)

    assert value(answer, "result") is True
    assert "Use snomedct:29999992" in value(answer, "message")
    assert value(active, "result") is False


def test_a_system_is_inferred_where_that_is_asked_for(client: TestClient) -> None:
    compose = {"include": [{"system": SNOMED}, {"system": MESH}]}
    value_set = {"resourceType": "ValueSet", "status": "active", "compose": compose}
    body = sent(code="D990002")
    body["parameter"].append({"name": "valueSet", "resource": value_set})

    refused = post(client, IN_VALUE_SET, body, status=400)
    inferred = post(client, f"{IN_VALUE_SET}?inferSystem=true", body)
    alone = get(client, IN_VALUE_SET, url=f"{MESH}?fhir_vs", code="D990002")

    assert "inferSystem" in failed(refused)[1]
    assert value(inferred, "system") == value(alone, "system") == MESH


@pytest.mark.parametrize("infer", [True, False])
def test_no_code_is_in_a_set_of_which_all_is_left_out(client: TestClient, infer: bool) -> None:
    answer = get(client, IN_VALUE_SET, url=f"{MESH}?fhir_vs", code="D990002", inferSystem=infer,
                 exclude_system=MESH)  # fmt: skip

    assert value(answer, "result") is False
    assert value(answer, "code") == "D990002"
    assert issues(answer) == [("error", "not-in-vs")]


def test_a_concept_is_valid_if_one_of_its_codings_is(client: TestClient) -> None:
    coding = [{"system": "http://example.org", "code": "x"}, {"system": MESH, "code": "D990002"}]

    valid = post(client, f"{IN_VALUE_SET}?url={MESH}?fhir_vs",
                 sent(codeableConcept={"coding": coding}))  # fmt: skip
    wrong = post(client, f"{IN_VALUE_SET}?url={MESH}?fhir_vs",
                 sent(codeableConcept={"coding": coding[:1]}))  # fmt: skip

    assert value(valid, "result") is True
    assert value(valid, "code") == "D990002"
    assert value(wrong, "result") is False
    assert issues(wrong) == [("error", "not-found")]


def test_a_coding_of_another_code_system_is_not_valid_in_this_one(client: TestClient) -> None:
    coding = {"system": SNOMED, "code": "29999992"}

    answer = post(client, f"{IN_CODE_SYSTEM}?url={MESH}", sent(coding=coding))

    assert value(answer, "result") is False


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ({"url": f"{MESH}?fhir_vs"}, 400, "invalid"),
        ({"url": "http://example.org", "code": "1", "system": MESH}, 404, "not-found"),
        ({"code": "D990002", "system": MESH}, 400, "invalid"),
    ],
)
def test_what_can_not_be_validated_is_an_error(
    client: TestClient, query: dict[str, Any], status: int, code: str
) -> None:
    outcome = get(client, IN_VALUE_SET, status=status, **query)

    assert failed(outcome)[0] == code


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
    assert "merged into 69999996 and 79999997" in value(answer, "message")


def test_a_merged_code_is_not_valid_and_its_successors_are_named(client: TestClient) -> None:
    unknown = get(client, LOOKUP, status=404, system=SNOMED, code="10000006")
    answer = get(client, IN_CODE_SYSTEM, url=SNOMED, code="10000006")

    assert "merged into 69999996 and 79999997" in failed(unknown)[1]
    assert value(answer, "result") is False
    assert "merged into 69999996 and 79999997" in value(answer, "message")


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
