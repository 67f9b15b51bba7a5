"""A Bundle of requests to /fhir: each is answered in its place, and fails alone."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from termsearch.encoder import Vectors
from tests.conftest import WordHash
from tests.fhir import FEVER, MESH, application, failed, get, post, served, value
from tests.serving import Gate, client_of, run


def batch(*entries: tuple[str, str] | tuple[str, str, Any], kind: str = "batch") -> dict[str, Any]:
    return {
        "resourceType": "Bundle",
        "type": kind,
        "entry": [
            {"request": {"method": entry[0], "url": entry[1]},
             **({"resource": entry[2]} if len(entry) == 3 else {})}
            for entry in entries
        ],
    }  # fmt: skip


def test_a_batch_is_answered_in_order(client: TestClient) -> None:
    body = {"resourceType": "Parameters", "parameter": [
        {"name": "url", "valueUri": f"{MESH}?fhir_vs"},
        {"name": "filter", "valueString": "pyrexia"},
    ]}  # fmt: skip

    bundle = post(client, "", batch(
        ("GET", FEVER),
        ("GET", "CodeSystem/$lookup?system=x&code=1"),
        ("POST", "/ValueSet/$expand", body),
        ("GET", "http://127.0.0.1/fhir/metadata"),
        ("DELETE", "CodeSystem/mesh"),
        ("POST", ""),
    ))  # fmt: skip

    assert bundle["type"] == "batch-response"
    assert [each["response"]["status"] for each in bundle["entry"]] == [
        "200", "404", "200", "200", "404", "400",
    ]  # fmt: skip
    first, second, third = bundle["entry"][:3]
    assert value(first["resource"], "display") == "Fever"
    assert failed(second["response"]["outcome"])[0] == "not-found"
    assert third["resource"]["expansion"]["contains"][0]["code"] == "D990002"


def test_a_parameter_that_a_batch_has_misspelt_is_named_beside_its_answer(
    client: TestClient,
) -> None:
    bundle = post(client, "", batch(("GET", f"{FEVER}&colour=red"), ("GET", FEVER),
                                    ("GET", "CodeSystem?colour=red")))  # fmt: skip

    first, second, third = (each["response"] for each in bundle["entry"])
    assert first["outcome"]["issue"][0]["severity"] == "information"
    assert "colour" in failed(first["outcome"])[1]
    assert "colour" in failed(third["outcome"])[1]
    assert second == {"status": "200"}


class _Poisoned(WordHash):
    """Fails at one text."""

    def encode(self, names: Sequence[str], *, unit: bool = True) -> Vectors:
        if "poison" in names:
            raise RuntimeError(f"can't embed {names}")
        return super().encode(names, unit=unit)


def test_a_bug_in_one_entry_of_a_batch_is_that_entrys_own(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    expand = f"ValueSet/$expand?url={MESH}?fhir_vs&filter="

    with served(tmp_path, encoder=_Poisoned()) as client:
        bundle = post(client, "", batch(("GET", f"{expand}fever"), ("GET", f"{expand}poison"),
                                        ("GET", FEVER)))  # fmt: skip

    assert [each["response"]["status"] for each in bundle["entry"]] == ["200", "500", "200"]
    assert failed(bundle["entry"][1]["response"]["outcome"])[0] == "exception"
    assert "RuntimeError" in caplog.text
    assert "poison" not in caplog.text


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (batch(kind="transaction"), "not-supported"),
        ({"resourceType": "Patient", "type": "batch"}, "not-supported"),
        ({"resourceType": "Bundle"}, "invalid"),
        ([], "invalid"),
        ({"resourceType": "Bundle", "type": "batch", "entry": [{}]}, "invalid"),
        (batch(*[("GET", "metadata")] * 201), "invalid"),
    ],
)
def test_what_is_no_batch_is_refused(client: TestClient, body: Any, code: str) -> None:
    found, said = failed(post(client, "", body, status=400))

    assert found == code
    assert "_Bundle" not in said
    assert "after validation" not in said


def test_a_batch_speaks_the_version_that_it_is_sent_in(client: TestClient) -> None:
    base = get(client, "r5/metadata")["implementation"]["url"]

    bundle = post(client, "r5", batch(("GET", f"{base}/metadata")))

    assert base == "http://127.0.0.1/fhir/r5"
    assert bundle["entry"][0]["resource"]["fhirVersion"] == "5.0.0"


def test_an_empty_batch_has_an_empty_answer(client: TestClient) -> None:
    assert "entry" not in post(client, "r5", batch())


def test_a_batch_lets_others_pass(tmp_path: Path) -> None:
    gate = Gate()
    gate.open.set()
    app = application(tmp_path, encoder=gate)
    expand = f"ValueSet/$expand?url={MESH}?fhir_vs&filter="
    texts = [f"fever {number}" for number in range(20)]

    async def ask_both() -> list[int]:
        async with client_of(app) as client:
            gate.together.clear()
            gate.open.clear()
            gate.reached.clear()
            body = batch(*(("GET", f"{expand}{text}") for text in texts))
            many = asyncio.create_task(client.post("/fhir", json=body))
            while not gate.reached.is_set():
                await asyncio.sleep(0.01)
            short = asyncio.create_task(client.get(f"/fhir/{expand}cough"))
            while not app.state.holder.depth:  # until it stands in the line
                await asyncio.sleep(0.01)
            gate.open.set()
            return [each.status_code for each in await asyncio.gather(many, short)]

    assert run(ask_both()) == [200, 200]
    assert max(len({*texts}.intersection(together)) for together in gate.together) <= 2
    embedded = [text for together in gate.together for text in together]
    assert embedded.index("cough") < embedded.index(texts[-1])
