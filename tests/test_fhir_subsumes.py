"""CodeSystem/$subsumes: which of two codes is above the other."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.fhir import ICD, MESH, SNOMED, failed, get, post, sent, value

SUBSUMES = "CodeSystem/$subsumes"


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
