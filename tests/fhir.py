"""A FHIR server over invented concepts, and answers held to the models of a FHIR library."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fhir.resources import get_fhir_model_class as r5_model
from fhir.resources.R4B import get_fhir_model_class as r4_model
from starlette.testclient import TestClient

from termsearch.concept import Concept, Kind, Name, SemanticType, Source
from termsearch.index.edge import EdgeIndex
from termsearch.index.manifest import Manifest
from termsearch.ingest import ingest
from termsearch.search import TermSearch
from termsearch.service import ServiceConfig, create_app
from tests.concepts import ALL, OLD_FEVER, concept
from tests.conftest import WordHash

__all__ = [
    "CONCEPTS",
    "EXPAND",
    "FEVER",
    "HEIRS",
    "ICD",
    "LOINC",
    "LOOKUP",
    "MESH",
    "SNOMED",
    "UMLS",
    "application",
    "ask",
    "codes",
    "echoed",
    "expand",
    "failed",
    "get",
    "inline",
    "parts",
    "post",
    "sent",
    "served",
    "value",
]

MESH = "https://www.nlm.nih.gov/mesh"
SNOMED = "http://snomed.info/sct"
ICD = "http://hl7.org/fhir/sid/icd-10-cm"
LOINC = "http://loinc.org"
UMLS = "http://www.nlm.nih.gov/research/umls"

EXPAND = "ValueSet/$expand"
LOOKUP = "CodeSystem/$lookup"
#: A request that has an answer.
FEVER = f"{LOOKUP}?system={MESH}&code=D990002"

BODY = SemanticType("body structure", "body structure")
CONCEPTS = (
    *ALL,
    OLD_FEVER,
    concept("snomedct", "49999994", "Left foot", Name(text="pie izquierdo", lang="es"),
            Name(text="Left foot (body structure)", kind=Kind.FULLY_SPECIFIED),
            types=(BODY,), parents=("29999992",), ancestors=("29999992",), release="20260101"),
    concept("snomedct", "59999995", "Toe of left foot", types=(BODY,), parents=("49999994",),
            ancestors=("49999994", "29999992"), xrefs=("mesh:D990001",), release="20260101"),
    concept("umls", "C9900002", Name(text="Lung oddness", sources=(Source("loinc", "99-9", "LN"),
            Source("icd10cm", "Q99", "PT"))),
            Name(text="odd lungs", sources=(Source("icd10cm", "Q99", "ET"),)), release="2026XX"),
    concept("ward_a", "W/1", "Hot patient", xrefs=("mesh:D990002", "snomedct:29999992")),
)  # fmt: skip
#: What took the place of one code that is not loaded.
HEIRS = [concept("snomedct", code, f"Ache {code}", replaces=("10000006",), release="20260101")
         for code in ("79999997", "69999996")]  # fmt: skip


def application(
    folder: Path, more: Sequence[Concept] = (), encoder: WordHash | None = None, **config: Any
) -> FastAPI:
    """The service on an index in ``folder`` of the invented concepts and ``more``."""
    encoder = encoder or WordHash()
    index = EdgeIndex.open_or_create(folder / "terms", Manifest(encoder=encoder.card))
    ingest((*CONCEPTS, *more), "test", encoder, index)
    return create_app(lambda: TermSearch(index, lambda: encoder), ServiceConfig(**config))


@contextmanager
def served(folder: Path, *concepts: Concept, **config: Any) -> Iterator[TestClient]:
    """A client while the application runs."""
    app = application(folder, concepts, **config)
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        yield client


def get(client: TestClient, path: str, *, status: int = 200, **query: Any) -> Any:
    """The resource that a GET is answered with, which is valid FHIR."""
    given = {name.replace("_", "-"): value for name, value in query.items()}
    return ask(client.get(f"/fhir/{path}", params=_texts(given)), status)


def post(client: TestClient, path: str, body: object, *, status: int = 200, **options: Any) -> Any:
    """The resource that a POST is answered with, which is valid FHIR."""
    return ask(client.post(f"/fhir/{path}", json=body, **options), status)


def ask(response: Any, status: int = 200) -> Any:
    """The resource of a response, which is valid in the version of FHIR that it names."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"].startswith("application/fhir+json")
    resource = response.json()
    model = r5_model if "fhirVersion=5.0" in response.headers["content-type"] else r4_model
    model(resource["resourceType"]).model_validate(resource)
    return resource


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


def codes(value_set: Any) -> list[str]:
    """Of an expansion, in its order."""
    return [each["code"] for each in value_set["expansion"].get("contains", [])]


def expand(client: TestClient, url: str, **query: Any) -> Any:
    """The expansion of the value set at ``url``."""
    return get(client, EXPAND, url=url, **query)


def inline(client: TestClient, *include: Any, status: int = 200, **more: Any) -> Any:
    """The expansion of a definition that is sent."""
    value_set = {"resourceType": "ValueSet", "status": "active",
                 "compose": {"include": list(include), **more}}  # fmt: skip
    given = [{"name": "valueSet", "resource": value_set}]
    body = {"resourceType": "Parameters", "parameter": given}
    return post(client, EXPAND, body, status=status)


def echoed(value_set: Any) -> list[tuple[str, Any]]:
    """Parameters of an expansion."""
    return [tuple(each.values()) for each in value_set["expansion"]["parameter"]]


def failed(resource: Any) -> tuple[str, str]:
    """Code and text of the one issue of an OperationOutcome."""
    assert resource["resourceType"] == "OperationOutcome"
    (issue,) = resource["issue"]
    return issue["code"], issue["details"]["text"]


def value(resource: Any, name: str) -> Any:
    """The one value of a parameter; None if it is not there."""
    found = [each for each in resource["parameter"] if each["name"] == name]
    assert len(found) < 2
    return _value(found[0]) if found else None


def parts(resource: Any, name: str) -> list[dict[str, Any]]:
    """Each parameter of that name, as its parts by name."""
    return [
        {part["name"]: _value(part) for part in each["part"] if "part" not in part}
        for each in resource["parameter"]
        if each["name"] == name
    ]


def _value(part: dict[str, Any]) -> Any:
    return next(found for key, found in part.items() if key != "name")


def _texts(query: dict[str, Any]) -> dict[str, Any]:
    return {k: str(v).lower() if isinstance(v, bool) else v for k, v in query.items()}
