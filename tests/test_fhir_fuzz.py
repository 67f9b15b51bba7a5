"""Whatever is sent to /fhir: an answer or an OperationOutcome, both valid FHIR, never a 5xx."""

import json
from typing import Any
from urllib.parse import quote

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from tests.fhir import LOINC, MESH, SNOMED, ask

FUZZ = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # the client is asked only
)

OPERATIONS = [
    "CodeSystem/$lookup", "CodeSystem/$validate-code", "CodeSystem/$subsumes", "ValueSet/$expand",
    "ValueSet/$validate-code", "ConceptMap/$translate", "CodeSystem/mesh/$lookup",
    "ValueSet/snomedct/$expand", "CodeSystem", "ValueSet", "metadata", "ValueSet/mesh",
    "CodeSystem/_search", "ValueSet/_search", "ConceptMap",
]  # fmt: skip
NAMES = [
    "url", "system", "code", "version", "display", "coding", "codeableConcept", "valueSet",
    "filter", "count", "offset", "activeOnly", "includeDesignations", "includeDefinition",
    "displayLanguage", "designation", "property", "date", "codeA", "codeB", "codingA", "codingB",
    "source", "target", "targetsystem", "targetSystem", "sourceCode", "targetCode", "reverse",
    "inferSystem", "exclude-system", "system-version", "valueSetVersion", "systemVersion", "mode",
    "_format", "_id", "abstract", "context", "_count", "_offset", "_summary", "_sort", "name",
    "name:exact", "title", "title:contains", "status", "url:below", "publisher",
]  # fmt: skip
SYSTEMS = [MESH, SNOMED, "http://loinc.org", "urn:x-termsearch:ward_a", "MSH", ""]
CODES = ["D990002", "29999992", "39999993", "99-9", "W/1", "C9900000", "<<29999992", "|"]

systems = st.sampled_from(SYSTEMS) | st.text(max_size=20)
codes = st.sampled_from(CODES) | st.text(max_size=20)
urls = st.builds(
    "{}{}{}".format,
    systems,
    st.sampled_from(["?fhir_vs", "?fhir_vs=isa/", "?fhir_vs=ecl/", "?fhir_vs=ecl/<<", "/vs", "|"]),
    st.just("") | codes,
)
#: What a value may be, wherever it stands: right for something, or for nothing.
texts = systems | codes | urls | st.sampled_from(["true", "false", "0", "5", "-1", "json", "2026"])
plain = texts | st.booleans() | st.integers() | st.none() | st.floats(allow_nan=False)
coding = st.fixed_dictionaries({}, optional={"system": systems, "code": codes, "display": texts,
                                             "version": texts})  # fmt: skip
concept = st.fixed_dictionaries({"coding": st.lists(coding, max_size=3)})
designation = st.fixed_dictionaries({"value": texts},
                                    optional={"language": texts, "use": coding})  # fmt: skip
include = st.fixed_dictionaries({}, optional={
    "system": systems,
    "version": texts,
    "concept": st.lists(st.fixed_dictionaries({"code": codes}, optional={
        "display": texts, "designation": st.lists(designation, max_size=2)}), max_size=3),
    "filter": st.lists(st.fixed_dictionaries({
        "property": st.sampled_from(["concept", "parent", "inactive", "semanticType", "x"]),
        "op": st.sampled_from(["is-a", "descendent-of", "=", "in", "regex"]),
        "value": texts,
    }), max_size=2),
    "valueSet": st.lists(urls, max_size=2),
})  # fmt: skip
value_set = st.fixed_dictionaries(
    {"resourceType": st.just("ValueSet")},
    optional={
        "url": urls,
        "status": st.sampled_from(["active", "draft"]) | texts,
        "language": st.sampled_from(["de", "en-GB"]) | texts,
        "expansion": st.fixed_dictionaries(
            {},
            optional={
                "total": st.integers(),
                "contains": st.recursive(
                    st.just([]),
                    lambda below: st.lists(
                        st.fixed_dictionaries(
                            {"system": systems, "code": codes},
                            optional={"display": texts, "contains": below},
                        ),
                        max_size=2,
                    ),
                    max_leaves=4,
                ),
            },
        ),
        "compose": st.fixed_dictionaries(
            {"include": st.lists(include, max_size=3)},
            optional={"exclude": st.lists(include, max_size=2), "inactive": st.booleans()},
        ),
    },
)
parameter = st.tuples(
    st.sampled_from(NAMES) | st.text(max_size=10),
    st.tuples(st.sampled_from(["valueString", "valueUri", "valueCode", "valueBoolean",
                               "valueInteger"]), plain)
    | st.tuples(st.just("valueCoding"), coding)
    | st.tuples(st.just("valueCodeableConcept"), concept)
    | st.tuples(st.just("resource"), value_set)
    | st.tuples(st.just("part"), plain),
).map(lambda each: {"name": each[0], each[1][0]: each[1][1]})  # fmt: skip
parameters = st.lists(parameter, max_size=5).map(
    lambda found: {"resourceType": "Parameters", "parameter": found}
)
expanding = st.fixed_dictionaries({}, optional={
    "filter": texts, "count": st.integers(-1, 10), "offset": st.integers(-1, 1010),
    "includeDesignations": st.just("true"), "includeDefinition": st.just("true"),
    "displayLanguage": texts, "property": st.sampled_from(["child", "parent"]) | texts,
})  # fmt: skip
query = st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=10), texts, max_size=5)
path = st.tuples(st.sampled_from(["", "r5/"]), st.sampled_from(OPERATIONS)).map("".join)
anything = st.recursive(plain, lambda inner: st.lists(inner, max_size=3)
                        | st.dictionaries(st.sampled_from(["resourceType", "parameter", "name",
                                                           "entry", "request", "type"]),
                                          inner, max_size=3), max_leaves=10)  # fmt: skip

#: What the index holds of each code system, and of which of them all can be listed.
HELD = {MESH: "D990002", SNOMED: "39999993", "urn:x-termsearch:ward_a": "W/1", LOINC: "99-9"}
LISTED = [f"{system}?fhir_vs" for system in HELD if system != LOINC]

known = st.sampled_from([{"system": system, "code": code} for system, code in HELD.items()])
mesh = st.sampled_from(["D990001", "D990002", "D990003"])
word = st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=20)
page = {"count": st.integers(0, 1000), "offset": st.integers(0, 999)}
#: Operations with parameters of which none is wrong.
right = st.one_of(
    st.tuples(st.sampled_from(["CodeSystem/$lookup", "ConceptMap/$translate"]), known),
    st.tuples(st.just("ValueSet/$validate-code"),
              known.map(lambda one: {"url": f"{one['system']}?fhir_vs", **one})),
    st.tuples(st.just("CodeSystem/$validate-code"),
              st.fixed_dictionaries({"url": st.sampled_from([*HELD]), "code": word})),
    st.tuples(st.just("CodeSystem/$subsumes"),
              st.fixed_dictionaries({"system": st.just(MESH), "codeA": mesh, "codeB": mesh})),
    st.tuples(st.just("ValueSet/$expand"),
              st.fixed_dictionaries({"url": st.sampled_from(LISTED), **page})),
    st.tuples(st.just("ValueSet/$expand"), st.fixed_dictionaries({
        "url": st.sampled_from([*LISTED, f"{LOINC}?fhir_vs"]),
        "filter": st.lists(word, min_size=1, max_size=3).map(" ".join), **page})),
)  # fmt: skip


def accept(response: Any) -> None:
    """Any answer that is FHIR and no failure of ours."""
    assert response.status_code < 500, response.text
    resource = ask(response, response.status_code)
    assert (resource["resourceType"] == "OperationOutcome") == (response.status_code >= 400)


def sent(client: TestClient, where: str, body: Any) -> Any:
    return client.post(f"/fhir/{where}", content=json.dumps(body))


def contents(resource: Any) -> Any:
    """All of a resource that is the same whenever it is made."""
    return {**resource, "expansion": {k: v for k, v in resource.get("expansion", {}).items()
                                      if k not in {"identifier", "timestamp"}}}  # fmt: skip


@FUZZ
@given(asked=right)
def test_what_is_right_is_answered(client: TestClient, asked: tuple[str, dict[str, Any]]) -> None:
    """Which a service that refuses all it gets would not do."""
    operation, query = asked
    given = [{"name": name, "valueInteger" if isinstance(each, int) else "valueString": each}
             for name, each in query.items()]  # fmt: skip

    gotten = ask(client.get(f"/fhir/{operation}", params=query))
    posted = ask(sent(client, operation, {"resourceType": "Parameters", "parameter": given}))

    assert gotten["resourceType"] == ("ValueSet" if operation.endswith("expand") else "Parameters")
    assert contents(posted) == contents(gotten)


@FUZZ
@given(where=path, asked=query)
def test_any_query_is_answered_or_refused(
    client: TestClient, where: str, asked: dict[str, str]
) -> None:
    accept(client.get(f"/fhir/{where}", params=asked))


@FUZZ
@given(where=path, body=parameters)
def test_any_parameters_are_answered_or_refused(
    client: TestClient, where: str, body: dict[str, Any]
) -> None:
    accept(sent(client, where, body))


@FUZZ
@given(body=value_set, version=st.sampled_from(["", "r5/"]), asked=expanding)
def test_any_value_set_is_expanded_or_refused(
    client: TestClient, body: dict[str, Any], version: str, asked: dict[str, Any]
) -> None:
    accept(client.post(f"/fhir/{version}ValueSet/$expand", params=asked, content=json.dumps(body)))


@FUZZ
@given(
    where=path | st.text(max_size=20).filter(lambda text: ".." not in text),
    body=anything,
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE"]),
)
def test_no_request_is_a_server_error(
    client: TestClient, where: str, body: Any, method: str
) -> None:
    accept(client.request(method, f"/fhir/{quote(where)}", content=json.dumps(body)))


@FUZZ
@given(entries=st.lists(st.fixed_dictionaries(
    {"request": st.fixed_dictionaries({
        "method": st.sampled_from(["GET", "POST", "x"]),
        "url": path | st.builds("{}?url={}&code={}".format, path, urls, codes) | st.text(),
    })}, optional={"resource": parameters | value_set}), max_size=4))  # fmt: skip
def test_any_batch_is_answered(client: TestClient, entries: list[Any]) -> None:
    response = sent(client, "", {"resourceType": "Bundle", "type": "batch", "entry": entries})

    accept(response)
    statuses = [each["response"]["status"] for each in response.json().get("entry", [])]
    assert len(statuses) == len(entries)
    assert not any(status.startswith("5") for status in statuses)
